"""Pairs of dark and bright photos on disk: which files belong together, and which pairs show the same scene."""

import csv
from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

import cv2
import numpy as np

from lowlight.arrays import Uint8Image
from lowlight.errors import LowlightError
from lowlight.files.photo import load_photo

SCENES = Path(__file__).with_name("lol_scenes.csv")
"""Facts about LOL v1's 500 pairs: ``id``; ``set``, our485 or eval15 (its test set); ``scene``, one number for all pairs
that show the same; ``fault``, why low and high do not lie over each other (eval15 was not checked for that).

A scene is a view. Other views of the same things are other scenes: 460 to 523 are one studio's objects in new frames,
and neighbours such as 750 and 751 show one hall from two places. So held-out figures flatter a little."""

KINDS = ("lol", "pair", "clean")
"""Whose a pair is, which decides how it is taught: LOL's, another data set's, or a bright photo's alone."""

SUFFIXES = frozenset({".png", ".jpg", ".jpeg", ".webp", ".avif", ".bmp", ".tif", ".tiff"})
SIDES = ("low", "high")

OWN_SCENES = "scenes.csv"
"""A folder's own scene list, beside low and high: the columns ``id`` (a photo's name without suffix) and ``scene``."""


LOL_FADED = 1.6
"""By how much LOL's bright photos are too pale. In linear light, brightened to the bright photo's mean luma by the
page's own curve, its dark photos have 1.87 times the bright ones' LAB chroma (24x16 cells of 23 of its training pairs);
those of exposure brackets by other cameras 1.13 times (20 pairs): the quotient is 1.65. Scaling each channel instead
gives 1.48."""


def saturated(rgb: Uint8Image, factor: float) -> Uint8Image:
    """Return a picture with its colours moved away from its luma by a factor, clipped and rounded.

    Args:
        rgb: height x width x 3, uint8 sRGB.
        factor: 1 changes nothing, 0 makes it grey.
    """
    luma = np.asarray(cv2.cvtColor(rgb, cv2.COLOR_RGB2GRAY), np.float32)[..., np.newaxis]
    return np.clip(np.rint(luma + (rgb - luma) * np.float32(factor)), 0, 255).astype(np.uint8)


@dataclass(frozen=True)
class Pair:
    """A dark photo and the bright one it should become: two files of one size.

    Attributes:
        name: the files' stem.
        low_path: the dark photo.
        high_path: the bright photo.
        scene: what it shows; pairs of one scene are near-duplicates. Empty if nobody said.
        test_pairs: names of the pairs in LOL's test set that show the same scene, with spaces between; mostly empty.
        fault: why the two do not lie over each other, as far as it is known; empty if they do.
        kind: one of `KINDS`. Of "clean" both files are the bright photo: its dark one is made anew each time.
    """

    name: str
    low_path: Path
    high_path: Path
    scene: str = ""
    test_pairs: str = ""
    fault: str = ""
    kind: str = "pair"

    def read(self) -> tuple[Uint8Image, Uint8Image]:
        """Read the dark photo and the bright one as it ought to be: LOL's, which are faded, have their colour back."""
        high = read_rgb(self.high_path)
        low = high if self.low_path == self.high_path else read_rgb(self.low_path)
        return low, saturated(high, LOL_FADED) if self.kind == "lol" else high

    @cached_property
    def low(self) -> Uint8Image:
        """The dark photo: height x width x 3, uint8 sRGB."""
        return read_rgb(self.low_path)

    @cached_property
    def high(self) -> Uint8Image:
        """The bright photo: height x width x 3, uint8 sRGB."""
        return read_rgb(self.high_path)


@dataclass(frozen=True)
class Dataset:
    """All pairs of a folder.

    Attributes:
        name: what it is called in reports: "LOL v1", or the folder's name.
        root: the folder that the files' names in a split count from.
        pairs: what there is to train with.
        test_pairs: LOL's eval15 where the folder has it.
        is_lol: whether scenes, faults and test set are LOL's.
        has_scenes: whether anybody said which pairs show the same scene.
    """

    name: str
    root: Path
    pairs: list[Pair]
    test_pairs: list[Pair]
    is_lol: bool
    has_scenes: bool


def read_rgb(path: Path) -> Uint8Image:
    """Read a photo as the page does: height x width x 3, uint8 sRGB, upright.

    Raises:
        LowlightError: it cannot be read, or is beyond the page's limits.
    """
    return load_photo(path).rgb


def open_dataset(folder: Path) -> Dataset:
    """Find out what a folder holds: LOL v1 (at the level of our485 or above it), or low and high beside each other.

    Raises:
        LowlightError: there are no pairs, photos without partner, or pairs that the folder's scene list leaves out.
    """
    root = data_root(folder)
    if (root / "our485").is_dir():
        ours = with_lol_facts(find_pairs(root / "our485"))
        tests = with_lol_facts(find_pairs(root / "eval15")) if (root / "eval15").is_dir() else []
        return Dataset("LOL v1", root, ours, tests, is_lol=True, has_scenes=True)
    pairs, scenes = find_pairs(root), root / OWN_SCENES
    if scenes.exists():
        pairs = _with_own_scenes(pairs, scenes)
    return Dataset(root.absolute().name, root, pairs, [], is_lol=False, has_scenes=scenes.exists())


def data_root(folder: Path) -> Path:
    """Return the folder that a data set's files are named from: LOL's is the one that holds our485."""
    if (folder / "low").is_dir() or (folder / "high").is_dir():
        return folder.absolute().parent if folder.absolute().name == "our485" else folder
    inner = folder / "lol_dataset"  # as the archive unpacks
    return inner if (inner / "our485").is_dir() else folder


def find_pairs(folder: Path) -> list[Pair]:
    """Return the pairs in ``folder/low`` and ``folder/high``, matched by stem, in order of their names.

    Raises:
        LowlightError: there are no pairs, or photos without partner; each is named.
    """
    pairs, problems = match_sides(folder)
    if problems:
        raise LowlightError(f"{len(problems)} photos cannot be paired. {listed(problems)}")
    if not pairs:
        raise LowlightError(
            f"There are no pairs here: {folder.name!r} needs the folders low and high, with photos of the same names. "
            "Choose another folder."
        )
    return pairs


@dataclass(frozen=True)
class Problem:
    """What is wrong with a pair; ``sentence`` begins with its name and says what to do."""

    pair: str
    sentence: str


def match_sides(folder: Path) -> tuple[list[Pair], list[Problem]]:
    """Match the photos in ``folder/low`` and ``folder/high`` by stem, whatever their formats; read none of them.

    Returns:
        The pairs in order of their names, numbers as numbers; and a problem for each photo that has no partner of its
        name, or more than one.
    """
    found: dict[str, dict[str, list[Path]]] = {}
    for side in SIDES:
        for path in sorted((folder / side).glob("[!.]*")):
            if path.suffix.lower() in SUFFIXES:
                found.setdefault(path.stem, {name: [] for name in SIDES})[side].append(path)
    pairs, problems = [], []
    for name in sorted(found, key=_by_number):
        low, high = (found[name][side] for side in SIDES)
        if len(low) == len(high) == 1:
            pairs.append(Pair(name, low[0], high[0]))
        else:
            problems.append(_unmatched(name, low, high))
    return pairs, problems


def listed(problems: Iterable[Problem]) -> str:
    """Return the problems' sentences, one after the other."""
    return " ".join(problem.sentence for problem in problems)


def with_lol_facts(pairs: list[Pair]) -> list[Pair]:
    """Return LOL's pairs with what `SCENES` knows about them; a pair it does not list stays as it is."""
    rows = _rows(SCENES)
    shown: dict[str, list[str]] = {}
    for row in rows.values():
        if row["set"] == "eval15":
            shown.setdefault(row["scene"], []).append(row["id"])
    return [_with_fact(pair, rows[pair.name], shown) if pair.name in rows else pair for pair in pairs]


def photos_in(folder: Path) -> list[Path]:
    """Return the photos in a folder, in order of their names.

    Raises:
        LowlightError: there are none.
    """
    paths = sorted(path for path in folder.glob("[!.]*") if path.suffix.lower() in SUFFIXES)
    if not paths:
        raise LowlightError(f"There are no photos in {folder.name!r}. Choose a folder of well-lit photos.")
    return paths


def _with_fact(pair: Pair, row: dict[str, str], shown: dict[str, list[str]]) -> Pair:
    tests = " ".join(shown.get(row["scene"], []))
    return replace(pair, kind="lol", scene=row["scene"], fault=row["fault"], test_pairs=tests)


def _with_own_scenes(pairs: list[Pair], path: Path) -> list[Pair]:
    rows = _rows(path)
    missing = [pair.name for pair in pairs if not rows.get(pair.name, {}).get("scene")]
    if missing:
        raise LowlightError(
            f"{OWN_SCENES} gives no scene for {len(missing)} of {len(pairs)} pairs: {', '.join(missing)}. Add them, or "
            "take the list away: then every pair counts as a scene of its own."
        )
    return [replace(pair, scene=rows[pair.name]["scene"]) for pair in pairs]


def _rows(path: Path) -> dict[str, dict[str, str]]:
    """Read a scene list by id."""
    try:
        with path.open(newline="", encoding="utf-8-sig") as file:
            return {row["id"]: row for row in csv.DictReader(file)}
    except (KeyError, csv.Error, UnicodeDecodeError) as error:
        raise LowlightError(
            f"{path.name} cannot be read as a scene list. It needs the columns id and scene."
        ) from error


def _unmatched(name: str, low: list[Path], high: list[Path]) -> Problem:
    for side, paths in zip(SIDES, (low, high), strict=True):
        if not paths:
            return Problem(name, f"{name}: has no partner in {side}. Copy it again, or take the photo away.")
    files = ", ".join(f"{path.parent.name}/{path.name}" for path in low + high)
    return Problem(name, f"{name}: which files belong together? {files}. Keep one on each side.")


def _by_number(name: str) -> tuple[int, str]:
    return (int(name) if name.isdecimal() else 0, name)
