"""What a run trains on: one data set or several, and well-lit photos of which dark ones are made."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from lowlight.errors import LowlightError
from lowlight.files.photo import read_header
from training.data import split_file
from training.data.pairs import photos_in
from training.data.splits import PARTS, Pair, Split, SplitSet, split_set
from training.experiments import Experiment

CLEAN = "clean"
"""The protocol of well-lit photos, of which dark ones are made: all of them train."""

_SMALL = "smaller than a patch"


def gather(
    folders: Sequence[Path],
    clean: Path | None = None,
    *,
    protocol: str | None = None,
    split_files: Sequence[Path] = (),
) -> list[SplitSet]:
    """Open data sets and split each, or follow splits that were written down.

    Args:
        folders: the data sets.
        clean: a folder of well-lit photos.
        protocol: how to split all of them; None means each one's usual (`splits.usual_protocol`).
        split_files: where the splits are written down, if they are: then the protocol does not count.

    Returns:
        The data sets in that order, the well-lit photos last.

    Raises:
        LowlightError: as `splits.split_set`, `clean_set` and `split_file.read` say.
    """
    extra = [clean] if clean else []
    if split_files:
        return [split_file.read(split_files, folder) for folder in (*folders, *extra)]
    return [*(split_set(folder, protocol) for folder in folders), *map(clean_set, extra)]


def clean_set(folder: Path) -> SplitSet:
    """Return well-lit photos as a data set all of which trains, each under its file's name.

    Raises:
        LowlightError: the folder holds no photos.
    """
    photos = [Pair(path.name, path, path, kind=CLEAN) for path in photos_in(folder)]
    parts = {part: photos if part == "training" else [] for part in PARTS}
    return SplitSet(folder.absolute().name, folder, CLEAN, parts)


def large_enough(one: SplitSet, side: int) -> SplitSet:
    """Leave out of training what is smaller than a patch.

    Args:
        one: a data set.
        side: of the patches, in pixels.

    Raises:
        LowlightError: a photo cannot be read.
    """
    small = {pair.name for pair in one.parts["training"] if _side(pair.high_path) < side}
    if not small:
        return one
    trains = [pair for pair in one.parts["training"] if pair.name not in small]
    reasons = dict.fromkeys(sorted(small), f"{_SMALL} of {side}x{side}")
    return replace(one, parts={**one.parts, "training": trains}, left_out={**one.left_out, **reasons})


def check(experiment: Experiment, sets: Sequence[SplitSet]) -> None:
    """See that an experiment can make use of what it is given, and is given what it asks for.

    LOL may be missing: then the other data sets take its place.

    Raises:
        LowlightError: it takes no well-lit photos, and there are some; or it asks for them or for a data set beside
            LOL, and there are none.
    """
    kinds = {pair.kind for one in sets for pair in one.parts["training"]}
    if "clean" in kinds and not experiment.clean:
        raise LowlightError(f"{experiment.name} learns from pairs alone. Leave --clean out.")
    if experiment.clean and "clean" not in kinds:
        raise LowlightError(f"{experiment.name} learns from well-lit photos too. Name their folder with --clean.")
    if experiment.others and "pair" not in kinds:
        raise LowlightError(f"{experiment.name} learns from a data set beside LOL too. Name both with --data.")


def told(one: SplitSet) -> str:
    """Return a sentence about a data set: its pairs in each part, and which of them are too small to train."""
    counts = ", ".join(f"{part} {len(pairs)}" for part, pairs in one.parts.items() if pairs)
    small = [name for name, reason in one.left_out.items() if reason.startswith(_SMALL)]
    return f"{one.source}, {one.protocol}: {counts}" + (f"; {_SMALL}: {', '.join(small)}" if small else "") + "."


def together(sets: Sequence[SplitSet]) -> Split:
    """Return the parts of all data sets, one data set's pairs after the other's."""
    return {part: [pair for one in sets for pair in one.parts[part]] for part in PARTS}


def _side(path: Path) -> int:
    header = read_header(path)
    return min(header.height, header.width)
