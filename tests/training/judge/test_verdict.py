"""What sums up a network, and when one is worse than another."""

import math
import re

import pytest

from training.judge import verdict

PAIR = {"psnr": 20, "gt_mean_psnr": 24, "gt_mean_ssim": 0.8, "ciede2000": 8, "chroma_ratio": 0.9, "exposure": -0.1}
DARK = {"clipped": 0.3, "hue_moved": 5, "black": 8, "cast": 2, "mean_in": 20, "mean_out": 60}
CLEAN = {"psnr": 60, "identical": 0}


@pytest.mark.parametrize(
    ("figures", "usual", "change", "heads"),
    [
        (verdict.PAIRED, PAIR, {"psnr": -0.2}, ["PSNR"]),
        (verdict.PAIRED, PAIR, {"gt_mean_psnr": -0.2}, ["GT-mean PSNR"]),
        (verdict.PAIRED, PAIR, {"gt_mean_ssim": -0.006}, ["GT-mean SSIM"]),
        (verdict.PAIRED, PAIR, {"ciede2000": 0.3}, ["CIEDE2000"]),
        (verdict.PAIRED, PAIR, {"chroma_ratio": -0.05}, ["chroma"]),
        (verdict.PAIRED, PAIR, {"chroma_ratio": 0.25}, ["chroma"]),
        (verdict.PAIRED, PAIR, {"chroma_ratio": 0.15}, []),
        (verdict.PAIRED, PAIR, {"exposure": -0.05}, ["exposure error", "exposure bias"]),
        (verdict.PAIRED, PAIR, {"exposure": 0.25}, ["exposure error", "exposure bias"]),
        (verdict.PAIRED, PAIR, {"exposure": 0.15}, []),
        (verdict.PAIRED, PAIR, {"psnr": -0.05, "ciede2000": 0.1, "exposure": -0.01}, []),
        (verdict.PAIRED, PAIR, {"psnr": 5, "gt_mean_ssim": 0.1, "ciede2000": -4}, []),
        (verdict.DARK, DARK, {"clipped": 0.1}, ["newly clipped"]),
        (verdict.DARK, DARK, {"clipped": 1}, ["newly clipped", "newly clipped, worst"]),
        (verdict.DARK, DARK, {"hue_moved": 2}, ["hue moved"]),
        (verdict.DARK, DARK, {"black": 3}, ["black at", "black at, worst"]),
        (verdict.DARK, DARK, {"cast": 1}, ["cast"]),
        (verdict.DARK, DARK, {"mean_out": -41}, ["darker"]),
        (verdict.DARK, DARK, {"mean_out": -20}, []),
        (verdict.DARK, DARK, {"clipped": -0.3, "hue_moved": -5, "black": -8, "cast": -2}, []),
        (verdict.CLEAN, CLEAN, {"psnr": -2}, ["PSNR to itself", "PSNR to itself, worst"]),
        (verdict.CLEAN, CLEAN, {"psnr": 2}, []),
        (verdict.CLEAN, {**CLEAN, "identical": 1}, {"identical": -1}, ["bit for bit"]),
    ],
)
def test_what_is_worse_is_told_and_nothing_else(figures, usual, change, heads):
    """A figure that is worse by more than its tolerance is told, one that is better or hardly worse is not."""
    changed = {name: value + change.get(name, 0) for name, value in usual.items()}
    told = verdict.worse(figures, [usual] * 3, [changed] * 3)
    assert [re.sub(r" \S+( %)? instead of .*", "", sentence) for sentence in told] == heads


def test_one_photo_can_be_worse_than_the_mean_tells():
    """One photo of a hundred whose black is lifted far is told as the worst one."""
    before, now = [DARK] * 100, [DARK] * 99 + [{**DARK, "black": 40}]
    assert verdict.worse(verdict.DARK, before, now) == ["black at, worst 40.0 instead of 8.0"]


def test_a_slope_is_to_follow_the_photo_well_enough():
    """From 0.25 on a slope is good, below it is worse the flatter it is."""

    def photos(exponent):
        return [{**DARK, "mean_in": mean, "mean_out": 100 * (mean / 60) ** exponent} for mean in (6, 20, 60)]

    assert verdict.worse(verdict.DARK, photos(0.6), photos(0.3)) == []
    assert verdict.worse(verdict.DARK, photos(0.6), photos(0.1)) == ["slope 0.10 instead of 0.60"]
    assert verdict.worse(verdict.DARK, photos(0.1), photos(-0.1)) == ["slope -0.10 instead of 0.10"]


def test_what_no_photo_has_is_not_judged():
    """Measures that photos do not have are passed over; where none has one there is a dash and no verdict."""
    without, with_it = {**DARK, "hue_moved": math.nan}, {**DARK, "hue_moved": 4}
    hue = next(figure for figure in verdict.DARK if figure.name == "hue moved")
    assert hue.text(hue.of([without, with_it, {**DARK, "hue_moved": 6}])) == "5.0"
    assert hue.text(hue.of([without])) == "-"
    assert verdict.worse(verdict.DARK, [without], [without]) == []
