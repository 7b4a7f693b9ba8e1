"""Run every file of a folder through the loader in a child process: ``make corpus DIR=...``.

Prints what was taken and refused, and names every crash (the process died, or an error that is no sentence), every hang
(over `HANG_SECONDS`) and every file that took more memory than `MEMORY_MIB`; returns 1 if there is any. With
``--against`` a second decoder reads each file too, and a picture of another look than its is a fault as well.
"""

import argparse
import json
import re
import selectors
import subprocess
import sys
import time
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from lowlight import LowlightError, load_photo
from tools import second_decoder

HANG_SECONDS = 3.0
MEMORY_MIB = 1024.0
PATIENCE_SECONDS = 30.0
"""After so long without an answer a child is ended."""

PROJECT = Path(__file__).resolve().parent.parent


@dataclass(frozen=True)
class Outcome:
    """What became of a file: "taken", "refused" or "crash", how long it took, and the process's peak memory.

    ``beside`` is what `second_decoder.beside` says, if it was asked.
    """

    path: Path
    kind: str
    detail: str
    seconds: float
    peak_mib: float
    beside: str = ""

    @property
    def fault(self) -> str:
        """What is wrong with that; empty if nothing is."""
        if self.kind == "crash":
            return f"crash: {self.detail}"
        if self.seconds > HANG_SECONDS:
            return f"hang: {self.seconds:.1f} s"
        if self.is_different and not self.known:
            return self.beside
        return f"memory: {self.peak_mib:.0f} MiB" if self.peak_mib > MEMORY_MIB else ""

    @property
    def is_different(self):
        """Whether the second decoder shows another picture."""
        return self.beside.startswith("different")

    @property
    def known(self):
        """Why the second decoder is wrong about this file; empty if that is not known."""
        return next((reason for part, reason in second_decoder.KNOWN.items() if part in self.path.name), "")


class Child:
    """A process that loads files one after the other and says what became of them; started anew when it dies."""

    def __init__(self, *, against=False):
        self._process = None
        self._options = ["--child", *(["--against"] if against else [])]

    def load(self, path):
        """Return a file's outcome."""
        if self._process is None or self._process.poll() is not None:
            self.end()
            self._process = subprocess.Popen(
                [sys.executable, "-m", "tools.corpus", *self._options],
                cwd=PROJECT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
            )  # fmt: skip
        began = time.monotonic()
        self._process.stdin.write(f"{json.dumps(str(path))}\n")
        self._process.stdin.flush()
        line = self._answer()
        if line is None:
            self.end()
            return Outcome(path, "taken", "", time.monotonic() - began, 0.0)  # a hang: its seconds tell
        if not line:
            code = self._process.wait()
            self.end()
            return Outcome(path, "crash", f"exit code {code}", time.monotonic() - began, 0.0)
        return Outcome(path, **json.loads(line))

    def end(self):
        """End the process."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process.stdout.close()
            with suppress(BrokenPipeError):  # what it was still to be told
                self._process.stdin.close()
            self._process = None

    def _answer(self):
        """Return the child's next line, "" if it died, None if there was none in time."""
        with selectors.DefaultSelector() as selector:
            selector.register(self._process.stdout, selectors.EVENT_READ)
            return self._process.stdout.readline() if selector.select(PATIENCE_SECONDS) else None


def serve(*, against):
    """Load the files named on standard input and write a line of JSON on each: the child's side."""
    status, refs = Path("/proc/self/status"), Path("/proc/self/clear_refs")
    for line in sys.stdin:
        refs.write_text("5")  # the peak is counted from here on
        began = time.monotonic()
        path = Path(json.loads(line))
        kind, detail, rgb = attempt(path)
        seconds = time.monotonic() - began
        peak = int(re.search(r"VmHWM:\s+(\d+) kB", status.read_text())[1]) / 1024
        beside = second_decoder.beside(path, rgb) if against and kind != "crash" else ""
        told = {"kind": kind, "detail": detail, "seconds": seconds, "peak_mib": peak, "beside": beside}
        print(json.dumps(told), flush=True)


def attempt(path):
    """Load one file as the page does; return what became of it, the words for it, and its picture if there is one."""
    try:
        photo = load_photo(path)
    except LowlightError as error:
        return "refused", re.sub(r"\d[\d,.]*", "N", str(error)), None
    except BaseException as error:  # noqa: BLE001 -- whatever else comes out of the loader is a fault of it
        return "crash", f"{type(error).__name__}: {error}", None
    return "taken", f"{photo.rgb.shape[1]} x {photo.rgb.shape[0]}", photo.rgb


def run(folder, *, against=False):
    """Return the outcome of every file below a folder, beside a second decoder's if it is to be asked."""
    child = Child(against=against)
    try:
        return [child.load(path) for path in sorted(folder.rglob("*")) if path.is_file()]
    finally:
        child.end()


def table(outcomes):
    """Return what came of it, for people."""
    kinds = Counter(outcome.kind for outcome in outcomes)
    reasons = Counter(outcome.detail for outcome in outcomes if outcome.kind == "refused")
    hangs = sum(outcome.seconds > HANG_SECONDS for outcome in outcomes)
    gluttons = sum(outcome.peak_mib > MEMORY_MIB for outcome in outcomes)
    lines = [
        f"{len(outcomes)} files: {kinds['taken']} taken, {kinds['refused']} refused, {kinds['crash']} crashes, "
        f"{hangs} hangs over {HANG_SECONDS:g} s, {gluttons} over {MEMORY_MIB:g} MiB"
    ]
    lines += [f"{count:6}  {reason}" for reason, count in reasons.most_common(12)]
    slowest, largest = (max(outcomes, key=key) for key in (lambda o: o.seconds, lambda o: o.peak_mib))
    lines.append(f"slowest: {slowest.seconds:.2f} s, {slowest.path.name}")
    lines.append(f"most memory: {largest.peak_mib:.0f} MiB, {largest.path.name}")
    return "\n".join([*lines, *(f"FAULT {outcome.path}: {outcome.fault}" for outcome in outcomes if outcome.fault)])


def comparison(outcomes):
    """Return how the loader and the second decoder agree, by format: a table for people."""
    columns = {
        "same": lambda one: one.beside == "same", "different": lambda one: one.is_different,
        "known": lambda one: one.is_different and one.known, "taken alone": lambda one: one.beside == "alone",
        "refused alone": lambda one: one.beside == "read", "refused by both": lambda one: one.beside == "nothing",
    }  # fmt: skip
    suffixes = Counter(outcome.path.suffix for outcome in outcomes)
    rows = [["files", "", *columns]]
    for suffix in [*sorted(suffixes), ""]:
        those = [outcome for outcome in outcomes if suffix in ("", outcome.path.suffix)]
        rows.append([suffix or "all", len(those), *(sum(map(bool, map(test, those))) for test in columns.values())])
    lines = ["".join(f"{cell!s:>16}" for cell in row) for row in rows]
    reasons = Counter(outcome.known for outcome in outcomes if outcome.is_different and outcome.known)
    return "\n".join([*lines, *(f"{count:6}  known: {reason}" for reason, count in reasons.items())])


def main():
    """Run a folder and print the table."""
    parser = argparse.ArgumentParser(prog="make corpus", description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("folder", nargs="?", type=Path)
    parser.add_argument("--against", action="store_true", help="ask a second decoder too")
    parser.add_argument("--child", action="store_true", help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.child:
        serve(against=asked.against)
        return 0
    if asked.folder is None or not asked.folder.is_dir():
        print("Name a folder of pictures: make corpus DIR=...", file=sys.stderr)
        return 1
    outcomes = run(asked.folder, against=asked.against)
    if not outcomes:
        print(f"There are no files in {asked.folder}.", file=sys.stderr)
        return 1
    print(table(outcomes))
    if asked.against:
        print(comparison(outcomes))
    return int(any(outcome.fault for outcome in outcomes))


if __name__ == "__main__":
    sys.exit(main())
