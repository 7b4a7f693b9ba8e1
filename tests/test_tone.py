"""The tone stages, held to the published lines and to what they promise."""

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from lowlight import tone
from lowlight.errors import LowlightError

pictures = arrays(np.uint8, st.tuples(st.integers(1, 24), st.integers(1, 24), st.just(3)))
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
        tone.blend_uint8(rgb, lab, 0.5),
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
    assert np.array_equal(tone.blend_uint8(base, other, 0), base)
    assert np.array_equal(tone.blend_uint8(base, other, 1), other)


def test_clahe_works_on_fewer_pixels_than_tiles():
    """A picture smaller than the tile grid is equalized with fewer tiles."""
    assert tone.equalize_lightness(np.full((1, 5), 9, np.uint8), 2.0, 32).shape == (1, 5)


@given(pictures)
def test_mean_luma_is_the_mean_of_grey(rgb):
    """Mean luma is the mean of BT.601 grey, within its rounding."""
    assert tone.mean_luma(rgb) == pytest.approx(cv2.cvtColor(rgb, cv2.COLOR_RGB2GRAY).mean() / 255, abs=0.003)


FRACTIONS = st.floats(-2, 2, width=32)


@given(arrays(np.float32, st.tuples(st.integers(1, 9), st.integers(1, 9), st.just(3)), elements=FRACTIONS))
def test_float16_is_numpy_s(picture):
    """OpenCV rounds to float16 as NumPy does, and brings it back exactly; of a part of a picture as well."""
    assert np.array_equal(tone.to_half(picture), picture.astype(np.float16))
    part = picture.astype(np.float16)[::2, 1:]
    if part.size:
        assert np.array_equal(tone.from_half(part), part.astype(np.float32))


def test_float_to_uint8_rounds_and_clips():
    """Values round to the nearest of 256 levels; what lies outside [0, 1] does not wrap round."""
    values = np.array([[-0.5, 0.0, 0.4 / 255, 0.6 / 255, 1.0, 1.7]], np.float32)
    assert tone.to_uint8(values).tolist() == [[0, 0, 0, 1, 255, 255]]


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
        tone.check_rgb(picture)


@given(arrays(np.float32, st.tuples(st.integers(1, 9), st.integers(1, 9)), elements=st.floats(0, 1, width=32)))
def test_lifting_keeps_order_black_and_white(picture):
    """What is brighter stays brighter at any factor, more factor is never darker, and black and white stay."""
    values = np.sort(picture.ravel())
    before = np.zeros_like(values)
    for factor in (0.5, 1.0, 1.5, 3.0):
        lifted = tone.lift(values, factor)
        assert (np.diff(lifted) >= 0).all()
        assert (lifted >= before - 1e-6).all()
        before = lifted
    assert np.array_equal(tone.lift(np.array([0, 1], np.float32), 2.7), [0, 1])
    assert np.array_equal(tone.lift(values, 1.0), values)


def test_a_bright_area_keeps_its_texture():
    """Paper under a lamp, driven into white, gets its own texture back; the dark around it stays as made."""
    photo = np.full((80, 120, 3), 0.05, np.float32)
    photo[20:60, 30:90] = 0.85
    photo[20:60, 30:90:4] = 0.7
    made = np.clip(photo * 8, 0, 1)
    kept = tone.keep_highlights(made, photo, 8.0)
    assert np.ptp(made[30:50, 40:80]) == 0
    assert np.ptp(kept[30:50, 40:80]) > 0.05
    assert kept[30:50, 40:80].min() > 0.85
    np.testing.assert_allclose(kept[:, :5], made[:, :5], atol=1e-6)


@given(arrays(np.float32, (9, 9, 3), elements=st.floats(0, 1, width=32)), st.floats(0.5, 50))
def test_nothing_becomes_darker_than_it_was(photo, factor):
    """Whatever a network makes of a photo, no value falls below the photo's own."""
    assert (tone.keep_highlights(np.zeros_like(photo), photo, factor) >= photo).all()


@given(arrays(np.uint8, st.tuples(st.integers(1, 20), st.integers(1, 20), st.just(3))))
def test_the_usual_contrast_changes_nothing(rgb):
    """At the usual clip limit and grid a picture comes back as it is; at others it has its shape and type."""
    assert np.array_equal(tone.more_contrast(rgb, 2.0, 8, usual=(2.0, 8)), rgb)
    other = tone.more_contrast(rgb, 5.0, 4, usual=(2.0, 8))
    assert (other.shape, other.dtype) == (rgb.shape, np.uint8)


def test_contrast_keeps_grey_grey():
    """Local contrast changes how light a grey is, not its colour."""
    rgb = np.repeat(np.random.default_rng(0).integers(0, 255, (60, 80, 1), np.uint8), 3, axis=2)
    other = tone.more_contrast(rgb, 6.0, 8, usual=(2.0, 8)).astype(int)
    assert np.ptp(other, axis=2).max() <= 1
