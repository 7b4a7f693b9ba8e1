"""The command ``lowlight``: many photos, one after the other, whatever becomes of each."""

import argparse
import math
import os
import re
import sys
import tempfile
from collections import Counter
from collections.abc import Generator
from contextlib import closing
from importlib.util import find_spec
from pathlib import Path

from lowlight.command.inputs import Search, find, is_address
from lowlight.command.interrupts import stoppable, uninterrupted
from lowlight.command.options import STOPPED, USAGE_ERROR, parsed, settings_of
from lowlight.command.outcome import Outcome, Report, RunError, Status
from lowlight.command.screen import Screen, flush, prepare, say
from lowlight.errors import LowlightError
from lowlight.settings import Settings

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
        with stoppable():
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
    if reason := _unusable(options):
        return _complain(reason, USAGE_ERROR)
    try:
        _take_out_keys(options)
    except ValueError as error:
        return _complain(f"An address cannot be read ({error}).", USAGE_ERROR)
    search = find(options.photos, options.out, recursive=options.recursive, added=options.suffix)
    wanted: Path | None = options.report
    if wanted and any(wanted.resolve() == photo.path.resolve() for photo in search.photos):
        return _complain(f"{wanted}: the report would be written over a file that was given.", USAGE_ERROR)
    for folder, purpose in ((options.out, "results"), (wanted and wanted.parent, "report")):
        if isinstance(folder, Path) and (reason := _unwritable(folder)):
            return _complain(f"{folder}: the folder for the {purpose} cannot be made or written in ({reason}).", 1)
    report = Report(wanted)
    for path, sentence in search.faults:
        report.add(Outcome(str(path), Status.REFUSED, sentence=sentence))
        _complain(f"{path}: {sentence}", 1)
    code = _work_on(search, options, settings, report)
    with uninterrupted():
        return _end(search, report, wanted, code)


def _work_on(search: Search, options: argparse.Namespace, settings: Settings, report: Report) -> int:
    """Take the photos, and report what becomes of each; return an exit code: `STOPPED` if somebody stopped it."""
    try:
        screen = Screen(len(search.photos), bar=options.ray is None)
        with screen, closing(_outcomes(search, options, settings, screen)) as work:
            for outcome in work:
                report.add(outcome)
                screen.end(outcome)
    except KeyboardInterrupt:
        return STOPPED
    except RunError as error:
        return _complain(str(error), 1)
    return 0


def _outcomes(search: Search, options: argparse.Namespace, settings: Settings, screen: Screen) -> Generator[Outcome]:
    """Yield what becomes of each photo: one after the other here, several at once, or on other machines."""
    # Here, since they take half a second, and neither --help nor a mistake on the line needs them.
    from lowlight.command.targets import Targets
    from lowlight.command.work import Existing, Task, Wish, enhance_file, planned

    kept = Existing.SKIP if options.skip_existing else Existing.REFUSE
    existing = Existing.OVERWRITE if options.overwrite else kept
    wish = Wish(settings, options.format, existing, place=options.keep_place, own_colours=options.keep_colours)
    if options.ray is not None:
        from lowlight.command import cluster
        from lowlight.command.run_state import Asked

        asked = Asked(options.photos, options.out, options.suffix, options.recursive, wish)
        yield from cluster.enhanced_on_cluster(search.photos, asked, options.ray, options.jobs, screen.tell)
        return
    targets = Targets(options.out, options.suffix, search.photos)
    tasks = (planned(photo, targets, wish) for photo in search.photos)
    if options.jobs and options.jobs > 1:
        from lowlight.command import memory, pool

        free = memory.available()
        screen.tell(_beforehand(options.jobs, free))
        yield from pool.enhanced_at_once(tasks, options.jobs, math.inf if free is None else free * _SHARE)
        return
    for task in tasks:
        if isinstance(task, Task):
            screen.begin(task.path)
            yield enhance_file(task, screen.advance)
        else:
            yield task


def _beforehand(jobs: int, free: float | None) -> str:
    """Say how many photos are worked on at once, and what bounds their memory."""
    each = f"{jobs} photos at once, each on its share of the cores"
    return f"{each}." if free is None else f"{each}, together in at most {free * _SHARE / 1e9:.1f} GB of memory."


def _unusable(options: argparse.Namespace) -> str:
    """Return why a line cannot be followed here, or nothing."""
    if options.ray is not None and not find_spec("ray"):
        return "--ray needs Ray and PyArrow: pip install 'ray[data]>=2.60' rich"
    for name in (*options.photos, options.out):
        if is_address(name) and options.ray is None:
            place = re.sub(r"(?<=://)[^/]*@", "", name)  # a key is not shown
            return f"{place}: what lies in storage elsewhere is worked on with --ray."
    if options.report and options.report.suffix.lower() == ".parquet" and not find_spec("pyarrow"):
        return "A report in Parquet needs the package PyArrow: pip install pyarrow"
    return ""


def _take_out_keys(options: argparse.Namespace) -> None:
    """Take the keys of storage out of the addresses on the line, so that they are shown and written nowhere.

    Raises:
        ValueError: one is no address.
    """
    if any(is_address(name) for name in (*options.photos, options.out)):
        from lowlight.command.storage import granted

        options.photos = [granted(name) if is_address(name) else name for name in options.photos]
        options.out = granted(options.out) if is_address(options.out) else options.out


def _end(search: Search, report: Report, wanted: Path | None, code: int) -> int:
    """Tell what became of all, and return the exit code."""
    failed = report.count[Status.REFUSED] + report.count[Status.FAILED]
    if code or report.count.total() != 1 or search.left_out:
        stopped = code == STOPPED
        say(_summary(len(search.photos), report.count, failed, search.left_out, stopped=stopped), sys.stderr)
    code = code or int(failed > 0)
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
