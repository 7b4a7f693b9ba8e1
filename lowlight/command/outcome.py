"""What became of a photo, and the report of all of them."""

import csv
import json
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, dataclass, fields
from enum import StrEnum
from pathlib import Path
from textwrap import indent
from typing import Any, TextIO

from lowlight.files.whole import remove_unfinished, written_whole


class RunError(Exception):
    """The work as a whole cannot go on; says why."""


class Status(StrEnum):
    """What became of a photo."""

    DONE = "done"
    SKIPPED = "skipped"
    REFUSED = "refused"
    FAILED = "failed"


@dataclass
class Outcome:
    """What is told of one photo. What is not known is None.

    Attributes:
        path: the photo's, as it was named or found.
        status: "done"; "skipped" if the result was there; "refused" if the photo or its name cannot be taken;
            "failed" if the work broke off.
        result: where the result is.
        seconds: how long it took.
        width: in pixels, of the upright photo.
        height: in pixels, likewise.
        bytes_in: the photo's size.
        bytes_out: the result's size.
        sentence: why it was not done.
    """

    path: str
    status: Status
    result: str | None = None
    seconds: float | None = None
    width: int | None = None
    height: int | None = None
    bytes_in: int | None = None
    bytes_out: int | None = None
    sentence: str = ""


SUFFIXES = (".json", ".jsonl", ".csv", ".parquet")
"""What the name of a report may end in."""

_ROWS = 1000  # that are written at once where a format is not written line by line


class Report:
    """What became of each photo: counted, and if asked for, in a file.

    That is a JSON list of objects, lines of JSON, CSV with a first line of names, or Parquet; text is UTF-8. Lines of
    JSON are there as the photos are done, so that a run that is cut off leaves them. The others appear at the end,
    whole or not at all. Memory stays the same, whatever the number of photos.

    Args:
        path: ends in one of `SUFFIXES`; None for no file.

    Attributes:
        count: how many photos ended in which way.
    """

    def __init__(self, path: Path | None) -> None:
        self.count: Counter[Status] = Counter()
        self._error: OSError | None = None
        self._stack = ExitStack()
        self._write: Callable[[dict[str, Any]], None] | None = None
        if path is not None:
            with self._kept():
                self._write = self._stack.enter_context(_WRITERS[path.suffix.lower()](path))

    def add(self, outcome: Outcome) -> None:
        """Note what became of a photo. What is wrong with the file, `close` tells: the photos go on."""
        self.count[outcome.status] += 1
        if self._write is not None and self._error is None:
            with self._kept():
                self._write(asdict(outcome))

    def close(self) -> None:
        """Write what is not written yet.

        Raises:
            OSError: the file could not be written.
        """
        with self._kept(), self._stack:
            if self._error is not None:
                raise self._error
        if self._error is not None:
            raise self._error

    @contextmanager
    def _kept(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            self._error = self._error or error


@contextmanager
def _json(path: Path) -> Iterator[Callable[[dict[str, Any]], None]]:
    before = "[\n"
    with _written(path) as file:

        def write(row: dict[str, Any]) -> None:
            nonlocal before
            file.write(before + indent(json.dumps(row, indent=1), " "))
            before = ",\n"

        yield write
        file.write("\n]" if before != "[\n" else "[]")


@contextmanager
def _lines(path: Path) -> Iterator[Callable[[dict[str, Any]], None]]:
    with path.open("w", encoding="utf-8", errors="backslashreplace", newline="\n", buffering=1) as file:

        def write(row: dict[str, Any]) -> None:
            file.write(json.dumps(row) + "\n")

        yield write


@contextmanager
def _csv(path: Path) -> Iterator[Callable[[dict[str, Any]], None]]:
    with _written(path) as file:
        writer = csv.DictWriter(file, [field.name for field in fields(Outcome)])
        writer.writeheader()
        yield writer.writerow


@contextmanager
def _parquet(path: Path) -> Iterator[Callable[[dict[str, Any]], None]]:
    import pyarrow as pa  # here, since only some have it
    from pyarrow.parquet import ParquetWriter

    from lowlight.command.columns import OUTCOME, as_text

    rows: list[dict[str, Any]] = []
    with written_whole(path) as unfinished, ParquetWriter(unfinished, OUTCOME) as writer:

        def write(row: dict[str, Any]) -> None:
            rows.append(as_text(row))
            if len(rows) == _ROWS:
                writer.write_table(pa.Table.from_pylist(rows, OUTCOME))
                rows.clear()

        yield write
        writer.write_table(pa.Table.from_pylist(rows, OUTCOME))


@contextmanager
def _written(path: Path) -> Iterator[TextIO]:
    """Give a file to write, which appears at the end; a name may hold bytes that are no text."""
    remove_unfinished(path)
    with (
        written_whole(path) as unfinished,
        unfinished.open("w", encoding="utf-8", errors="backslashreplace", newline="") as file,
    ):
        yield file


_WRITERS = {".json": _json, ".jsonl": _lines, ".csv": _csv, ".parquet": _parquet}
