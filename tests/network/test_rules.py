"""What holds for any photo and any weights: no photo comes back worse than it was."""

from itertools import pairwise

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lowlight import Settings, enhance
from lowlight.light import controls, light_map, linear
from lowlight.light.survey import Survey, intensity
from lowlight.network import clean
from tests.helpers import scenes
from tests.helpers.any_network import KINDS, any_network

CONTROLS = st.fixed_dictionaries(
    {},
    optional={
        "exposure": st.floats(0, 3),
        "shadows": st.floats(0, 1),
        "highlights": st.floats(0, 1),
        "warmth": st.floats(-1, 1),
        "colour": st.floats(-1, 1),
        "detail": st.floats(0, 1),
        "denoise": st.floats(0, 1),
        "strength": st.floats(0, 1),
        "clip_limit": st.floats(1, 10),
        "look": st.sampled_from(["natural", "bright", "night"]),
    },
)
"""Everything that people can ask for, but for less light."""

PHOTOS = st.builds(
    lambda name, seed: scenes.ALL[name](seed=seed), st.sampled_from(sorted(scenes.ALL)), st.integers(0, 9)
)


def result(rgb, chosen=None, network=None):
    """Return the last stage's picture."""
    *_, last = enhance(rgb, chosen or Settings(), network=network or any_network("same"))
    return last.picture


@pytest.mark.parametrize("kind", KINDS)
@settings(max_examples=15)
@given(rgb=PHOTOS, chosen=CONTROLS)
def test_nothing_clips_that_did_not(kind, rgb, chosen):
    """Below 235 in all channels before, below 250 after: whatever people ask for, whatever the weights."""
    made = result(rgb, Settings(**chosen), any_network(kind))
    assert made.max(axis=-1)[rgb.max(axis=-1) < 235].max(initial=0) < 250


@pytest.mark.parametrize("kind", KINDS)
@settings(max_examples=8)
@given(rgb=PHOTOS)
def test_no_part_becomes_darker(kind, rgb):
    """Each square of 12 x 12 pixels keeps its mean luma, to six levels, unless somebody asks for less."""
    made = result(rgb, network=any_network(kind))
    assert (squares(made) - squares(rgb)).min() > -6


def squares(rgb):
    """Return the mean luma of squares of 12 x 12 pixels."""
    grey = cv2.cvtColor(rgb, cv2.COLOR_RGB2GRAY).astype(float)
    return grey.reshape(grey.shape[0] // 12, 12, grey.shape[1] // 12, 12).mean(axis=(1, 3))


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("level", [0, 1, 2, 3])
def test_a_neutral_black_stays_neutral_and_dark(kind, level):
    """A sky of 0 to 3 of 255 around a moon: R and B within 3 levels, and below 20."""
    rgb = np.full((160, 240, 3), level, np.uint8)
    cv2.circle(rgb, (120, 60), 16, (220, 220, 215), -1)
    made = result(rgb, network=any_network(kind))
    sky = made[110:].reshape(-1, 3).astype(int)
    assert np.abs(sky[:, 0] - sky[:, 2]).max() <= 3
    assert sky.max() < 20


@pytest.mark.parametrize("kind", KINDS)
@settings(max_examples=15)
@given(hue=st.integers(0, 179), seed=st.integers(0, 5))
def test_a_bright_colour_keeps_its_hue(kind, hue, seed):
    """A lamp of any hue, unclipped, moves by less than 6 degrees in CIELAB."""
    rgb = scenes.night(seed=seed)
    lamp = cv2.cvtColor(np.array([[[hue, 150, 210]]], np.uint8), cv2.COLOR_HSV2RGB)[0, 0]
    rgb[20:60, 60:120] = lamp
    made = result(rgb, network=any_network(kind))[26:54, 66:114]
    before, after = (hue_of(part) for part in (rgb[26:54, 66:114], made))
    assert np.abs(np.angle(np.exp(1j * (after - before)), deg=True)).max() < 6


def hue_of(rgb):
    """Return CIELAB's hue in radians."""
    lab = cv2.cvtColor(rgb.astype(np.float32) / 255, cv2.COLOR_RGB2LAB)
    return np.arctan2(lab[..., 2], lab[..., 1])


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("name", sorted(scenes.ALL))
def test_more_exposure_never_makes_a_pixel_darker(kind, name):
    """From -3 to 3 stops every value rises or stays."""
    rgb = scenes.ALL[name]()
    network = any_network(kind)
    made = [result(rgb, Settings(exposure=float(stops)), network).astype(int) for stops in np.linspace(-3, 3, 7)]
    assert all((brighter >= darker).all() for darker, brighter in pairwise(made))


@pytest.mark.parametrize("denoise", [0.0, 1.0])
@pytest.mark.parametrize("name", ["room", "night"])
def test_a_stop_is_a_stop(name, denoise):
    """Exposure +1 doubles the linear light of the midtones, to a tenth of a stop."""
    rgb = scenes.ALL[name]()
    before, after = (
        light_of(result(rgb, Settings(exposure=stops, denoise=denoise, target_mean=0.2))) for stops in (0.0, 1.0)
    )
    middle = (before > 0.02) & (before < 0.2) & (after < 0.5)
    assert middle.sum() > 100
    assert np.median(np.log2(after[middle] / before[middle])) == pytest.approx(1, abs=0.1)


def light_of(rgb):
    """Return linear light."""
    srgb = rgb / 255
    return np.where(srgb <= 0.04045, srgb / 12.92, ((srgb + 0.055) / 1.055) ** 2.4)


@pytest.mark.parametrize("kind", KINDS)
@settings(max_examples=8)
@given(rgb=PHOTOS, chosen=CONTROLS)
def test_strength_zero_is_the_photo(kind, rgb, chosen):
    """Whatever else is set, strength 0 gives the photo's own values, every one."""
    assert np.array_equal(result(rgb, Settings(**{**chosen, "strength": 0.0}), any_network(kind)), rgb)


@given(seed=st.integers(0, 99), stops=st.floats(0, 0.5))
def test_what_was_hardly_raised_keeps_its_grain(seed, stops):
    """Up to half a stop a photo's own pixels stay, whatever a network makes of them; two stops up they are its own."""
    photo = np.random.default_rng(seed).uniform(0.02, 0.05, (24, 36, 3)).astype(np.float32)
    for raised, grain in ((stops, 1.0), (2.0, 0.0)):
        lit = photo * np.float32(2**raised)
        smooth = linear.to_srgb(np.asarray(0 * lit + lit.mean(axis=(0, 1)), np.float32))
        made = clean.kept(smooth, lit, photo, np.full(lit.shape[:2], raised, np.float32), None)
        assert made.std() == pytest.approx(grain * lit.std(), abs=0.1 * float(lit.std()))


def test_a_network_makes_no_channel_white_that_was_not():
    """A red as strong as light can be, of the light that was asked for, stays red and ends below white."""
    lit = np.full((24, 36, 3), 0.3, np.float32)
    light = np.float32(linear.LUMINANCE) @ np.float32([1.0, 0.11, 0.11])
    made = linear.to_srgb(np.broadcast_to(np.float32([1.0, 0.11, 0.11]), lit.shape) * np.float32(1))
    assert light == pytest.approx(0.3, abs=0.02)
    found = clean.kept(made, lit, lit / 8, np.full(lit.shape[:2], 3.0, np.float32), None)
    assert found.max() < light_map.CEILING + 1e-3
    assert found[..., 0].min() > 4 * found[..., 1].max()


def test_a_bright_point_is_kept_by_itself():
    """A star in the dark is as it came, though its surroundings are dark, whatever a network makes of it."""
    lit = np.full((25, 37, 3), 0.02, np.float32)
    lit[12, 18] = 0.6
    found = clean.kept(np.zeros_like(lit) + 0.15, lit, lit, np.full(lit.shape[:2], 3.0, np.float32), None)
    assert found[12, 18] == pytest.approx([0.6] * 3, abs=1e-3)
    assert found[3, 3] == pytest.approx(linear.from_srgb(np.full((1, 1, 3), 0.15, np.float32))[0, 0], abs=1e-3)


def test_under_the_look_of_a_night_nothing_is_lighter_than_the_brightened_photo():
    """But for a tenth, whatever a network makes of it."""
    lit = np.random.default_rng(0).uniform(0.01, 0.3, (24, 36, 3)).astype(np.float32)
    held = controls.no_lighter(lit * 2, lit)
    around = cv2.blur(intensity(lit), (5, 5))
    assert (intensity(held) <= 1.1 * around + 2e-3).all()
    assert np.array_equal(controls.no_lighter(lit / 4, lit), lit / 4), "what is darker stays"


@pytest.mark.parametrize("name", ["night", "backlit"])
@pytest.mark.parametrize("kind", KINDS)
def test_the_look_of_a_night_holds_any_network_to_that(kind, name):
    """The result of a night that is to stay one is nowhere lighter than its brightened photo, but for a tenth."""
    *_, brightened, made = enhance(scenes.ALL[name](), Settings(look="night"), network=any_network(kind))
    lit, found = (intensity(linear.from_uint8(one.picture)) for one in (brightened, made))
    assert (found - 1.1 * cv2.blur(lit, (5, 5))).max() < 0.01


@given(seed=st.integers(0, 99))
def test_in_the_black_grain_is_noise(seed):
    """Where the photo is nearly black, what was hardly raised is the network's all the same."""
    photo = np.random.default_rng(seed).uniform(0.0005, 0.0025, (24, 36, 3)).astype(np.float32)
    smooth = linear.to_srgb(np.asarray(0 * photo + photo.mean(axis=(0, 1)), np.float32))
    made = clean.kept(smooth, photo, photo, np.zeros(photo.shape[:2], np.float32), None)
    assert made.std() < 0.1 * float(photo.std())


@pytest.mark.parametrize("name", ["fine", "black"])
@pytest.mark.parametrize("kind", KINDS)
def test_what_is_fine_or_black_comes_back_as_it_was(kind, name):
    """A photo that needs nothing, and one that holds nothing, come back bit for bit."""
    rgb = scenes.ALL[name]()
    assert np.array_equal(result(rgb, network=any_network(kind)), rgb)


@settings(max_examples=15)
@given(rgb=PHOTOS)
def test_the_look_that_keeps_a_night_stays_within_a_stop_and_a_half(rgb):
    """Under "night" each cell rises by at most 1.5 stops in linear light, and black stays below 15 of 255."""
    made = result(rgb, Settings(look="night"))
    before, after = Survey.of(rgb), Survey.of(made)
    seen = before.intensity > 0.002
    assert np.log2((after.intensity + 1e-4) / (before.intensity + 1e-4))[seen].max(initial=0) < 1.5
    assert after.level[before.level <= 3].max(initial=0) < 15
