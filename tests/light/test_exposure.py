"""How bright a photo should be."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as np_strategies

from lowlight import arrays
from lowlight.light import exposure, tone
from lowlight.limits import BRIGHTNESS_RANGE

pictures = np_strategies.arrays(np.uint8, st.tuples(st.integers(1, 16), st.integers(1, 16), st.just(3)))


def noise(mean: float, seed: int = 0) -> np.ndarray:
    """Return a noisy picture of about this mean, 40 x 60."""
    return np.clip(np.random.default_rng(seed).normal(mean, mean / 3, (40, 60, 3)), 0, 255).astype(np.uint8)


@pytest.mark.parametrize("mean", [0.1, 0.3, 0.6])
def test_the_wanted_mean_is_met(mean):
    """After brightening by the factor found, clipping included, the mean luma is the one asked for."""
    picture = noise(30)
    brightened = tone.brighten(picture, exposure.factor_for_mean(picture, mean))
    assert float(brightened.mean(axis=(0, 1)) @ arrays.LUMA) == pytest.approx(mean, abs=1e-4)


@given(pictures, st.floats(0, 1))
def test_the_factor_stays_in_its_range(rgb, mean):
    """Black, white and every other picture get a factor people could have set themselves."""
    low, high = BRIGHTNESS_RANGE
    assert low * 0.999 <= exposure.factor_for_mean(rgb, mean) <= high * 1.001
    assert 1 <= exposure.automatic_factor(rgb) <= high * 1.001


@given(pictures)
def test_a_darker_photo_needs_as_much_or_more(rgb):
    """Need lies in [0, 1] and never falls when a photo gets darker, as long as there is something in it to see."""
    assert 0 <= exposure.need(rgb) <= 1
    if arrays.mean_luma(rgb // 2) > exposure.SEEN_MEAN:
        assert exposure.need(rgb) <= exposure.need(rgb // 2)


@pytest.mark.parametrize(("mean", "need"), [(0, 0), (2, 1), (20, 1), (32, 1), (80, 0), (200, 0)])
def test_dark_photos_need_all_and_bright_ones_nothing(mean, need):
    """Mean luma below 0.13 is treated in full, above 0.27 not at all, and neither is black."""
    assert exposure.need(noise(mean)) == need


def test_automatic_brightness_aims_at_a_mean():
    """An evenly dark photo is brought to the mean luma of well-exposed photos."""
    picture = noise(25)
    assert arrays.mean_luma(tone.brighten_uint8(picture, exposure.automatic_factor(picture))) == pytest.approx(
        exposure.AUTOMATIC_MEAN, abs=0.005
    )


def test_lit_windows_hold_automatic_brightness_back():
    """Where a tenth of a dark photo is bright, the factor keeps that tenth within the highlight ceiling."""
    picture = noise(10)
    picture[:, :6] = 180
    factor = exposure.automatic_factor(picture)
    assert factor == pytest.approx(exposure.HIGHLIGHT_CEILING * 255 / 180, rel=0.01)
