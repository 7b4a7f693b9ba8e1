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

HIGHLIGHTS = (0.45, 0.8)
"""Luma from which, and above which wholly, an area of a dark photo counts as bright already. Four in a thousand of
the pixels of LOL's dark photos lie above the lower end."""

HIGHLIGHT_LIFT = 3.0
"""The most by which bright areas' shadows are lifted: 0.45 becomes 0.71, 0.8 becomes 0.92."""

_HIGHLIGHT_WINDOW = 15  # pixels; taken twice, what surroundings are
_STRIP_ROWS = 256
_DARK_OFFSET = 4.0  # levels of 255: keeps the ratio of two lumas calm near black


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


def lift(picture: FloatImage, factor: float | NDArray[np.float32]) -> FloatImage:
    """Multiply the shadows by ``factor``, the lights by less and less; black stays black and white stays white.

    ``x f / (1 + (f - 1) x)``, which grows with x and with f: what is brighter stays brighter, and a lamp stays a lamp.
    A factor of 1 changes nothing.

    Args:
        picture: of any shape, float32; clipped to [0, 1].
        factor: above 0; one for all, or one a channel.
    """
    clipped = np.clip(picture, 0, 1)
    factors = np.asarray(factor, np.float32)
    return clipped if np.all(factors == 1) else clipped * factors / (1 + (factors - 1) * clipped)


def keep_highlights(result: FloatImage, photo: FloatImage, factor: float) -> FloatImage:
    """Give areas that are bright in the dark photo already back to it, lifted: a lamp stays a lamp, paper keeps grain.

    A network that learned from evenly dark photos drives such areas into white. Where the photo's luma, its own and
    that of its surroundings, rises from `HIGHLIGHTS`' lower end to its upper end, the lifted photo takes over. And
    nothing becomes darker than it was.

    Args:
        result: height x width x 3, float32; what was made of the photo.
        photo: likewise, in [0, 1].
        factor: by which the photo's shadows are lifted, at most `HIGHLIGHT_LIFT`.
    """
    grey = _as_float(cv2.cvtColor(photo, cv2.COLOR_RGB2GRAY))
    low, high = HIGHLIGHTS
    kept = np.maximum(result, photo)
    if grey.max() <= low / 2:
        return kept
    around = grey
    for _ in range(2):  # twice the mean over a square is nearly a Gaussian, at any size in the same time
        around = _as_float(cv2.blur(around, (_HIGHLIGHT_WINDOW, _HIGHLIGHT_WINDOW)))
    bright = (around > low) & (grey > low / 2)
    if bright.any():  # rarely more than a few hundredths of a photo
        share = (_ramp(around[bright], low, high) * _ramp(grey[bright], low / 2, low))[:, np.newaxis]
        lifted = lift(photo[bright], min(max(factor, 1.0), HIGHLIGHT_LIFT))
        kept[bright] += share * (np.maximum(lifted, photo[bright]) - np.clip(kept[bright], 0, 1))
    return kept


def more_contrast(rgb: Uint8Image, clip_limit: float, tile_grid: int, *, usual: tuple[float, int]) -> Uint8Image:
    """Give a finished picture as much more or less local contrast as CLAHE gives beyond its usual settings.

    Luma gains what equalizing it with these settings adds to equalizing it with the usual ones; the colours keep their
    ratios. At the usual settings the picture stays as it is, exactly.

    Args:
        rgb: height x width x 3, uint8.
        clip_limit: CLAHE's, as in `equalize_lightness`.
        tile_grid: likewise.
        usual: clip limit and tile grid that change nothing.
    """
    if (clip_limit, tile_grid) == usual:
        return rgb
    grey = _as_uint8(cv2.cvtColor(rgb, cv2.COLOR_RGB2GRAY))
    wanted, present = equalize_lightness(grey, clip_limit, tile_grid), equalize_lightness(grey, *usual)
    result = np.empty_like(rgb)
    for top in range(0, len(rgb), _STRIP_ROWS):  # in strips: floating point takes four times the picture's memory
        rows = slice(top, top + _STRIP_ROWS)
        before = grey[rows].astype(np.float32)
        after = np.clip(before + wanted[rows] - present[rows].astype(np.float32), 0, 255)
        ratio = (after + _DARK_OFFSET) / (before + _DARK_OFFSET)
        made = (rgb[rows] + np.float32(_DARK_OFFSET)) * ratio[..., np.newaxis] - np.float32(_DARK_OFFSET)
        result[rows] = np.clip(np.rint(made), 0, 255)
    return result


def mean_luma(rgb: Uint8Image) -> float:
    """Return the mean of luma (ITU-R BT.601 grey of the sRGB values), in [0, 1]."""
    return float(np.dot(cv2.mean(rgb)[:3], LUMA) / 255)


def _ramp(values: FloatImage, low: float, high: float) -> FloatImage:
    """Return 0 below ``low``, 1 above ``high``, and in between a curve without corners."""
    share = np.clip((values - np.float32(low)) / np.float32(high - low), 0, 1)
    return _as_float(share * share * (3 - 2 * share))


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
