"""Pairs of dark and bright photos of the same scenes, and the split by scene."""

import csv
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
from PIL import Image

from lowlight.errors import LowlightError
from lowlight.tone import Uint8Image

SCENES = Path(__file__).with_name("lol_scenes.csv")
"""Which of LOL v1's training pairs show the same scene, and by how many pixels a pair is displaced."""

PARTS = ("training", "validation", "held-out")


@dataclass(frozen=True)
class Pair:
    """A dark photo and the bright one it should become: two files of one size."""

    name: str
    low_path: Path
    high_path: Path

    @cached_property
    def low(self) -> Uint8Image:
        """The dark photo: height x width x 3, uint8 sRGB."""
        return read_rgb(self.low_path)

    @cached_property
    def high(self) -> Uint8Image:
        """The bright photo: height x width x 3, uint8 sRGB."""
        return read_rgb(self.high_path)


def read_rgb(path: Path) -> Uint8Image:
    """Read a data set's picture (8-bit, upright): height x width x 3, uint8."""
    with Image.open(path) as image:
        return np.asarray(image.convert("RGB"))


def find_pairs(folder: Path) -> list[Pair]:
    """Return the pairs in ``folder/low`` and ``folder/high``, matched by stem, in order of their names.

    Raises:
        LowlightError: no pairs, or a photo without its partner.
    """
    low, high = ({path.stem: path for path in (folder / side).glob("*.*")} for side in ("low", "high"))
    lonely = sorted(low.keys() ^ high.keys())
    if lonely:
        raise LowlightError(f"{len(lonely)} photos have no partner of the same name, {lonely[0]} the first of them.")
    if not low:
        raise LowlightError(f"There are no pairs here: {folder} needs the folders low and high.")
    return [Pair(name, low[name], high[name]) for name in sorted(low, key=_by_number)]


def part_of_scene(scene: int) -> str:
    """Return which part of the split a scene belongs to: 80 % training, 10 % validation, 10 % held out.

    Validation chooses the weights, the held-out scenes give the published figures, and neither trains.
    """
    return {0: "held-out", 5: "validation"}.get(scene % 10, "training")


def split_lol(folder: Path) -> dict[str, list[Pair]]:
    """Split LOL v1's pairs by scene into `PARTS`, displaced pairs left out of training.

    Args:
        folder: LOL's ``our485``, with the folders low and high; pairs the scene list does not name are left out: they
            show scenes of LOL's own test set, or are framed differently.
    """
    with SCENES.open(newline="") as file:
        rows = {row["id"]: row for row in csv.DictReader(file)}
    parts: dict[str, list[Pair]] = {part: [] for part in PARTS}
    for pair in find_pairs(folder):
        row = rows.get(pair.name)
        if row is None:
            continue
        part = part_of_scene(int(row["scene"]))
        if part != "training" or row["shift_px"] == "0":
            parts[part].append(pair)
    return parts


def _by_number(name: str) -> tuple[int, str]:
    return (int(name) if name.isdigit() else 0, name)
