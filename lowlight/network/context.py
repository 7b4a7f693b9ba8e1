"""What the network is told about the whole photo while it works on a part: a thumbnail, and where the part lies.

Training and serving both come through here.
"""

from dataclasses import dataclass
from typing import Self

import cv2
import numpy as np
from numpy.typing import NDArray

from lowlight.arrays import FloatImage, Window

SQUARE = 80
"""Side of the square thumbnail that the network is given, in cells; a multiple of `THUMBNAIL_STRIDE`."""

GUIDE_STRIDE = 2
"""The network's map of the whole photo has the thumbnail's sides divided by this; parts get it at half their size."""

PICTURE_STRIDE = 8
"""Sides of the parts that the network takes are multiples of this; their corners lie on multiples of it."""


@dataclass(frozen=True)
class PhotoContext:
    """What the network is told about a photo.

    Attributes:
        thumbnail: `SQUARE` x `SQUARE` x 4, float32, of the brightened photo, as `told` makes it; whatever the photo's
            shape, it fills the square.
        height: the photo's, in pixels.
        width: likewise.
    """

    thumbnail: FloatImage
    height: int
    width: int

    @classmethod
    def of(cls, brightened: FloatImage, stops: FloatImage, size: tuple[int, int]) -> Self:
        """Return what the network is told about a photo.

        Args:
            brightened: rows x cols x 3, float32, sRGB in [0, 1]: the brightened photo's thumbnail.
            stops: rows x cols, float32: by how many it was brightened.
            size: the photo's height and width, in pixels.
        """
        cells = told(brightened, stops)
        smaller = min(cells.shape[:2]) >= SQUARE
        square = cv2.resize(cells, (SQUARE, SQUARE), interpolation=cv2.INTER_AREA if smaller else cv2.INTER_LINEAR)
        return cls(np.asarray(square, np.float32), *size)

    def interpolation(self, window: Window) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """Return how a part of the photo is told the network's map of it, down and across; see `interpolation`."""
        rows, cols = window
        return interpolation(rows, self.height, SQUARE), interpolation(cols, self.width, SQUARE)


def told(brightened: FloatImage, stops: FloatImage) -> FloatImage:
    """Return what the network sees of a picture: its sRGB values, and by how many stops it was brightened, over 8.

    Args:
        brightened: height x width x 3, float32, sRGB in [0, 1].
        stops: height x width, float32.

    Returns:
        height x width x 4, float32.
    """
    return np.asarray(cv2.merge([brightened, stops * np.float32(1 / 8)]), np.float32)


def interpolation(span: slice, length: int, cells: int) -> NDArray[np.float32]:
    """Return how positions along a side of the photo are mixed from the network's map of it, linearly.

    Args:
        span: the part's pixels along this side; it may reach beyond the photo.
        length: the photo's pixels along it.
        cells: the thumbnail's cells along it.

    Returns:
        A row for every second pixel of the span (the middle of two), a column for each of the map's cells; rows add up
        to 1. Beyond the middles of the outermost cells the map goes on as it ends.
    """
    columns = cells // GUIDE_STRIDE
    middles = np.arange(span.start + 1, span.stop + 1, 2, dtype=np.float64)
    places = np.clip(middles * columns / length - 0.5, 0, columns - 1)
    return np.asarray(np.maximum(1 - np.abs(places[:, np.newaxis] - np.arange(columns)), 0), np.float32)
