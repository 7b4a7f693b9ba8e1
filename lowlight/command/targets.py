"""Where results go: below one folder, under names of their own, and never over a photo."""

import os
import unicodedata
from collections.abc import Iterable
from pathlib import Path

from lowlight.command.inputs import Found
from lowlight.files.photo import enhanced_name, free_path


class Targets:
    """Gives each photo a name for its result.

    No two names are one to a system that takes a.jpg and A.JPG, or two ways to write one letter, for the same.

    Args:
        out: the folder for the results.
        added: what is added to the photos' names.
        photos: files that no result may replace.
    """

    def __init__(self, out: Path, added: str, photos: Iterable[Path]) -> None:
        self._out, self._added = out, added
        self._taken = {_key(photo) for photo in photos}

    def reserve(self, photo: Found, suffix: str) -> Path:
        """Return where a photo's result goes; an earlier call's result may be there.

        Args:
            photo: the photo.
            suffix: the result's, with its dot.
        """
        wanted = self._out / photo.below / enhanced_name(photo.path.name, suffix, self._added)
        target = free_path(wanted, lambda path: _key(path) in self._taken)
        self._taken.add(_key(target))
        return target


def _key(path: Path) -> str:
    """Return what two paths have in common that may be one file."""
    composed = unicodedata.normalize("NFC", os.path.realpath(path))
    return unicodedata.normalize("NFC", composed.casefold())
