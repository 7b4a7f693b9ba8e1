"""What is too dark to be seen is shown lighter, and maps become greys."""

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from lowlight import load_photo
from lowlight.light import linear, shown
from tests.helpers import scenes
from tests.helpers.places import EXAMPLES

PICTURES = arrays(np.uint8, st.tuples(st.integers(1, 12), st.integers(1, 12), st.just(3)))


def luma(rgb):
    """Return a picture's mean luma in levels of 255."""
    return float(cv2.cvtColor(rgb, cv2.COLOR_RGB2GRAY).mean())


@given(PICTURES)
def test_a_picture_is_shown_a_power_of_two_times_as_light(rgb):
    """Whatever the picture, between once and 32 times."""
    assert shown.times(rgb) in (1, 2, 4, 8, 16, 32)


@given(PICTURES, st.sampled_from([2, 4, 8, 16, 32]))
def test_so_many_times_as_light_is_meant_of_light(rgb, factor):
    """Each value stands for so many times the linear light, up to white, to within what 8 bits hold."""
    made = linear.decoded(shown.lighter(rgb, factor) / 255)
    np.testing.assert_allclose(made, np.minimum(factor * linear.decoded(rgb / 255), 1), atol=0.005)


@pytest.mark.parametrize("name", ["dark-hall.png", "dark-shelf.png"])
def test_a_dark_photo_can_be_seen_as_it_is_shown(name):
    """A dark tile of mean luma 10 to 20 is shown at three times that and more, and hardly any of it burns out."""
    rgb = load_photo(EXAMPLES / name).rgb
    made = shown.lighter(rgb, shown.times(rgb))
    assert luma(rgb) < 20
    assert luma(made) > 50
    assert np.mean(made.min(-1) == 255) < 0.04


@pytest.mark.parametrize("picture", [scenes.fine(), scenes.backlit(), scenes.black()], ids=["fine", "backlit", "black"])
def test_what_can_be_seen_or_holds_nothing_is_shown_as_it_is(picture):
    """A bright photo needs no more light, and a black one has nothing that more light would show."""
    assert shown.times(picture) == 1


def test_lamps_may_burn_out_and_walls_may_not():
    """A photo of which a third is bright is not shown lighter until that third is white."""
    rgb = np.full((60, 90, 3), 2, np.uint8)
    rgb[:, :30] = 120
    made = shown.lighter(rgb, shown.times(rgb))
    assert (made < 255).all()


@given(arrays(np.float32, (6, 7), elements=st.floats(-3, 8, width=32)))
def test_a_map_s_scale_holds_nearly_all_of_it(stops):
    """Its ends are whole stops, at least one apart, and most of the map lies between."""
    low, high = shown.scale_of(stops)
    assert high > low
    assert low - 0.001 <= np.median(stops) <= high + 0.001


@given(arrays(np.float32, (6, 7), elements=st.floats(-3, 8, width=32)))
def test_more_stops_are_a_lighter_grey(stops):
    """The greys order a map as its stops do, from the scale's dark end to its light one."""
    made = shown.greys(stops, (-3, 8)).astype(int).ravel()
    order = np.argsort(stops.ravel())
    assert (np.diff(made[order]) >= 0).all()
    assert shown.greys(np.array([[-3, 8]], np.float32), (-3, 8)).tolist() == [list(shown.GREYS)]


@given(PICTURES)
def test_nothing_taken_away_is_no_picture(rgb):
    """A step that changed nothing has no picture of its change."""
    assert shown.difference(rgb, rgb) is None


def test_what_was_taken_away_is_lighter_than_grey():
    """A speck that is gone is light on grey, what was filled is dark, and its strength is a power of two."""
    before = np.full((30, 30, 3), 100, np.uint8)
    after = before.copy()
    before[5, 5], before[20, 20] = 104, 98
    picture, times = shown.difference(before, after)
    assert (picture[0, 0], picture[5, 5], picture[20, 20]) == (128, 128 + 4 * times, 128 - 2 * times)
    assert times in (2, 4, 8, 16)
