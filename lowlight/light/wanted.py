"""How light a photo ought to be: numbers about its survey go in, a mean luma comes out of a forest of small trees.

Of two photos equally dark, one may be underexposed and wants to be bright, and the other a night or a mood that is
finished, so that its dark is meant. No single number tells them apart; thirty-three together do, mostly. The trees are
extremely randomized ones (Geurts, Ernst and Wehenkel, "Extremely randomized trees", Machine Learning 2006), taught by
`training.run.wanted`: bright frames say how light underexposed ones ought to be, finished dark photos that these stay
dark.
"""

import logging
from dataclasses import dataclass
from functools import lru_cache
from io import BytesIO
from typing import Protocol, Self
from zipfile import BadZipFile

import cv2
import numpy as np
from numpy.typing import NDArray

from lowlight.arrays import FloatImage
from lowlight.errors import LowlightError
from lowlight.shipped import bundled_file

BUNDLED = "wanted"
"""The bundled forest: this name with .npz, .sha256 and .md."""

IN_DOUBT = 0.33
"""The mean luma that is wanted where nothing is known: between an underexposed photo's and a finished one's."""

CLOSED_LEVEL, CLOSED_TEXTURE = 4.5, 0.12
"""Level and standard deviation of luma, of 255, below both of which a cell is a closed black: flat, as cameras leave a
black that is meant. In underexposed frames there is noise."""

QUIET_LEVEL, QUIET_TEXTURE = 12.0, 0.25
"""The same, less strictly: dark and smooth."""

_LEVELS = (1, 5, 10, 25, 50, 75, 90, 95, 98, 99.5)
_TEXTURES = (5, 25, 50, 75, 95)
_ROUGHNESS = (25, 50, 75)
_WIDE = 8  # cells: standard deviation beyond which a difference in light is one of large parts

NAMES = (
    *(f"level {share}" for share in _LEVELS),
    *(f"texture {share}" for share in _TEXTURES),
    *(f"roughness {share}" for share in _ROUGHNESS),
    *("mean", "spread", "skew", "coarse", "fine", "slope", "top", "middle", "closed", "quiet"),
    *("saturation", "saturation of light", "red", "blue", "colours"),
)
"""What `features` returns, in its order. Numbers behind a name are percentiles over the cells."""

_log = logging.getLogger(__name__)


class Surveyed(Protocol):
    """What is asked of a survey; `lowlight.light.survey.Survey` says what each is."""

    @property
    def light(self) -> FloatImage:
        """Linear light, rows x cols x 3, float32."""

    @property
    def level(self) -> FloatImage:
        """Strongest sRGB values, rows x cols, float32, of 255."""

    @property
    def texture(self) -> FloatImage:
        """Deviation of luma inside a cell, rows x cols, float32, of 255."""

    @property
    def logarithm(self) -> FloatImage:
        """Intensity in stops, rows x cols, float32."""

    @property
    def mean(self) -> float:
        """The photo's mean luma, in [0, 1]."""


@dataclass(frozen=True)
class Forest:
    """Trees in one array of nodes; the child for smaller values follows its node.

    Attributes:
        roots: each tree's first node.
        feature: which of `NAMES` a node asks for; below 0 it is a leaf.
        threshold: float32: values up to it go to the next node, larger ones to ``right``.
        right: the other child.
        value: float32: the natural logarithm of mean luma that a leaf answers.
    """

    roots: NDArray[np.int64]
    feature: NDArray[np.int64]
    threshold: NDArray[np.float32]
    right: NDArray[np.int64]
    value: NDArray[np.float32]

    @classmethod
    def read(cls, data: bytes) -> Self:
        """Read a forest as `written` writes it.

        Raises:
            LowlightError: it is none, or made for other features.
        """
        try:
            with np.load(BytesIO(data)) as found:
                if tuple(found["names"]) != NAMES:
                    raise LowlightError("This forest was made for other features. Train it anew.")
                kinds = {"roots": np.int64, "feature": np.int64, "threshold": np.float32, "right": np.int64}
                arrays = {name: found[name].astype(kind) for name, kind in {**kinds, "value": np.float32}.items()}
        except (KeyError, OSError, EOFError, ValueError, BadZipFile) as error:
            raise LowlightError("This file holds no forest. Train it anew.") from error
        return cls(**arrays)

    def written(self) -> bytes:
        """Return the forest as a compressed ``.npz``; the same forest gives the same bytes."""
        small = {"roots": np.uint32, "feature": np.int8, "threshold": np.float32, "right": np.uint32}
        arrays = {name: getattr(self, name).astype(kind) for name, kind in {**small, "value": np.float16}.items()}
        data = BytesIO()
        np.savez_compressed(data, names=np.array(NAMES), **arrays)
        return data.getvalue()

    def answer(self, values: NDArray[np.float32]) -> float:
        """Return the mean of the trees' answers.

        Args:
            values: float32, one for each of `NAMES`.
        """
        at = self.roots
        while (inner := self.feature[at] >= 0).any():
            smaller = values[self.feature[at]] <= self.threshold[at]
            at = np.where(inner, np.where(smaller, at + 1, self.right[at]), at)
        return float(self.value[at].mean())


@lru_cache(maxsize=1)
def bundled_forest() -> Forest:
    """Return the forest that comes with the project.

    Raises:
        LowlightError: it is missing or damaged.
    """
    data, _ = bundled_file(BUNDLED, ".npz")
    return Forest.read(data)


def wanted_mean(survey: Surveyed) -> float:
    """Return the mean luma, in (0, 1), that a dark photo ought to have where it holds something (`Survey.signal`).

    Without a forest it is the same for all photos, `IN_DOUBT`, and the log says why.
    """
    try:
        forest = bundled_forest()
    except LowlightError as error:
        _log.warning("%s", error)
        return IN_DOUBT
    return float(np.exp(forest.answer(features(survey))))


def closed_share(survey: Surveyed) -> float:
    """Return how much of a photo is a closed black, in [0, 1] (`CLOSED_LEVEL`)."""
    return float(((survey.level < CLOSED_LEVEL) & (survey.texture < CLOSED_TEXTURE)).mean())


def features(survey: Surveyed) -> NDArray[np.float32]:
    """Return the numbers about a photo by which trees judge it: float32, one for each of `NAMES`.

    Levels and textures as logarithms, in stops: their percentiles, mean, spread and skew; how rough cells are for their
    level; how light differs over wide and short distances, from top to bottom, and between the middle and the whole;
    how much is a closed black, or quiet; and colours.
    """
    level, texture = np.log2(survey.level + 1), np.log2(survey.texture + np.float32(0.05))
    spread = float(level.std())
    skew = float(((level - level.mean()) ** 3).mean()) / (spread**3 + 1e-6)
    light, third, fourth = survey.logarithm, len(level) // 3, len(level) // 4
    wide = cv2.GaussianBlur(light, (0, 0), _WIDE)
    quiet = (survey.level < QUIET_LEVEL) & (survey.texture < QUIET_TEXTURE)
    numbers = (
        *np.percentile(level, _LEVELS),
        *np.percentile(texture, _TEXTURES),
        *np.percentile(texture - level, _ROUGHNESS),
        *(np.log2(survey.mean * 255 + 0.5), spread, skew),
        *(wide.std(), (light - wide).std(), np.abs(np.diff(light, axis=1)).mean()),
        *(light[:third].mean() - light[-third:].mean(), light[fourth:-fourth].mean() - light.mean()),
        *(closed_share(survey), quiet.mean()),
        *_colours(survey.light),
    )
    return np.asarray(numbers, np.float32)


def _colours(light: FloatImage) -> tuple[float, ...]:
    """Return saturation, plain and weighted by light, red and blue against green over all, and how colours differ."""
    strongest = light.max(axis=-1)
    shares = light / (strongest[..., np.newaxis] + np.float32(1e-4))
    saturation = 1 - shares.min(axis=-1)
    red, green, blue = light.reshape(-1, 3).mean(axis=0, dtype=np.float64) + 1e-9
    apart = (shares - shares.mean(axis=(0, 1))).reshape(-1, 3).std(axis=0).mean()
    weighted = float((saturation * strongest).sum() / max(float(strongest.sum()), 1e-9))
    return float(saturation.mean()), weighted, float(np.log(red / green)), float(np.log(blue / green)), float(apart)
