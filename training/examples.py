"""Pairs in memory, with what a guided network is told about the whole photo."""

import dataclasses
from dataclasses import dataclass

import cv2
import keras
import numpy as np

from lowlight import guide
from lowlight.tone import FloatImage, Uint8Image
from training.data import Pair
from training.inputs import Judged

MIRRORED = 2
"""The way of turning a photo that exchanges left and right; see `turned`."""

ALIGNED_PIXELS = 0.25
"""Bright photos of one scene that lie this close over each other may stand in for each other."""


@dataclass(frozen=True)
class Example:
    """A pair with what the network is told about it: pictures uint8, thumbnails float32 in [0, 1]."""

    low: Uint8Image
    high: Uint8Image
    low_thumbnail: FloatImage
    high_thumbnail: FloatImage

    def turned(self, way: int) -> "Example":
        """Return it turned or mirrored in one of eight ways; no pixel is copied."""
        return Example(*(turned(getattr(self, field.name), way) for field in dataclasses.fields(self)))


class Examples:
    """Pairs, read when first asked for and kept in memory; 460 pairs of 600x400 take 0.7 GB."""

    def __init__(self, pairs: list[Pair]) -> None:
        self._pairs = pairs
        self._kept: dict[int, Example] = {}
        self._aligned: dict[int, list[int]] = {}

    def __len__(self) -> int:
        return len(self._pairs)

    def name(self, index: int) -> str:
        """Return a pair's name."""
        return self._pairs[index].name

    def get(self, index: int) -> Example:
        """Return a pair's example."""
        if index not in self._kept:
            pair = dataclasses.replace(self._pairs[index])  # a pair keeps what it has read; this copy goes away
            self._kept[index] = Example(pair.low, pair.high, guide.thumbnail(pair.low), guide.thumbnail(pair.high))
        return self._kept[index]

    def aligned(self, index: int) -> list[int]:
        """Return the pairs of the same scene whose bright photos lie over this one's, this one among them."""
        if index not in self._aligned:
            pair = self._pairs[index]
            same = [other for other, one in enumerate(self._pairs) if one.scene == pair.scene and one.scene]
            self._aligned[index] = [other for other in same if other == index or self._lie_over(index, other)]
        return self._aligned[index] or [index]

    def _lie_over(self, index: int, other: int) -> bool:
        first, second = (_edges(self.get(one).high) for one in (index, other))
        if first.shape != second.shape or self._pairs[other].fault or self._pairs[index].fault:
            return False
        shift, _ = cv2.phaseCorrelate(first, second, cv2.createHanningWindow(first.shape[::-1], cv2.CV_32F))
        return max(abs(shift[0]), abs(shift[1])) < ALIGNED_PIXELS


def _edges(rgb: Uint8Image) -> FloatImage:
    """Return what a photo is recognised by, however bright it is."""
    grey = cv2.GaussianBlur(cv2.cvtColor(rgb, cv2.COLOR_RGB2GRAY).astype(np.float32), (0, 0), 1.5)
    return np.asarray(cv2.Laplacian(grey, cv2.CV_32F), np.float32)


class JudgedExamples(Judged):
    """Whole photos that a model is judged by, with what it is told about them."""

    def __init__(self, model: keras.Model, pairs: list[Pair]) -> None:
        super().__init__(model, Examples(pairs))


def turned_back(picture: np.ndarray, way: int) -> np.ndarray:
    """Undo `turned`."""
    if way & 4:
        picture = picture.swapaxes(0, 1)
    return turned(picture, way & 3)


def turned(picture: np.ndarray, way: int) -> np.ndarray:
    """Return a picture turned or mirrored in one of eight ways; no pixel is copied."""
    if way & 1:
        picture = picture[::-1]
    if way & MIRRORED:
        picture = picture[:, ::-1]
    return picture.swapaxes(0, 1) if way & 4 else picture
