"""Visits by their tokens: who comes back within some minutes, after a reload or a lost connection, goes on."""

import time
from threading import Lock

from lowlight.web.i18n import texts
from lowlight.web.jobs.session import Session


class Visits:
    """Sessions by their tokens, for as long as their photos are kept. Safe to use from several threads.

    Args:
        seconds: how long a session that nobody asks for is known.
    """

    def __init__(self, seconds: float = 60 * texts.KEEP_MINUTES) -> None:
        self._seconds = seconds
        self._known: dict[str, tuple[Session, float]] = {}
        self._lock = Lock()

    def keep(self, session: Session) -> None:
        """Know a session from now on; those that nobody asked for in time are forgotten."""
        now = time.monotonic()
        with self._lock:
            self._known[session.token] = session, now
            old = [token for token, (_, seen) in self._known.items() if now - seen > self._seconds]
            for token in old:
                del self._known[token]

    def find(self, token: str) -> Session | None:
        """Return the session of a token; None if there is none, or no more."""
        with self._lock:
            found = self._known.get(token)
        if found is None or time.monotonic() - found[1] > self._seconds:
            return None
        return found[0]


def there(session: Session) -> bool:
    """Say whether a session's photo and the pictures that are shown of it are still kept."""
    job, pair = session.job, session.view.pair
    return job is not None and all(path.exists() for path in (job.source, *(pair or ())))


VISITS = Visits()
"""This process's."""
