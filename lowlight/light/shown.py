"""How things are shown that could not be seen: a photo that is too dark, and a map of stops.

A photo is shown so many times as light as it is; a map of stops becomes greys, with the stops that black and white
stand for.
"""

import cv2
import numpy as np
from numpy.typing import NDArray

from lowlight import arrays
from lowlight.arrays import FloatImage, Uint8Image
from lowlight.light import linear

SEEN_MEAN = 0.2
"""Mean luma, in [0, 1], up to which a photo is shown lighter: what the page calls dark."""

MOST_TIMES = 32
"""How many times as light as it is a photo is shown at most: five stops. Beyond it there is only noise to see."""

LEAST_MEAN = 0.03
"""A photo whose mean luma stays below this however light it is shown is black, and is shown black."""

MOST_WHITE = 0.04
"""The share of a photo that may become white where it is shown lighter: lamps, not walls."""

GREYS = (64, 240)
"""The greys, of 255, of a map's lowest and highest stop: both differ from pure black and white."""

OUTSIDE = (2, 99.5)
"""Percentiles of a map between which its scale reaches: one window does not make all else one grey."""

MOST_DIFFERENT = 100
"""How far from the middle grey, of 255, all but a hundredth of a picture of differences lies."""

_ENOUGH_PIXELS = 250_000
_ROUNDING = 1e-3  # stops; 2.0001 is 2
_LIGHT = linear.decoded(np.arange(256) / 255)


def times(rgb: Uint8Image) -> int:
    """Return how many times as light as it is a photo is to be shown: a power of two, 1 if it can be seen as it is.

    Args:
        rgb: height x width x 3, uint8 sRGB.
    """
    every = max(1, int((rgb.shape[0] * rgb.shape[1] / _ENOUGH_PIXELS) ** 0.5))
    thinned = np.ascontiguousarray(rgb[::every, ::every])
    counts = np.bincount(cv2.cvtColor(thinned, cv2.COLOR_RGB2GRAY).ravel(), minlength=256)
    shares, found = counts / counts.sum(), 1
    if _mean(shares, MOST_TIMES) < LEAST_MEAN:
        return 1
    while found < MOST_TIMES and _mean(shares, found) < SEEN_MEAN and _whitened(shares, 2 * found) <= MOST_WHITE:
        found *= 2
    return found


def _mean(shares: NDArray[np.float64], factor: int) -> float:
    return float(shares @ linear.encoded(np.minimum(_LIGHT * factor, 1)))


def _whitened(shares: NDArray[np.float64], factor: int) -> float:
    """Return the share of a photo that becomes white under a factor and was not."""
    return float(shares[(_LIGHT * factor >= 1) & (_LIGHT < 1)].sum())


def lighter(rgb: Uint8Image, factor: int) -> Uint8Image:
    """Return a picture so many times as light, in linear light, up to white; the same picture for 1.

    Args:
        rgb: height x width x 3, uint8 sRGB.
        factor: at least 1.
    """
    if factor == 1:
        return rgb
    table = np.rint(linear.encoded(np.minimum(_LIGHT * factor, 1)) * 255).astype(np.uint8)
    return np.asarray(table[rgb], np.uint8)


def scale_of(stops: FloatImage) -> tuple[int, int]:
    """Return the whole stops between which nearly all of a map lies: at least one stop, 0 to 1 of an empty map.

    Args:
        stops: rows x cols, float32.
    """
    low, high = np.percentile(stops, OUTSIDE)
    lowest = int(np.floor(low + _ROUNDING))
    return lowest, max(int(np.ceil(high - _ROUNDING)), lowest + 1)


def greys(stops: FloatImage, scale: tuple[int, int]) -> Uint8Image:
    """Return a map of stops as greys, evenly spaced in sRGB: the more a place is raised, the lighter.

    Args:
        stops: height x width, float32.
        scale: as `scale_of` returns it; its ends, and what lies beyond them, become `GREYS`.

    Returns:
        height x width, uint8.
    """
    low, high = scale
    share = np.clip((stops - low) / (high - low), 0, 1)
    return arrays.to_uint8(np.asarray((GREYS[0] + share * (GREYS[1] - GREYS[0])) / 255, np.float32))


def difference(before: Uint8Image, after: Uint8Image) -> tuple[Uint8Image, int] | None:
    """Return what a step took away in luma, as a picture, and how many times as strong it is shown; None if nothing.

    Args:
        before: height x width x 3, uint8 sRGB.
        after: likewise.

    Returns:
        height x width, uint8, in which 128 is no difference, lighter is light that was taken away and darker light that
        was added; and a power of two.
    """
    one, other = (cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY).astype(np.int16) for picture in (before, after))
    taken = one - other
    most = float(np.percentile(np.abs(taken), 99))
    if not taken.any():
        return None
    factor = int(2 ** np.clip(np.floor(np.log2(MOST_DIFFERENT / max(most, 1))), 1, 4))
    return np.clip(128 + factor * taken, 0, 255).astype(np.uint8), factor
