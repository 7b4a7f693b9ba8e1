"""Who waits for their turn, in their order: one heavy job at a time is worked on, and the page tells the others so."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

PATIENCE_SECONDS = 10.0
"""A page that waits asks every few seconds; of one that has not asked for so long, nobody is left."""


@dataclass(eq=False)
class _Place:
    owner: object
    seen: float = field(default_factory=time.monotonic)
    at_work: bool = False

    def taken(self, patience: float) -> bool:
        """Whether somebody still stands here."""
        return self.at_work or time.monotonic() - self.seen < patience


class Queue:
    """Jobs in the order in which they came. Safe to use from several threads.

    Args:
        patience: seconds after which a job that nobody asks for counts no more, unless it is at work.
    """

    def __init__(self, patience: float = PATIENCE_SECONDS) -> None:
        self._patience = patience
        self._places: list[_Place] = []
        self._lock = threading.Lock()

    def join(self, owner: object) -> None:
        """Stand at the end of the queue."""
        with self._lock:
            self._places = [place for place in self._places if place.taken(self._patience)]
            self._places.append(_Place(owner))

    def leave(self, owner: object) -> None:
        """Leave the queue; who is not in it may do so too."""
        with self._lock:
            self._places = [place for place in self._places if place.owner is not owner]

    def ahead(self, owner: object) -> int:
        """Return how many are before this one, the one at work among them; asking shows that it still waits."""
        return len(self.before(owner))

    def before(self, owner: object) -> tuple[object, ...]:
        """Return who is before this one, as `ahead` counts them."""
        found: list[object] = []
        with self._lock:
            for place in self._places:
                if place.owner is owner:
                    place.seen = time.monotonic()
                    return tuple(found)
                if place.taken(self._patience):
                    found.append(place.owner)
        return ()

    @contextmanager
    def at_work(self, owner: object) -> Iterator[None]:
        """Hold a place for as long as the work takes, and leave the queue after it."""
        with self._lock:
            place = next((place for place in self._places if place.owner is owner), None)
            if place is None:
                place = _Place(owner)
                self._places.insert(0, place)
            place.at_work = True
        try:
            yield
        finally:
            self.leave(owner)


QUEUE = Queue()
"""This process's."""
