"""Where a photo holds light that was measured, and where it does not."""

from dataclasses import dataclass

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from lowlight.light.survey import Survey
from lowlight.measure.certainty import Sure, certainty, drawn, shares
from tests.helpers import scenes

SHARE = st.floats(0, 1, width=32)


@dataclass
class Cells:
    """What a survey says of cells."""

    signal: np.ndarray
    colour: np.ndarray


def found(rgb):
    """Return how sure which share of a photo is."""
    return shares(certainty(rgb, Survey.of(rgb)))


@given(
    arrays(np.uint8, st.tuples(st.integers(1, 30), st.integers(1, 30), st.just(3))),
    arrays(np.float32, (4, 6), elements=SHARE),
    arrays(np.float32, (4, 6), elements=SHARE),
)
def test_every_pixel_is_sure_in_one_way(rgb, signal, colour):
    """Whatever the photo and its survey: a value for each pixel, shares that make a whole, and a grey picture of it."""
    sure = certainty(rgb, Cells(signal, colour))
    assert (sure.shape, sure.dtype) == (rgb.shape[:2], np.uint8)
    assert sum(shares(sure).values()) == pytest.approx(1)
    picture = drawn(sure, rgb)
    assert (picture.shape, picture.dtype) == (rgb.shape, np.uint8)
    assert (picture[..., 0] == picture[..., 2]).all()


@given(st.integers(0, 5), st.integers(0, 5))
def test_more_signal_is_never_less_sure(row, col):
    """A cell that holds more is nowhere marked as holding less."""
    rgb = np.full((60, 60, 3), 30, np.uint8)
    signal = np.full((6, 6), 0.3, np.float32)
    colour = np.ones_like(signal)
    before = certainty(rgb, Cells(signal, colour))
    signal[row, col] = 1
    assert (certainty(rgb, Cells(signal, colour)) <= before).all()


def test_a_well_lit_photo_was_measured():
    """Nothing is marked in it."""
    assert found(scenes.fine())[Sure.MEASURED] == 1


def test_a_black_frame_holds_nothing():
    """All of it is marked as holding nothing."""
    assert found(np.zeros((60, 90, 3), np.uint8))[Sure.NOTHING] == 1


def test_a_dark_room_was_measured_all_the_same():
    """Its noise carries light: dark alone is no reason to doubt."""
    assert found(scenes.room())[Sure.MEASURED] > 0.9


def test_a_closed_sky_is_told_from_a_street():
    """Of a night whose sky is black, the sky is marked and the lit wall is not."""
    rgb = scenes.night()
    rgb[:20] = 0
    sure = certainty(rgb, Survey.of(rgb))
    assert (sure[2:12] == Sure.NOTHING).mean() > 0.9
    assert (sure[70:, 5:50] == Sure.MEASURED).all()


def test_clipped_white_is_burnt_out_and_a_coloured_lamp_is_not():
    """Where all channels are full nothing can be told; a full red alone still has its hue."""
    rgb = np.full((60, 90, 3), 60, np.uint8)
    rgb[10:20, 10:40] = 255
    rgb[30:40, 10:40] = (255, 80, 20)
    assert found(rgb)[Sure.BURNT] == pytest.approx(300 / 5400)


def test_what_is_not_sure_looks_different():
    """Over a plain grey photo each kind has a mean and a spread of its own, and what was measured stays plain."""
    rgb = np.full((200, 800, 3), 120, np.uint8)
    sure = np.repeat(np.arange(4, dtype=np.uint8), 200)[np.newaxis].repeat(200, axis=0)
    parts = np.split(drawn(sure, rgb)[..., 0].astype(float), 4, axis=1)
    looks = [(part.mean(), part.std()) for part in parts]
    assert looks[0][1] == 0
    assert all(abs(one[0] - other[0]) > 8 for i, one in enumerate(looks) for other in looks[:i])
    assert all(spread > 15 for _, spread in looks[1:])
