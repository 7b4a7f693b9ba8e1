"""Turns: whoever wants to work stands at the end of the queue, and one works at a time. First come, first served."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from lowlight.errors import LowlightError
from lowlight.web.i18n import texts

QUEUE_SIZE = 8
"""How many may wait; whoever comes then is told so."""

WAIT_SECONDS = 0.5
"""How often whoever waits hears of it. Between two of these Gradio can end what it does for a visitor who has gone."""


class Queue:
    """Who works and who waits, in the order in which they came. Safe to use from several threads.

    A turn belongs to its owner and to no thread: Gradio runs each step of a generator in whichever is free.

    Args:
        size: how many may wait.
    """

    def __init__(self, size: int = QUEUE_SIZE) -> None:
        self._size = size
        self._places: list[object] = []  # the first one works
        self._changed = threading.Condition()

    @contextmanager
    def turn(self, owner: object, *, again: bool = False) -> Iterator[Iterator[int]]:
        """Stand at the end of the queue, and leave it when the block ends, however it does.

        The block gets what tells how many are before it: at once, about twice a second, and whenever that changes. The
        turn has come when nothing more is told.

            with QUEUE.turn(job) as before:
                for count in before:
                    yield waiting(count)
                yield from work(job)

        Args:
            owner: who stands there, once at a time.
            again: whether it was let in before, so that it is never turned away.

        Raises:
            LowlightError: as many wait as may.
        """
        self._join(owner, again=again)
        try:
            yield self._before(owner)
        finally:
            with self._changed:
                self._places = [place for place in self._places if place is not owner]
                self._changed.notify_all()

    def before(self, owner: object) -> tuple[object, ...]:
        """Return who is before one that waits, the one at work first."""
        with self._changed:
            return tuple(self._places[: self._ahead(owner)])

    def _join(self, owner: object, *, again: bool) -> None:
        with self._changed:
            if len(self._places) > self._size and not again:
                raise LowlightError(texts.BROKE_OFF)
            self._places.append(owner)

    def _before(self, owner: object) -> Iterator[int]:
        told = 0
        while True:
            with self._changed:
                if told and self._ahead(owner) == told:
                    self._changed.wait(WAIT_SECONDS)
                told = self._ahead(owner)
            if not told:
                return
            yield told

    def _ahead(self, owner: object) -> int:
        return next(count for count, place in enumerate(self._places) if place is owner)


QUEUE = Queue()
"""This process's."""
