"""Back to what the controls stood at, and forward again."""

from hypothesis import given
from hypothesis import strategies as st

from lowlight.web.jobs.undo import MOST, Undo


def test_it_goes_back_and_forward():
    """What was set last is taken back first, and comes again in its order."""
    undo = Undo()
    for value in (1, 2, 3):
        undo.put((value,))
    assert [undo.back(), undo.back(), undo.back()] == [(2,), (1,), None]
    assert undo.now == (1,)
    assert [undo.forward(), undo.forward(), undo.forward()] == [(2,), (3,), None]


def test_what_was_taken_back_is_gone_once_something_else_is_set():
    """There is one line of what was, and no branches."""
    undo = Undo()
    for value in (1, 2, 3):
        undo.put((value,))
    undo.back()
    undo.put((9,))
    assert undo.can == (True, False)
    assert [undo.back(), undo.back()] == [(2,), (1,)]


def test_the_same_again_is_no_step():
    """A control that came to rest where it was adds nothing, and takes nothing away."""
    undo = Undo()
    undo.put((1,))
    undo.put((2,))
    undo.back()
    undo.put((1,))
    assert undo.can == (False, True)


@given(st.lists(st.integers(0, 5), min_size=1, max_size=3 * MOST))
def test_all_the_way_back_and_forward_ends_where_it_was(values):
    """However often, and with as many steps as are kept."""
    undo = Undo()
    for value in values:
        undo.put((value,))
    steps = 0
    while undo.back():
        steps += 1
    assert steps <= MOST
    while undo.forward():
        steps -= 1
    assert (undo.now, steps) == ((values[-1],), 0)
