"""Tiles, and that they give what the whole picture in one go gives."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lowlight.denoise import denoise, tiles
from lowlight.engine import default_network
from lowlight.tone import brighten, to_uint8


def dark_photo(height, width, seed=0):
    """Return a made-up dark photo: edges, a lamp and noise."""
    rows, cols = np.mgrid[:height, :width]
    scene = 20 + 10 * ((rows // 7 + cols // 5) % 2) + 200 * np.exp(-((rows - height / 2) ** 2 + (cols - 9) ** 2) / 30)
    noisy = scene[..., np.newaxis] + np.random.default_rng(seed).normal(0, 6, (height, width, 3))
    return np.clip(noisy, 0, 255).astype(np.uint8)


def run(picture, network, halo, strength=1.0, size=512):
    """Denoise a float picture and return the last array."""
    *_, (_, result) = denoise(lambda w: picture[w], picture.shape[:2], network, halo=halo, strength=strength, size=size)
    return result


@pytest.mark.parametrize("shape", [(97, 131), (64, 64), (65, 129), (5, 200), (200, 5), (1, 1), (63, 64), (130, 3)])
@pytest.mark.parametrize("size", [32, 64])
def test_tiled_equals_untiled(shape, size):
    """At odd sizes, smaller than a tile or many tiles large, tiles differ from one go by at most one level of 255."""
    network = default_network()
    picture = brighten(dark_photo(*shape), 4.0)
    whole = to_uint8(network(picture)).astype(int)
    tiled = run(picture, network, network.halo, size=size)
    assert np.abs(tiled - whole).max() <= 1


def test_a_halo_too_small_shows():
    """With no halo at all the seams are there: the halo is what removes them."""
    network = default_network()
    picture = brighten(dark_photo(64, 64), 4.0)
    whole = to_uint8(network(picture)).astype(int)
    assert np.abs(run(picture, network, halo=0, size=16) - whole).max() > 1


@given(st.integers(1, 200), st.integers(1, 200), st.integers(0, 9), st.integers(1, 70))
def test_tiles_cover_every_pixel_once(height, width, halo, size):
    """The inner parts of the tiles cover the picture without gap or overlap, and no tile is larger than asked."""
    covered = np.zeros((height, width), int)
    for tile in tiles(height, width, halo, size):
        covered[tile.inner] += 1
        assert covered[tile.inner].size <= size * size
        assert covered[tile.outer][tile.crop].shape == covered[tile.inner].shape
    assert (covered == 1).all()


@settings(max_examples=20)
@given(st.floats(0, 1))
def test_strength_mixes_picture_and_network(strength):
    """Strength 0 is the picture as it was, 1 is the network's, and in between is their mixture."""
    picture = brighten(dark_photo(20, 30), 3.0)
    mixed = run(picture, lambda tile: tile * 0.5, 0, strength)
    assert np.abs(mixed - picture * 255 * (1 - strength / 2)).max() <= 0.51


def test_work_stops_between_tiles():
    """Who stops listening after the first tile has paid for one tile only."""
    calls = []

    def network(tile):
        calls.append(tile.shape)
        return tile

    progress = denoise(lambda w: np.zeros((64, 64, 3), np.float32)[w], (64, 64), network, halo=2, size=16)
    share, _ = next(progress)
    progress.close()
    assert share == 1 / 16
    assert len(calls) == 1
