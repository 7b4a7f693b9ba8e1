"""What became of a photo, and the report of all of them."""

import csv
import io
import json
from dataclasses import asdict, dataclass, fields
from enum import StrEnum
from pathlib import Path

from lowlight.files.whole import written_whole


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


SUFFIXES = (".json", ".jsonl", ".csv")
"""What the name of a report may end in."""


class Report:
    """What became of each photo, in memory and, if asked for, in a file in UTF-8.

    That is a JSON list of objects, lines of JSON, or CSV with a first line of names. Lines of JSON are written as the
    photos are done, so that a run that is cut off leaves them. The others are written at the end, whole or not at all.

    Args:
        path: ends in one of `SUFFIXES`; None for no file.

    Attributes:
        outcomes: what was added.
    """

    def __init__(self, path: Path | None) -> None:
        self.outcomes: list[Outcome] = []
        self._path = path
        self._error: OSError | None = None
        self._lines = path is not None and path.suffix.lower() == ".jsonl"
        if path is not None and self._lines:
            self._append(path, "wb", "")

    def add(self, outcome: Outcome) -> None:
        """Note what became of a photo. What is wrong with the file, `close` tells: the photos go on."""
        self.outcomes.append(outcome)
        if self._path is not None and self._lines:
            self._append(self._path, "ab", json.dumps(asdict(outcome)) + "\n")

    def close(self) -> None:
        """Write what is not written yet.

        Raises:
            OSError: the file could not be written.
        """
        if self._error is not None:
            raise self._error
        if self._path is None or self._lines:
            return
        rows = [asdict(outcome) for outcome in self.outcomes]
        text = json.dumps(rows, indent=1) if self._path.suffix.lower() == ".json" else _as_csv(rows)
        with written_whole(self._path) as unfinished:
            unfinished.write_bytes(_encoded(text))

    def _append(self, path: Path, mode: str, text: str) -> None:
        try:
            with path.open(mode) as file:
                file.write(_encoded(text))
        except OSError as error:
            self._error = self._error or error


def _encoded(text: str) -> bytes:
    return text.encode("utf-8", "backslashreplace")  # a name may hold bytes that are no text


def _as_csv(rows: list[dict[str, object]]) -> str:
    text = io.StringIO()
    writer = csv.DictWriter(text, [field.name for field in fields(Outcome)])
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()
