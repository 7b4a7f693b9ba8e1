"""How sure a photo is: where light was measured, where there was little, none, or too much of it."""

from enum import IntEnum
from typing import Protocol

import cv2
import numpy as np

from lowlight.arrays import FloatImage, Uint8Image, grey

WHITE = 254
"""From this level on in all channels there was too much light: what lies there is burnt out."""

LITTLE, NOTHING = 0.5, 0.1
"""Below the first, of what a survey calls signal or colour, little was recorded; below the second, of signal alone,
nothing that could be told from black."""

_PERIODS = 72  # of hatching along the long side


class Sure(IntEnum):
    """What a photo holds in one place."""

    MEASURED = 0
    LITTLE = 1
    NOTHING = 2
    BURNT = 3


class Surveyed(Protocol):
    """What is asked of a survey: see `lowlight.light.survey.Survey`; both maps are rows x cols, float32, in [0, 1]."""

    @property
    def signal(self) -> FloatImage:
        """How much of a gain each cell bears."""

    @property
    def colour(self) -> FloatImage:
        """How far each cell's colour can be believed."""


def certainty(rgb: Uint8Image, survey: Surveyed) -> Uint8Image:
    """Return for each pixel how sure it is: height x width, uint8, values of `Sure`.

    Args:
        rgb: height x width x 3, uint8 sRGB, as it came; a smaller version will do.
        survey: of the same photo, at any size.
    """
    signal, colour = (_placed(cells, rgb.shape) for cells in (survey.signal, survey.colour))
    found = np.where(np.minimum(signal, colour) < LITTLE, np.uint8(Sure.LITTLE), np.uint8(Sure.MEASURED))
    found[signal < NOTHING] = Sure.NOTHING
    found[rgb.min(axis=-1) >= WHITE] = Sure.BURNT
    return np.asarray(found, np.uint8)


def _placed(cells: FloatImage, shape: tuple[int, ...]) -> FloatImage:
    return np.asarray(cv2.resize(cells, (shape[1], shape[0]), interpolation=cv2.INTER_LINEAR), np.float32)


def shares(sure: Uint8Image) -> dict[Sure, float]:
    """Return which share of a photo is how sure; together they are 1."""
    counts = np.bincount(sure.ravel(), minlength=len(Sure))
    return {one: float(counts[one]) / sure.size for one in Sure}


def drawn(sure: Uint8Image, rgb: Uint8Image) -> Uint8Image:
    """Return a map of certainty over a grey photo: hatched where there was little, more where nothing, dots on white.

    Args:
        sure: height x width, as `certainty` returns it.
        rgb: height x width x 3, uint8, of the same photo, in a light in which it can be seen.

    Returns:
        height x width x 3, uint8, grey.
    """
    luma = cv2.cvtColor(rgb, cv2.COLOR_RGB2GRAY).astype(np.float32)
    rows, cols = (np.asarray(one, np.float32) for one in np.indices(sure.shape))
    period = max(max(sure.shape) / _PERIODS, 4.0)
    rising, falling = _lines(rows + cols, period), _lines(rows - cols, period)
    dots = _lines(rows, period) * _lines(cols, period)
    photo = luma * 0.7 + 36
    pictures = {
        Sure.LITTLE: photo + (200 - photo) * rising,
        Sure.NOTHING: 24 + 96 * np.maximum(rising, falling),
        Sure.BURNT: 255 - 231 * dots,
    }
    for one, picture in pictures.items():
        photo = np.where(sure == one, picture, photo)
    return grey(np.rint(photo).astype(np.uint8))


def _lines(along: FloatImage, period: float) -> FloatImage:
    """Return lines a fifth of a period wide, smooth at their edges, in [0, 1]."""
    distance = np.abs(along % period - period / 2)
    return np.asarray(np.clip(period / 10 + 0.5 - distance, 0, 1), np.float32)
