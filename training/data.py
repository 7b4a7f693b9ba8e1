"""Splits by scene: which pairs train, which choose the weights, which are only measured; written down with hashes."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

from lowlight.errors import LowlightError
from training.pairs import SCENES as SCENES
from training.pairs import SIDES, Dataset, data_root, with_lol_facts
from training.pairs import Pair as Pair
from training.pairs import find_pairs as find_pairs
from training.pairs import read_rgb as read_rgb

PARTS = ("training", "validation", "held-out")

PROTOCOLS = {
    "leak-free": "no scene on two sides, none of LOL's test scenes anywhere, displaced pairs do not train",
    "seen": "leaks on purpose: as leak-free, but one photo of each held-out scene trains, and its others are held out",
    "official": "LOL's own: all of our485 trains but a validation part, eval15 is held out; 24 pairs show test scenes",
}
"""What can be asked of a split. Ours is leak-free; official is for comparing with figures published by others, and seen
shows how much its leak flatters (14 of LOL's 15 test scenes are seen in its training pairs)."""

LEAKS = {
    "official": "This protocol trains on pairs that show LOL's test scenes.",
    "seen": "This protocol trains on pairs that show the held-out scenes.",
}
"""What must be said beside a figure, by protocol."""

_NO_SPLIT = "{name} cannot be read as a split. Write it anew with the prepare command."

Split = dict[str, list[Pair]]
"""The pairs of each of `PARTS`."""


def part_of_scene(scene: int) -> str:
    """Return which part of the split a scene belongs to: 80 % training, 10 % validation, 10 % held out.

    Validation chooses the weights, the held-out scenes give the published figures, and neither trains.
    """
    return {0: "held-out", 5: "validation"}.get(scene % 10, "training")


def split(dataset: Dataset, protocol: str = "leak-free") -> tuple[Split, dict[str, str]]:
    """Split a data set by scene.

    Scenes count by their number in LOL's list, and by their order in any other data set.

    Args:
        dataset: its pairs' ``fault`` decides which do not train under "leak-free".
        protocol: one of `PROTOCOLS`; only LOL has an official split.

    Returns:
        The split, and for each pair that was left out the reason, by name.

    Raises:
        LowlightError: no such protocol, or too few scenes for a training and a validation part.
    """
    if protocol not in PROTOCOLS:
        raise LowlightError(f"There is no protocol {protocol!r}. Choose one of {', '.join(PROTOCOLS)}.")
    if protocol == "official" and not dataset.is_lol:
        raise LowlightError(f"Only LOL has an official split, and this is {dataset.name!r}. Choose leak-free.")
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
    _check_parts(parts, len(numbers))
    return parts, left_out


def split_lol(folder: Path) -> Split:
    """Split LOL v1's pairs by scene, leak-free, displaced pairs left out of training.

    Args:
        folder: with the folders low and high in it, or LOL's our485; whatever it is called, its pairs are LOL's.
    """
    root = data_root(folder)
    pairs = find_pairs(root / "our485" if (root / "our485").is_dir() else folder)
    return split(Dataset("LOL v1", root, with_lol_facts(pairs), [], is_lol=True, has_scenes=True))[0]


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


def write_split(
    path: Path, parts: Split, *, root: Path, protocol: str, source: str, left_out: Mapping[str, str] | None = None
) -> None:
    """Write a split as JSON: each part's pairs by name, scene, files and their SHA-256. The same split, the same bytes.

    Args:
        path: the file to write.
        parts: as `split` returns it.
        root: the folder that the files are named from, as `pairs.data_root` returns it.
        protocol: one of `PROTOCOLS`.
        source: the data set's name, and its revision where there is one.
        left_out: why pairs of the data set are in no part, by name.
    """
    content = {
        "source": source,
        "protocol": protocol,
        "parts": {part: [_entry(pair, root) for pair in parts[part]] for part in PARTS},
        "left_out": dict(left_out or {}),
    }
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(content, indent=1) + "\n", encoding="utf-8")


def read_split(path: Path, folder: Path) -> Split:
    """Read a split that `write_split` wrote, and see that the photos are still the ones it was made from.

    Args:
        path: the JSON file.
        folder: the data set, at either level, wherever it lies now.

    Raises:
        LowlightError: the file is no split, or photos are missing or have changed; each is named.
    """
    root = data_root(folder)
    try:
        listed = json.loads(path.read_text(encoding="utf-8"))["parts"]
        parts = {part: [_pair(entry, root) for entry in listed[part]] for part in PARTS}
        hashes = {entry[side]: entry[f"{side}_sha256"] for part in PARTS for entry in listed[part] for side in SIDES}
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise LowlightError(_NO_SPLIT.format(name=path.name)) from error
    found = {name: _hash(root / name) for name in hashes}
    changed = [
        f"{name} {'has changed' if found[name] else 'is missing'}" for name in hashes if found[name] != hashes[name]
    ]
    if changed:
        raise LowlightError(
            f"{len(changed)} of {len(hashes)} photos are not the ones that {path.name} was made from: "
            f"{', '.join(changed)}. Point to the data it was made from, or prepare it again."
        )
    return parts


def read_terms(path: Path) -> tuple[str, dict[str, str]]:
    """Return a split file's protocol, and why pairs are in no part of it, by name.

    Raises:
        LowlightError: the file is no split.
    """
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
        return str(content["protocol"]), dict(content["left_out"])
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise LowlightError(_NO_SPLIT.format(name=path.name)) from error


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
    part = part_of_scene(scene)
    return ("", pair.fault) if pair.fault and part == "training" else (part, "")


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


def _check_parts(parts: Split, scenes: int) -> None:
    for part in PARTS[:2]:
        if not parts[part]:
            raise LowlightError(
                f"No pair is left for {part}: the data set has {scenes} scenes. Validation takes the fifth of ten, so "
                "at least five are needed."
            )


def _entry(pair: Pair, root: Path) -> dict[str, str]:
    facts = {"name": pair.name, "scene": pair.scene, "test_pairs": pair.test_pairs, "fault": pair.fault}
    files = {"low": pair.low_path, "high": pair.high_path}
    places = {side: path.relative_to(root).as_posix() for side, path in files.items()}
    hashes = {f"{side}_sha256": _hash(path) for side, path in files.items()}
    return {name: value for name, value in facts.items() if value} | places | hashes


def _pair(entry: dict[str, Any], root: Path) -> Pair:
    facts = {name: str(entry.get(name, "")) for name in ("scene", "test_pairs", "fault")}
    return Pair(str(entry["name"]), root / entry["low"], root / entry["high"], **facts)


def _hash(path: Path) -> str:
    return sha256(path.read_bytes()).hexdigest() if path.is_file() else ""
