"""Pictures as arrays: their types, what is refused, luma, and the way between 8 bits and floating point.

Pictures are RGB, height x width x 3. No function writes into its argument.
"""

from typing import TypeVar

import cv2
import numpy as np
from numpy.typing import NDArray

from lowlight.errors import LowlightError

Uint8Image = NDArray[np.uint8]
Uint16Image = NDArray[np.uint16]
FloatImage = NDArray[np.float32]
HalfImage = NDArray[np.float16]

Levels = TypeVar("Levels", Uint8Image, Uint16Image)
"""A picture of 8 or of 16 bits."""

Window = tuple[slice, slice]
"""Rows and columns of a picture; both slices have a start and a stop."""

LUMA = (0.299, 0.587, 0.114)
"""Weights of R, G and B in luma (ITU-R BT.601), as in OpenCV's and Pillow's grey."""


def check_rgb(rgb: Uint8Image) -> None:
    """Refuse anything but an RGB uint8 picture of at least one pixel.

    Raises:
        LowlightError: the array has another type or shape.
    """
    if not isinstance(rgb, np.ndarray) or rgb.dtype != np.uint8:
        found = getattr(rgb, "dtype", type(rgb).__name__)
        raise LowlightError(
            "A picture must be a NumPy array of uint8 values from 0 to 255; this one is {found}.", found=found
        )
    if rgb.ndim != 3 or rgb.shape[2] != 3 or rgb.size == 0:
        raise LowlightError("A picture must have the shape (height, width, 3); this one has {shape}.", shape=rgb.shape)


def check_result(rgb: Uint8Image | Uint16Image) -> None:
    """Refuse anything but an RGB picture of at least one pixel, of 8 or 16 bits.

    Raises:
        LowlightError: the array has another type or shape.
    """
    if not isinstance(rgb, np.ndarray) or rgb.dtype != np.uint16:
        check_rgb(rgb)  # type: ignore[arg-type]
    else:
        check_rgb(rgb[:1].astype(np.uint8))


def check_deep(deep: Uint16Image, rgb: Uint8Image) -> None:
    """Refuse anything but a uint16 picture of the shape of the one in 8 bits.

    Raises:
        LowlightError: the array has another type or shape.
    """
    if not isinstance(deep, np.ndarray) or deep.dtype != np.uint16 or deep.shape != rgb.shape:
        raise LowlightError(
            "The picture in 16 bits must be a NumPy array of uint16 of the shape {shape}, as the one in 8 bits.",
            shape=rgb.shape,
        )


def from_uint16(deep: Uint16Image) -> Uint8Image:
    """Return a picture of 16 bits in 8, rounded."""
    return as_uint8(cv2.convertScaleAbs(deep, alpha=1 / 257))


def to_uint16(rgb: Uint8Image) -> Uint16Image:
    """Return a picture of 8 bits in 16: white stays white."""
    return rgb.astype(np.uint16) * np.uint16(257)


def blend(base: Levels, other: Levels, share: float) -> Levels:
    """Return ``(1 - share) * base + share * other``, rounded, of 8 or 16 bits; ``base`` at 0 and ``other`` at 1."""
    return np.asarray(cv2.addWeighted(base, 1 - share, other, share, 0)).astype(base.dtype, copy=False)


def mean_luma(rgb: Uint8Image) -> float:
    """Return the mean of luma (ITU-R BT.601 grey of the sRGB values), in [0, 1]."""
    return float(np.dot(cv2.mean(rgb)[:3], LUMA) / 255)


def grey(lightness: Uint8Image) -> Uint8Image:
    """Return a grey RGB view of one channel; it costs no memory and cannot be written to."""
    return np.broadcast_to(lightness[..., np.newaxis], (*lightness.shape, 3))


def enlarged(cells: Uint8Image, height: int, width: int) -> Uint8Image:
    """Return a small grey picture at another size, between its cells linearly."""
    return as_uint8(cv2.resize(cells, (width, height), interpolation=cv2.INTER_LINEAR))


def smaller(rgb: Levels, side: int) -> Levels:
    """Return the picture, of 8 or 16 bits, with a long side of at most ``side`` pixels."""
    height, width = rgb.shape[:2]
    scale = side / max(height, width)
    if scale >= 1:
        return rgb
    size = (max(1, round(width * scale)), max(1, round(height * scale)))
    if rgb.ndim == 3 and rgb.strides[2] == 0:  # one channel, shown three times (`grey`)
        return np.broadcast_to(smaller(rgb[..., 0], side)[..., np.newaxis], (size[1], size[0], 3))
    return np.asarray(cv2.resize(rgb, size, interpolation=cv2.INTER_AREA)).astype(rgb.dtype, copy=False)


def as_float(picture: Uint8Image) -> FloatImage:
    """Scale a uint8 picture to [0, 1], float32."""
    scaled: FloatImage = picture * np.float32(1 / 255)
    return scaled


def to_half(picture: FloatImage) -> HalfImage:
    """Round to float16: half the memory, and between a half and 1 still eight steps to a level of 255.

    OpenCV does it, ten times as fast as NumPy.

    Args:
        picture: height x width x channels, float32.
    """
    return np.asarray(cv2.convertFp16(picture)).view(np.float16)


def from_half(picture: HalfImage) -> FloatImage:
    """Return a picture that `to_half` rounded as float32: height x width x channels."""
    return _as_float(cv2.convertFp16(picture.view(np.int16)))


def to_uint8(picture: FloatImage) -> Uint8Image:
    """Round, clip and cast a picture in [0, 1] to uint8."""
    rounded: Uint8Image = np.clip(np.rint(picture * np.float32(255)), 0, 255).astype(np.uint8)
    return rounded


def as_uint8(array: cv2.typing.MatLike) -> Uint8Image:
    """Tell the type checker what OpenCV returned for a uint8 argument."""
    return array.astype(np.uint8, copy=False)


def _as_float(array: cv2.typing.MatLike) -> FloatImage:
    """Tell the type checker what OpenCV returned for a float32 argument."""
    return array.astype(np.float32, copy=False)
