"""How well a guided network knows how bright a photo should be, and what that costs in plain PSNR."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from statistics import fmean

import numpy as np
from tqdm import tqdm

from lowlight.engine import Network
from lowlight.errors import LowlightError
from lowlight.guide import Whole
from lowlight.metrics import psnr
from lowlight.tone import Uint8Image, as_float, mean_luma, to_uint8
from training.evaluate import read_network
from training.models import TYPICAL_MEAN
from training.pairs import Pair

SOURCES = (
    "as the network finds it",
    f"{TYPICAL_MEAN} for every photo",
    "the scene's other bright photos'",
    "the bright photo's own",
)
"""Where the exposure may come from. The last two look at what nobody has who was not there: they are bounds. The third
is what a network can know that was trained on the scene, as LOL's official split has it."""

LEGEND = (
    "{part}, {count} pairs, the network's picture alone at full size; in brackets the {some} pairs whose scene has "
    "other bright photos. Error: root mean square of the natural logarithm of given over true mean luma."
)


def report(weights: Path, pairs: Sequence[Pair], part: str) -> str:
    """Enhance each dark photo with its exposure from each of `SOURCES`; return a Markdown table.

    Args:
        weights: the ONNX file of a guided network.
        pairs: dark and bright photos, with their scenes.
        part: what the pairs are called.

    Raises:
        LowlightError: the network is not guided, or a photo cannot be read.
    """
    network, _ = read_network(weights)
    if not network.guided:
        raise LowlightError(f"{weights.name} is told no exposure. Name a guided network.")
    logs = {pair.name: float(np.log(mean_luma(_fresh(pair).high))) for pair in tqdm(pairs, "bright photos")}
    judged = [_judge(network, _fresh(pair), logs, _others(pair, pairs)) for pair in tqdm(pairs, "exposure")]
    some = [one for one in judged if one[2] is not None]
    lines = ["| exposure | error | PSNR |", "|---|---:|---:|"]
    for index, source in enumerate(SOURCES):
        all_of_them, with_others = (_means([one[index] for one in group]) for group in (judged, some))
        lines.append(f"| {source} | {all_of_them[0]} ({with_others[0]}) | {all_of_them[1]} ({with_others[1]}) |")
    return "\n".join([*lines, "", LEGEND.format(part=part, count=len(judged), some=len(some))])


_Judged = tuple[float, float] | None


def _judge(network: Network, pair: Pair, logs: dict[str, float], others: Sequence[str]) -> list[_Judged]:
    """Return the error and the PSNR for each source; None where there is none."""
    whole, own = Whole.of(pair.low), logs[pair.name]
    given = [
        float(np.log(network.wanted_mean(whole))),
        float(np.log(TYPICAL_MEAN)),
        fmean(logs[name] for name in others) if others else None,
        own,
    ]
    return [
        None if log is None else (log - own, psnr(_enhanced(network, pair.low, whole, float(np.exp(log))), pair.high))
        for log in given
    ]


def _enhanced(network: Network, rgb: Uint8Image, whole: Whole, mean: float) -> Uint8Image:
    everything = (slice(0, rgb.shape[0]), slice(0, rgb.shape[1]))
    return to_uint8(network.enhance(as_float(rgb), everything, whole, mean))


def _means(judged: Sequence[_Judged]) -> tuple[str, str]:
    """Return the error and the mean PSNR of the pairs that have any, for people."""
    found = [one for one in judged if one is not None]
    if not found:
        return "", ""
    return f"{np.sqrt(fmean(error**2 for error, _ in found)):.3f}", f"{fmean(value for _, value in found):.2f} dB"


def _others(pair: Pair, pairs: Sequence[Pair]) -> list[str]:
    return [one.name for one in pairs if one.scene and one.scene == pair.scene and one.name != pair.name]


def _fresh(pair: Pair) -> Pair:
    """Return a copy that keeps the photos it reads only as long as it lives."""
    return replace(pair)
