"""How close the page's own results come to the reference photos, with and without the network."""

import csv
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from statistics import fmean

from lowlight.engine import Network
from lowlight.pipeline import Settings, enhance
from lowlight.tone import Uint8Image
from training.data import Pair
from training.metrics import match_mean, psnr, ssim

METRICS = ("psnr", "ssim", "gt_mean_psnr", "gt_mean_ssim")
"""Plain PSNR (dB) and SSIM, then both with the picture scaled to the reference's mean grey: exposure given away."""


@dataclass(frozen=True)
class Method:
    """A way to enhance a photo that is measured: uint8 RGB in, uint8 RGB out."""

    name: str
    apply: Callable[[Uint8Image], Uint8Image]


def methods(network: Network) -> list[Method]:
    """Return what a network is measured against, and the network itself under the page's automatic settings."""

    def page(settings: Settings) -> Callable[[Uint8Image], Uint8Image]:
        return lambda rgb: list(enhance(rgb, settings, network=network))[-1].picture

    return [
        Method("input unchanged", lambda rgb: rgb),
        Method("published stages, factor 2.0, no network", page(Settings(brightness=2.0, denoise=0))),
        Method("published stages, factor 2.5, no network", page(Settings(brightness=2.5, denoise=0))),
        Method("stages, automatic brightness, no network", page(Settings(denoise=0))),
        Method(f"stages, automatic brightness, {network.name}", page(Settings())),
    ]


def measure(method: Method, pairs: Iterable[Pair]) -> list[dict[str, float | str]]:
    """Return one row a pair: its name and the four `METRICS`."""
    rows: list[dict[str, float | str]] = []
    for pair in pairs:
        result = method.apply(pair.low)
        scaled = match_mean(result, pair.high)
        values = (psnr(result, pair.high), ssim(result, pair.high), psnr(scaled, pair.high), ssim(scaled, pair.high))
        rows.append({"pair": pair.name, **dict(zip(METRICS, values, strict=True))})
    return rows


def compare(network: Network, pairs: list[Pair], folder: Path | None = None) -> str:
    """Measure all `methods` on pairs and return a Markdown table of means.

    Args:
        network: the trained one.
        pairs: photos at their full size.
        folder: where one CSV file a method goes, one line a photo; None writes none.
    """
    lines = ["| | PSNR | SSIM | GT-mean PSNR | GT-mean SSIM |", "|---|---|---|---|---|"]
    for index, method in enumerate(methods(network)):
        rows = measure(method, pairs)
        means = [fmean(float(row[metric]) for row in rows) for metric in METRICS]
        lines.append(f"| {method.name} | {means[0]:.2f} | {means[1]:.3f} | {means[2]:.2f} | {means[3]:.3f} |")
        if folder is not None:
            _write_csv(folder / f"{index}_{method.name.replace(' ', '_').replace(',', '')}.csv", rows)
    return "\n".join(lines)


def _write_csv(path: Path, rows: list[dict[str, float | str]]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", newline="") as file:
        writer = csv.DictWriter(file, fieldnames=["pair", *METRICS])
        writer.writeheader()
        writer.writerows(rows)
