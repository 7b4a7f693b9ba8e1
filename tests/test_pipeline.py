"""The recipe: stages in order, settings checked, the published method to the letter."""

import os
import subprocess
import sys

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from test_denoise import dark_photo

from lowlight import LowlightError, Settings, enhance
from lowlight.engine import default_network
from lowlight.pipeline import Progress, Stage, steps

NAMES = ["original", "lightness", "clahe", "brightened", "denoised"]


def stages(rgb, chosen=None):
    """Return the stages by name."""
    return {stage.name: stage for stage in enhance(rgb, chosen)}


def test_classic_is_the_published_method():
    """Each classic stage equals what OpenCV and NumPy give by the published lines."""
    rgb = dark_photo(90, 120)
    lab = cv2.cvtColor(rgb, cv2.COLOR_RGB2LAB)
    lightness = lab[..., 0].copy()
    lab[..., 0] = cv2.createCLAHE(clipLimit=2.0, tileGridSize=(8, 8)).apply(lightness)
    equalized = cv2.cvtColor(lab, cv2.COLOR_LAB2RGB)
    brightened = np.clip(equalized.astype(np.float32) * 2.0, 0, 255) / 255

    found = stages(rgb, Settings.classic())
    assert list(found) == NAMES
    assert np.array_equal(found["original"].picture, rgb)
    assert np.array_equal(found["lightness"].picture, np.dstack([lightness] * 3))
    assert np.array_equal(found["clahe"].picture, equalized)
    assert np.array_equal(found["brightened"].picture, np.rint(brightened * 255))
    clean = np.rint(np.clip(default_network()(brightened), 0, 1) * 255)
    assert np.abs(found["denoised"].picture - clean).max() <= 1


def test_the_published_settings_have_their_values():
    """Classic means clip limit 2.0, an 8x8 grid, a fixed factor and all of the network."""
    assert Settings.classic() == Settings(clip_limit=2.0, tile_grid=8, brightness=2.0, denoise=1.0, adaptive=False)


def test_a_bright_photo_stays_as_it_is():
    """On automatic settings a photo that is bright already comes back unchanged, and the sentences say so."""
    rgb = np.clip(dark_photo(60, 80).astype(int) * 4, 0, 255).astype(np.uint8)
    found = stages(rgb)
    assert all(np.array_equal(found[name].picture, rgb) for name in ("clahe", "brightened", "denoised"))
    assert "bright already" in found["denoised"].sentence


def test_a_bright_photo_is_treated_when_asked():
    """A brightness factor set by hand is applied to any photo."""
    rgb = np.full((20, 20, 3), 150, np.uint8)
    assert stages(rgb, Settings(brightness=1.5, denoise=0))["brightened"].picture.mean() > 200


def test_denoise_zero_is_the_brightened_photo():
    """With denoise strength 0 the result is the brightened photo to the last bit."""
    found = stages(dark_photo(50, 70), Settings(denoise=0))
    assert np.array_equal(found["denoised"].picture, found["brightened"].picture)


def test_a_clean_photo_is_not_denoised():
    """Where there is hardly any noise after brightening, the network is left out, and the sentence says so."""
    rows, cols = np.mgrid[:80, :120]
    rgb = np.dstack([20 + rows // 8, 30 + cols // 8, 25 + (rows + cols) // 16]).astype(np.uint8)
    found = stages(rgb)
    assert np.array_equal(found["denoised"].picture, found["brightened"].picture)
    assert "hardly any grain" in found["denoised"].sentence
    forced = stages(rgb, Settings(adaptive=False))["denoised"].picture
    assert not np.array_equal(forced, found["brightened"].picture)


def test_a_wanted_mean_is_met():
    """A wanted mean brightness is the mean luma of the brightened stage."""
    brightened = stages(dark_photo(50, 70), Settings(target_mean=0.5, denoise=0))["brightened"].picture
    grey = cv2.cvtColor(brightened, cv2.COLOR_RGB2GRAY)
    assert grey.mean() / 255 == pytest.approx(0.5, abs=0.005)


def test_the_result_follows_the_brightness():
    """More brightness never gives a darker result, after the network too."""
    rgb = dark_photo(60, 60)
    means = [stages(rgb, Settings(brightness=b))["denoised"].picture.mean() for b in (1, 1.5, 2, 3, 4, 6)]
    assert means == sorted(means)
    assert means[-1] > 2 * means[0]


@settings(max_examples=25, deadline=None)
@given(arrays(np.uint8, st.tuples(st.integers(1, 20), st.integers(1, 20), st.just(3))))
def test_any_picture_goes_through(rgb):
    """Any picture from 1x1 on comes back at its size, five stages, and is not written into."""
    before = rgb.copy()
    found = stages(rgb)
    assert list(found) == NAMES
    assert all(stage.picture.shape == rgb.shape and stage.picture.dtype == np.uint8 for stage in found.values())
    assert np.array_equal(rgb, before)


def test_progress_comes_between_the_tiles():
    """The denoiser's share done grows to 1 before the last stage."""
    seen = list(steps(dark_photo(40, 700)))
    shares = [step.share for step in seen if isinstance(step, Progress)]
    assert shares == [pytest.approx(1 / 3), pytest.approx(2 / 3), 1]
    assert isinstance(seen[-1], Stage)


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"clip_limit": float("nan")}, "Clip limit must be a number from 0.5 to 10; it was nan"),
        ({"clip_limit": 11}, "it was 11"),
        ({"tile_grid": 2.5}, "whole number"),
        ({"tile_grid": 0}, "from 1 to 32"),
        ({"tile_grid": True}, "it was True"),
        ({"brightness": "2"}, "Brightness must be a number"),
        ({"brightness": float("inf")}, "inf"),
        ({"target_mean": 1.5}, "from 0.02 to 0.98"),
        ({"denoise": None}, "Denoise strength must be a number from 0 to 1; it was None"),
        ({"brightness": 2.0, "target_mean": 0.5}, "not both"),
    ],
)
def test_settings_out_of_range_are_refused(wrong, words):
    """A setting that is no number, or out of its range, is refused with its value and the limit."""
    with pytest.raises(LowlightError) as caught:
        Settings(**wrong)
    assert words in str(caught.value)


def test_settings_are_frozen():
    """Settings cannot change once they were checked."""
    with pytest.raises(AttributeError):
        Settings().denoise = 2


def test_no_stage_can_be_spoilt_by_the_next():
    """Stages handed out earlier keep their pictures while later stages are made."""
    rgb = dark_photo(40, 40)
    kept = [(stage, stage.picture.copy()) for stage in enhance(rgb)]
    assert all(np.array_equal(stage.picture, copy) for stage, copy in kept)


def test_fifty_megapixels_stay_within_memory():
    """The largest photo taken goes through every stage and every tile in less than 1.5 GB, all told."""
    script = """
import re, numpy as np
from pathlib import Path
from test_engine import negative
from lowlight import Settings, enhance
from lowlight.engine import open_network
network = open_network(negative({"name": "negative", "halo": "4"}))
rgb = np.random.default_rng(0).integers(10, 40, (5000, 10000, 3), np.uint8)
*_, result = enhance(rgb, Settings(), network=network)
assert result.picture.shape == rgb.shape and "neural" in result.sentence
print(int(re.search(r"VmHWM:\\s+(\\d+) kB", Path("/proc/self/status").read_text())[1]) / 1024)
"""
    command = [sys.executable, "-c", script]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    answer = subprocess.run(command, capture_output=True, text=True, check=True, env=environment)
    assert float(answer.stdout) < 1500


def test_a_wrong_array_is_refused():
    """A float picture is refused in words before any work."""
    with pytest.raises(LowlightError, match="uint8"):
        list(enhance(np.zeros((4, 4, 3))))
