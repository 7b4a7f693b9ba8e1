"""Several photos at once, each in a process of its own: a photo that kills its process costs that photo alone."""

import os
import signal
import sys
import time
from collections.abc import Callable, Collection, Generator, Iterable, Iterator
from contextlib import closing, suppress
from multiprocessing import get_context
from multiprocessing.connection import Connection, wait
from multiprocessing.context import SpawnProcess

from lowlight import limits
from lowlight.command.interrupts import out_of_reach, uninterrupted
from lowlight.command.memory import need_of
from lowlight.command.outcome import Outcome, Status
from lowlight.command.work import Task, enhance_file
from lowlight.files.formats import RESULT_FORMATS
from lowlight.files.whole import remove_unfinished
from lowlight.threads import bind, threads

LONGEST_SECONDS = 10 * limits.DEADLINE_SECONDS
"""How long one photo may take, where a page gives it `limits.DEADLINE_SECONDS` to itself."""

_DIED = "The process that worked on this photo ended in the middle of it, perhaps for want of memory."
_NOT_BEGUN = "No process for this photo can be started ({})."
_LATE = "The work on this photo took longer than {:.0f} seconds."

_SPAWN = get_context("spawn")


class Worker:
    """Works on one photo at a time, in a process of its own that opens the network once.

    The process starts with the first photo, and where it has died, another one with the next. Workers share no queue
    and no lock, so that one that is killed holds up no other, at whatever moment that is.

    Args:
        share: how many threads the process may take.
        longest: how many seconds it may take for one photo.
    """

    def __init__(self, share: int, longest: float = LONGEST_SECONDS) -> None:
        self._share, self._longest = share, longest
        self._photo, self._latest = "", 0.0
        self._process: SpawnProcess | None = None

    def begin(self, photo: str, work: Callable[..., Outcome], *arguments: object) -> None:
        """Begin the work on a photo; `first_ended` waits for its end.

        Args:
            photo: its name, for the outcome of a process that does not live to tell it.
            work: what the process calls. It and its arguments can be pickled.
            arguments: what it is called with.

        Raises:
            OSError: there is no process, and none can be started.
        """
        if self._process is None or not self._process.is_alive():
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
        if self._process is not None:
            self._process.kill()
            self._process.join()
            self._process.close()
            self._process = None
            self.line.close()

    def _start(self) -> None:
        self.line, far = _SPAWN.Pipe()
        process = _SPAWN.Process(target=_serve, args=(far, self._share), daemon=True)
        with closing(far):  # then the process's own is the only one, and its end is the line's
            try:
                with out_of_reach():
                    process.start()
            except OSError:
                self.line.close()
                raise
        self._process = process


def first_ended(workers: Collection[Worker]) -> list[Worker]:
    """Wait until the work of one or more ends, dies or has taken too long, and return them: they know the outcome."""
    ready = wait([worker.line for worker in workers], min(worker.seconds_left for worker in workers))
    return [worker for worker in workers if worker.line in ready or not worker.seconds_left]


def not_begun(photo: str, error: OSError) -> Outcome:
    """Return what becomes of a photo whose work cannot begin."""
    return Outcome(photo, Status.FAILED, sentence=_NOT_BEGUN.format(os.strerror(error.errno or 0)))


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
            else:
                yield from _begun(task, running, free, memory)
        while running:
            yield from _outcomes(running, free)
    finally:
        with uninterrupted():
            for worker in workers:
                worker.end()
            for task in running.values():  # what its process was writing when it was ended
                remove_unfinished(task.target)


def _need(task: Task) -> float:
    wished = RESULT_FORMATS.get(task.wish.file_format or "")
    return need_of(task.path, deep_result=task.wish.own_colours or (wished is not None and wished.deep))


def _begun(task: Task, running: dict[Worker, Task], free: list[Worker], memory: float) -> Iterator[Outcome]:
    """Begin the work on a photo as soon as there are a worker and memory, and yield what becomes of others until then.

    Where no process can be started, there is one less from now on. Where there is none at all, the photo has failed.
    """
    need = _need(task)
    while True:
        while running and (not free or need + sum(map(_need, running.values())) > memory):
            yield from _outcomes(running, free)
        worker = free.pop()
        try:
            worker.begin(str(task.path), enhance_file, task)
        except OSError as error:
            if running:
                continue
            free.append(worker)
            yield not_begun(str(task.path), error)
        else:
            running[worker] = task
        return


def _outcomes(running: dict[Worker, Task], free: list[Worker]) -> Iterator[Outcome]:
    """Wait until the work on a photo or more ends, and yield what became of it."""
    for worker in first_ended(running):
        outcome, alive = worker.outcome()
        task = running.pop(worker)
        free.append(worker)
        if not alive:
            remove_unfinished(task.target)
        yield outcome
