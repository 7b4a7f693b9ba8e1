"""Networks judged on photos of every kind, with references and without, in a few tables; and which one is worse."""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from tqdm import tqdm

from lowlight.arrays import Uint8Image
from lowlight.errors import LowlightError
from training import markdown
from training.data.pairs import LOL_FADED, read_rgb, saturated
from training.judge.evaluate import write_csv
from training.judge.fidelity import closeness, faithfulness, sameness
from training.judge.lineup import AS_IT_CAME, Contender, PhotoSet, Shot, open_contenders, open_sets, read_of_size
from training.judge.verdict import CLEAN, DARK, DEFINITIONS, PAIRED, Figure, Measures, worse

CAVEAT = (
    "Networks run through the page's own pipeline under automatic settings. What would flatter: training on these "
    "photos or choosing weights by them (LOL's rooms are in every training under another protocol), and GT-mean "
    "figures read as plain ones: they give the exposure away. LOL's references have their colours restored, since they "
    "are faded; networks that learned them as they are look paler here than on LOL's own."
)


@dataclass(frozen=True)
class Kind:
    """Sets that are measured alike and share a table.

    Attributes:
        measure: returns a dataclass of measures for a picture and what it is held against.
        figures: what sums them up: the columns.
        definitions: what has to be known to read them.
    """

    measure: Callable[[Uint8Image, Uint8Image], Any]
    figures: tuple[Figure, ...]
    definitions: str


KINDS = {
    "pairs": Kind(closeness, PAIRED, DEFINITIONS[0]),
    "dark photos": Kind(faithfulness, DARK, DEFINITIONS[1]),
    "well-lit photos": Kind(sameness, CLEAN, DEFINITIONS[2]),
}
"""By what a set holds (`PhotoSet`)."""

Results = Mapping[str, Mapping[str, Mapping[str, Measures]]]
"""What was measured, by network, set and photo; a network has no entry for a set that it skips."""


@dataclass(frozen=True)
class Judgement:
    """What came out.

    Attributes:
        text: the Markdown document.
        worse: in which figures each network is worse than the first one named, in words; not of the photos as they
            came.
    """

    text: str
    worse: Mapping[str, Sequence[str]]


def judge(
    networks: Sequence[str],
    folders: Mapping[str, Path],
    out: Path | None = None,
    *,
    every: int = 1,
    held_out: bool = False,
) -> Judgement:
    """Judge networks on sets of photos, and compare each of them with the first one named.

    Args:
        networks: as `open_contenders` takes them.
        folders: the data, as `open_sets` takes it.
        out: a folder for ``judge.md`` and ``judge.csv`` (a line a network, set and photo); None writes nothing.
        every: take only every so many photos of each set, for a quick look.
        held_out: as `open_sets` takes it; for weights that trained on what usually validates.

    Raises:
        LowlightError: as `open_sets`, `open_contenders` and `measure` say.
    """
    sets = open_sets(folders, every, held_out=held_out)
    contenders = open_contenders(networks, sets)
    results = measure(contenders, sets)
    first, *others = results
    found = {name: _worse(results[first], results[name], sets) for name in others if name != AS_IT_CAME}
    text = "\n\n".join((header(sets, every), *_tables(results, sets), *_verdict(first, found, results)))
    if out is not None:
        out.mkdir(parents=True, exist_ok=True)
        (out / "judge.md").write_text(text + "\n", "utf-8")
        write_csv(out / "judge.csv", _rows(results))
    return Judgement(text, found)


def measure(contenders: Sequence[Contender], sets: Sequence[PhotoSet]) -> Results:
    """Measure everything; no more than one photo and what was made of it is held at a time.

    Raises:
        LowlightError: a photo or picture cannot be read or measured; the sentence begins with the photo's name.
    """
    results: dict[str, dict[str, dict[str, Measures]]] = {one.name: {} for one in contenders}
    todo = [(one, shot) for one in sets for shot in one.shots]
    for photos, shot in tqdm(todo, "judge", unit="photo"):
        taking_part = [one for one in contenders if not one.skips(photos)]
        try:
            for name, found in _measure_shot(taking_part, photos, shot).items():
                results[name].setdefault(photos.name, {})[shot.name] = found
        except LowlightError as error:
            raise LowlightError(f"{photos.name}, photo {shot.name}: {error}") from error
    return results


def header(sets: Sequence[PhotoSet], every: int = 1) -> str:
    """Return the paragraph above the tables: on what was judged, and what would flatter."""
    told = ", ".join(f"{photos.name} ({len(photos.shots)} {photos.kind}, {photos.part})" for photos in sets)
    quick = f" Only one photo in {every} of each set was taken: a quick look, no result." if every > 1 else ""
    return f"Judged on {told}.{quick} {CAVEAT}"


def _measure_shot(contenders: Sequence[Contender], photos: PhotoSet, shot: Shot) -> dict[str, Measures]:
    rgb = read_rgb(shot.path)
    against = rgb if shot.against == shot.path else read_of_size(shot.against, rgb)
    against = saturated(against, LOL_FADED) if shot.faded else against
    measures = KINDS[photos.kind].measure
    return {one.name: asdict(measures(one.picture(photos, shot, rgb), against)) for one in contenders}


def _tables(results: Results, sets: Sequence[PhotoSet]) -> list[str]:
    """Return a table and its definitions for each kind of set there is."""
    parts = []
    for name, kind in KINDS.items():
        alike = [photos for photos in sets if photos.kind == name]
        if alike:
            parts += [_table(kind.figures, results, alike), kind.definitions]
    return parts


def _table(figures: Sequence[Figure], results: Results, sets: Sequence[PhotoSet]) -> str:
    """Return a Markdown table: a line a set and network."""
    heads = ("set", "network", *(figure.name for figure in figures))
    lines = [heads]
    for photos in sets:
        for name, found in results.items():
            measured = list(found.get(photos.name, {}).values())
            cells = [figure.text(figure.of(measured)) if measured else "-" for figure in figures]
            lines.append((photos.name, name, *cells))
    return markdown.table(lines, left=2)


def _worse(
    before: Mapping[str, Mapping[str, Measures]], now: Mapping[str, Mapping[str, Measures]], sets: Sequence[PhotoSet]
) -> list[str]:
    """Return in which figures a network is worse, on the sets that both were measured on."""
    return [
        f"{photos.name}: {told}"
        for photos in sets
        if photos.name in before and photos.name in now
        for told in worse(
            KINDS[photos.kind].figures, list(before[photos.name].values()), list(now[photos.name].values())
        )
    ]


def _verdict(first: str, found: Mapping[str, Sequence[str]], results: Results) -> list[str]:
    """Return a sentence for each network that was compared with the first one, and what is worse as a list."""
    parts = []
    for name, told in found.items():
        apart = ", ".join(sorted(results[first].keys() ^ results[name].keys()))
        unsaid = f" Only one of them has pictures of {apart}." if apart else ""
        figures = "1 figure" if len(told) == 1 else f"{len(told)} figures"
        verdict = f"worse in {figures}, by more than the tolerance" if told else "nothing is worse"
        parts.append("\n".join((f"**{name} against {first}: {verdict}.**{unsaid}", *(f"- {one}" for one in told))))
    return parts


def _rows(results: Results) -> list[dict[str, float | str]]:
    """Return the CSV's lines; a measure that a photo has none of is empty."""
    found = [
        ({"network": network, "set": place, "photo": photo}, measures)
        for network, sets in results.items()
        for place, photos in sets.items()
        for photo, measures in photos.items()
    ]
    empty: dict[str, float | str] = {name: "" for _, measures in found for name in measures}
    return [
        {**names, **empty, **{key: value for key, value in measures.items() if not math.isnan(value)}}
        for names, measures in found
    ]
