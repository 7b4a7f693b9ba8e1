"""Turns: one works at a time, in the order of arrival."""

import threading
import time
from contextlib import closing

import pytest

from lowlight import LowlightError
from lowlight.web.i18n import texts
from lowlight.web.jobs import worker
from lowlight.web.jobs.queue import Queue
from lowlight.web.jobs.view import Phase, waiting
from lowlight.web.jobs.worker import run
from tests.helpers.places import DARK
from tests.helpers.sessions import Visitor


@pytest.fixture
def queue(monkeypatch):
    """A queue of this test's own, which jobs stand in too."""
    fresh = Queue()
    monkeypatch.setattr(worker, "QUEUE", fresh)
    return fresh


def standing(queue, work=lambda: None):
    """Stand in a queue, tell how many are before, and work when the turn has come."""
    with queue.turn(object()) as before:
        yield from before
        yield "at work"
        work()


def test_places_are_counted_in_the_order_of_arrival(queue):
    """Everybody who came before counts, the one at work too; the count goes down until the turn has come."""
    people = [standing(queue) for _ in range(3)]
    assert [next(person) for person in people] == ["at work", 1, 2]
    people[0].close()
    assert [next(person) for person in people[1:]] == ["at work", 1]
    people[1].close()
    assert next(people[2]) == "at work"


def test_whoever_leaves_while_waiting_is_before_nobody(queue):
    """Gradio closes what it does for a visitor who has gone: the place is free at once."""
    first, second, third = (standing(queue) for _ in range(3))
    assert [next(person) for person in (first, second, third)] == ["at work", 1, 2]
    second.close()
    assert next(third) == 1


def test_whoever_waits_hears_of_it_twice_a_second(queue):
    """So that the work for a visitor who has gone can be ended, even if nothing moves."""
    with closing(standing(queue)) as first, closing(standing(queue)) as second:
        next(first)
        next(second)
        began = time.monotonic()
        assert next(second) == 1
        assert 0.3 < time.monotonic() - began < 2


def test_a_turn_comes_as_soon_as_the_one_before_ends(queue):
    """Nobody waits for the next half second."""
    first, second = standing(queue), standing(queue)
    next(first)
    next(second)
    ended = []
    timer = threading.Timer(0.1, lambda: (ended.append(time.monotonic()), first.close()))
    timer.start()
    assert next(second) == "at work"
    assert time.monotonic() - ended[0] < 0.2
    second.close()


def test_each_step_may_be_in_another_thread(queue):
    """Gradio runs each step of a generator in whatever thread is free."""
    first, second = standing(queue), standing(queue)
    heard = []
    for step in (lambda: next(first), lambda: next(second), first.close, lambda: next(second), second.close):
        thread = threading.Thread(target=lambda step=step: heard.append(step()))
        thread.start()
        thread.join()
    assert heard == ["at work", 1, None, "at work", None]


def test_work_that_fails_gives_its_place_away(queue):
    """Whatever goes wrong for one, the next has its turn."""

    def fail():
        raise OSError

    first, second = standing(queue, fail), standing(queue)
    next(first)
    next(second)
    with pytest.raises(OSError):  # noqa: PT011 -- the one above
        next(first)
    assert next(second) == "at work"


def test_whoever_comes_to_a_full_queue_is_told_so():
    """One works and two may wait; who was let in before may stand at the end again all the same."""
    queue = Queue(2)
    people = [standing(queue) for _ in range(3)]
    for person in people:
        next(person)
    with pytest.raises(LowlightError, match="Too many photos are waiting"):
        next(standing(queue))
    with queue.turn(object(), again=True) as before:
        assert next(before) == 3


def test_a_photo_says_how_many_are_before_it(queue, tmp_path):
    """From its first step on, until its turn has come."""
    assert waiting(2).label == "Waiting: 2 photos are before yours"
    visitor = Visitor(tmp_path)
    visitor.give(DARK)
    with closing(standing(queue)) as other:
        next(other)
        steps = visitor.steps()
        next(steps)
        assert visitor.view.tick.label == "Waiting: one photo is before yours"
    next(steps)
    assert visitor.view.tick.label == "Opening dark-shelf.png"
    steps.close()


def test_a_photo_that_is_stopped_while_it_waits_leaves_the_queue(queue, tmp_path):
    """It says that it was stopped, and nothing of it was read."""
    visitor = Visitor(tmp_path)
    job = visitor.give(DARK)
    with closing(standing(queue)) as other:
        next(other)
        steps = visitor.steps()
        next(steps)
        job.cancel()
        assert [visitor.view.phase for _ in steps] == [Phase.STOPPED]
        assert not job.folder.exists()


def test_a_photo_that_comes_to_a_full_queue_gives_the_result_back_that_was_there(tmp_path, monkeypatch):
    """The sentence stands above it."""
    visitor = Visitor(tmp_path)
    visitor.give(DARK, denoise=0.0)
    visitor.work()
    monkeypatch.setattr(worker, "QUEUE", full := Queue(0))
    with closing(standing(full)) as other:
        next(other)
        visitor.give(DARK)
        visitor.work()
    assert visitor.view.phase is Phase.DONE
    assert texts.BROKE_OFF in visitor.view.notice


def test_a_photo_that_is_given_up_while_it_waits_is_before_nobody(queue, tmp_path):
    """The visitor has gone, and Gradio closes the generator."""
    with closing(standing(queue)) as other:
        next(other)
        steps = run(Visitor(tmp_path).give(DARK))
        next(steps)
        steps.close()
        with closing(standing(queue)) as last:
            assert next(last) == 1
