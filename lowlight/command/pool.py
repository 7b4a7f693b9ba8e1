"""Several photos at once, each in a process of its own: a photo that kills its process costs that photo alone."""

from collections.abc import Generator, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, CancelledError, Future, wait
from concurrent.futures.process import BrokenProcessPool
from multiprocessing import get_context

from pebble import ProcessExpired, ProcessPool

from lowlight import limits
from lowlight.command.memory import need_of
from lowlight.command.outcome import Outcome, Status
from lowlight.command.work import Task, enhance_file
from lowlight.files.formats import RESULT_FORMATS
from lowlight.files.whole import remove_unfinished
from lowlight.threads import bind, threads

LONGEST_SECONDS = 10 * limits.DEADLINE_SECONDS
"""How long one photo may take, where a page gives it `limits.DEADLINE_SECONDS` to itself."""

_LOOK_SECONDS = 1.0  # how often to look whether there are processes

_DIED = "The process that worked on this photo ended in the middle of it, perhaps for want of memory."
_LATE = f"The work on this photo took longer than {LONGEST_SECONDS:.0f} seconds."


def enhanced_at_once(tasks: Iterable[Task | Outcome], jobs: int, memory: float) -> Generator[Outcome]:
    """Do the work of many photos, and yield what becomes of each as soon as it is known.

    The processes share nothing. Each opens the network once and takes its share of the cores. Who stops listening ends
    them.

    Args:
        tasks: one after the other; what is an outcome already is handed on.
        jobs: how many processes there are.
        memory: how many bytes all together may take, as `memory.need_of` reckons; one photo is always worked on.
    """
    share = max(1, threads() // jobs)
    pool = processes(jobs, share)
    running: dict[Future[Outcome], Task] = {}
    try:
        for task in tasks:
            if isinstance(task, Outcome):
                yield task
                continue
            need = _need(task)
            while running and (len(running) == jobs or need + sum(map(_need, running.values())) > memory):
                yield from _ended(running, pool)
            if not pool.active:  # all of its processes died before they had a photo
                yield from _ended(running, pool)
                end(pool)
                pool = processes(jobs, share)
            running[pool.schedule(enhance_file, (task,), timeout=LONGEST_SECONDS)] = task
        while running:
            yield from _ended(running, pool)
    finally:
        end(pool)
        for task in running.values():  # what its process was writing when it was ended
            remove_unfinished(task.target)


def processes(count: int, share: int) -> ProcessPool:
    """Return so many processes for photos, each of which takes so many threads; `end` ends them."""
    return ProcessPool(count, initializer=bind, initargs=(share,), context=get_context("spawn"))


def end(pool: ProcessPool) -> None:
    """End the processes, whatever they are at."""
    pool.stop()  # type: ignore[no-untyped-call]
    pool.join()


def _need(task: Task) -> float:
    wished = RESULT_FORMATS.get(task.wish.file_format or "")
    return need_of(task.path, deep_result=task.wish.own_colours or (wished is not None and wished.deep))


def _ended(running: dict[Future[Outcome], Task], pool: ProcessPool) -> Iterator[Outcome]:
    """Wait until the work on a photo ends, and yield what became of it; where the pool broke, of all of them."""
    done: set[Future[Outcome]] = set()
    while not done and pool.active:
        done, _ = wait(running, _LOOK_SECONDS, FIRST_COMPLETED)
    for future in list(running) if not pool.active else done:
        yield _outcome(future, running.pop(future))


def _outcome(future: Future[Outcome], task: Task) -> Outcome:
    outcome, ended = outcome_of(future, str(task.path))
    if not ended:
        remove_unfinished(task.target)
    return outcome


def outcome_of(future: Future[Outcome], path: str) -> tuple[Outcome, bool]:
    """Return what became of a photo, and whether its process lived to tell it.

    Args:
        future: of its work; if it is not done, its process is gone.
        path: the photo's.
    """
    try:
        if future.done():
            return future.result(), True
        sentence = _DIED
    except (ProcessExpired, CancelledError, BrokenProcessPool):
        sentence = _DIED
    except TimeoutError:
        sentence = _LATE
    return Outcome(path, Status.FAILED, sentence=sentence), False
