"""Tone stages of the published low-light method, each a pure function.

Pictures are RGB, height x width x 3, uint8. No function writes into its argument.
"""

import cv2
import numpy as np
from numpy.typing import NDArray

from lowlight.errors import LowlightError

Uint8Image = NDArray[np.uint8]
FloatImage = NDArray[np.float32]
HalfImage = NDArray[np.float16]

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
        raise LowlightError(f"A picture must be a NumPy array of uint8 values from 0 to 255; this one is {found}.")
    if rgb.ndim != 3 or rgb.shape[2] != 3 or rgb.size == 0:
        raise LowlightError(f"A picture must have the shape (height, width, 3); this one has {rgb.shape}.")


def rgb_to_lab(rgb: Uint8Image) -> Uint8Image:
    """Convert sRGB to CIE L*a*b* (D65) as OpenCV packs it in 8 bits: L * 255/100, a + 128, b + 128."""
    return _as_uint8(cv2.cvtColor(rgb, cv2.COLOR_RGB2LAB))


def lab_to_rgb(lab: Uint8Image) -> Uint8Image:
    """Convert OpenCV's 8-bit L*a*b* back to sRGB; colours outside sRGB are clipped."""
    return _as_uint8(cv2.cvtColor(lab, cv2.COLOR_LAB2RGB))


def equalize_lightness(lightness: Uint8Image, clip_limit: float, tile_grid: int) -> Uint8Image:
    """Contrast-limited adaptive histogram equalization (Zuiderveld 1994, OpenCV's implementation).

    Args:
        lightness: height x width, uint8.
        clip_limit: the height at which each tile's histogram is cut, in multiples of its mean bin.
        tile_grid: tiles along each side; more tiles than pixels are reduced to one a pixel.
    """
    height, width = lightness.shape
    grid = (min(tile_grid, width), min(tile_grid, height))
    return _as_uint8(cv2.createCLAHE(clipLimit=clip_limit, tileGridSize=grid).apply(lightness))


def blend_uint8(base: Uint8Image, other: Uint8Image, share: float) -> Uint8Image:
    """Return ``(1 - share) * base + share * other``, rounded; exactly ``base`` at 0 and ``other`` at 1."""
    return _as_uint8(cv2.addWeighted(base, 1 - share, other, share, 0))


def brighten(rgb: Uint8Image, factor: float) -> FloatImage:
    """Multiply by ``factor``, clip to white, scale to [0, 1]: ``clip(rgb * factor, 0, 255) / 255`` as float32."""
    return _levels(factor)[rgb]


def brighten_uint8(rgb: Uint8Image, factor: float) -> Uint8Image:
    """Brighten as `brighten` does, in a quarter of its memory: the same picture rounded to uint8."""
    return _as_uint8(cv2.LUT(rgb, to_uint8(_levels(factor))))


def mean_luma(rgb: Uint8Image) -> float:
    """Return the mean of luma (ITU-R BT.601 grey of the sRGB values), in [0, 1]."""
    return float(np.dot(cv2.mean(rgb)[:3], LUMA) / 255)


def grey(lightness: Uint8Image) -> Uint8Image:
    """Return a grey RGB view of one channel; it costs no memory and cannot be written to."""
    return np.broadcast_to(lightness[..., np.newaxis], (*lightness.shape, 3))


def enlarged(cells: Uint8Image, height: int, width: int) -> Uint8Image:
    """Return a small grey picture at another size, between its cells linearly."""
    return _as_uint8(cv2.resize(cells, (width, height), interpolation=cv2.INTER_LINEAR))


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


def _levels(factor: float) -> FloatImage:
    """Return what each of the 256 values becomes, in [0, 1]."""
    levels: FloatImage = np.clip(np.arange(256, dtype=np.float32) * np.float32(factor), 0, 255) / np.float32(255)
    return levels


def _as_uint8(array: cv2.typing.MatLike) -> Uint8Image:
    """Tell the type checker what OpenCV returned for a uint8 argument."""
    return array.astype(np.uint8, copy=False)


def _as_float(array: cv2.typing.MatLike) -> FloatImage:
    """Tell the type checker what OpenCV returned for a float32 argument."""
    return array.astype(np.float32, copy=False)
