"""Bring the page's translations up to date: gather the messages, enter new ones, drop old ones, compile.

`python -m tools.catalogues` writes; a message that has no translation yet is named, and stays English on the page.
"""

import io
import sys
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

from lowlight.web.i18n.catalogue import DOMAIN, FOLDER

LIBRARY = Path(__file__).parent.parent / "lowlight"
MARKS = {"Message": None, "LowlightError": None}
"""The calls whose first argument is a message, for Babel."""


def messages() -> Catalog:
    """Return every message of the library and its page."""
    found = Catalog(charset="utf-8")
    for _, _, message, *_ in extract_from_dir(LIBRARY, method_map=[("**.py", "python")], keywords=MARKS):
        found.add(message)
    return found


def read(path: Path) -> Catalog:
    """Return the translations of one file, as a translator left them."""
    with path.open("rb") as file:
        return read_po(file)


def missing(catalogue: Catalog) -> list[str]:
    """Return the messages that have no translation."""
    return [message.id for message in catalogue if message.id and (not message.string or message.fuzzy)]


def compiled(catalogue: Catalog) -> bytes:
    """Return the catalogue as gettext reads it."""
    file = io.BytesIO()
    write_mo(file, catalogue)
    return file.getvalue()


def main() -> int:
    """Update every language; return 1 if one lacks a message."""
    lacking = 0
    for path in sorted(FOLDER.glob(f"*/LC_MESSAGES/{DOMAIN}.po")):
        catalogue = read(path)
        created = catalogue.creation_date
        catalogue.update(messages(), no_fuzzy_matching=True)
        catalogue.obsolete.clear()
        catalogue.creation_date = created  # Babel would take the day of the update
        with path.open("wb") as file:
            write_po(file, catalogue, width=120, no_location=True)
        path.with_suffix(".mo").write_bytes(compiled(catalogue))
        for message in missing(catalogue):
            print(f"{path.parts[-3]}: {message}")
            lacking += 1
    return int(bool(lacking))


if __name__ == "__main__":
    sys.exit(main())
