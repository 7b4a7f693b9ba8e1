"""What the network is told about the whole photo while it works on a part: a thumbnail, and where the part lies.

Training and serving both come through here.
"""

from dataclasses import dataclass
from typing import Self

import cv2
import numpy as np
from numpy.typing import NDArray

from lowlight.tone import FloatImage, Uint8Image, Window

THUMBNAIL_PIXELS = 96 * 64
"""How many pixels a thumbnail has, about: 96 x 64 for a photo of 3:2."""

THUMBNAIL_STRIDE = 16
"""Sides of a thumbnail are multiples of this."""

GUIDE_STRIDE = 2
"""The network's map of the whole photo has the thumbnail's sides divided by this; parts get it at half their size."""

PICTURE_STRIDE = 8
"""Sides of the parts that the network takes are multiples of this; their corners lie on multiples of it."""

_STRIP_PIXELS = 1 << 22


@dataclass(frozen=True)
class Whole:
    """What the network is told about a photo.

    Attributes:
        thumbnail: as `thumbnail` makes it.
        height: the photo's, in pixels.
        width: likewise.
    """

    thumbnail: FloatImage
    height: int
    width: int

    @classmethod
    def of(cls, rgb: Uint8Image) -> Self:
        """Return what the network is told about this photo, height x width x 3, uint8."""
        return cls(thumbnail(rgb), *rgb.shape[:2])

    def interpolation(self, window: Window) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """Return how a part of the photo is told the network's map of it, down and across; see `interpolation`."""
        (rows, cols), (vertical, horizontal) = window, self.thumbnail.shape[:2]
        return interpolation(rows, self.height, vertical), interpolation(cols, self.width, horizontal)


def thumbnail_size(height: int, width: int) -> tuple[int, int]:
    """Return the height and width of a photo's thumbnail: its shape as nearly as multiples of 16 allow."""
    scale = (THUMBNAIL_PIXELS / (height * width)) ** 0.5
    rows, cols = (max(round(side * scale / THUMBNAIL_STRIDE), 1) * THUMBNAIL_STRIDE for side in (height, width))
    return rows, cols


def thumbnail(rgb: Uint8Image) -> FloatImage:
    """Return a photo's thumbnail: rows x cols x 3, float32 in [0, 1], each pixel the mean of those it stands for.

    The means keep what 8 bits would round away: in a dark photo all values lie within a few levels of 255.

    Args:
        rgb: height x width x 3, uint8.
    """
    height, width = rgb.shape[:2]
    rows, cols = thumbnail_size(height, width)
    # first the widths, strip by strip, so that no large photo is ever held in floating point
    step = max(_STRIP_PIXELS // width, 1)
    strips = [
        cv2.resize(strip.astype(np.float32), (cols, len(strip)), interpolation=_method(width, cols))
        for strip in (rgb[top : top + step] for top in range(0, height, step))
    ]
    small = cv2.resize(np.concatenate(strips), (cols, rows), interpolation=_method(height, rows))
    return np.asarray(small / np.float32(255), np.float32)


def interpolation(span: slice, length: int, cells: int) -> NDArray[np.float32]:
    """Return how positions along a side of the photo are mixed from the network's map of it, linearly.

    Args:
        span: the part's pixels along this side; it may reach beyond the photo.
        length: the photo's pixels along it.
        cells: the thumbnail's pixels along it.

    Returns:
        A row for every second pixel of the span (the middle of two), a column for each of the map's cells; rows add up
        to 1. Beyond the middles of the outermost cells the map goes on as it ends.
    """
    columns = cells // GUIDE_STRIDE
    middles = np.arange(span.start + 1, span.stop + 1, 2, dtype=np.float64)
    places = np.clip(middles * columns / length - 0.5, 0, columns - 1)
    weights = np.maximum(1 - np.abs(places[:, np.newaxis] - np.arange(columns)), 0)
    return np.asarray(weights, np.float32)


def _method(length: int, wanted: int) -> int:
    return cv2.INTER_AREA if length >= wanted else cv2.INTER_LINEAR
