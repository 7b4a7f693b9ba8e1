"""Splits written down as JSON: which files of which data sets train, validate, are held out, each with its SHA-256."""

import json
from collections.abc import Mapping, Sequence
from hashlib import sha256
from pathlib import Path
from typing import Any

from lowlight.errors import LowlightError
from training.data.pairs import SIDES, Pair, data_root
from training.data.splits import PARTS, SplitSet

_NO_SPLIT = "{name} cannot be read as a split. Write it anew with the prepare command."

_FACTS = ("scene", "test_pairs", "fault", "kind")
"""What is written of a pair beside its name and files, where it is not what `Pair` has anyway."""


def write(path: Path, sets: Sequence[SplitSet]) -> None:
    """Write the split of one or more data sets: sources, protocols, parts and reasons. The same sets, the same bytes.

    Args:
        path: the file to write; its folder is made if it is missing.
        sets: in the order in which they are trained on.
    """
    content = {
        "sets": [
            {
                "source": one.source,
                "protocol": one.protocol,
                "parts": {part: [_entry(pair, one.root) for pair in one.parts[part]] for part in PARTS},
                "left_out": dict(one.left_out),
            }
            for one in sets
        ]
    }
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(content, indent=1) + "\n", encoding="utf-8")


def read(paths: Sequence[Path], folder: Path) -> SplitSet:
    """Find a data set's split in files that `write` wrote, and see that its photos are still those it was made from.

    Which of several data sets it is, its files tell: it may lie elsewhere and be called otherwise by now.

    Args:
        paths: JSON files.
        folder: the data set, at either level.

    Raises:
        LowlightError: a file is no split, none is of this data set, or photos are missing or have changed; each is
            named.
    """
    root = data_root(folder)
    names = ", ".join(path.name for path in paths)
    listed = [(one, _hashes(one)) for one in (one for path in paths for one in _sets(path))]
    found = {name: _hash(root / name) for _, hashes in listed for name in hashes}
    right = [sum(found[name] == known for name, known in hashes.items()) / len(hashes) for _, hashes in listed]
    if not max(right):
        raise LowlightError(
            f"{names} is of other data than {root.absolute().name!r}: none of its photos is there. Point to the data "
            "it was made from, or prepare it again."
        )
    chosen, hashes = listed[right.index(max(right))]
    changed = [
        f"{name} {'has changed' if found[name] else 'is missing'}" for name in hashes if found[name] != hashes[name]
    ]
    if changed:
        raise LowlightError(
            f"{len(changed)} of {len(hashes)} photos are not the ones that {names} was made from: "
            f"{', '.join(changed)}. Point to the data it was made from, or prepare it again."
        )
    parts = {part: [_pair(entry, root) for entry in chosen["parts"][part]] for part in PARTS}
    return SplitSet(chosen["source"], root, chosen["protocol"], parts, dict(chosen["left_out"]))


def _sets(path: Path) -> list[dict[str, Any]]:
    """Return the data sets of a split file, seen to be ones."""
    try:
        sets = list(json.loads(path.read_text(encoding="utf-8"))["sets"])
        whole = all(
            _hashes(one) and {"source", "protocol"} <= one.keys() and isinstance(one["left_out"], dict) for one in sets
        )
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise LowlightError(_NO_SPLIT.format(name=path.name)) from error
    if not sets or not whole:
        raise LowlightError(_NO_SPLIT.format(name=path.name))
    return sets


def _hashes(one: Mapping[str, Any]) -> dict[str, str]:
    """Return the SHA-256 of a data set's files, by their names."""
    return {entry[side]: entry[f"{side}_sha256"] for part in PARTS for entry in one["parts"][part] for side in SIDES}


def _entry(pair: Pair, root: Path) -> dict[str, str]:
    usual = Pair(pair.name, pair.low_path, pair.high_path)
    facts = {name: getattr(pair, name) for name in _FACTS if getattr(pair, name) != getattr(usual, name)}
    files = {"low": pair.low_path, "high": pair.high_path}
    places = {side: path.relative_to(root).as_posix() for side, path in files.items()}
    hashes = {f"{side}_sha256": _hash(path) for side, path in files.items()}
    return {"name": pair.name, **facts, **places, **hashes}


def _pair(entry: Mapping[str, Any], root: Path) -> Pair:
    facts = {name: str(entry[name]) for name in _FACTS if name in entry}
    return Pair(str(entry["name"]), root / entry["low"], root / entry["high"], **facts)


def _hash(path: Path) -> str:
    return sha256(path.read_bytes()).hexdigest() if path.is_file() else ""
