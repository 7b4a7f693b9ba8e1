"""Run every file of a folder through the loader in a child process: ``make corpus DIR=...``.

Prints what was taken and refused, and names every crash (the process died, or an error that is no sentence), every hang
(over `HANG_SECONDS`) and every file that took more memory than `MEMORY_MIB`; returns 1 if there is any.
"""

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

HANG_SECONDS = 3.0
MEMORY_MIB = 1024.0
PATIENCE_SECONDS = 30.0
"""After so long without an answer a child is ended."""

PROJECT = Path(__file__).resolve().parent.parent


@dataclass(frozen=True)
class Outcome:
    """What became of a file: "taken", "refused" or "crash", how long it took, and the process's peak memory."""

    path: Path
    kind: str
    detail: str
    seconds: float
    peak_mib: float

    @property
    def fault(self) -> str:
        """What is wrong with that; empty if nothing is."""
        if self.kind == "crash":
            return f"crash: {self.detail}"
        if self.seconds > HANG_SECONDS:
            return f"hang: {self.seconds:.1f} s"
        return f"memory: {self.peak_mib:.0f} MiB" if self.peak_mib > MEMORY_MIB else ""


class Child:
    """A process that loads files one after the other and says what became of them; started anew when it dies."""

    def __init__(self):
        self._process = None

    def load(self, path):
        """Return a file's outcome."""
        if self._process is None or self._process.poll() is not None:
            self.end()
            self._process = subprocess.Popen(
                [sys.executable, "-m", "tools.corpus", "--child"],
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


def serve():
    """Load the files named on standard input and write a line of JSON on each: the child's side."""
    status, refs = Path("/proc/self/status"), Path("/proc/self/clear_refs")
    for line in sys.stdin:
        refs.write_text("5")  # the peak is counted from here on
        began = time.monotonic()
        kind, detail = attempt(Path(json.loads(line)))
        seconds = time.monotonic() - began
        peak = int(re.search(r"VmHWM:\s+(\d+) kB", status.read_text())[1]) / 1024
        print(json.dumps({"kind": kind, "detail": detail, "seconds": seconds, "peak_mib": peak}), flush=True)


def attempt(path):
    """Load one file as the page does; return what became of it and the words for it."""
    try:
        photo = load_photo(path)
    except LowlightError as error:
        return "refused", re.sub(r"\d[\d,.]*", "N", str(error))
    except BaseException as error:  # noqa: BLE001 -- whatever else comes out of the loader is a fault of it
        return "crash", f"{type(error).__name__}: {error}"
    return "taken", f"{photo.rgb.shape[1]} x {photo.rgb.shape[0]}"


def run(folder):
    """Return the outcome of every file below a folder."""
    child = Child()
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


def main():
    """Run a folder and print the table."""
    if sys.argv[1:] == ["--child"]:
        serve()
        return 0
    folder = Path(sys.argv[1]) if sys.argv[1:] else None
    if folder is None or not folder.is_dir():
        print("Name a folder of pictures: make corpus DIR=...", file=sys.stderr)
        return 1
    outcomes = run(folder)
    if not outcomes:
        print(f"There are no files in {folder}.", file=sys.stderr)
        return 1
    print(table(outcomes))
    return int(any(outcome.fault for outcome in outcomes))


if __name__ == "__main__":
    sys.exit(main())
