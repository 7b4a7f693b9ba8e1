"""Who waits for their turn."""

from contextlib import suppress

from conftest import DARK

from lowlight.web import jobs, work
from lowlight.web.jobs import Choices, begin, waiting
from lowlight.web.line import Line
from lowlight.web.work import run


def joined(line, count):
    """Let so many owners join a line one after the other, and return them."""
    owners = [object() for _ in range(count)]
    for owner in owners:
        line.join(owner)
    return owners


def test_places_are_counted_in_the_order_of_arrival():
    """Everybody who came before counts, at work or not, and nobody who came after."""
    line = Line()
    first, second, third = joined(line, 3)
    with line.at_work(first):
        assert [line.ahead(owner) for owner in (first, second, third)] == [0, 1, 2]
    assert [line.ahead(owner) for owner in (second, third)] == [0, 1]


def test_whoever_leaves_makes_room():
    """A photo that was stopped while it waited is before nobody; leaving twice does no harm."""
    line = Line()
    first, second = joined(line, 2)
    line.leave(first)
    line.leave(first)
    assert line.ahead(second) == 0


def test_work_that_never_waited_is_before_everybody():
    """Many photos at once, or a comparison, count as one while they are worked on, also when they fail."""
    line = Line()
    (waits,) = joined(line, 1)
    with suppress(OSError), line.at_work(object()):
        assert line.ahead(waits) == 1
        raise OSError
    assert line.ahead(waits) == 0


def test_whoever_has_gone_away_counts_no_more():
    """A page that does not ask any more is closed; one at work counts however long it takes."""
    line = Line(patience=0.0)
    here = object()
    line.join(object())
    line.join(here)
    assert line.ahead(here) == 0
    with line.at_work(object()):
        assert line.ahead(here) == 1


def test_a_job_says_how_many_are_before_it(tmp_path, monkeypatch):
    """From its first view on, until its turn has come."""
    monkeypatch.setattr(jobs, "LINE", Line())
    monkeypatch.setattr(work, "LINE", jobs.LINE)
    first, second, third = (begin(None, DARK, DARK.name, Choices(), tmp_path) for _ in range(3))
    assert [job.view.tick.label for job in (second, third)] == [
        "Waiting: one photo is before yours",
        "Waiting: 2 photos are before yours",
    ]
    second.stop()
    assert waiting(third).label == "Waiting: one photo is before yours"
    list(run(first))
    assert waiting(third) is None
