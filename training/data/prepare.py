"""Makes a data set ready for training: fetched if need be, checked, split by scene, written down, to be looked at."""

from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from lowlight.errors import LowlightError
from training.data import split_file, splits
from training.data.checks import Report, check_pairs
from training.data.fetch import REPOSITORY, fetch_lol, fetched_revision
from training.data.pairs import Dataset, Problem, data_root, listed, match_sides, open_dataset
from training.data.splits import Pair, Split, SplitSet

SPLIT_FILE, PREVIEW_FILE = "split.json", "preview.png"


@dataclass(frozen=True)
class Prepared:
    """What `prepare` found and decided.

    Attributes:
        dataset: where the pairs lie.
        protocol: how they were split.
        parts: the split.
        left_out: why pairs are in no part, by name.
        measured: by name, which pairs measure as displaced, and how.
    """

    dataset: Dataset
    protocol: str
    parts: Split
    left_out: dict[str, str]
    measured: dict[str, str]


def prepare(
    source: Path | None,
    out: Path,
    *,
    protocol: str | None = None,
    draw: Callable[[list[Pair], Path], None] | None = None,
    revision: str | None = None,
) -> Path:
    """Check a data set, print the report, write its split, and draw a contact sheet if asked for.

    Args:
        source: LOL's folder (our485, or the one above it) or any folder with low and high; None fetches LOL into
            ``out/lol``.
        out: the folder for split.json and preview.png.
        protocol: one of `splits.PROTOCOLS`; the data set's usual one if None.
        draw: draws a contact sheet of the pairs that train into a file.
        revision: of LOL on the Hub, when it is fetched.

    Returns:
        The split's file.

    Raises:
        LowlightError: the data cannot be had, or pairs of it cannot be used; each is named.
    """
    if source is None:
        source = out / "lol"
        fetch_lol(source, revision=revision)
    found = examine(source, protocol)
    print(report(found))
    commit = fetched_revision(source)
    name = f"{found.dataset.name}, {REPOSITORY} at {commit}" if commit else found.dataset.name
    path = out / SPLIT_FILE
    split_file.write(path, [SplitSet(name, found.dataset.root, found.protocol, found.parts, found.left_out)])
    print(f"Split written: {path}")
    if draw is not None:
        draw(found.parts["training"], out / PREVIEW_FILE)
        print(f"Contact sheet written: {out / PREVIEW_FILE}")
    return path


def examine(source: Path, protocol: str | None = None) -> Prepared:
    """Check and split a data set.

    LOL's displaced pairs are those that its scene list names, so that the split is the same everywhere; those of any
    other data set are measured.

    Raises:
        LowlightError: pairs cannot be used, each is named; or `splits.split` cannot split them.
    """
    problems = _unmatched(source)
    dataset = None if problems else open_dataset(source)
    checked = check_pairs([*dataset.pairs, *dataset.test_pairs]) if dataset else Report([], {})
    problems += checked.errors
    if dataset is None or problems:
        raise LowlightError(f"{len(problems)} pairs cannot be used. {listed(problems)}")
    if not dataset.is_lol:
        measured = [replace(pair, fault=checked.displaced.get(pair.name, "")) for pair in dataset.pairs]
        dataset = replace(dataset, pairs=measured)
    protocol = protocol or splits.usual_protocol(dataset)
    parts, left_out = splits.split(dataset, protocol)
    return Prepared(dataset, protocol, parts, left_out, checked.displaced)


def report(found: Prepared) -> str:
    """Return the report: counts, what was left out and why, warnings, and the leak report."""
    lines = [f"{found.dataset.name}, {found.protocol}: {splits.PROTOCOLS[found.protocol]}."]
    for part, pairs in found.parts.items():
        scenes = len({pair.scene or pair.name for pair in pairs})
        lines.append(f"  {part:<11}{len(pairs):>5} pairs of {scenes} scenes")
    lines.append(f"  {'left out':<11}{len(found.left_out):>5} pairs" + (":" if found.left_out else ""))
    lines += [f"    {reason}: {', '.join(names)}" for reason, names in _by_reason(found.left_out).items()]
    lines += [f"Note: {warning}" for warning in _warnings(found)]
    return "\n".join([*lines, *_leak_lines(found.parts)])


def _unmatched(source: Path) -> list[Problem]:
    root = data_root(source)
    folders = (root / "our485", root / "eval15") if (root / "our485").is_dir() else (root,)
    return [problem for folder in folders for problem in match_sides(folder)[1]]


def _by_reason(reasons: Mapping[str, str]) -> dict[str, list[str]]:
    names = defaultdict(list)
    for name, reason in reasons.items():
        names[reason].append(name)
    return dict(sorted(names.items()))


def _warnings(found: Prepared) -> list[str]:
    warnings = []
    if not found.dataset.has_scenes:
        warnings.append(
            "there is no scene list, so every pair counts as a scene of its own. If pairs show the same scene, name "
            "their scenes in scenes.csv (columns id and scene) beside low and high: else the figures are too good."
        )
    if not found.parts["held-out"]:
        why = "eval15 is not in this folder" if found.protocol == "official" else "no scene falls to that part"
        warnings.append(f"{why}, so nothing is held out to be measured at the end.")
    known = {pair.name for pair in found.dataset.pairs if pair.fault}
    more = [f"{name} ({how})" for name, how in found.measured.items() if name not in known]
    if more:
        warnings.append(f"not listed as displaced, but measured so by phase correlation: {', '.join(more)}.")
    return warnings


def _leak_lines(parts: Split) -> list[str]:
    leaks = splits.leak_report(parts)
    if not leaks:
        return ["Leak report: by the scene list, no training pair shows a scene that is measured or in LOL's test set."]
    return [
        f"Leak report: {len(leaks)} training pairs show a scene that is measured:",
        *(f"  {leak}" for leak in leaks),
    ]
