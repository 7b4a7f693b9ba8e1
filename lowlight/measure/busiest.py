"""Where there is most to see in a photo."""

import cv2
import numpy as np

from lowlight.arrays import Uint8Image, smaller

_SEARCH_SIDE = 400


def busiest(rgb: Uint8Image) -> tuple[float, float]:
    """Return where there is most to see: the middle of the part with the most edges, as shares of width and height."""
    small = cv2.cvtColor(smaller(rgb, _SEARCH_SIDE), cv2.COLOR_RGB2GRAY)
    edges = np.abs(cv2.Laplacian(cv2.GaussianBlur(small, (0, 0), 1.0), cv2.CV_32F))
    side = max(min(small.shape) // 4, 1)
    density = cv2.blur(edges, (side, side))
    row, col = np.unravel_index(int(density.argmax()), density.shape)
    return (float(col) + 0.5) / small.shape[1], (float(row) + 0.5) / small.shape[0]


def span_around(share: float, length: int, wanted: int) -> slice:
    """Return so many pixels of a side around a place, moved so that all of them lie inside; all there are at most.

    Args:
        share: the place, as a share of the side.
        length: the side, in pixels.
        wanted: how many pixels.
    """
    size = min(wanted, length)
    start = min(max(round(share * length - size / 2), 0), length - size)
    return slice(start, start + size)
