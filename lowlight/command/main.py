"""The command ``lowlight``: many photos, one after the other, whatever becomes of each."""

import argparse
import math
import os
import signal
import sys
import tempfile
import threading
from collections import Counter
from collections.abc import Generator, Iterable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from lowlight.command.inputs import Search, find
from lowlight.command.options import STOPPED, USAGE_ERROR, parsed, settings_of
from lowlight.command.outcome import Outcome, Report, Status
from lowlight.command.screen import Screen, flush, prepare, say
from lowlight.errors import LowlightError
from lowlight.settings import Settings

if TYPE_CHECKING:
    from lowlight.command.work import Task

_SHARE = 0.8  # of the memory that is free, so that the machine keeps some


def main(arguments: list[str] | None = None) -> int:
    """Enhance each photo and return the exit code, which `options` explains.

    Args:
        arguments: the command line without the program's name; by default the process's own.

    Raises:
        SystemExit: the line cannot be followed, or asks for help.
    """
    prepare()
    try:
        with _terminable():
            return _run(parsed(arguments))
    except KeyboardInterrupt:
        say("Stopped before any photo.", sys.stderr)
        return STOPPED
    finally:
        flush()


def _run(options: argparse.Namespace) -> int:
    try:
        settings = settings_of(options)
    except LowlightError as error:
        return _complain(str(error), USAGE_ERROR)
    search = find(options.photos, options.out, recursive=options.recursive, added=options.suffix)
    wanted: Path | None = options.report
    if wanted and any(wanted.resolve() == photo.path.resolve() for photo in search.photos):
        return _complain(f"{wanted}: the report would be written over a file that was given.", USAGE_ERROR)
    for folder, purpose in ((options.out, "results"), (wanted and wanted.parent, "report")):
        if folder and (reason := _unwritable(folder)):
            return _complain(f"{folder}: the folder for the {purpose} cannot be made or written in ({reason}).", 1)
    report = Report(wanted)
    for path, sentence in search.faults:
        report.add(Outcome(str(path), Status.REFUSED, sentence=sentence))
        _complain(f"{path}: {sentence}", 1)
    stopped = _work_on(search, options, settings, report)
    with _uninterrupted():
        return _end(search, report, wanted, stopped=stopped)


def _work_on(search: Search, options: argparse.Namespace, settings: Settings, report: Report) -> bool:
    """Take one photo after the other, and report what becomes of it; return whether somebody stopped it."""
    try:
        # Here, since they take half a second, and neither --help nor a mistake on the line needs them.
        from lowlight.command.targets import Targets
        from lowlight.command.work import Existing, Wish, planned

        kept = Existing.SKIP if options.skip_existing else Existing.REFUSE
        existing = Existing.OVERWRITE if options.overwrite else kept
        wish = Wish(settings, options.format, existing, place=options.keep_place, own_colours=options.keep_colours)
        targets = Targets(options.out, options.suffix, search.photos)
        tasks = (planned(photo, targets, wish) for photo in search.photos)
        with Screen(len(search.photos)) as screen, closing(_outcomes(tasks, options.jobs, screen)) as work:
            for outcome in work:
                report.add(outcome)
                screen.end(outcome)
    except KeyboardInterrupt:
        return True
    return False


def _outcomes(tasks: Iterable["Task | Outcome"], jobs: int, screen: Screen) -> Generator[Outcome]:
    """Yield what becomes of each photo: one after the other here, or several at once in processes of their own."""
    from lowlight.command import work

    if jobs > 1:
        from lowlight.command import memory, pool

        free = memory.available()
        screen.tell(_beforehand(jobs, free))
        yield from pool.enhanced_at_once(tasks, jobs, math.inf if free is None else free * _SHARE)
        return
    for task in tasks:
        if isinstance(task, work.Task):
            screen.begin(task.path)
            yield work.enhance_file(task, screen.advance)
        else:
            yield task


def _beforehand(jobs: int, free: float | None) -> str:
    """Say how many photos are worked on at once, and what bounds their memory."""
    each = f"{jobs} photos at once, each on its share of the cores"
    return f"{each}." if free is None else f"{each}, together in at most {free * _SHARE / 1e9:.1f} GB of memory."


@contextmanager
def _terminable() -> Iterator[None]:
    """Let SIGTERM, with which systems end programs, stop the work as Ctrl-C does: nothing half-written is left."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


@contextmanager
def _uninterrupted() -> Iterator[None]:
    """Let neither Ctrl-C nor SIGTERM come in between; elsewhere than in the main thread none can."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = {kind: signal.signal(kind, signal.SIG_IGN) for kind in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for kind, handler in before.items():
            signal.signal(kind, handler)


def _end(search: Search, report: Report, wanted: Path | None, *, stopped: bool) -> int:
    """Tell what became of all, and return the exit code."""
    count = Counter(outcome.status for outcome in report.outcomes)
    failed = count[Status.REFUSED] + count[Status.FAILED]
    if stopped or len(report.outcomes) != 1 or search.left_out:
        say(_summary(len(search.photos), count, failed, search.left_out, stopped=stopped), sys.stderr)
    code = STOPPED if stopped else int(failed > 0)
    try:
        report.close()
    except OSError as error:
        return _complain(f"{wanted}: the report cannot be written ({os.strerror(error.errno or 0)}).", code or 1)
    return code


def _summary(total: int, count: Counter[Status], failed: int, left_out: int, *, stopped: bool) -> str:
    told = f"{count[Status.DONE]} of {total} photos enhanced"
    told += f", {count[Status.SKIPPED]} done before" if count[Status.SKIPPED] else ""
    told += f", {failed} not" if failed else ""
    told += f"; other files left out: {left_out}" if left_out else ""
    return f"{'Stopped: ' if stopped else ''}{told}."


def _unwritable(folder: Path) -> str:
    """Make a folder, and return why nothing can be written in it, or nothing."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            return ""
    except OSError as error:
        return os.strerror(error.errno or 0)


def _complain(sentence: str, code: int) -> int:
    say(sentence, sys.stderr)
    return code
