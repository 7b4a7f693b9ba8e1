"""What there is to say about a photo."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from lowlight.measure.assess import assess


def test_black_and_white_are_counted_as_shares():
    """A quarter of nothing and a tenth of too much are said to be that, one bright channel does not count as white."""
    rgb = np.full((20, 20, 3), 30, np.uint8)
    rgb[:5] = 0
    rgb[5:7] = 255
    rgb[7:9] = (255, 20, 20)
    verdict = assess(rgb, rgb)
    assert (verdict.black, verdict.blown) == (pytest.approx(0.25), pytest.approx(0.1))


def test_noise_is_that_of_the_brightened_photo():
    """Grain counts as it shows after brightening."""
    grain = np.clip(np.random.default_rng(0).normal(100, 12, (80, 90, 1)), 0, 255).astype(np.uint8).repeat(3, axis=2)
    assert assess(grain // 8, grain).noise == pytest.approx(12, rel=0.1)


@given(arrays(np.uint8, st.tuples(st.integers(1, 20), st.integers(1, 20), st.just(3))))
def test_any_picture_can_be_judged(rgb):
    """All shares lie in [0, 1]."""
    verdict = assess(rgb, rgb)
    assert all(0 <= share <= 1 for share in (verdict.mean, verdict.black, verdict.blown))
