"""The results of many photos as one zip, with a table of what became of each."""

import csv
import io
import zipfile
from collections.abc import Sequence
from pathlib import Path
from secrets import token_hex

from lowlight.web.i18n import texts
from lowlight.web.i18n.catalogue import translate
from lowlight.web.jobs.item import Item, Made

ARCHIVE, REPORT = "enhanced.zip", "report.csv"

_FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""What a cell begins with that a spreadsheet would work out."""


def write_archive(items: Sequence[Item], folder: Path) -> Path:
    """Write the results and the report into a zip, as they are: pictures are compressed already. Return its path.

    It is whole or not there, and its address is another one each time: browsers keep what they know.

    Args:
        items: the photos; those without a result are in the report alone.
        folder: where to make a folder for it.

    Raises:
        OSError: a result has been deleted meanwhile, or the disk is full.
    """
    place = folder / f"all-{token_hex(8)}"
    place.mkdir()
    unfinished = place / f".{ARCHIVE}.part"
    try:
        with zipfile.ZipFile(unfinished, "w", zipfile.ZIP_STORED) as archive:
            for item in items:
                if item.made:
                    archive.write(item.made.result, item.result)
            archive.writestr(REPORT, report(items).encode("utf-8-sig"))
        return unfinished.rename(place / ARCHIVE)
    except BaseException:
        unfinished.unlink(missing_ok=True)
        place.rmdir()
        raise


def report(items: Sequence[Item]) -> str:
    """Return what became of each photo as CSV, in the language that is spoken."""
    file = io.StringIO(newline="")
    table = csv.writer(file)
    table.writerow(translate(word) for word in texts.REPORT)
    table.writerows([_harmless(cell) for cell in _row(item)] for item in items)
    return file.getvalue()


def _row(item: Item) -> tuple[str, ...]:
    status = translate(texts.STATUS[item.status])
    sentence = item.made.sentence if item.made else item.sentence
    return item.name, item.result, status, translate(sentence), *_figures(item.made)


def _figures(made: Made | None) -> tuple[str, ...]:
    if made is None:
        return "", "", ""
    return str(made.size[0]), str(made.size[1]), f"{made.seconds:.1f}"


def _harmless(cell: str) -> str:
    """Return a cell as text that no spreadsheet takes for a formula: names are from people."""
    return f"'{cell}" if cell.startswith(_FORMULA) else cell
