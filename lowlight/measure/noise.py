"""How noisy a photo is."""

import cv2
import numpy as np
from numpy.typing import NDArray

from lowlight.arrays import Uint8Image

_WINDOW, _WINDOWS_A_SIDE = 256, 4
_DARKEST, _BRIGHTEST = 3, 250  # what is clipped holds no noise to measure
_FEWEST_PIXELS = 64
_LAPLACIAN_DIFFERENCE = np.array([[1, -2, 1], [-2, 4, -2], [1, -2, 1]], np.float32)
_GAUSSIAN_MEDIAN = 0.6745  # median of |x| for x normal with sigma 1
_KERNEL_NORM = 6.0


def sigma(rgb: Uint8Image) -> float:
    """Estimate a photo's noise: the standard deviation of its luma's noise, in levels of 255.

    The difference of two Laplacians (Immerkaer 1996, "Fast Noise Variance Estimation"), with the median in place of the
    mean, so that edges do not count as noise; over windows spread evenly, where the photo is neither black nor white.

    Args:
        rgb: height x width x 3, uint8.
    """
    responses = np.concatenate([_responses(window) for window in _windows(rgb)])
    if responses.size < _FEWEST_PIXELS:
        return 0.0
    return float(np.median(responses)) / _GAUSSIAN_MEDIAN / _KERNEL_NORM


def _windows(rgb: Uint8Image) -> list[Uint8Image]:
    """Cut windows from the photo, evenly spread; all of it if it is small."""
    rows, cols = (_spread(length) for length in rgb.shape[:2])
    return [rgb[row, col] for row in rows for col in cols]


def _spread(length: int) -> list[slice]:
    if length <= _WINDOW * _WINDOWS_A_SIDE:
        return [slice(0, length)]
    starts = np.linspace(0, length - _WINDOW, _WINDOWS_A_SIDE).astype(int)
    return [slice(start, start + _WINDOW) for start in starts]


def _responses(rgb: Uint8Image) -> NDArray[np.float32]:
    """Return the filter's absolute responses where it sees no black or white."""
    grey = cv2.cvtColor(rgb, cv2.COLOR_RGB2GRAY)
    response = np.abs(cv2.filter2D(grey, cv2.CV_32F, _LAPLACIAN_DIFFERENCE))
    usable = cv2.erode(cv2.inRange(grey, _DARKEST, _BRIGHTEST), np.ones((3, 3), np.uint8)) > 0
    return np.asarray(response[usable], np.float32)
