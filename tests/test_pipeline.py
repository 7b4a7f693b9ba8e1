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

from lowlight import LowlightError, Settings, enhance, load_photo
from lowlight.light import linear
from lowlight.pipeline import Clean, Progress, Stage, steps
from tests.helpers import scenes
from tests.helpers.originals import original_cnn
from tests.helpers.photos import dark_photo
from tests.helpers.places import EXAMPLES

NAMES = ["original", "lightness", "light", "brightened", "denoised"]
PUBLISHED = ["original", "lightness", "clahe", "brightened", "denoised"]


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
    assert list(found) == PUBLISHED
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
    rgb = scenes.fine()
    found = stages(rgb)
    assert all(np.array_equal(found[name].picture, rgb) for name in ("brightened", "denoised"))
    assert "bright already" in found["light"].sentence
    assert "bright already" in found["denoised"].sentence


def test_a_black_frame_is_not_called_bright():
    """A frame taken with the cap on comes back as it was, and is called what it is."""
    rgb = scenes.black()
    found = stages(rgb)
    assert np.array_equal(found["denoised"].picture, rgb)
    assert "black" in found["denoised"].sentence
    assert not any("bright already" in stage.sentence for stage in found.values())


def test_a_bright_photo_is_treated_when_asked():
    """More brightness lifts a photo that is bright already, and says that nothing else was done."""
    rgb = scenes.fine()
    found = stages(rgb, Settings(exposure=1.0))["denoised"]
    assert luma(found.picture) > luma(rgb) + 20
    assert "only what you asked for" in found.sentence


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("night", "bright parts"),
        ("backlit", "Backlit"),
        ("room", "dim"),
        ("fine", "bright already"),
        ("black", "black"),
    ],
)
def test_the_verdict_says_what_was_seen(name, words):
    """The light map's sentence says which kind of photo it was taken for."""
    assert words in stages(scenes.ALL[name]())["light"].sentence


def test_on_a_dark_photo_every_stage_can_be_seen():
    """No stage is a black tile where it is shown as light as it says, the photo itself included."""
    found = stages(scenes.room())
    assert all(luma(found[name].visible) > 40 for name in NAMES)
    assert luma(found["original"].picture) < 20
    assert {stage.times for stage in stages(scenes.fine()).values()} == {1}
    assert stages(scenes.black())["original"].times == 1


def test_the_brightened_stage_keeps_colours():
    """Each pixel has the ratios of red, green and blue, in linear light, that the photo had."""
    rgb = np.zeros((96, 144, 3), np.uint8)
    rgb[:] = (40, 28, 16)
    rgb[:48] = (20, 30, 44)
    before, after = (linear.from_uint8(one) for one in (rgb, stages(rgb)["brightened"].picture))
    assert after.mean() > 3 * before.mean()
    np.testing.assert_allclose(after / after.sum(-1, keepdims=True), before / before.sum(-1, keepdims=True), atol=0.01)


def test_denoise_zero_is_the_brightened_photo():
    """With denoise strength 0 the result is the brightened photo, to rounding."""
    found = stages(dark_photo(50, 70), Settings(denoise=0))
    assert np.abs(found["denoised"].picture.astype(int) - found["brightened"].picture).max() <= 1


def test_denoise_between_is_a_mixture():
    """With strength 0.5 each value lies half way between the brightened photo and the clean picture."""
    rgb = dark_photo(50, 70)
    none, half, full = (stages(rgb, Settings(denoise=share))["denoised"].picture.astype(int) for share in (0, 0.5, 1))
    assert np.abs(none - full).max() > 10
    assert np.abs(half - (none + full) / 2).max() <= 2


def test_a_wanted_mean_is_met():
    """A wanted mean brightness is the mean luma of the brightened stage, without local contrast."""
    chosen = Settings(target_mean=0.4, denoise=0, clip_limit=1)
    assert luma(stages(scenes.room(), chosen)["brightened"].picture) / 255 == pytest.approx(0.4, abs=0.03)


@pytest.mark.parametrize("name", ["original", "bundled"])
def test_the_result_follows_the_brightness(name):
    """More brightness never gives a darker result, after either network, and in no step a jump."""
    rgb, network = dark_photo(60, 60), original_cnn() if name == "original" else None
    means = [luma(stages(rgb, Settings(exposure=e), network)["denoised"].picture) for e in np.arange(-2, 2.1, 0.25)]
    assert means == sorted(means)
    assert means[-1] > means[0] + 60
    assert max(np.diff(means)) < 14


def test_a_factor_is_one_of_srgb_values():
    """A fixed factor lifts dark values about so many times, whatever the photo itself asks for."""
    rgb = np.full((60, 90, 3), 20, np.uint8)
    rgb += np.random.default_rng(0).integers(0, 4, rgb.shape, np.uint8)
    made = stages(rgb, Settings(brightness=3.0, denoise=0, clip_limit=1))["brightened"].picture
    assert luma(made) / luma(rgb) == pytest.approx(3, rel=0.2)


def test_the_clip_limit_bends_the_light_map():
    """More clip limit gives more local contrast in the result."""
    rgb = load_photo(EXAMPLES / "dark-hall.png").rgb[:200, :300]
    spread = [local_contrast(stages(rgb, Settings(clip_limit=limit))["denoised"].picture) for limit in (1, 2, 4, 8)]
    assert spread == sorted(spread)
    assert spread[-1] > 1.02 * spread[0]


def local_contrast(picture):
    """Return the mean standard deviation of luma over squares of 50 x 50."""
    grey = cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY).astype(float)
    squares = grey.reshape(grey.shape[0] // 50, 50, grey.shape[1] // 50, 50)
    return squares.std(axis=(1, 3)).mean()


@pytest.mark.parametrize(
    ("name", "picture"), [("lightness", "L of LAB"), ("light", "how many stops"), ("brightened", "stops more")]
)
def test_sentences_say_what_was_done(name, picture):
    """Each stage's sentence tells what it shows."""
    assert picture in stages(scenes.room())[name].sentence


@settings(max_examples=25, deadline=None)
@given(arrays(np.uint8, st.tuples(st.integers(1, 20), st.integers(1, 20), st.just(3))))
def test_any_picture_goes_through(rgb):
    """Any picture from 1x1 on comes back at its size, five stages, and is not written into."""
    before = rgb.copy()
    found = stages(rgb)
    assert list(found) == NAMES
    assert all(stage.picture.shape == rgb.shape and stage.picture.dtype == np.uint8 for stage in found.values())
    assert np.array_equal(rgb, before)


@pytest.mark.parametrize(
    "chosen",
    [
        *({"exposure": 1.0}, {"denoise": 0.4}, {"clip_limit": 5.0}, {"tile_grid": 4}, {"look": "night"}),
        *({"shadows": 0.7}, {"detail": 0.5}, {"colour": 0.5, "warmth": -0.4}, {"strength": 0.5}, {"target_mean": 0.5}),
    ],
)
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
        ({"strength": 1.01}, "Strength must be a number from 0 to 1; it was 1.01"),
        ({"warmth": -1.5}, "Warmth must be a number from -1 to 1"),
        ({"look": "moody"}, "Look must be one of natural, bright, night; it was 'moody'"),
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


@pytest.mark.slow
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
