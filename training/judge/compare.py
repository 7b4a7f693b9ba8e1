"""Several networks and the stages without one, on the same pairs, in one Markdown table."""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, fields, replace
from functools import partial
from pathlib import Path
from statistics import fmean, median

import numpy as np
import onnx
from tqdm import tqdm

from lowlight.arrays import Uint8Image, to_uint8
from lowlight.errors import LowlightError
from lowlight.light.tone import brighten_uint8
from lowlight.measure.metrics import PEAK, Score, score
from lowlight.network.session import LightGuided, Network
from lowlight.pipeline import Settings, enhance
from lowlight.published import prepare
from training import markdown
from training.batches.orientations import WAYS, turned, turned_back
from training.data.splits import LEAKS, Pair
from training.judge.evaluate import NO_PAIRS, read_network, threads, write_csv
from training.judge.serving import ready
from training.models import cost

TIMED = (400, 600)
"""Height and width at which time and multiply-adds are taken: LOL's, and so the field's, size."""

RUNS = 7
"""Timed runs of each; their median counts. All take turns, so that a busy moment slows each of them alike, and ratios
are taken turn by turn."""

HEADS = (
    *("", "PSNR", "SSIM", "GT-mean PSNR", "GT-mean SSIM"),
    *("parameters", "MAC/px", "file", "network", "pipeline", "ratio"),
)
DEFINITIONS = (
    "PSNR and SSIM: 8-bit RGB at full size (SSIM: 11 x 11 Gaussian window, mean over channels), means over photos. "
    "GT-mean: each result is first scaled to its reference's mean luma, which flatters: the exposure is given away."
)
CAVEAT = (
    "How bright a result is to be is found from the dark photo alone. What would flatter: training on scenes that are "
    "judged (LOL's official split does, with 24 of its 485 pairs), choosing weights by the pairs that are judged, "
    "GT-mean figures read as plain ones. LOL's references are as published: faded."
)


AVERAGED = "8 ways averaged"
"""What is added to a network's name where its results for all eight orientations are averaged."""

Method = Callable[[Uint8Image], Uint8Image]
"""A way to enhance a photo: height x width x 3, uint8 RGB, to the same."""


@dataclass(frozen=True)
class Candidate:
    """A network in the comparison, and what it costs.

    Attributes:
        name: its own, and its file's.
        file_bytes: the file's size.
        parameters: how many trained numbers it holds.
        multiply_adds: a pixel, at `TIMED`.
    """

    name: str
    network: Network
    file_bytes: int
    parameters: int
    multiply_adds: float


def compare(
    weights: Sequence[Path],
    pairs: Sequence[Pair],
    out: Path | None = None,
    *,
    split: str = "",
    protocol: str = "",
    split_sha256: str = "",
    runs: int = RUNS,
    averaged: bool = False,
) -> str:
    """Measure networks and the stages without one on pairs; return a Markdown table with what it takes to read it.

    Args:
        weights: ONNX files; the first is what the others' times are compared with.
        pairs: photos at their full size.
        out: a folder for ``compare.md`` and ``compare.csv`` (one line a photo and method); None writes nothing.
        split: which part of which data the pairs are, for people.
        protocol: how the data was split, for people.
        split_sha256: of the run's ``split.json``.
        runs: how often each is timed.
        averaged: also measure the first network averaged over the photo's eight orientations, as an upper bound.

    Raises:
        LowlightError: there are no pairs or no weights, or a weights file cannot be read, opened or counted.
    """
    if not pairs:
        raise LowlightError(NO_PAIRS)
    candidates = [read_candidate(path, label) for path, label in zip(weights, labels(weights), strict=True)]
    chosen = methods(candidates, averaged=averaged)
    scores = measure(chosen, pairs)
    seconds = time_all(stopwatches(chosen, candidates), runs)
    text = "\n\n".join(
        (
            header(len(pairs), split, protocol, split_sha256),
            table(scores, candidates, seconds),
            f"{DEFINITIONS} Times: at {TIMED[1]}x{TIMED[0]}, the median of {runs} runs on "
            f"{threads(candidates[0].network)} threads. Network: alone, in one go. Pipeline: from the decoded photo to "
            "the result, in tiles; ratio: to the first network's, run by run. MAC/px: multiply-adds a pixel at that "
            "size, counted from the ONNX graph.",
        )
    )
    if out is not None:
        out.mkdir(parents=True, exist_ok=True)
        (out / "compare.md").write_text(text + "\n", "utf-8")
        write_csv(out / "compare.csv", [row for name, found in scores.items() for row in _rows(name, found)])
    return text


def labels(weights: Sequence[Path]) -> list[str]:
    """Return what each file is called in the table: its name, and its folder's too where names are equal.

    Raises:
        LowlightError: there are none, or two are still called the same.
    """
    if not weights:
        raise LowlightError("There is nothing to compare. Name at least one ONNX file.")
    names = [path.name for path in weights]
    if len(set(names)) < len(names):
        names = [f"{path.absolute().parent.name}/{path.name}" for path in weights]
    if len(set(names)) < len(names):
        raise LowlightError("Two of the weights files have the same name and folder. Rename one, or name each once.")
    return names


def read_candidate(path: Path, label: str) -> Candidate:
    """Open a weights file and count what it costs.

    Raises:
        LowlightError: it cannot be read, opened or counted.
    """
    network, data = read_network(path)
    model = onnx.load_from_string(data)
    macs = cost.multiply_adds(model, *TIMED)
    return Candidate(f"{network.name} ({label})", network, len(data), cost.parameters(model), macs)


def methods(candidates: Sequence[Candidate], *, averaged: bool = False) -> dict[str, Method]:
    """Return, by name, what networks are measured against, then the networks under the page's automatic settings.

    Args:
        candidates: the networks.
        averaged: whether the first is also measured as `_averaged` runs it.
    """
    without: dict[str, Method] = {
        "input unchanged": lambda rgb: rgb,
        "published stages x 2.0, no network": partial(_published, settings=Settings.classic(2.0)),
        "published stages x 2.5, no network": partial(_published, settings=Settings.classic(2.5)),
        "published stages, automatic, no network": partial(_published, settings=Settings()),
    }
    lit = next((one.network for one in candidates if isinstance(one.network, LightGuided)), None)
    if lit is not None:
        without["light map, no network"] = partial(_enhance, settings=Settings(denoise=0), network=lit)
    ours = {one.name: partial(_enhance, settings=Settings(), network=one.network) for one in candidates}
    if averaged:
        first = candidates[0]
        ours[f"{first.name}, {AVERAGED}"] = partial(_averaged, network=first.network)
    return without | ours


def measure(chosen: Mapping[str, Method], pairs: Sequence[Pair]) -> dict[str, dict[str, Score]]:
    """Return each method's score on each pair, by the method's name, then by the pair's."""
    scores: dict[str, dict[str, Score]] = {name: {} for name in chosen}
    for pair in tqdm(pairs, "compare", unit="pair"):
        low, high = replace(pair).low, replace(pair).high  # of copies: the pair itself would keep them
        for name, method in chosen.items():
            scores[name][pair.name] = score(method(low), high)
    return scores


def stopwatches(chosen: Mapping[str, Method], candidates: Sequence[Candidate]) -> dict[str, Callable[[], object]]:
    """Return what is to be timed on a made-up dark photo: each method, and ``NAME alone`` for each network."""
    rgb = _dark_photo(*TIMED)
    whole: dict[str, Callable[[], object]] = {name: partial(method, rgb) for name, method in chosen.items()}
    return whole | {_alone(one): ready(one.network, rgb) for one in candidates}


def time_all(actions: Mapping[str, Callable[[], object]], runs: int) -> dict[str, list[float]]:
    """Run all actions in turn, once to warm up and then ``runs`` times; return their seconds by name."""
    taken: dict[str, list[float]] = {name: [] for name in actions}
    for turn in tqdm(range(runs + 1), "time", unit="run"):
        for name, action in actions.items():
            start = time.perf_counter()
            action()
            if turn:
                taken[name].append(time.perf_counter() - start)
    return taken


def header(pairs: int, split: str, protocol: str, split_sha256: str) -> str:
    """Return the line above the table: on what it was measured, and what would flatter."""
    known = [split or "pairs of an unnamed set", f"{pairs} pairs"]
    known += [f"protocol {protocol}"] if protocol else []
    known += [f"split SHA-256 {split_sha256}"] if split_sha256 else []
    return " ".join((f"{', '.join(known)}.", *([LEAKS[protocol]] if protocol in LEAKS else []), CAVEAT))


def table(
    scores: Mapping[str, Mapping[str, Score]], candidates: Sequence[Candidate], seconds: Mapping[str, Sequence[float]]
) -> str:
    """Return the Markdown table: a line a method, the means of its scores, what it costs and takes.

    Args:
        scores: by method, then by photo.
        candidates: the networks among the methods; the first one's pipeline takes 1.00 times its own time.
        seconds: of each run, by method, and ``NAME alone`` for each network.
    """
    by_name = {one.name: one for one in candidates}
    first = seconds[candidates[0].name]
    lines = [HEADS]
    for name, found in scores.items():
        costs = _costs(by_name[name], seconds) if name in by_name else ("", "", "", "")
        ratio = median(taken / base for taken, base in zip(seconds[name], first, strict=True))
        lines.append((name, *_means(list(found.values())), *costs, _milliseconds(seconds[name]), f"{ratio:.2f}"))
    return markdown.table(lines)


def _means(scores: Sequence[Score]) -> list[str]:
    means = [fmean(getattr(one, field.name) for one in scores) for field in fields(Score)]
    return [f"{mean:.{places}f}" for mean, places in zip(means, (2, 3, 2, 3), strict=True)]


def _costs(candidate: Candidate, seconds: Mapping[str, Sequence[float]]) -> tuple[str, str, str, str]:
    return (
        f"{candidate.parameters:,}",
        f"{candidate.multiply_adds:,.0f}",
        f"{candidate.file_bytes / 1024:,.0f} KiB",
        _milliseconds(seconds[_alone(candidate)]),
    )


def _milliseconds(seconds: Sequence[float]) -> str:
    return f"{median(seconds) * 1000:.0f} ms"


def _alone(candidate: Candidate) -> str:
    return f"{candidate.name} alone"


def _rows(method: str, scores: Mapping[str, Score]) -> list[dict[str, float | str]]:
    return [{"method": method, "photo": photo, **asdict(one)} for photo, one in scores.items()]


def _enhance(rgb: Uint8Image, settings: Settings, network: Network) -> Uint8Image:
    *_, result = enhance(rgb, settings, network=network)
    return result.picture


def _published(rgb: Uint8Image, settings: Settings) -> Uint8Image:
    """Return the published method's brightened stage."""
    prepared = prepare(rgb, settings)
    return brighten_uint8(prepared.equalized, prepared.factor)


def _averaged(rgb: Uint8Image, network: Network) -> Uint8Image:
    """Return the mean of a network's results for the photo turned and mirrored in all eight ways."""
    total = np.zeros(rgb.shape, np.float32)
    for way in range(WAYS):
        total += turned_back(_enhance(np.ascontiguousarray(turned(rgb, way)), Settings(), network), way)
    return to_uint8(total / (WAYS * PEAK))


def _dark_photo(height: int, width: int) -> Uint8Image:
    """Return a made-up photo that is dark enough for the whole treatment."""
    random = np.random.default_rng(0)
    return np.clip(random.normal(20, 8, (height, width, 3)), 0, 255).astype(np.uint8)
