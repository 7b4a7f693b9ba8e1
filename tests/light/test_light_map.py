"""Light: the survey of a photo, the map made of it, and the photo brightened by it."""

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as np_strategies

from lowlight import arrays
from lowlight.light import light_map, linear
from lowlight.light.light_map import LightMap
from lowlight.light.survey import Survey, black_of, fitted, intensity, signal_of, stops_of
from tests.helpers import scenes

WHOLE = (slice(0, 120), slice(0, 180))
LIGHT = np_strategies.arrays(np.float32, (8, 8, 3), elements=st.floats(0, 1, width=32))
STOPS = np_strategies.arrays(np.float32, (8, 8), elements=st.floats(0, 8, width=32))


@pytest.mark.parametrize(
    ("level", "value"), [(0, 0.0), (10, 0.0030353), (128, 0.2158605), (188, 0.5028865), (255, 1.0)]
)
def test_srgb_is_decoded_as_the_standard_says(level, value):
    """Values of IEC 61966-2-1, by the published formula."""
    picture = np.full((1, 1, 3), level, np.uint8)
    assert linear.from_uint8(picture)[0, 0, 0] == pytest.approx(value, abs=1e-6)


def test_every_level_comes_back():
    """From 8 bits to light and back nothing is lost, by both ways."""
    levels = np.arange(256, dtype=np.uint8).reshape(16, 16, 1).repeat(3, axis=2)
    there = linear.from_uint8(levels)
    assert np.array_equal(linear.to_uint8(there), levels)
    assert np.array_equal(arrays.to_uint8(linear.to_srgb(there)), levels)
    np.testing.assert_allclose(linear.from_srgb(levels / np.float32(255)), there, atol=2e-5)


def test_a_survey_has_the_photo_s_means():
    """Its cells hold the means of light, level and luma, and the standard deviation of luma inside them."""
    rgb = scenes.room(128, 192)
    survey = Survey.of(rgb)
    assert survey.light.shape == (64, 96, 3)
    part = rgb[:2, :2]
    np.testing.assert_allclose(survey.light[0, 0], linear.from_uint8(part).mean(axis=(0, 1)), rtol=1e-4)
    assert survey.level[0, 0] == pytest.approx(part.max(axis=-1).mean(), rel=1e-4)
    grey = part @ np.array(arrays.LUMA)
    assert survey.luma[0, 0] == pytest.approx(grey.mean() / 255, rel=1e-3)
    assert survey.texture[0, 0] == pytest.approx(grey.std(), abs=0.02)
    assert survey.mean == pytest.approx(arrays.mean_luma(rgb), rel=0.01)


def test_a_half_float_picture_has_the_same_survey():
    """What the network made is surveyed as the photo is."""
    rgb = scenes.night()
    one, other = Survey.of(rgb), Survey.of(arrays.to_half(arrays.as_float(rgb)))
    np.testing.assert_allclose(one.light, other.light, atol=2e-4)
    np.testing.assert_allclose(one.texture, other.texture, atol=0.1)


@pytest.mark.parametrize("shape", [(1, 1), (3, 700), (700, 3), (17, 31)])
def test_any_shape_can_be_surveyed(shape):
    """Photos smaller than the thumbnail, and long ones, have a survey and a light map."""
    rgb = np.full((*shape, 3), 20, np.uint8)
    survey = Survey.of(rgb)
    window = (slice(0, shape[0]), slice(0, shape[1]))
    stops = LightMap(survey, light_map.stops_for(survey, 4.0)).at(window, intensity(linear.from_uint8(rgb)))
    assert stops.shape == shape
    assert np.isfinite(stops).all()


def test_noise_bears_a_gain_and_flat_black_bears_none():
    """In a photo that is dark all over, two levels with noise can be lifted; flat ones cannot."""
    noisy = np.random.default_rng(0).integers(1, 5, (120, 180, 1), np.uint8).repeat(3, axis=2)
    assert Survey.of(noisy).signal.mean() > 0.9
    assert Survey.of(np.full((120, 180, 3), 2, np.uint8)).signal.max() < 0.01


def test_where_a_photo_reaches_far_up_a_few_levels_are_its_black():
    """The same two noisy levels are black beside a lamp."""
    rgb = np.random.default_rng(0).integers(1, 5, (120, 180, 1), np.uint8).repeat(3, axis=2)
    rgb[:40, :60] = 240
    survey = Survey.of(rgb)
    assert signal_of(survey.level, survey.texture, black_of(survey.level))[40:, 60:].mean() < 0.35


@given(STOPS, LIGHT)
def test_brightening_keeps_colours_and_never_darkens(stops, photo):
    """No channel becomes darker, passes the ceiling that did not before, or overtakes another one."""
    made = light_map.brightened(photo, stops)
    assert (made >= photo - 1e-6).all()
    high, before = made.max(axis=-1), photo.max(axis=-1)
    assert (high <= np.maximum(light_map.CEILING, before) + 1e-5).all()
    order = np.argsort(photo, axis=-1)
    assert (np.diff(np.take_along_axis(made, order, axis=-1), axis=-1) >= -1e-6).all()


@given(STOPS, LIGHT)
def test_below_the_knee_colours_are_the_photos_own(stops, photo):
    """Where nothing is too strong, each pixel gets one factor for its three channels."""
    made = light_map.brightened(photo, stops)
    below = made.max(axis=-1, keepdims=True) <= light_map.KNEE
    own = photo * light_map.factor_of(stops)[..., None]
    np.testing.assert_allclose(made * below, own * below, atol=1e-5)


def test_what_is_too_strong_for_white_becomes_paler_and_yellower():
    """Skin raised beyond white ends lighter than at its own saturation, still red above green above blue."""
    skin = np.array([[[0.6, 0.35, 0.25]]], np.float32)
    made = light_map.brightened(skin, np.full((1, 1), 1.5, np.float32))
    own = skin * (made.max() / skin.max())
    assert linear.luminance(made)[0, 0] > 1.1 * linear.luminance(own)[0, 0]
    assert made[0, 0, 0] > 1.1 * made[0, 0, 1] > 1.2 * made[0, 0, 2]


@given(st.floats(1, 60))
def test_white_ends_where_the_shoulder_says(times):
    """Grey far beyond white stays grey, below the ceiling and above the knee."""
    grey = np.full((1, 1, 3), 0.9, np.float32)
    made = light_map.shouldered(grey * np.float32(times), grey / 2)
    np.testing.assert_allclose(made, made[0, 0, 0], rtol=1e-5)
    assert light_map.KNEE < made.min() <= light_map.CEILING + 1e-6


@given(LIGHT)
def test_no_stops_change_nothing(photo):
    """A map of zeros gives the photo back."""
    np.testing.assert_allclose(light_map.brightened(photo, np.zeros((8, 8), np.float32)), photo, atol=1e-6)


@given(st.floats(1, 200), np_strategies.arrays(np.float32, 12, elements=st.floats(0.0009765625, 1, width=32)))
def test_the_curve_rises_and_keeps_white(gain, base):
    """What is brighter stays brighter, nothing is darkened, white stays white, and the dark gets the whole gain."""
    values = np.sort(base)
    assert (np.diff(light_map.curve(values, gain)) >= -1e-6).all()
    assert (light_map.curve(values, gain) >= values * (1 - 1e-5)).all()
    assert light_map.curve(np.float32(1), gain) == pytest.approx(1, rel=1e-4)
    assert light_map.curve(np.float32(1e-6), gain) == pytest.approx(1e-6 * gain, rel=0.01)


def test_the_wanted_mean_is_found():
    """The gain that is found gives the mean luma that was asked for."""
    survey = Survey.of(scenes.room())
    gain = light_map.gain_for(survey, 0.35)
    made = linear.to_srgb(light_map.brightened(survey.light, light_map.stops_for(survey, gain)))
    assert (made @ np.array(arrays.LUMA)).mean() == pytest.approx(0.35, abs=0.005)
    assert light_map.gain_for(survey, survey.mean / 2) == 1


def test_the_map_follows_the_photo_s_edges():
    """At full size the gain changes within three pixels where the photo does: no halo around a lamp."""
    rgb = np.full((480, 720, 3), 8, np.uint8)
    rgb[:, 360:] = 200
    rgb[::2, :360:2] += 2
    survey = Survey.of(rgb)
    lit = LightMap(survey, light_map.stops_for(survey, 16.0))
    found = lit.at((slice(200, 201), slice(0, 720)), intensity(linear.from_uint8(rgb[200:201])))[0]
    dark, bright = found[:350].mean(), found[370:].mean()
    assert dark > 3
    assert bright < 1
    assert np.abs(found[330:357] - dark).max() < 0.6
    assert np.abs(found[363:390] - bright).max() < 0.6


def test_cells_are_mixed_linearly():
    """A ramp over the cells is a ramp over the photo, level beyond the outermost middles; a part is the whole's."""
    survey = Survey.of(scenes.fine(160, 240))
    cells = np.tile(np.arange(96, dtype=np.float32), (64, 1))
    whole = survey.placed(cells, (slice(0, 160), slice(0, 240)))
    wanted = np.clip((np.arange(240) + 0.5) * 96 / 240 - 0.5, 0, 95)
    np.testing.assert_allclose(whole, np.tile(wanted, (160, 1)), atol=1e-3)
    np.testing.assert_array_equal(survey.placed(cells, (slice(30, 70), slice(5, 99))), whole[30:70, 5:99])


def test_parts_of_the_map_fit_together():
    """A map asked for in parts is the map asked for at once."""
    rgb = scenes.night()
    survey = Survey.of(rgb)
    lit, values = LightMap(survey, light_map.stops_for(survey, 8.0)), intensity(linear.from_uint8(rgb))
    parts = [lit.at((rows, WHOLE[1]), values[rows]) for rows in (slice(0, 37), slice(37, 120))]
    np.testing.assert_allclose(np.concatenate(parts), lit.at(WHOLE, values), atol=1e-5)


def test_the_fit_is_exact_for_what_is_linear():
    """A target that is a multiple of the logarithm is fitted up to what the edge variance takes."""
    logarithm = stops_of(np.exp2(np.random.default_rng(0).normal(-4, 2, (64, 96))).astype(np.float32))
    slope, offset = fitted(0.5 * logarithm, logarithm)
    np.testing.assert_allclose(slope * logarithm + offset, 0.5 * logarithm, atol=0.25)


def test_a_strong_channel_counts():
    """A blue lamp is far more intense than its small luminance."""
    blue = np.array([[[0, 0, 1]]], np.float32)
    assert intensity(blue)[0, 0] == pytest.approx(0.5 * 0.0722 + 0.5, abs=1e-6)
    assert cv2.cvtColor(blue, cv2.COLOR_RGB2GRAY)[0, 0] < 0.12
