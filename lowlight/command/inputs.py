"""Which photos are meant: files that are named, those in folders, and those that a pattern matches."""

import os
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from lowlight.files.formats import PHOTO_SUFFIXES

_WILD = re.compile(r"[*?[]")


@dataclass(frozen=True)
class Found:
    """A photo that is meant.

    Attributes:
        path: where it is, as people named it or the folder it is in.
        below: the folder in which its result belongs, seen from the folder for the results.
    """

    path: Path
    below: Path


@dataclass
class Search:
    """What was found.

    Attributes:
        photos: each once, in the order of the arguments, and those in folders in the order of their names.
        faults: what was named and gives no photo, each with a sentence.
        left_out: how many files in the folders are no photos by their suffix.
    """

    photos: list[Found] = field(default_factory=list)
    faults: list[tuple[Path, str]] = field(default_factory=list)
    left_out: int = 0


def find(named: Iterable[str], out: Path, *, recursive: bool, added: str) -> Search:
    """Find the photos that are meant; none is opened.

    A file that is named counts whatever its suffix. In folders hidden files are passed over, and links to folders are
    not followed. Earlier results are passed over: all in ``out`` where that lies in the folder, and where results come
    to lie beside their photos, the files whose names end as results' names do.

    Args:
        named: files, folders and patterns, as on the command line.
        out: the folder for the results; it need not be there.
        recursive: whether the folders below a folder count.
        added: what results have at the end of their names.
    """
    finder = _Finder(out, recursive, added)
    places = [place for name in named for place in finder.expanded(name)]
    several = sum(below is None and is_folder(path) for path, below in places) > 1
    for path, below in places:
        if not is_folder(path):
            finder.add(path, below.parent if below else Path())
        elif below is None:
            finder.take(path, Path(_real(path).name) if several else Path())
        else:
            finder.walk(path, below)
    return finder.search


def is_folder(path: Path) -> bool:
    """Whether this is a folder; one that may not be looked at, or whose name is too long, is none."""
    try:
        return path.is_dir()
    except OSError:
        return False


class _Finder:
    """Gathers photos."""

    def __init__(self, out: Path, recursive: bool, added: str) -> None:
        self.search = Search()
        self._out, self._recursive = _real(out), recursive
        self._result = re.compile(rf".*_{re.escape(added)}(_\d+)?", re.DOTALL)
        self._seen: set[Path] = set()

    def expanded(self, name: str) -> Iterator[tuple[Path, Path | None]]:
        """Give what a name stands for; where ``**`` went through folders, also how it is seen from its start."""
        if os.path.lexists(name) or not _WILD.search(name):
            yield Path(name), None
            return
        parts = Path(name).parts
        first = next(index for index, part in enumerate(parts) if _WILD.search(part))
        start, deep = Path(*parts[:first]), "**" in parts
        try:
            matches = sorted(start.glob(str(Path(*parts[first:]))))
        except (OSError, ValueError):  # ValueError: ** beside other characters
            matches = []
        kept = [(path, path.relative_to(start)) for path in matches if not self._passed_over(path, start, deep)]
        if not kept:
            self.search.faults.append((Path(name), "No photo matches this pattern."))
        yield from ((path, below if deep else None) for path, below in kept)

    def take(self, folder: Path, below: Path) -> None:
        """Take the photos in a folder that was named, and say so if there are none."""
        before = len(self.search.photos), len(self.search.faults)
        self.walk(folder, below)
        if before == (len(self.search.photos), len(self.search.faults)):
            hint = "" if self._recursive else " Add --recursive to take those in the folders below it."
            self.search.faults.append((folder, f"There is no photo in this folder.{hint}"))

    def walk(self, root: Path, below: Path) -> None:
        """Take the photos in a folder."""
        for name, subfolders, files in os.walk(root, onerror=self._unreadable):
            folder = Path(name)
            target = below / folder.relative_to(root)
            beside = self._lies_beside(folder, target)
            subfolders[:] = sorted(sub for sub in subfolders if self._enters(folder / sub))
            for path in sorted(folder / file for file in files):
                if path.name.startswith(".") or (beside and self._is_result(path)):
                    continue
                if path.suffix.lower() in PHOTO_SUFFIXES:
                    self.add(path, target)
                else:
                    self.search.left_out += 1

    def add(self, path: Path, below: Path) -> None:
        """Take a photo, if it was not taken before."""
        place = _real(path.parent) / path.name
        if place not in self._seen:
            self._seen.add(place)
            self.search.photos.append(Found(path, below))

    def _enters(self, folder: Path) -> bool:
        return self._recursive and not folder.name.startswith(".") and _real(folder) != self._out

    def _passed_over(self, path: Path, start: Path, deep: bool) -> bool:
        """Whether what matches a pattern is hidden or an earlier result."""
        below = path.relative_to(start)
        if any(part.startswith(".") for part in below.parts):
            return True
        if self._out != _real(start) and self._out.is_relative_to(_real(start)):
            return _real(path).is_relative_to(self._out)
        beside = self._lies_beside(path.parent, below.parent if deep else Path())
        return beside and self._is_result(path) and not is_folder(path)

    def _lies_beside(self, folder: Path, target: Path) -> bool:
        """Whether the results of a folder's photos come into that folder."""
        return _real(folder) == _real(self._out / target)

    def _is_result(self, path: Path) -> bool:
        return bool(self._result.fullmatch(path.stem))

    def _unreadable(self, error: OSError) -> None:
        told = f"The folder cannot be read ({os.strerror(error.errno or 0)})."
        self.search.faults.append((Path(os.fsdecode(error.filename)), told))


def _real(path: Path) -> Path:
    """Return the path without links; unlike `Path.resolve` where links lead in a circle, too."""
    return Path(os.path.realpath(path))
