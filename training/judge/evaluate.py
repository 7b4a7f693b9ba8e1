"""How close the page's own results come to the reference photos: one weights file judged on pairs, photo by photo."""

import csv
import json
import math
import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from hashlib import sha256
from pathlib import Path
from statistics import fmean, median
from typing import Any

from tqdm import tqdm

from lowlight.arrays import Uint8Image, mean_luma
from lowlight.errors import LowlightError
from lowlight.measure.metrics import Score, score
from lowlight.network.session import Network, open_network
from lowlight.pipeline import Settings, enhance
from training.data.splits import Pair
from training.judge import figures

WORST = 10
"""How many of the worst photos the summary names and the worst grid shows."""

SHOWN = 6
"""How many scenes the figure grid shows, from the worst to the best at equal steps of rank."""

_DARKEST = 1e-3  # mean luma from which a factor is reckoned at least: a black photo has one

NO_PAIRS = "There are no pairs to judge. Name a data folder with pairs of dark and bright photos."

LEGEND = (
    "Automatic settings. Captions: how many times brighter; PSNR, SSIM (GT-mean: the same with the exposure given "
    "away). Below each photo its busiest part, enlarged."
)


@dataclass(frozen=True)
class Enhanced:
    """A photo that went through the page's pipeline under automatic settings.

    Attributes:
        brightened: the last stage before the network, height x width x 3, uint8.
        result: the page's result, likewise.
        factor: how many times its mean luma is the photo's.
        seconds: for the whole pipeline, from the decoded photo to the result.
    """

    brightened: Uint8Image
    result: Uint8Image
    factor: float
    seconds: float


@dataclass(frozen=True)
class Judged:
    """One photo's figures: the result's, those of the stages without the network, and what it took."""

    photo: str
    score: Score
    without_network: Score
    factor: float
    seconds: float

    def row(self) -> dict[str, float | str]:
        """Return the CSV line: the photo, the result's figures, the factor, the seconds."""
        return {"photo": self.photo, **asdict(self.score), "factor": self.factor, "seconds": self.seconds}


def evaluate(
    weights: Path, pairs: Sequence[Pair], out: Path, *, split: str = "", protocol: str = "", split_sha256: str = ""
) -> dict[str, Any]:
    """Judge a weights file on pairs, through the page's own pipeline under its automatic settings.

    Writes into ``out``: ``photos.csv`` (one line a photo), ``summary.json`` (what is returned), ``worst.jpg`` (the ten
    worst by PSNR) and ``figures.jpg`` (six scenes from the worst to the best, each by its worst photo).

    Args:
        weights: the ONNX file.
        pairs: photos at their full size, none of which the weights were trained on or chosen by.
        out: a folder; made if it is missing.
        split: which part of which data the pairs are, for people.
        protocol: how the data was split, for people.
        split_sha256: of the run's ``split.json``.

    Returns:
        The summary: ``network``, ``weights``, ``weights_sha256``, ``pairs`` (their number), ``split``, ``protocol``,
        ``split_sha256``, ``settings``, ``mean`` and ``median`` (each with ``psnr``, ``ssim``, ``gt_mean_psnr``,
        ``gt_mean_ssim``, ``factor`` and ``seconds``), ``without_network`` (the means of the four figures for the stages
        alone), ``worst`` (names, the worst first) and ``threads``. A figure that is infinite is None.

    Raises:
        LowlightError: there are no pairs, or the weights cannot be read or opened.
    """
    if not pairs:
        raise LowlightError(NO_PAIRS)
    network, data = read_network(weights)
    judged = [judge(pair, network) for pair in tqdm(pairs, "evaluate", unit="pair")]
    by_psnr = sorted(judged, key=lambda one: one.score.psnr)
    summary = {
        "network": network.name,
        "weights": weights.name,
        "weights_sha256": sha256(data).hexdigest(),
        "pairs": len(judged),
        "split": split,
        "protocol": protocol,
        "split_sha256": split_sha256,
        "settings": "automatic",
        **summarize(judged),
        "worst": [one.photo for one in by_psnr[:WORST]],
        "threads": threads(network),
    }
    out.mkdir(parents=True, exist_ok=True)
    write_csv(out / "photos.csv", [one.row() for one in judged])
    (out / "summary.json").write_text(
        json.dumps(summary, indent=1, allow_nan=False, ensure_ascii=False) + "\n", "utf-8"
    )
    _write_grids(out, by_psnr, {pair.name: pair for pair in pairs}, network)
    return summary


def judge(pair: Pair, network: Network) -> Judged:
    """Enhance a pair's dark photo as the page does, and compare it with the bright one."""
    pair = replace(pair)  # a copy: the pictures that a pair has read go when it does
    photo = enhance_photo(pair.low, network)
    without, result = score(photo.brightened, pair.high), score(photo.result, pair.high)
    return Judged(pair.name, result, without, photo.factor, photo.seconds)


def enhance_photo(rgb: Uint8Image, network: Network) -> Enhanced:
    """Take a photo (height x width x 3, uint8) through the page's pipeline under automatic settings."""
    start = time.perf_counter()
    *_, brightened, denoised = enhance(rgb, Settings(), network=network)
    seconds = time.perf_counter() - start
    factor = mean_luma(brightened.picture) / max(mean_luma(rgb), _DARKEST)
    return Enhanced(brightened.picture, denoised.picture, factor, seconds)


def summarize(judged: Sequence[Judged]) -> dict[str, dict[str, float | None]]:
    """Return the means and medians over all photos, and the means for the stages without the network."""
    rows = [{name: float(value) for name, value in one.row().items() if name != "photo"} for one in judged]
    without = [asdict(one.without_network) for one in judged]
    return {
        "mean": {name: _finite(fmean(row[name] for row in rows)) for name in rows[0]},
        "median": {name: _finite(median(row[name] for row in rows)) for name in rows[0]},
        "without_network": {name: _finite(fmean(row[name] for row in without)) for name in without[0]},
    }


def one_a_scene(ranked: Sequence[Judged], pairs: Mapping[str, Pair]) -> list[Judged]:
    """Return the first photo of each scene, in their order; a pair whose scene nobody named is one of its own."""
    first: dict[str, Judged] = {}
    for one in ranked:
        first.setdefault(pairs[one.photo].scene or f"photo {one.photo}", one)
    return list(first.values())


def spread(ranked: Sequence[Judged], count: int) -> list[Judged]:
    """Return ``count`` of them, or all if they are fewer, at equal steps of rank, the first and the last among them."""
    steps = min(count, len(ranked)) - 1
    return [ranked[round(index * (len(ranked) - 1) / max(steps, 1))] for index in range(steps + 1)]


def read_network(path: Path) -> tuple[Network, bytes]:
    """Open a weights file; return the network and the file's content.

    Raises:
        LowlightError: it cannot be read, or is no network that the page can run.
    """
    try:
        data = path.read_bytes()
    except OSError as error:
        raise LowlightError(f"The weights file {path.name} cannot be read ({error.strerror}).") from error
    return open_network(data), data


def threads(network: Network) -> int:
    """Return how many threads the network runs with."""
    return int(network.session.get_session_options().intra_op_num_threads)


def write_csv(path: Path, rows: Sequence[dict[str, float | str]]) -> None:
    """Write rows of equal keys as CSV, numbers to six places."""
    with path.open("w", newline="") as file:
        writer = csv.DictWriter(file, fieldnames=list(rows[0]))
        writer.writeheader()
        writer.writerows(
            {key: value if isinstance(value, str) else f"{value:.6g}" for key, value in row.items()} for row in rows
        )


def _write_grids(out: Path, by_psnr: Sequence[Judged], pairs: Mapping[str, Pair], network: Network) -> None:
    """Enhance the chosen photos once more and write ``worst.jpg`` and ``figures.jpg``."""
    worst = by_psnr[:WORST]
    scenes = one_a_scene(by_psnr, pairs)
    shown = spread(scenes, SHOWN)
    grids = {
        "worst.jpg": (f"The {len(worst)} worst of {len(by_psnr)} photos, by PSNR", worst),
        "figures.jpg": (
            f"{len(shown)} of {len(scenes)} scenes, from the worst to the best by PSNR, each by its worst photo",
            shown,
        ),
    }
    heads = ("Photo", "Stages before the network", f"Result, after {network.name}", "Reference")
    for name, (title, chosen) in grids.items():
        rows = [_figure(one, replace(pairs[one.photo]), network) for one in chosen]
        figures.save(figures.grid(title, LEGEND, heads, rows), out / name)


def _figure(judged: Judged, pair: Pair, network: Network) -> figures.Row:
    photo = enhance_photo(pair.low, network)
    captions = (judged.photo, f"x {judged.factor:.1f}: {_figures(judged.without_network)}", _figures(judged.score), "")
    return figures.Row((pair.low, photo.brightened, photo.result, pair.high), captions)


def _figures(score: Score) -> str:
    return f"{score.psnr:.1f} dB, {score.ssim:.2f} (GT-mean {score.gt_mean_psnr:.1f}, {score.gt_mean_ssim:.2f})"


def _finite(value: float) -> float | None:
    return value if math.isfinite(value) else None
