"""Where results go: below one folder, under names of their own, and never over a photo."""

import os
import unicodedata
from collections import defaultdict
from collections.abc import Sequence
from itertools import count
from pathlib import Path

from lowlight.command.inputs import Found
from lowlight.files.photo import enhanced_name


class Targets:
    """Gives each photo a name for its result.

    Photos that differ by their suffix alone keep it in the result's name: IMG_1.CR2 becomes IMG_1_CR2_enhanced.jpg
    where there is an IMG_1.JPG. So a name does not depend on which of them comes first. Others are numbered.
    No two names are one to a system that takes a.jpg and A.JPG, or two ways to write one letter, for the same.
    Nor does a name depend on what is in the files: none is opened for it.

    Args:
        out: the folder for the results.
        added: what is added to the photos' names.
        photos: all of the call's photos; no result replaces one.
    """

    def __init__(self, out: Path, added: str, photos: Sequence[Found]) -> None:
        self._out, self._added = out, added
        self._taken = {_key(photo.path.with_suffix("")) for photo in photos}
        self._suffixes: defaultdict[str, set[str]] = defaultdict(set)
        for photo in photos:
            self._suffixes[_stem_key(photo)].add(photo.path.suffix.lower())

    def reserve(self, photo: Found) -> Path:
        """Return where a photo's result goes, but for its suffix; an earlier call's result may be there."""
        stem, own = photo.path.stem, photo.path.suffix
        name = f"{stem}_{own[1:]}{own}" if len(self._suffixes[_stem_key(photo)]) > 1 else photo.path.name
        wanted = self._out / photo.below / enhanced_name(name, "", self._added)
        candidates = (wanted.with_name(f"{wanted.name}_{number}" if number > 1 else wanted.name) for number in count(1))
        target = next(path for path in candidates if _key(path) not in self._taken)
        self._taken.add(_key(target))
        return target


def _stem_key(photo: Found) -> str:
    return _folded(str(photo.below / photo.path.stem))


def _key(path: Path) -> str:
    """Return what a file without its suffix has in common with all that may be the same one."""
    return _folded(f"{os.path.realpath(path.parent)}/{path.name}")


def _folded(path: str) -> str:
    """Return what two paths have in common that may be one file."""
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", path).casefold())
