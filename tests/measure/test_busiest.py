"""Where there is most to see, and the part around it."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lowlight.measure.busiest import busiest, span_around


def test_it_is_where_the_edges_are():
    """The middle of the part with the most edges, in a photo as large as a screen and in one of a few pixels."""
    rgb = np.full((400, 600, 3), 90, np.uint8)
    rgb[300:380:4, 450:580] = 200
    assert busiest(rgb) == (pytest.approx(515 / 600, abs=0.08), pytest.approx(340 / 400, abs=0.1))
    small = np.full((60, 90, 3), 90, np.uint8)
    small[30:40:2, 50:60] = 200
    assert busiest(small) == (pytest.approx(55 / 90, abs=0.08), pytest.approx(35 / 60, abs=0.1))


@given(st.floats(0, 1), st.integers(1, 5000), st.integers(1, 500))
def test_a_span_lies_inside_around_its_place(share, length, wanted):
    """It has the pixels that are wanted, or all there are, none outside, and its place in its middle where it fits."""
    span = span_around(share, length, wanted)
    assert 0 <= span.start < span.stop <= length
    assert span.stop - span.start == min(wanted, length)
    if span.start > 0 and span.stop < length:
        assert abs((span.start + span.stop) / 2 - share * length) <= 1
