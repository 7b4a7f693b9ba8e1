"""The numbers that sum up a network on a set of photos, and when one network is worse than another by them."""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from operator import neg, pos
from statistics import fmean

from training.judge.fidelity import DARKER, slope

SEEDS_DECIBELS, SEEDS_SSIM = 0.1, 0.005
"""Two trainings that differ in nothing but their seed differ by this (``experiments/LOG.md``: 25.95 dB and .7680, 26.05
and .7728), so that less says nothing about a network."""

COLOUR = 0.2
"""Of CIEDE2000, a fifth of what an eye just tells apart."""

CHROMA = 0.02
"""A fiftieth of the colours' strength: between networks it differs by a third, and nobody sees this."""

EXPOSURE = 0.02
"""In logarithms, a thirtieth of a stop."""

CLIPPED, CLIPPED_WORST = 0.05, 0.5
"""In percent of the pixels: a sixth and a quarter of what a good program may clip anew (0.3 on average, 2 in the worst
photo)."""

HUE = 0.5
"""In degrees, a twelfth of what a good program may turn hues by (6)."""

LEVELS, LEVELS_WORST = 0.5, 2.0
"""In levels of 255: what rounding may do to a mean, and, for one photo, what nobody sees in black."""

ENOUGH, SLOPE = 0.25, 0.02
"""A slope of brightness that follows the photo well enough, more is no better; and by how much one may fall short."""

SHARE = 0.01
"""Of all photos; one in a hundred."""

SAME, SAME_WORST = 0.5, 1.0
"""In dB, of well-lit photos to themselves: far above what an eye sees, so more than a seed's worth is allowed."""

Measures = Mapping[str, float]
"""What was measured on one photo, by name."""


@dataclass(frozen=True)
class Figure:
    """A number that sums up a network on a set of photos.

    Attributes:
        name: a column's head.
        of: makes it of what was measured, photo by photo.
        form: how it is written, as `str.format` takes it.
        loss: how bad a value is, less is better; None for a figure that is told and not judged.
        tolerance: by how much the loss may grow.
    """

    name: str
    of: Callable[[Sequence[Measures]], float]
    form: str
    loss: Callable[[float], float] | None = None
    tolerance: float = 0

    def text(self, value: float) -> str:
        """Return a value as it is written in tables and sentences; NaN is "-"."""
        return "-" if math.isnan(value) else self.form.format(value)

    def worse(self, before: Sequence[Measures], now: Sequence[Measures]) -> str:
        """Return what is worse now than before by more than the tolerance, or ""."""
        was, has = self.of(before), self.of(now)
        if self.loss is None or not self.loss(has) - self.loss(was) > self.tolerance:
            return ""
        return f"{self.name} {self.text(has)} instead of {self.text(was)}"


def worse(figures: Sequence[Figure], before: Sequence[Measures], now: Sequence[Measures]) -> list[str]:
    """Return in which figures a network is worse than one before it on the same photos, in words."""
    return [told for figure in figures if (told := figure.worse(before, now))]


def _over(sum_up: Callable[[Sequence[float]], float], measure: str) -> Callable[[Sequence[Measures]], float]:
    """Return what sums a measure up over the photos that have it; NaN if none has."""

    def of(photos: Sequence[Measures]) -> float:
        known = [photo[measure] for photo in photos if not math.isnan(photo[measure])]
        return sum_up(known) if known else math.nan

    return of


def _mean_size(values: Sequence[float]) -> float:
    return fmean(map(abs, values))


def _slope(photos: Sequence[Measures]) -> float:
    return slope([photo["mean_in"] for photo in photos], [photo["mean_out"] for photo in photos])


def _darker(photos: Sequence[Measures]) -> float:
    return fmean(photo["mean_in"] - photo["mean_out"] > DARKER for photo in photos)


def _from_one(ratio: float) -> float:
    return abs(ratio - 1)


def _short(slope: float) -> float:
    return max(0.0, ENOUGH - slope)


PAIRED = (
    Figure("PSNR", _over(fmean, "psnr"), "{:.2f}", neg, SEEDS_DECIBELS),
    Figure("GT-mean PSNR", _over(fmean, "gt_mean_psnr"), "{:.2f}", neg, SEEDS_DECIBELS),
    Figure("GT-mean SSIM", _over(fmean, "gt_mean_ssim"), "{:.3f}", neg, SEEDS_SSIM),
    Figure("CIEDE2000", _over(fmean, "ciede2000"), "{:.2f}", pos, COLOUR),
    Figure("chroma", _over(fmean, "chroma_ratio"), "{:.2f}", _from_one, CHROMA),
    Figure("exposure error", _over(_mean_size, "exposure"), "{:.2f}", pos, EXPOSURE),
    Figure("exposure bias", _over(fmean, "exposure"), "{:+.2f}", abs, EXPOSURE),
)
DARK = (
    Figure("newly clipped", _over(fmean, "clipped"), "{:.2f} %", pos, CLIPPED),
    Figure("newly clipped, worst", _over(max, "clipped"), "{:.1f} %", pos, CLIPPED_WORST),
    Figure("hue moved", _over(fmean, "hue_moved"), "{:.1f}", pos, HUE),
    Figure("black at", _over(fmean, "black"), "{:.1f}", pos, LEVELS),
    Figure("black at, worst", _over(max, "black"), "{:.1f}", pos, LEVELS_WORST),
    Figure("cast", _over(fmean, "cast"), "{:.1f}", pos, LEVELS),
    Figure("mean in", _over(fmean, "mean_in"), "{:.0f}"),
    Figure("mean out", _over(fmean, "mean_out"), "{:.0f}"),
    Figure("slope", _slope, "{:.2f}", _short, SLOPE),
    Figure("darker", _darker, "{:.0%}", pos, SHARE),
)
CLEAN = (
    Figure("PSNR to itself", _over(fmean, "psnr"), "{:.1f}", neg, SAME),
    Figure("PSNR to itself, worst", _over(min, "psnr"), "{:.1f}", neg, SAME_WORST),
    Figure("bit for bit", _over(fmean, "identical"), "{:.0%}", neg, SHARE),
)
"""What is told of pairs, of dark photos without reference, and of well-lit ones, in the order of their columns."""

DEFINITIONS = (
    "PSNR in dB. GT-mean: the result is first scaled to its reference's mean luma. CIEDE2000 (at a quarter of the "
    "size) and chroma (mean LAB chroma over the reference's; below 1 is faded) are taken after that. Exposure: "
    "logarithm of mean luma over the reference's, without its sign (error) and with it (bias; below 0 is too dark).",
    "Newly clipped: pixels with a channel at 250 or more of 255 that had none at 235. Hue moved: degrees, where the "
    "photo was bright and colourful. Black at: mean luma, of 255, of what was at 3 or less in all channels, and cast: "
    "how far its mean red is from its mean blue. Slope: of the logarithm of mean out over that of mean in (0: all come "
    "out equally bright, 1: as they came; .25 is enough). Darker: share of photos whose mean fell.",
    "A photo that came back bit for bit counts as 100 dB.",
)
"""What has to be known to read each of the three tables."""
