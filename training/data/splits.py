"""Splits by scene: which pairs train, which choose the weights, which are only measured."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from lowlight.errors import LowlightError
from training.data.pairs import SCENES as SCENES
from training.data.pairs import Dataset, open_dataset
from training.data.pairs import Pair as Pair
from training.data.pairs import find_pairs as find_pairs
from training.data.pairs import read_rgb as read_rgb

PARTS = ("training", "validation", "held-out")

PROTOCOLS = {
    "leak-free": "no scene on two sides, none of LOL's test scenes anywhere, displaced pairs do not train",
    "seen": "leaks on purpose: as leak-free, but one photo of each held-out scene trains, and its others are held out",
    "rooms": "as leak-free, and no room on two sides: of ten stretches of LOL's scenes two validate, one is held out",
    "final": "the usual one, but what validates there trains too, and what is held out there validates",
    "official": "LOL's own: all of our485 trains but a validation part, eval15 is held out; 24 pairs show test scenes",
}
"""What can be asked of a split. Usual is rooms for LOL (`part_of_room`) and leak-free for any other data set. Final is
for weights that are to be released when everything is chosen: nothing may be chosen by them. Official is for comparing
with figures published by others, and seen shows how much its leak flatters (14 of LOL's 15 test scenes are seen in its
training pairs)."""

LEAKS = {
    "official": "This protocol trains on pairs that show LOL's test scenes.",
    "seen": "This protocol trains on pairs that show the held-out scenes.",
}
"""What must be said beside a figure, by protocol."""

LOL_SCENES = 233
"""How many scenes LOL has, its test set's among them; they are numbered from 0 in order of their ids."""

BLOCKS = 10
"""How many stretches of equally many scenes LOL is cut into for its rooms."""

JUDGED_BLOCKS = {2: "validation", 8: "validation", 9: "held-out"}
"""Which stretches of LOL, counted from 0, do not train under "rooms"."""

_NEIGHBOUR = "next to a room that is judged"
_LOL_ONLY = {
    "official": "Only LOL has an official split, and this is {name!r}. Choose leak-free.",
    "rooms": "Only of LOL is it known that neighbouring scenes show one room, and this is {name!r}. Choose leak-free.",
}
"""What is said of a protocol where a data set is not LOL."""

_FEW_SCENES = "Validation takes the fifth of ten, so at least five are needed."
_FEW_ROOMS = "Under rooms validation takes scenes 47 to 69 and 187 to 209, so some of these and of others are needed."

Split = dict[str, list[Pair]]
"""The pairs of each of `PARTS`."""


@dataclass(frozen=True)
class SplitSet:
    """A data set and its split.

    Attributes:
        source: its name, and its revision where there is one.
        root: the folder that its files are named from, as `pairs.data_root` returns it.
        protocol: one of `PROTOCOLS`, or how else it was split.
        parts: the split.
        left_out: why pairs are in no part, by name.
    """

    source: str
    root: Path
    protocol: str
    parts: Split
    left_out: Mapping[str, str] = field(default_factory=dict)


def split_set(folder: Path, protocol: str | None = None) -> SplitSet:
    """Open a data set and split it; see `pairs.open_dataset` and `split`."""
    dataset = open_dataset(folder)
    protocol = protocol or usual_protocol(dataset)
    parts, left_out = split(dataset, protocol)
    return SplitSet(dataset.name, dataset.root, protocol, parts, left_out)


def usual_protocol(dataset: Dataset) -> str:
    """Return the protocol that is meant where nobody names one."""
    return "rooms" if dataset.is_lol else "leak-free"


def part_of_scene(scene: int) -> str:
    """Return which part of the split a scene belongs to: 80 % training, 10 % validation, 10 % held out.

    Validation chooses the weights, the held-out scenes give the published figures, and neither trains.
    """
    return {0: "held-out", 5: "validation"}.get(scene % 10, "training")


def part_of_room(scene: int) -> str:
    """Return which part one of LOL's scenes belongs to under "rooms"; "" for one that is left out.

    LOL was taken room by room, so that neighbouring scenes show the same walls and things, if not the same view. Its
    scenes, in order of their ids, are cut into `BLOCKS`; of two neighbours in different parts one is left out, from
    training rather than from validation, from there rather than from the held-out part. The judged ones were chosen by
    looking at all scenes:

    - Block 2 (scenes 47 to 69) is for the most part a flat of its own: bedrooms, bathrooms, cupboards. Blocks 0 and 1
      are another flat that comes back in block 3 (the sofa of 15 in 76), and all of it trains.
    - 84 to 126 are one studio's objects in ever new frames, over three blocks; all of them train. So do the rooms of
      one dormitory in blocks 5 to 7.
    - Block 8 (187 to 209) is shops, offices and places out of doors, block 9 (210 to 232) a campus and its sports
      halls. The latter is held out: it borders on no scene that trains, and validates nothing.

    Args:
        scene: its number in LOL's list, from 0 to `LOL_SCENES` - 1.
    """
    part, *around = (_part_of_block(one) for one in (scene, max(scene - 1, 0), min(scene + 1, LOL_SCENES - 1)))
    return part if all(PARTS.index(part) >= PARTS.index(other) for other in around) else ""


def split(dataset: Dataset, protocol: str | None = None) -> tuple[Split, dict[str, str]]:
    """Split a data set by scene.

    Scenes count by their number in LOL's list, and by their order in any other data set.

    Args:
        dataset: its pairs' ``fault`` decides which do not train, but under "official".
        protocol: one of `PROTOCOLS`, `usual_protocol`'s if None; only LOL has an official split and known rooms.

    Returns:
        The split, and for each pair that was left out the reason, by name.

    Raises:
        LowlightError: no such protocol, or none for this data set, or too few scenes for a training and a validation
            part.
    """
    protocol = protocol or usual_protocol(dataset)
    if protocol not in PROTOCOLS:
        raise LowlightError(f"There is no protocol {protocol!r}. Choose one of {', '.join(PROTOCOLS)}.")
    if protocol == "final":
        return _final(*split(dataset))
    if protocol in _LOL_ONLY and not dataset.is_lol:
        raise LowlightError(_LOL_ONLY[protocol].format(name=dataset.name))
    numbers = _scene_numbers(dataset)
    parts: Split = {part: [] for part in PARTS}
    left_out = {}
    for pair in dataset.pairs:
        part, reason = _place(pair, numbers.get(pair.scene or pair.name), protocol)
        if part:
            parts[part].append(pair)
        else:
            left_out[pair.name] = reason
    if protocol == "official":
        parts["held-out"] = list(dataset.test_pairs)
    if protocol == "seen":
        left_out |= _let_see(parts)
    _check_parts(parts, len(numbers), _FEW_ROOMS if protocol == "rooms" else _FEW_SCENES)
    return parts, left_out


@dataclass(frozen=True)
class Leak:
    """A training pair whose scene is seen again where it is measured."""

    pair: str
    scene: str
    seen_in: str

    def __str__(self) -> str:
        return f"{self.pair} shows scene {self.scene}, as {self.seen_in}"


def leak_report(parts: Mapping[str, list[Pair]]) -> list[Leak]:
    """Return which training pairs show a scene of LOL's test set, or share a scene with another part; best, none."""
    measured: dict[str, list[tuple[str, str]]] = {}
    for part in PARTS[1:]:
        for pair in parts.get(part, []):
            measured.setdefault(pair.scene or pair.name, []).append((pair.name, part))
    leaks = []
    for pair in parts.get("training", []):
        tests, scene = pair.test_pairs.split(), pair.scene or pair.name
        seen_in = [f"LOL's test pair {name}" for name in tests]
        seen_in += [f"{name} ({part})" for name, part in measured.get(scene, []) if name not in tests]
        if seen_in:
            leaks.append(Leak(pair.name, scene, " and ".join(seen_in)))
    return leaks


def _scene_numbers(dataset: Dataset) -> dict[str, int]:
    if dataset.is_lol:
        return {pair.scene: int(pair.scene) for pair in dataset.pairs if pair.scene}
    scenes = dict.fromkeys(pair.scene or pair.name for pair in dataset.pairs)
    return {scene: number for number, scene in enumerate(scenes, 1)}


def _place(pair: Pair, scene: int | None, protocol: str) -> tuple[str, str]:
    """Return a pair's part, or "" and the reason why it has none."""
    if protocol == "official":
        trains = scene is None or pair.test_pairs or part_of_scene(scene) != "validation"
        return ("training" if trains else "validation"), ""
    if scene is None:
        return "", "not in the scene list"
    if pair.test_pairs:
        return "", "shows a scene of LOL's test set"
    part = part_of_room(scene) if protocol == "rooms" else part_of_scene(scene)
    if not part:
        return "", _NEIGHBOUR
    return ("", pair.fault) if pair.fault and part == "training" else (part, "")


def _part_of_block(scene: int) -> str:
    return JUDGED_BLOCKS.get(scene * BLOCKS // LOL_SCENES, "training")


def _final(parts: Split, left_out: dict[str, str]) -> tuple[Split, dict[str, str]]:
    """Let what validates train, and what is held out validate; a displaced pair still does not train."""
    faulty = {pair.name: pair.fault for pair in parts["validation"] if pair.fault}
    trains = [pair for pair in parts["training"] + parts["validation"] if pair.name not in faulty]
    return {"training": trains, "validation": parts["held-out"], "held-out": []}, left_out | faulty


def _let_see(parts: Split) -> dict[str, str]:
    """Move the first pair of each held-out scene to training; return why pairs without another one are left out."""
    by_scene: dict[str, list[Pair]] = {}
    for pair in sorted(parts["held-out"], key=lambda pair: bool(pair.fault)):  # displaced pairs do not train
        by_scene.setdefault(pair.scene or pair.name, []).append(pair)
    groups = list(by_scene.values())
    usable = [group for group in groups if len(group) > 1 and not group[0].fault]
    parts["training"] = parts["training"] + [group[0] for group in usable]
    parts["held-out"] = [pair for group in usable for pair in group[1:]]
    unseen = [pair.name for group in groups if group not in usable for pair in group]
    return dict.fromkeys(unseen, "its held-out scene has no other pair that could train")


def _check_parts(parts: Split, scenes: int, needed: str) -> None:
    for part in PARTS[:2]:
        if not parts[part]:
            raise LowlightError(f"No pair is left for {part}: the data set has {scenes} scenes. {needed}")
