"""How a call is stopped from outside: by Ctrl-C, by SIGTERM, or by a terminal that is closed."""

import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from multiprocessing import resource_tracker
from types import FrameType

_Handler = Callable[[int, FrameType | None], object] | signal.Handlers
_KINDS = [getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name)]


@contextmanager
def stoppable() -> Iterator[None]:
    """Let all of them stop the block as Ctrl-C does, by `KeyboardInterrupt`: nothing half-written is left.

    What is ignored stays so: with `nohup` a call outlives its terminal.
    """
    with _handled(signal.default_int_handler, [kind for kind in _KINDS if signal.getsignal(kind) != signal.SIG_IGN]):
        yield


@contextmanager
def uninterrupted() -> Iterator[None]:
    """Let none of them come in between."""
    with _handled(signal.SIG_IGN, _KINDS):
        yield


@contextmanager
def _handled(handler: _Handler, kinds: list[signal.Signals]) -> Iterator[None]:
    """Treat some kinds in one way; elsewhere than in the main thread none is heard anyway."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = {kind: signal.signal(kind, handler) for kind in kinds}
    try:
        yield
    finally:
        for kind, earlier in before.items():
            signal.signal(kind, earlier)


@contextmanager
def out_of_reach() -> Iterator[None]:
    """Let processes that begin in the block never be told of Ctrl-C, not even before they could ignore it."""
    if not hasattr(signal, "pthread_sigmask"):  # Windows
        yield
        return
    resource_tracker.ensure_running()  # else the first process starts it, and is told of Ctrl-C again by that
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
