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
from test_denoise import dark_photo, original_cnn

from lowlight import LowlightError, Settings, enhance
from lowlight.engine import default_network
from lowlight.pipeline import Clean, Progress, Stage, plan, steps

NAMES = ["original", "lightness", "clahe", "brightened", "denoised"]


def stages(rgb, chosen=None, network=None):
    """Return the stages by name."""
    return {stage.name: stage for stage in enhance(rgb, chosen, network=network)}


def luma(picture):
    """Return a picture's mean luma in levels of 255."""
    return float(cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY).mean())


def test_classic_is_the_published_method():
    """Each classic stage equals what OpenCV and NumPy give by the published lines, with the published network."""
    rgb = dark_photo(90, 120)
    lab = cv2.cvtColor(rgb, cv2.COLOR_RGB2LAB)
    lightness = lab[..., 0].copy()
    lab[..., 0] = cv2.createCLAHE(clipLimit=2.0, tileGridSize=(8, 8)).apply(lightness)
    equalized = cv2.cvtColor(lab, cv2.COLOR_LAB2RGB)
    brightened = np.clip(equalized.astype(np.float32) * 2.0, 0, 255) / 255

    network = original_cnn()
    found = stages(rgb, Settings.classic(), network)
    assert list(found) == NAMES
    assert np.array_equal(found["original"].picture, rgb)
    assert np.array_equal(found["lightness"].picture, np.dstack([lightness] * 3))
    assert np.array_equal(found["clahe"].picture, equalized)
    assert np.array_equal(found["brightened"].picture, np.rint(brightened * 255))
    clean = np.rint(np.clip(network(brightened), 0, 1) * 255)
    assert np.abs(found["denoised"].picture - clean).max() <= 1


def test_the_published_settings_have_their_values():
    """Classic means clip limit 2.0, an 8x8 grid, a fixed factor and all of the network."""
    assert Settings.classic() == Settings(clip_limit=2.0, tile_grid=8, brightness=2.0, denoise=1.0)


def test_a_bright_photo_stays_as_it_is():
    """On automatic settings a photo that is bright already comes back unchanged, and the sentences say so."""
    rgb = bright_photo(60, 80)
    found = stages(rgb)
    assert all(np.array_equal(found[name].picture, rgb) for name in ("clahe", "brightened", "denoised"))
    assert "bright already" in found["denoised"].sentence


def test_a_bright_photo_is_treated_when_asked():
    """A brightness factor set by hand is applied to any photo."""
    rgb = np.full((20, 20, 3), 150, np.uint8)
    assert stages(rgb, Settings(brightness=1.5, denoise=0))["brightened"].picture.mean() > 200


def test_a_bright_photo_follows_the_brightness_too():
    """A stop more on a photo that is bright already lifts it by a curve that keeps white white; the rest stays out."""
    rgb = bright_photo(60, 80)
    rgb[:8, :8] = 255
    found = stages(rgb, Settings(exposure=1.0))["denoised"]
    assert luma(found.picture) > luma(rgb) + 10
    assert (found.picture[:8, :8] == 255).all()
    assert "only the brightness" in found.sentence


@pytest.mark.parametrize("level", [0, 255])
def test_black_and_white_stay_so(level):
    """A black frame stays black, a white one white."""
    rgb = np.full((50, 70, 3), level, np.uint8)
    assert np.array_equal(stages(rgb)["denoised"].picture, rgb)


def test_a_black_frame_with_noise_stays_calm():
    """A cap left on the lens: a few pixels at the lowest level give a dark frame, not a grey one."""
    rgb = (np.random.default_rng(0).random((80, 120, 3)) < 0.05).astype(np.uint8)
    assert luma(stages(rgb)["denoised"].picture) < 8


def test_a_lamp_stays_a_lamp():
    """What is clipped to white in the dark photo is still the brightest, and near white, in the result."""
    rgb = dark_photo(120, 160)
    rgb[40:70, 90:120] = 255
    result = stages(rgb)["denoised"].picture
    assert result[48:62, 98:112].min() > 225


def test_denoise_zero_is_the_brightened_photo():
    """With denoise strength 0 the result is the brightened photo to the last bit."""
    found = stages(dark_photo(50, 70), Settings(denoise=0))
    assert np.array_equal(found["denoised"].picture, found["brightened"].picture)


def test_denoise_between_is_a_mixture():
    """With strength 0.5 each value lies half way between the brightened photo and the network's picture."""
    rgb = dark_photo(50, 70)
    none, half, full = (stages(rgb, Settings(denoise=share))["denoised"].picture.astype(int) for share in (0, 0.5, 1))
    assert np.abs(none - full).max() > 20
    assert np.abs(half - (none + full) / 2).max() <= 0.51


def test_a_wanted_mean_is_met():
    """A wanted mean brightness is the mean luma of the brightened stage."""
    brightened = stages(dark_photo(50, 70), Settings(target_mean=0.5, denoise=0))["brightened"].picture
    grey = cv2.cvtColor(brightened, cv2.COLOR_RGB2GRAY)
    assert grey.mean() / 255 == pytest.approx(0.5, abs=0.005)


@pytest.mark.parametrize("name", ["original", "bundled"])
def test_the_result_follows_the_brightness(name):
    """More brightness never gives a darker result, after either network too, and in no step a jump."""
    rgb, network = dark_photo(60, 60), original_cnn() if name == "original" else None
    means = [luma(stages(rgb, Settings(exposure=e), network)["denoised"].picture) for e in np.arange(-2, 2.1, 0.25)]
    assert means == sorted(means)
    assert means[-1] > means[0] + 60
    assert max(np.diff(means)) < 14


def test_a_fixed_factor_is_relative_to_the_automatic_one():
    """A brightness factor gives what the same lift in stops gives: people's brightness goes on from the photo's own."""
    rgb = dark_photo(60, 60)
    usual = plan(rgb, Settings(), default_network()).factor
    by_factor = stages(rgb, Settings(brightness=usual * 2 ** (1 / 2.2)))["denoised"].picture
    by_stops = stages(rgb, Settings(exposure=1.0))["denoised"].picture
    assert np.abs(by_factor.astype(int) - by_stops).max() <= 1


def test_the_clip_limit_still_counts_after_the_network():
    """More clip limit gives more local contrast in the result, less gives less."""
    rgb = dark_photo(160, 240)
    spread = [
        local_contrast(stages(rgb, Settings(clip_limit=limit))["denoised"].picture) for limit in (1, 1.5, 2, 3, 4, 6)
    ]
    assert spread == sorted(spread)
    assert spread[-1] > 1.2 * spread[2] > 1.2 * spread[0]


def local_contrast(picture):
    """Return the mean standard deviation of luma over squares of 20 x 20."""
    grey = cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY).astype(float)
    squares = grey.reshape(grey.shape[0] // 20, 20, grey.shape[1] // 20, 20)
    return squares.std(axis=(1, 3)).mean()


def bright_photo(height, width):
    """Return a made-up photo that needs nothing."""
    return np.clip(dark_photo(height, width).astype(int) * 4, 0, 255).astype(np.uint8)


@settings(max_examples=25, deadline=None)
@given(arrays(np.uint8, st.tuples(st.integers(1, 20), st.integers(1, 20), st.just(3))))
def test_any_picture_goes_through(rgb):
    """Any picture from 1x1 on comes back at its size, five stages, and is not written into."""
    before = rgb.copy()
    found = stages(rgb)
    assert list(found) == NAMES
    assert all(stage.picture.shape == rgb.shape and stage.picture.dtype == np.uint8 for stage in found.values())
    assert np.array_equal(rgb, before)


@pytest.mark.parametrize("chosen", [{"exposure": 1.0}, {"denoise": 0.4}, {"clip_limit": 5.0}, {"tile_grid": 4}])
def test_the_network_rests_when_its_picture_is_given_back(chosen):
    """Other settings on the same photo need no tile anew, and give what they would have given."""
    rgb = dark_photo(80, 100)
    clean = next(step for step in steps(rgb) if isinstance(step, Clean))
    again = list(steps(rgb, Settings(**chosen), clean=clean))
    assert not any(isinstance(step, Progress) for step in again)
    assert np.array_equal(again[-1].picture, stages(rgb, Settings(**chosen))["denoised"].picture)


def test_progress_comes_between_the_tiles():
    """The denoiser's share done grows to 1 before the last stage."""
    seen = list(steps(dark_photo(40, 700), network=original_cnn()))
    shares = [step.share for step in seen if isinstance(step, Progress)]
    assert shares == [pytest.approx(1 / 3), pytest.approx(2 / 3), 1]
    assert isinstance(seen[-1], Stage)


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"clip_limit": float("nan")}, "Clip limit must be a number from 0.5 to 10; it was nan"),
        ({"exposure": float("nan")}, "Brightness in stops must be a number from -3 to 3; it was nan"),
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
    """The largest photo taken goes through every stage and every tile of the default network in less than 1.9 GB."""
    script = """
import re, numpy as np
from pathlib import Path
from lowlight import Settings, enhance
rgb = np.random.default_rng(0).integers(10, 40, (5000, 10000, 3), np.uint8)
*_, result = enhance(rgb, Settings())
assert result.picture.shape == rgb.shape and "neural" in result.sentence
print(int(re.search(r"VmHWM:\\s+(\\d+) kB", Path("/proc/self/status").read_text())[1]) / 1024)
"""
    command = [sys.executable, "-c", script]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    answer = subprocess.run(command, capture_output=True, text=True, check=True, env=environment)
    assert float(answer.stdout) < 1900


def test_a_wrong_array_is_refused():
    """A float picture is refused in words before any work."""
    with pytest.raises(LowlightError, match="uint8"):
        list(enhance(np.zeros((4, 4, 3))))
