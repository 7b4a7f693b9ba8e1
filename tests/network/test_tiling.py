"""Tiles, and that they give what the whole picture in one go gives."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lowlight.arrays import to_uint8
from lowlight.light.tone import brighten
from lowlight.network.context import SQUARE, PhotoContext, told
from lowlight.network.session import default_network
from lowlight.network.tiling import in_tiles, tiles
from tests.helpers.originals import original_cnn
from tests.helpers.photos import dark_photo

SHAPES = [(97, 131), (64, 64), (65, 129), (5, 200), (200, 5), (1, 1), (63, 64), (130, 3)]


def tiled(make, shape, **geometry):
    """Make a picture tile by tile."""
    result = np.zeros((*shape, 3), np.uint8)
    *_, share = in_tiles(make, result, **geometry)
    assert share == 1
    return result.astype(int)


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("size", [32, 64])
def test_tiled_equals_untiled(shape, size):
    """At odd sizes, smaller than a tile or many tiles large, tiles differ from one go by at most one level of 255."""
    network = original_cnn()
    picture = brighten(dark_photo(*shape), 4.0)
    made = tiled(lambda window: network(picture[window]), shape, halo=network.halo, size=size)
    assert np.abs(made - to_uint8(network(picture))).max() <= 1


@pytest.mark.parametrize("shape", [*SHAPES, (301, 277)])
def test_tiled_equals_untiled_for_a_network_that_is_told_about_the_whole(shape):
    """The same for the light-guided network, whose tiles begin at multiples of its stride."""
    network, rgb = default_network(), dark_photo(*shape)
    picture = told(rgb * np.float32(4 / 255), np.full(shape, 3, np.float32))
    whole, everything = (
        PhotoContext(np.zeros((SQUARE, SQUARE, 4), np.float32), *shape),
        (slice(0, shape[0]), slice(0, shape[1])),
    )

    def make(window):
        return network.clean(picture[window], window, whole)

    made = tiled(make, shape, halo=network.halo, stride=network.stride, size=64)
    assert np.abs(made - to_uint8(make(everything))).max() <= 1


def test_a_halo_too_small_shows():
    """With no halo at all the seams are there: the halo is what removes them."""
    network = original_cnn()
    picture = brighten(dark_photo(64, 64), 4.0)
    made = tiled(lambda window: network(picture[window]), (64, 64), halo=0, size=16)
    assert np.abs(made - to_uint8(network(picture))).max() > 1


@given(st.integers(1, 120), st.integers(1, 120), st.integers(0, 9), st.integers(2, 70), st.sampled_from([1, 2, 8]))
def test_tiles_cover_every_pixel_once(height, width, halo, size, stride):
    """The inner parts of the tiles cover the picture without gap or overlap, none too large, all on the stride."""
    covered, size = np.zeros((height, width), int), size * stride
    for tile in tiles(height, width, halo, size, stride):
        covered[tile.inner] += 1
        assert covered[tile.inner].size <= size * size
        assert covered[tile.outer][tile.crop].shape == covered[tile.inner].shape
        assert all(span.start % stride == 0 for span in tile.outer)
        for inner, outer, length in zip(tile.inner, tile.outer, (height, width), strict=True):
            assert outer.start <= max(inner.start - halo, 0)
            assert outer.stop >= min(inner.stop + halo, length)
    assert (covered == 1).all()


def test_work_stops_between_tiles():
    """Who stops listening after the first tile has paid for one tile only."""
    calls = []

    def make(window):
        calls.append(window)
        return np.zeros((window[0].stop - window[0].start, window[1].stop - window[1].start, 3), np.float32)

    progress = in_tiles(make, np.zeros((64, 64, 3), np.uint8), halo=2, size=16)
    assert next(progress) == 1 / 16
    progress.close()
    assert len(calls) == 1
