"""Settings as a link, and back."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lowlight.settings import LOOKS
from lowlight.web.callbacks import choices
from lowlight.web.jobs.job import FORMATS, KEEPS, PLACE
from lowlight.web.ui.sliders import NAMED, SLIDERS, as_link, from_link

USUAL = list(NAMED.values())


def test_a_link_holds_what_was_moved_alone():
    """Where all stands as at first there is nothing in it."""
    assert as_link(USUAL) == ""
    moved = [*USUAL]
    moved[0], moved[3] = "night", -20.0
    assert as_link(moved) == "look=night&shadows=-20"


VALUES = st.tuples(
    st.sampled_from(LOOKS),
    *(st.integers(round(one.low / one.step), round(one.high / one.step)).map(one.step.__mul__) for one in SLIDERS),
    st.sampled_from(FORMATS),
    st.lists(st.sampled_from(KEEPS), unique=True).map(lambda keep: sorted(keep, key=KEEPS.index)),
)


@given(VALUES)
def test_a_link_gives_the_settings_back(values):
    """Whatever the controls stand at; but nobody's results tell where photos were taken because of a link."""
    *found, keep = from_link(as_link(values))
    assert found == pytest.approx(list(values[:-1]))
    assert keep == [one for one in values[-1] if one != PLACE]
    assert PLACE not in as_link(values)


@given(st.text(max_size=80) | VALUES.map(as_link).map(lambda text: text.replace("=", "=-9")))
def test_whatever_is_in_a_link_the_controls_can_stand_there(text):
    """A link that somebody wrote by hand, or broke, gives settings all the same."""
    choices(*from_link(text))


@pytest.mark.parametrize(
    ("text", "name", "value"),
    [
        ("exposure=9", "exposure", 2.0),
        ("exposure=nan", "exposure", 0.0),
        ("look=noon", "look", "natural"),
        ("format=gif", "format", "same"),
        ("keep=name,place,colours,x", "keep", ["colours"]),
        ("shadows", "shadows", 0.0),
    ],
)
def test_what_is_no_value_of_its_control_is_left(text, name, value):
    """Numbers beyond the ends stand at the end; whatever else stands as at first."""
    assert dict(zip(NAMED, from_link(text), strict=True))[name] == value
