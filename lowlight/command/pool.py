"""Several photos at once, each in a process of its own: a photo that kills its process costs that photo alone."""

import signal
import sys
import time
from collections.abc import Callable, Collection, Generator, Iterable, Iterator
from contextlib import contextmanager, suppress
from multiprocessing import get_context
from multiprocessing.connection import Connection, wait

from lowlight import limits
from lowlight.command.memory import need_of
from lowlight.command.outcome import Outcome, Status
from lowlight.command.work import Task, enhance_file
from lowlight.files.formats import RESULT_FORMATS
from lowlight.files.whole import remove_unfinished
from lowlight.threads import bind, threads

LONGEST_SECONDS = 10 * limits.DEADLINE_SECONDS
"""How long one photo may take, where a page gives it `limits.DEADLINE_SECONDS` to itself."""

_DIED = "The process that worked on this photo ended in the middle of it, perhaps for want of memory."
_LATE = "The work on this photo took longer than {:.0f} seconds."

_SPAWN = get_context("spawn")


class Worker:
    """Works on one photo at a time, in a process of its own that opens the network once.

    Where the process has died, another one begins with the next photo. Workers share no queue and no lock, so that one
    that is killed holds up no other, at whatever moment that is.

    Args:
        share: how many threads the process may take.
        longest: how many seconds it may take for one photo.
    """

    def __init__(self, share: int, longest: float = LONGEST_SECONDS) -> None:
        self._share, self._longest = share, longest
        self._photo, self._latest = "", 0.0
        self._start()

    def begin(self, photo: str, work: Callable[..., Outcome], *arguments: object) -> None:
        """Begin the work on a photo; `first_ended` waits for its end.

        Args:
            photo: its name, for the outcome of a process that does not live to tell it.
            work: what the process calls. It and its arguments can be pickled.
            arguments: what it is called with.
        """
        if not self._process.is_alive():
            self.end()
            self._start()
        self._photo, self._latest = photo, time.monotonic() + self._longest
        with suppress(OSError):  # it died just now; who waits for it finds out
            self.line.send((work, arguments))

    def outcome(self) -> tuple[Outcome, bool]:
        """Return what became of the photo, and whether the process lived to tell it; one that did not is ended."""
        try:
            if self.line.poll():
                return self.line.recv(), True
            sentence = _LATE.format(self._longest)
        except (EOFError, OSError):
            sentence = _DIED
        self.end()
        return Outcome(self._photo, Status.FAILED, sentence=sentence), False

    @property
    def seconds_left(self) -> float:
        """How long the work on the photo may still take."""
        return max(0.0, self._latest - time.monotonic())

    def end(self) -> None:
        """End the process, whatever it is at."""
        self._process.kill()
        self._process.join()
        self.line.close()

    def _start(self) -> None:
        self.line, far = _SPAWN.Pipe()
        self._process = _SPAWN.Process(target=_serve, args=(far, self._share), daemon=True)
        with _without_interrupts():
            self._process.start()
        far.close()  # the process's own is the only one, and its end is the line's


def first_ended(workers: Collection[Worker]) -> list[Worker]:
    """Wait until the work of one or more ends, dies or has taken too long, and return them: they know the outcome."""
    ready = wait([worker.line for worker in workers], min(worker.seconds_left for worker in workers))
    return [worker for worker in workers if worker.line in ready or not worker.seconds_left]


def _serve(line: Connection, share: int) -> None:
    """Do what comes along a line until it ends, which it does with the process at its other end."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, _leave)  # it comes where the process at the other end exits
    bind(share)
    with suppress(EOFError, OSError):
        while True:
            work, arguments = line.recv()
            line.send(work(*arguments))


def _leave(*_: object) -> None:
    """Exit, and remove what is being written."""
    sys.exit()


@contextmanager
def _without_interrupts() -> Iterator[None]:
    """Let processes that begin in here never be told of Ctrl-C, not even before they can ignore it."""
    if not hasattr(signal, "pthread_sigmask"):  # Windows
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def enhanced_at_once(tasks: Iterable[Task | Outcome], jobs: int, memory: float) -> Generator[Outcome]:
    """Do the work of many photos, and yield what becomes of each as soon as it is known.

    Each process takes its share of the cores. Who stops listening ends them.

    Args:
        tasks: one after the other; what is an outcome already is handed on.
        jobs: how many processes there are.
        memory: how many bytes all together may take, as `memory.need_of` reckons; one photo is always worked on.
    """
    workers = [Worker(max(1, threads() // jobs)) for _ in range(jobs)]
    free = list(workers)
    running: dict[Worker, Task] = {}
    try:
        for task in tasks:
            if isinstance(task, Outcome):
                yield task
                continue
            need = _need(task)
            while running and (not free or need + sum(map(_need, running.values())) > memory):
                yield from _outcomes(running, free)
            worker = free.pop()
            running[worker] = task
            worker.begin(str(task.path), enhance_file, task)
        while running:
            yield from _outcomes(running, free)
    finally:
        for worker in workers:
            worker.end()
        for task in running.values():  # what its process was writing when it was ended
            remove_unfinished(task.target)


def _need(task: Task) -> float:
    wished = RESULT_FORMATS.get(task.wish.file_format or "")
    return need_of(task.path, deep_result=task.wish.own_colours or (wished is not None and wished.deep))


def _outcomes(running: dict[Worker, Task], free: list[Worker]) -> Iterator[Outcome]:
    """Wait until the work on a photo or more ends, and yield what became of it."""
    for worker in first_ended(running):
        outcome, alive = worker.outcome()
        task = running.pop(worker)
        free.append(worker)
        if not alive:
            remove_unfinished(task.target)
        yield outcome
