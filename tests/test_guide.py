"""What the network is told about the whole photo."""

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from test_denoise import dark_photo

from lowlight import guide
from lowlight.tone import LUMA


@given(st.integers(1, 9000), st.integers(1, 9000))
def test_a_thumbnail_is_small_at_any_shape(height, width):
    """Its sides are multiples of 16, and it has about as many pixels whatever the photo's shape, up to 50:1."""
    rows, cols = guide.thumbnail_size(height, width)
    assert rows % 16 == cols % 16 == 0
    if max(height, width) <= 50 * min(height, width):
        assert 16 * 16 <= rows * cols <= 2 * guide.THUMBNAIL_PIXELS


def test_a_photo_of_lols_size_has_a_thumbnail_of_96_by_64():
    """600 x 400, and any other photo of 3:2."""
    assert guide.thumbnail_size(400, 600) == guide.thumbnail_size(4000, 6000) == (64, 96)


@settings(max_examples=20, deadline=None)
@given(st.integers(64, 200), st.integers(96, 300), st.integers(0, 9))
def test_a_thumbnail_keeps_the_mean(height, width, seed):
    """Its mean luma is the photo's, within a hundredth of it: nothing is rounded to 8 bits."""
    rgb = dark_photo(height, width, seed)
    small = guide.thumbnail(rgb)
    assert small.dtype == np.float32
    assert float(small.mean((0, 1)) @ LUMA) == pytest.approx(float(rgb.mean((0, 1)) @ LUMA) / 255, rel=0.01)


def test_large_photos_are_reduced_strip_by_strip_alike():
    """A photo of several strips has the thumbnail that OpenCV makes of all of it in one go."""
    rgb = dark_photo(2300, 3400)
    rows, cols = guide.thumbnail_size(2300, 3400)
    whole = cv2.resize(rgb.astype(np.float32), (cols, rows), interpolation=cv2.INTER_AREA) / 255
    np.testing.assert_allclose(guide.thumbnail(rgb), whole, atol=1e-4)


@given(st.integers(1, 3000), st.integers(1, 12), st.data())
def test_a_part_is_told_what_the_whole_is_told(length, columns, data):
    """The weights of a part are those rows of the whole's that lie in it; each row adds up to 1."""
    cells = 16 * columns
    halves = -(-length // 2)
    first = data.draw(st.integers(0, halves - 1))
    last = data.draw(st.integers(first + 1, halves))
    whole = guide.interpolation(slice(0, 2 * halves), length, cells)
    assert whole.shape == (halves, cells // guide.GUIDE_STRIDE)
    np.testing.assert_allclose(whole.sum(axis=1), 1, atol=1e-6)
    np.testing.assert_array_equal(guide.interpolation(slice(2 * first, 2 * last), length, cells), whole[first:last])


def test_interpolation_is_linear_between_the_middles_of_cells():
    """A ramp along the photo's side comes back as that ramp, level beyond the outermost middles."""
    cells, length = 32, 320
    middles = (np.arange(16) + 0.5) * length / 16
    positions = np.arange(1, length, 2)
    found = guide.interpolation(slice(0, length), length, cells) @ middles
    np.testing.assert_allclose(found, np.clip(positions, middles[0], middles[-1]), atol=1e-3)
