"""The tone stages, held to the published lines and to what they promise."""

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as np_strategies

from lowlight import arrays
from lowlight.errors import LowlightError
from lowlight.light import tone

pictures = np_strategies.arrays(np.uint8, st.tuples(st.integers(1, 24), st.integers(1, 24), st.just(3)))
factors = st.floats(0.1, 20)


@given(pictures, factors)
def test_brighten_is_the_published_line(rgb, factor):
    """Brightening multiplies, clips and scales to [0, 1]."""
    published = np.clip(rgb.astype(np.float32) * np.float32(factor), 0, 255) / 255
    brightened = tone.brighten(rgb, factor)
    assert brightened.dtype == np.float32
    np.testing.assert_allclose(brightened, published, atol=1e-6)


@given(pictures, factors)
def test_brighten_uint8_is_brighten_rounded(rgb, factor):
    """The picture shown is the one the network sees, rounded to 8 bits."""
    exact = tone.brighten(rgb, factor) * 255
    assert np.abs(tone.brighten_uint8(rgb, factor) - exact).max() <= 0.5 + 1e-3


@given(pictures, st.floats(0.5, 10), st.integers(1, 32), factors)
def test_no_stage_writes_into_its_argument(rgb, clip_limit, tile_grid, factor):
    """A stage leaves its caller's array as it was, and keeps type and shape."""
    before = rgb.copy()
    lab = tone.rgb_to_lab(rgb)
    lightness = lab[..., 0].copy()
    results = [
        lab,
        tone.lab_to_rgb(rgb),
        tone.brighten_uint8(rgb, factor),
        arrays.blend(rgb, lab, 0.5),
    ]
    equalized = tone.equalize_lightness(lightness, clip_limit, tile_grid)
    assert np.array_equal(rgb, before)
    assert np.array_equal(lightness, lab[..., 0])
    assert equalized.shape == lightness.shape
    assert all(result.shape == rgb.shape and result.dtype == np.uint8 for result in [*results, rgb])


@given(pictures, pictures)
def test_blend_ends_are_exact(base, other):
    """A share of 0 gives the first picture back, 1 the second, to the last bit."""
    other = np.resize(other, base.shape)
    assert np.array_equal(arrays.blend(base, other, 0), base)
    assert np.array_equal(arrays.blend(base, other, 1), other)


def test_clahe_works_on_fewer_pixels_than_tiles():
    """A picture smaller than the tile grid is equalized with fewer tiles."""
    assert tone.equalize_lightness(np.full((1, 5), 9, np.uint8), 2.0, 32).shape == (1, 5)


@given(pictures)
def test_mean_luma_is_the_mean_of_grey(rgb):
    """Mean luma is the mean of BT.601 grey, within its rounding."""
    assert arrays.mean_luma(rgb) == pytest.approx(cv2.cvtColor(rgb, cv2.COLOR_RGB2GRAY).mean() / 255, abs=0.003)


FRACTIONS = st.floats(-2, 2, width=32)


@given(
    np_strategies.arrays(np.float32, st.tuples(st.integers(1, 9), st.integers(1, 9), st.just(3)), elements=FRACTIONS)
)
def test_float16_is_numpy_s(picture):
    """OpenCV rounds to float16 as NumPy does, and brings it back exactly; of a part of a picture as well."""
    assert np.array_equal(arrays.to_half(picture), picture.astype(np.float16))
    part = picture.astype(np.float16)[::2, 1:]
    if part.size:
        assert np.array_equal(arrays.from_half(part), part.astype(np.float32))


def test_float_to_uint8_rounds_and_clips():
    """Values round to the nearest of 256 levels; what lies outside [0, 1] does not wrap round."""
    values = np.array([[-0.5, 0.0, 0.4 / 255, 0.6 / 255, 1.0, 1.7]], np.float32)
    assert arrays.to_uint8(values).tolist() == [[0, 0, 0, 1, 255, 255]]


@pytest.mark.parametrize(
    ("picture", "word"),
    [
        (np.zeros((4, 4, 3), np.float32), "uint8"),
        (np.zeros((4, 4), np.uint8), "shape"),
        (np.zeros((4, 4, 4), np.uint8), "shape"),
        (np.zeros((0, 4, 3), np.uint8), "shape"),
        ("photo.jpg", "array"),
    ],
)
def test_only_rgb_uint8_arrays_are_taken(picture, word):
    """Another type or shape is refused in words."""
    with pytest.raises(LowlightError, match=word):
        arrays.check_rgb(picture)
