"""The published method's brightness: the factor that a photo needs. Ours is in `lowlight.light.wanted`."""

import cv2
import numpy as np
from numpy.typing import NDArray

from lowlight.arrays import LUMA, Uint8Image, mean_luma
from lowlight.limits import BRIGHTNESS_RANGE

AUTOMATIC_MEAN = 0.45
"""The mean luma that automatic brightness aims at: the mean of the well-exposed photos of LOL's training
scenes is 0.456, and after CLAHE the factor that comes closest to them in the mean square is 0.445 / mean luma
(geometric mean of 367 pairs; the spread around it is a factor of 1.3)."""

HIGHLIGHT_CEILING = 1.2
"""Automatic brightness leaves 95 % of the photo below this multiple of white, so that lit windows are not blown out."""

DARK_MEAN, BRIGHT_MEAN = 0.13, 0.27
"""Mean luma up to which a photo is treated in full, and from which it is left as it is. 95 % of LOL's dark photos lie
below 0.13; of Kodak's 24 well-lit photos, 22 lie above 0.305 and the darkest at 0.28."""

BLACK_MEAN, SEEN_MEAN = 0.0005, 0.002
"""Mean luma up to which a photo counts as black and stays so, and from which there is something to see in it: half a
level of 255 (the darkest of LOL's photos have 0.009)."""

_BISECTIONS = 30


def need(rgb: Uint8Image) -> float:
    """Return how much of the treatment a photo needs: 1 for a dark one, 0 for a bright or black one, smooth between.

    Args:
        rgb: height x width x 3, uint8; a thumbnail will do.
    """
    mean = mean_luma(rgb)
    dark = _smooth((BRIGHT_MEAN - mean) / (BRIGHT_MEAN - DARK_MEAN))
    return dark * _smooth((mean - BLACK_MEAN) / (SEEN_MEAN - BLACK_MEAN))


def _smooth(value: float) -> float:
    """Return 0 below 0, 1 above 1, and in between a curve without corners."""
    clipped = min(max(value, 0.0), 1.0)
    return clipped * clipped * (3 - 2 * clipped)


def automatic_factor(rgb: Uint8Image, mean: float = AUTOMATIC_MEAN) -> float:
    """Return the brightness factor (at least 1) that brings a photo's mean luma to ``mean``.

    Less where 5 % of the photo would pass `HIGHLIGHT_CEILING`.

    Args:
        rgb: height x width x 3, uint8, after CLAHE.
        mean: in (0, 1).
    """
    grey = cv2.calcHist([cv2.cvtColor(rgb, cv2.COLOR_RGB2GRAY)], [0], None, [256], [0, 256])[:, 0].astype(np.float64)
    highlight = int(np.searchsorted(np.cumsum(grey), 0.95 * grey.sum()))
    ceiling = HIGHLIGHT_CEILING * 255 / max(highlight, 1)
    return max(1.0, min(factor_for_mean(rgb, mean), ceiling))


def factor_for_mean(rgb: Uint8Image, mean: float) -> float:
    """Return the factor after which a brightened, clipped photo has the mean luma ``mean``.

    Found by bisection on the three histograms, within `BRIGHTNESS_RANGE`: a photo too dark or too bright for that range
    gets the range's end.

    Args:
        rgb: height x width x 3, uint8.
        mean: the wanted mean luma, in [0, 1].
    """
    shares = _luma_shares(rgb)
    low, high = np.log(BRIGHTNESS_RANGE)
    for _ in range(_BISECTIONS):
        middle = (low + high) / 2
        if _mean_after(shares, float(np.exp(middle))) < mean:
            low = middle
        else:
            high = middle
    return float(np.exp((low + high) / 2))


def _luma_shares(rgb: Uint8Image) -> NDArray[np.float64]:
    """Return for each of the 256 values its weight in the picture's mean luma; they add up to 1."""
    histograms = [cv2.calcHist([rgb], [channel], None, [256], [0, 256])[:, 0] for channel in range(3)]
    counts = sum(weight * histogram for weight, histogram in zip(LUMA, histograms, strict=True))
    return np.asarray(counts / (rgb.shape[0] * rgb.shape[1]), np.float64)


def _mean_after(shares: NDArray[np.float64], factor: float) -> float:
    """Return the mean luma, in [0, 1], of a picture with these shares after brightening and clipping."""
    return float(np.minimum(np.arange(256) * factor / 255, 1) @ shares)
