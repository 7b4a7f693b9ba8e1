"""What the network is told about the whole photo."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lowlight.light import survey
from lowlight.network import context


@given(st.integers(1, 9000), st.integers(1, 9000))
def test_a_thumbnail_is_small_at_any_shape(height, width):
    """Its sides are multiples of 16, and it has about as many pixels whatever the photo's shape, up to 50:1."""
    rows, cols = survey.thumbnail_size(height, width)
    assert rows % 16 == cols % 16 == 0
    if max(height, width) <= 50 * min(height, width):
        assert 16 * 16 <= rows * cols <= 2 * survey.THUMBNAIL_PIXELS


def test_a_photo_of_lols_size_has_a_thumbnail_of_96_by_64():
    """600 x 400, and any other photo of 3:2."""
    assert survey.thumbnail_size(400, 600) == survey.thumbnail_size(4000, 6000) == (64, 96)


@pytest.mark.parametrize("shape", [(64, 96), (32, 192), (16, 16)])
def test_the_square_thumbnail_keeps_the_mean(shape):
    """Whatever the photo's shape, its thumbnail fills the square, and its mean is the photo's."""
    random = np.random.default_rng(0)
    cells, stops = random.random((*shape, 3), np.float32), np.full(shape, 4, np.float32)
    whole = context.PhotoContext.of(cells, stops, (400, 600))
    assert whole.thumbnail.shape == (context.SQUARE, context.SQUARE, 4)
    np.testing.assert_allclose(whole.thumbnail[..., :3].mean((0, 1)), cells.mean((0, 1)), rtol=0.05)
    np.testing.assert_allclose(whole.thumbnail[..., 3], 0.5)


@given(st.integers(1, 3000), st.integers(1, 12), st.data())
def test_a_part_is_told_what_the_whole_is_told(length, columns, data):
    """The weights of a part are those rows of the whole's that lie in it; each row adds up to 1."""
    cells = 16 * columns
    halves = -(-length // 2)
    first = data.draw(st.integers(0, halves - 1))
    last = data.draw(st.integers(first + 1, halves))
    whole = context.interpolation(slice(0, 2 * halves), length, cells)
    assert whole.shape == (halves, cells // context.GUIDE_STRIDE)
    np.testing.assert_allclose(whole.sum(axis=1), 1, atol=1e-6)
    np.testing.assert_array_equal(context.interpolation(slice(2 * first, 2 * last), length, cells), whole[first:last])


def test_interpolation_is_linear_between_the_middles_of_cells():
    """A ramp along the photo's side comes back as that ramp, level beyond the outermost middles."""
    cells, length = 32, 320
    middles = (np.arange(16) + 0.5) * length / 16
    positions = np.arange(1, length, 2)
    found = context.interpolation(slice(0, length), length, cells) @ middles
    np.testing.assert_allclose(found, np.clip(positions, middles[0], middles[-1]), atol=1e-3)
