"""How noisy a photo is."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from lowlight.measure import noise


def noisy(strength, height=120, width=160, seed=0):
    """Return a scene of stripes with grey Gaussian noise of this standard deviation."""
    scene = 90 + 60 * ((np.arange(width) // 20) % 2) + np.zeros((height, 1))
    grain = np.random.default_rng(seed).normal(0, strength, (height, width))
    return np.clip(np.rint(scene + grain), 0, 255).astype(np.uint8)[..., np.newaxis].repeat(3, axis=2)


@pytest.mark.parametrize("strength", [2, 5, 10, 20])
def test_the_noise_put_in_is_found(strength):
    """The estimate is the standard deviation that was put in, within a tenth, edges or not."""
    assert noise.sigma(noisy(strength)) == pytest.approx(strength, rel=0.1)


def test_large_photos_are_judged_by_parts_of_them():
    """A photo larger than the windows gives what its parts give."""
    assert noise.sigma(noisy(8, 1500, 1700)) == pytest.approx(8, rel=0.1)


@given(arrays(np.uint8, st.tuples(st.integers(1, 24), st.integers(1, 24), st.just(3))))
def test_any_picture_has_a_figure(rgb):
    """Black, white and one-pixel pictures too; black has none."""
    assert 0 <= noise.sigma(rgb) < 255
    assert noise.sigma(np.zeros_like(rgb)) == 0
