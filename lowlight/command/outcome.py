"""What became of a photo, and the report of all of them."""

import csv
import io
import json
from collections.abc import Iterable
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


def write_report(outcomes: Iterable[Outcome], path: Path) -> None:
    """Write a JSON list of objects, or CSV with a first line of names, in UTF-8; whole or not at all.

    Args:
        outcomes: one for each object or line.
        path: ends in .json or .csv.

    Raises:
        OSError: it cannot be written.
    """
    rows = [asdict(outcome) for outcome in outcomes]
    text = json.dumps(rows, indent=1) if path.suffix.lower() == ".json" else _as_csv(rows)
    with written_whole(path) as unfinished:
        unfinished.write_bytes(text.encode("utf-8", "backslashreplace"))  # a name may hold bytes that are no text


def _as_csv(rows: list[dict[str, object]]) -> str:
    text = io.StringIO()
    writer = csv.DictWriter(text, [field.name for field in fields(Outcome)])
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()
