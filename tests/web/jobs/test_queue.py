"""Who waits for their turn."""

from contextlib import suppress

from lowlight.web.jobs import job, worker
from lowlight.web.jobs.job import waiting
from lowlight.web.jobs.queue import Queue
from lowlight.web.jobs.worker import run
from tests.helpers.places import DARK
from tests.helpers.sessions import Visitor


def joined(queue, count):
    """Let so many owners join a queue one after the other, and return them."""
    owners = [object() for _ in range(count)]
    for owner in owners:
        queue.join(owner)
    return owners


def test_places_are_counted_in_the_order_of_arrival():
    """Everybody who came before counts, at work or not, and nobody who came after."""
    queue = Queue()
    first, second, third = joined(queue, 3)
    with queue.at_work(first):
        assert [queue.ahead(owner) for owner in (first, second, third)] == [0, 1, 2]
    assert [queue.ahead(owner) for owner in (second, third)] == [0, 1]


def test_whoever_leaves_makes_room():
    """A photo that was stopped while it waited is before nobody; leaving twice does no harm."""
    queue = Queue()
    first, second = joined(queue, 2)
    queue.leave(first)
    queue.leave(first)
    assert queue.ahead(second) == 0


def test_work_that_never_waited_is_before_everybody():
    """Many photos at once, or a comparison, count as one while they are worked on, also when they fail."""
    queue = Queue()
    (waits,) = joined(queue, 1)
    with suppress(OSError), queue.at_work(object()):
        assert queue.ahead(waits) == 1
        raise OSError
    assert queue.ahead(waits) == 0


def test_whoever_has_gone_away_counts_no_more():
    """A page that does not ask any more is closed; one at work counts however long it takes."""
    queue = Queue(patience=0.0)
    here = object()
    queue.join(object())
    queue.join(here)
    assert queue.ahead(here) == 0
    with queue.at_work(object()):
        assert queue.ahead(here) == 1


def test_a_job_says_how_many_are_before_it(tmp_path, monkeypatch):
    """From its first view on, until its turn has come."""
    monkeypatch.setattr(job, "QUEUE", Queue())
    monkeypatch.setattr(worker, "QUEUE", job.QUEUE)
    visitors = [Visitor(tmp_path) for _ in range(3)]
    first, second, third = (visitor.give(DARK) for visitor in visitors)
    assert [visitor.view.tick.label for visitor in visitors] == [
        "Starting with dark-shelf.png",
        "Waiting: one photo is before yours",
        "Waiting: 2 photos are before yours",
    ]
    second.cancel()
    assert waiting(third).label == "Waiting: one photo is before yours"
    list(run(first))
    assert waiting(third) is None


def test_a_job_whose_turn_has_come_waits_for_nobody(tmp_path, monkeypatch):
    """Even if others are before it in the queue for a moment."""
    monkeypatch.setattr(job, "QUEUE", Queue())
    first = Visitor(tmp_path).give(DARK)
    with job.QUEUE.at_work(object()):
        assert waiting(first).label == "Waiting: one photo is before yours"
        first.claim()
        assert waiting(first) is None
