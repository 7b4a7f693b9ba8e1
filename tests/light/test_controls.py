"""The controls: each does what its name says, and nothing else."""

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from lowlight import Settings, enhance
from lowlight.light import controls
from lowlight.light.survey import Survey
from tests.helpers import scenes
from tests.helpers.any_network import any_network

LIGHT = arrays(np.float32, (6, 6, 3), elements=st.floats(0, 1, width=32))


def made(rgb, **chosen):
    """Return the result with a network that changes nothing."""
    *_, last = enhance(rgb, Settings(**chosen), network=any_network("same"))
    return last.picture


def chroma(rgb):
    """Return the mean LAB chroma."""
    lab = cv2.cvtColor(rgb.astype(np.float32) / 255, cv2.COLOR_RGB2LAB)
    return float(np.hypot(lab[..., 1], lab[..., 2]).mean())


def test_strength_is_a_mixture_of_photo_and_result():
    """Half the strength lies half way between the photo and the whole result."""
    rgb = scenes.room()
    whole, half = made(rgb).astype(int), made(rgb, strength=0.5).astype(int)
    assert np.abs(half - (rgb.astype(int) + whole) / 2).max() <= 1


def test_shadows_move_dark_areas_and_leave_bright_ones():
    """Shadows up lifts what is dark by about a stop or more, and a lit wall not at all; down deepens it."""
    rgb = scenes.night()
    usual, up, down = (Survey.of(made(rgb, shadows=value)).light.mean(axis=-1) for value in (0.0, 1.0, -1.0))
    dark = (usual > 0.004) & (usual < 0.03)
    bright = usual > 0.3
    assert np.median(np.log2(up[dark] / usual[dark])) > 0.7
    assert np.median(np.log2(down[dark] / usual[dark])) < -0.7
    assert np.abs(np.median(np.log2(up[bright] / usual[bright]))) < 0.05


def test_highlights_move_bright_areas_and_leave_dark_ones():
    """Highlights down brings a lamp down by a third of a stop or more, and the dim street not at all."""
    rgb = scenes.night()
    usual, down = (Survey.of(made(rgb, highlights=value)).light.mean(axis=-1) for value in (0.0, -1.0))
    bright, dark = usual > 0.3, (usual > 0.004) & (usual < 0.1)
    assert np.median(np.log2(down[bright] / usual[bright])) < -0.3
    assert np.abs(np.median(np.log2(down[dark] / usual[dark]))) < 0.05


def test_warmth_moves_to_orange_and_to_blue():
    """Warmer has more red and less blue at the same luminance, cooler the other way round."""
    rgb = scenes.room()
    usual, warm, cool = (Survey.of(made(rgb, warmth=value)).light.mean(axis=(0, 1)) for value in (0.0, 1.0, -1.0))
    assert warm[0] / usual[0] > 1.1 > 0.9 > warm[2] / usual[2]
    assert cool[0] / usual[0] < 0.9 < 1.1 < cool[2] / usual[2]
    weights = np.array([0.2126, 0.7152, 0.0722])
    assert warm @ weights == pytest.approx(usual @ weights, rel=0.02)


def test_colour_goes_from_grey_to_strong():
    """-1 is grey to a level, 1 is far more colourful than usual."""
    rgb = scenes.room()
    grey, usual, strong = (made(rgb, colour=value) for value in (-1.0, 0.0, 1.0))
    assert np.ptp(grey.astype(int), axis=-1).max() <= 1
    assert chroma(strong) > 1.4 * chroma(usual)


def test_detail_brings_fine_structure_back():
    """With a network that smooths, more detail brings back more of the photo's fine structure, and no colour noise."""
    rgb = scenes.room()
    rgb[::4] = np.minimum(rgb[::4].astype(int) + 5, 255)
    network = any_network("smooth")

    def fine(value):
        *_, last = enhance(rgb, Settings(detail=value), network=network)
        grey = cv2.cvtColor(last.picture, cv2.COLOR_RGB2GRAY).astype(np.float32)
        return float((grey - cv2.blur(grey, (9, 9))).std())

    assert fine(0.0) < fine(0.5) < fine(1.0)
    assert fine(1.0) > 1.3 * fine(0.0)


def test_denoise_zero_is_the_brightened_photo_and_one_the_network_s():
    """With a network that smooths, less denoising leaves more grain."""
    rgb, network = scenes.room(), any_network("smooth")

    def grain(value):
        *_, last = enhance(rgb, Settings(denoise=value), network=network)
        return float(np.std(last.picture[45:75, 50:85].astype(int), axis=(0, 1)).mean())

    assert grain(0.0) > grain(0.5) > grain(1.0)


def test_looks_go_from_night_to_bright():
    """Night kept is darker than Natural, Bright is lighter."""
    night, natural, bright = (made(scenes.night(), look=look).mean() for look in ("night", "natural", "bright"))
    assert night < natural < bright


def test_no_contrast_at_clip_limit_one():
    """At clip limit 1 CLAHE changes nothing, whatever the grid."""
    rgb = scenes.room()
    assert np.array_equal(made(rgb, clip_limit=1.0), made(rgb, clip_limit=1.0, tile_grid=3))
    assert not np.array_equal(made(rgb, clip_limit=1.0), made(rgb, clip_limit=4.0))


@given(LIGHT, st.floats(-3, 3))
def test_relit_light_is_ordered_and_stays_below_white(picture, stops):
    """More stops never give less, 0 gives the picture, and nothing passes white that did not."""
    flat = np.full((6, 6), stops, np.float32)
    lower, upper = controls.relit(picture, flat), controls.relit(picture, flat + np.float32(0.5))
    assert (upper >= lower - 1e-6).all()
    assert upper.max() <= max(1.0, picture.max()) + 1e-5
    np.testing.assert_allclose(controls.relit(picture, flat * 0), picture, atol=2e-6)


@given(LIGHT, st.floats(-1, 1), st.floats(-1, 1))
def test_colours_change_and_nothing_clips(picture, warmth, colour):
    """No channel passes the ceiling that did not before; with both at 0 nothing changes."""
    before = picture.copy()
    coloured = controls.coloured(picture, Settings(warmth=warmth, colour=colour))
    assert (coloured.max(axis=-1) <= np.maximum(0.951, before.max(axis=-1) + 1e-5)).all()
    assert np.array_equal(picture, before)
    assert controls.coloured(picture, Settings()) is picture
