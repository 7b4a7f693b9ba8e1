"""Teaches the forest of `lowlight.light.wanted` how light photos ought to be, by bright frames and by dark photos.

Three kinds of photos teach. A dark frame of a pair ought to be as light as its bright one. A well-lit photo made dark
ought to be as light as it was. A finished dark photo, of which nobody has a brighter one, ought to stay dark: the
darker it is, the less light and the more lift it gets (`LIFTED`, `FOLLOWS`).
"""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from hashlib import sha256
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from sklearn.ensemble import ExtraTreesRegressor
from sklearn.model_selection import GroupKFold

from lowlight.arrays import Uint8Image
from lowlight.errors import LowlightError
from lowlight.light.survey import Survey, black_of, signal_of
from lowlight.light.wanted import IN_DOUBT, Forest, features
from training.batches.synthetic import darken, draw_capture, through_jpeg
from training.data.pairs import photos_in, read_rgb
from training.data.splits import Pair
from training.judge.fidelity import slope

LIFTED, FOLLOWS = 0.8, 0.6
"""What a finished dark photo ought to have: its mean luma where it holds something to the power of the second, times
the first. That is 1.6 times as light for the middle one of 122, of 0.18, and 2.7 times for one of 0.05. One factor for
all of them, 1.3, left those that taught the forest as dark as they were, and cost references more: what is between two
kinds was lifted too little."""

LIGHTEST = 0.45
"""What that makes of it at most."""

DARK_MEAN = 0.3
"""Mean luma from which on a photo is no dark one, and teaches nothing here."""

BRIGHT_MEANS = (0.3, 0.5)
"""Mean luma that well-lit photos are taken for, at least and at most, when they are made dark."""

DARKER = (1.2, 4.5)
"""By how many stops they are made dark."""

JPEG_SHARE, JPEG_QUALITY = 0.6, (70, 98)
"""How often they are compressed as JPEG, and how much."""

WEIGHTS = {"dark": 3.0, "pair": 1.0, "bright frame made dark": 0.3, "well-lit photo made dark": 0.2}
"""How much a photo counts, by what it is."""

TREES, LEAF, ASKED = 40, 3, 0.4
"""Trees in the forest, photos in a leaf at least, and the share of features that a node chooses from."""

HEDGE = 1.45
"""Trees in doubt answer with a mean, a luma of about `IN_DOUBT`; so answers are moved away from it by this factor, in
logarithms."""

_FOLDS = 8


@dataclass(frozen=True)
class Lesson:
    """What a photo teaches.

    Attributes:
        kind: one of `WEIGHTS`.
        group: what it shows: photos of one group are on one side of a cross-validation.
        features: as `lowlight.light.wanted.features` returns them.
        present: mean luma where the photo holds something, as it came.
        wanted: as it ought to be.
    """

    kind: str
    group: str
    features: NDArray[np.float32]
    present: float
    wanted: float


def lessons(pairs: Sequence[Pair], dark: Sequence[Path], seed: int = 0) -> list[Lesson]:
    """Return what photos teach, in their order; what is no dark photo teaches nothing.

    Args:
        pairs: of `training.data.pairs.KINDS`: dark and bright frames, or well-lit photos.
        dark: finished dark photos.
        seed: draws how bright photos are made dark.

    Raises:
        LowlightError: a photo cannot be read.
    """

    def of_pair(numbered: tuple[int, Pair]) -> list[Lesson | None]:
        number, pair = numbered
        low, high = pair.read()
        random, group = np.random.default_rng((seed, number)), f"{pair.kind} {pair.scene or pair.name}"
        if pair.kind == "clean":
            return [_made_dark("well-lit photo made dark", group, high, random)]
        own = [_lesson("pair", group, low, Survey.of(high).luma)]
        return own if pair.kind == "lol" else [*own, _made_dark("bright frame made dark", group, high, random)]

    def of_dark(path: Path) -> list[Lesson | None]:
        return [_lesson("dark", path.stem, read_rgb(path), None)]

    with ThreadPoolExecutor() as pool:
        found = [*pool.map(of_pair, enumerate(pairs)), *pool.map(of_dark, dark)]
    return [lesson for some in found for lesson in some if lesson is not None]


def taught(found: Sequence[Lesson], seed: int = 0) -> Forest:
    """Return the forest that lessons teach; the same lessons and seed give the same one.

    Args:
        found: as `lessons` returns them.
        seed: of the trees.
    """
    trees = ExtraTreesRegressor(TREES, min_samples_leaf=LEAF, max_features=ASKED, random_state=seed)
    trees.fit(_asked(found), _answers(found), sample_weight=[WEIGHTS[lesson.kind] for lesson in found])
    parts, starts, start = [], [], 0
    for one in trees.estimators_:
        tree = one.tree_
        starts.append(start)
        inner = tree.feature >= 0
        value = np.log(IN_DOUBT) + HEDGE * (tree.value[:, 0, 0] - np.log(IN_DOUBT))
        parts.append(
            (
                np.where(inner, tree.feature, -1),
                np.where(inner, tree.threshold, 0),
                np.where(inner, tree.children_right + start, 0),
                np.where(inner, 0, value),
            )
        )
        start += tree.node_count
    feature, threshold, right, value = (np.concatenate(arrays) for arrays in zip(*parts, strict=True))
    nodes = feature.astype(np.int64), threshold.astype(np.float32), right.astype(np.int64), value.astype(np.float32)
    return Forest.read(Forest(np.array(starts, np.int64), *nodes).written())


@dataclass(frozen=True)
class Tried:
    """How a forest does on photos that did not teach it.

    Attributes:
        error: mean absolute error of the wanted mean luma's natural logarithm, on pairs.
        bias: the same with its sign: below 0 is too dark.
        slope: of the logarithm of what dark photos are wanted at over that of what they have (`fidelity.slope`).
        factor: by how much their mean luma rises, in the geometric mean.
    """

    error: float
    bias: float
    slope: float
    factor: float

    def __str__(self) -> str:
        return (
            f"On photos that did not teach it: pairs {self.error:.2f} off in the logarithm, {self.bias:+.2f} on "
            f"average; dark photos are lifted by a factor of {self.factor:.1f}, with a slope of {self.slope:.2f}."
        )


def cross_validated(found: Sequence[Lesson], seed: int = 0) -> Tried:
    """Teach eight forests, each by seven eighths of the groups, and try each on the rest.

    Raises:
        LowlightError: there are no pairs, or no dark photos, or fewer than eight groups.
    """
    kinds = np.array([lesson.kind for lesson in found])
    groups = [lesson.group for lesson in found]
    if not {"pair", "dark"} <= set(kinds) or len(set(groups)) < _FOLDS:
        raise LowlightError("A forest learns from pairs and from dark photos, of at least eight scenes. Name both.")
    answers, guesses = _answers(found), np.zeros(len(found))
    for teaching, trying in GroupKFold(_FOLDS).split(guesses, groups=groups):
        forest = taught([found[at] for at in teaching], seed)
        guesses[trying] = [forest.answer(found[at].features) for at in trying]
    off, dark = (guesses - answers)[kinds == "pair"], kinds == "dark"
    present = 255 * np.array([lesson.present for lesson in found])[dark]
    wanted = np.maximum(255 * np.exp(guesses[dark]), present)
    factor = float(np.exp(np.log(wanted / present).mean()))
    return Tried(float(np.abs(off).mean()), float(off.mean()), slope(list(present), list(wanted)), factor)


def teach(pairs: Sequence[Pair], dark: Path, target: Path, seed: int = 0) -> Tried:
    """Teach a forest, write it and its checksum, and say how such forests do on photos that did not teach them.

    Args:
        pairs: what `lessons` takes.
        dark: a folder of finished dark photos.
        target: the ``.npz`` to write; its folder is made if it is missing.
        seed: draws everything.

    Raises:
        LowlightError: as `lessons` and `cross_validated` say.
    """
    found = lessons(pairs, photos_in(dark), seed)
    tried = cross_validated(found, seed)
    data = taught(found, seed).written()
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_bytes(data)
    target.with_suffix(".sha256").write_text(f"{sha256(data).hexdigest()}  {target.name}\n")
    return tried


def _lesson(kind: str, group: str, low: Uint8Image, bright: NDArray[np.float32] | None) -> Lesson | None:
    survey = Survey.of(low)
    if survey.mean >= DARK_MEAN:
        return None
    weights = signal_of(survey.level, survey.texture, black_of(survey.level)) + np.float32(1e-3)
    present = float(np.average(survey.luma, weights=weights))
    if bright is None:
        wanted = max(min(LIFTED * present**FOLLOWS, LIGHTEST), present)
    else:
        wanted = float(np.average(bright, weights=weights))
    return Lesson(kind, group, features(survey), present, wanted)


def _made_dark(kind: str, group: str, high: Uint8Image, random: np.random.Generator) -> Lesson | None:
    capture = replace(draw_capture(random, 0.3), exposure=float(2 ** -random.uniform(*DARKER)))
    low = darken(high, capture, random)
    if random.random() < JPEG_SHARE:
        low = through_jpeg(low, int(random.integers(*JPEG_QUALITY)))
    found = _lesson(kind, group, low, Survey.of(high).luma)
    return found and replace(found, wanted=float(np.clip(found.wanted, *BRIGHT_MEANS)))


def _asked(found: Sequence[Lesson]) -> NDArray[np.float32]:
    return np.stack([lesson.features for lesson in found])


def _answers(found: Sequence[Lesson]) -> NDArray[np.float64]:
    return np.log([lesson.wanted for lesson in found])
