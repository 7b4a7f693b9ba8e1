"""What there is to say about a photo: how dark it is, how noisy, and what cannot be brought back."""

from dataclasses import dataclass

import cv2
import numpy as np

from lowlight.arrays import Uint8Image, mean_luma
from lowlight.measure import noise

BLACK, WHITE = 0, 254
"""Up to the first in all channels nothing was recorded; from the second on in all channels it was too much."""

_STRIP_ROWS = 64


@dataclass(frozen=True)
class Verdict:
    """A photo in figures.

    Attributes:
        mean: mean luma, in [0, 1].
        noise: standard deviation of the noise that brightening brings up, in levels of 255.
        black: the share of pixels in which nothing was recorded, in [0, 1].
        blown: the share of pixels that are white beyond recovery, in [0, 1].
    """

    mean: float
    noise: float
    black: float
    blown: float


def assess(rgb: Uint8Image, brightened: Uint8Image) -> Verdict:
    """Judge a photo.

    Args:
        rgb: height x width x 3, uint8, as it came.
        brightened: the same after brightening, before any denoising.
    """
    black, blown = _shares(rgb)
    return Verdict(mean=mean_luma(rgb), noise=noise.sigma(brightened), black=black, blown=blown)


def _shares(rgb: Uint8Image) -> tuple[float, float]:
    """Return the shares of pixels that are black in all channels, and white in all; strip by strip, in the cache."""
    black = blown = 0
    for top in range(0, rgb.shape[0], _STRIP_ROWS):
        red, green, blue = cv2.split(rgb[top : top + _STRIP_ROWS])
        black += int(np.count_nonzero(cv2.max(cv2.max(red, green), blue) <= BLACK))
        blown += int(np.count_nonzero(cv2.min(cv2.min(red, green), blue) >= WHITE))
    count = rgb.shape[0] * rgb.shape[1]
    return black / count, blown / count
