"""What is shown while the command works: lines in any encoding, to a reader that may have gone, and a bar."""

import io
import logging
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Self, TextIO

from lowlight.command.outcome import Outcome, Status

_BAR = "{percentage:3.0f}%|{bar}| {n:.0f} of {total} [{elapsed}<{remaining}]{postfix}"


def prepare() -> None:
    """Let what the terminal's encoding lacks be written as an escape."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


def say(line: str, stream: TextIO | None) -> None:
    """Write a line at once; if nobody reads it any more, it is dropped, and so are those after it."""
    if stream is not None:
        with _reader_may_leave(stream):
            print(line, file=stream, flush=True)


def flush() -> None:
    """Write out what argparse printed, so that a reader that has left is no error when the process ends."""
    for stream in (sys.stdout, sys.stderr):
        if stream is not None:
            with _reader_may_leave(stream):
                stream.flush()


@contextmanager
def _reader_may_leave(stream: TextIO) -> Iterator[None]:
    try:
        yield
    except OSError:  # the work is worth doing without a reader; Python itself would complain at its end
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, stream.fileno())
        os.close(nowhere)


class _Log(logging.Handler):
    """Shows what the library warns of, such as weights that cannot be had; without the traceback."""

    def __init__(self, show: Callable[[str, TextIO | None], None]) -> None:
        super().__init__(logging.WARNING)
        self._show = show

    def emit(self, record: logging.LogRecord) -> None:
        """Show a line."""
        self._show(record.getMessage(), sys.stderr)


class Screen:
    """Shows the work on some photos: a bar on a terminal, otherwise a line for each.

    Results are lines on the standard output, all else goes to the standard error. Where both are one terminal, the bar
    stands for the results of several photos.

    Args:
        total: how many photos there are.
        bar: whether a bar is shown on a terminal; if not, what does the work shows its own.
    """

    def __init__(self, total: int, *, bar: bool = True) -> None:
        from tqdm import tqdm  # here, since --help needs none

        seen = sys.stderr is not None and sys.stderr.isatty()
        self._quiet = seen and total > 1 and sys.stdout is not None and sys.stdout.isatty()
        self._done = 0
        self._bar = tqdm(
            total=total, file=sys.stderr, bar_format=_BAR, dynamic_ncols=True, leave=False, disable=not (seen and bar)
        )

        self._log = _Log(self._print)

    def __enter__(self) -> Self:
        logging.getLogger("lowlight").addHandler(self._log)
        return self

    def __exit__(self, *_: object) -> None:
        logging.getLogger("lowlight").removeHandler(self._log)
        self._bar.close()

    def tell(self, line: str) -> None:
        """Show a line about the work as a whole."""
        self._print(line, sys.stderr)

    def begin(self, photo: Path) -> None:
        """Name the photo whose turn it is."""
        self._bar.set_postfix_str(photo.name)

    def advance(self, share: float) -> None:
        """Show how far the work on this photo is, in (0, 1]."""
        self._bar.update(self._done + share - self._bar.n)

    def end(self, outcome: Outcome) -> None:
        """Show what became of this photo."""
        self._done += 1
        self.advance(0)
        if outcome.status is Status.DONE:
            if not self._quiet:
                self._print(str(outcome.result), sys.stdout)
        elif outcome.status is not Status.SKIPPED or not self._quiet:
            self._print(f"{outcome.path}: {outcome.sentence}", sys.stderr)

    def _print(self, line: str, stream: TextIO | None) -> None:
        with self._bar.external_write_mode(file=stream):
            say(line, stream)
