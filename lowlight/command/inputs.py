"""Which photos are meant: files that are named, those in folders, and those that a pattern matches."""

import os
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from lowlight.files.formats import PHOTO_SUFFIXES

_WILD = re.compile(r"[*?[]")
_ADDRESS = re.compile(r"[A-Za-z][A-Za-z0-9+.-]+://")


@dataclass(frozen=True)
class Found:
    """A photo that is meant.

    Attributes:
        path: where it is, as people named it or the folder it is in; of one with an address, without the storage.
        below: the folder in which its result belongs, seen from the folder for the results.
        address: where it is in storage elsewhere, or None.
    """

    path: Path
    below: Path
    address: str | None = None


@dataclass
class Search:
    """What was found.

    Attributes:
        photos: each once, in the order of the arguments, and those in folders in the order of their names.
        faults: what was named and gives no photo, each with a sentence.
        left_out: how many files in the folders are no photos by their suffix.
    """

    photos: list[Found] = field(default_factory=list)
    faults: list[tuple[Path | str, str]] = field(default_factory=list)
    left_out: int = 0


def is_address(name: object) -> bool:
    """Whether this is the address of something in storage elsewhere, such as ``s3://bucket/photos``, and no path."""
    return isinstance(name, str) and _ADDRESS.match(name) is not None


def find(named: Iterable[str], out: Path | str, *, recursive: bool, added: str) -> Search:
    """Find the photos that are meant; none is opened.

    A file that is named counts whatever its suffix. In folders hidden files are passed over, and links to folders are
    not followed. Earlier results are passed over: all in ``out`` where that lies in the folder, and where results come
    to lie beside their photos, the files whose names end as results' names do.

    Args:
        named: files, folders and patterns, as on the command line; addresses of files and folders.
        out: the folder for the results, or its address; it need not be there.
        recursive: whether the folders below a folder count.
        added: what results have at the end of their names.
    """
    finder = _Finder(out, recursive, added)
    named = list(named)
    addresses = list(filter(is_address, named))
    places = [place for name in named if not is_address(name) for place in finder.expanded(name)]
    several = sum(below is None and is_folder(path) for path, below in places) + len(addresses) > 1
    for path, below in places:
        if not is_folder(path):
            finder.add(path, below.parent if below else Path())
        elif below is None:
            finder.take(path, Path(_real(path).name) if several else Path())
        else:
            finder.walk(path, below)
    for address in addresses:
        finder.take_from(address, several=several)
    return finder.search


def is_folder(path: Path) -> bool:
    """Whether this is a folder; one that may not be looked at, or whose name is too long, is none."""
    try:
        return path.is_dir()
    except OSError:
        return False


class _Finder:
    """Gathers photos."""

    def __init__(self, out: Path | str, recursive: bool, added: str) -> None:
        self.search = Search()
        self._out, self._recursive = _real(Path(out)), recursive
        self._out_address = out if isinstance(out, str) else None
        self._result = re.compile(rf".*_{re.escape(added)}(_\d+)?", re.DOTALL)
        self._seen: set[Path | str] = set()

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
            self.search.faults.append((folder, self._no_photo()))

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
        self._add(_real(path.parent) / path.name, Found(path, below))

    def take_from(self, address: str, *, several: bool) -> None:
        """Take the photo or the photos that an address names, and say so if there are none."""
        from lowlight.command import storage

        before = len(self.search.photos)
        try:
            folder, single = storage.path_of(address), storage.is_file(address)
            target = Path(folder.name) if several and not single else Path()
            for path, where in storage.files_in(address, recursive=self._recursive):
                if single or self._is_photo_in(folder, path, target):
                    below = target / path.relative_to(folder).parent if not single else target
                    self._add(where, Found(path, below, where))
        except FileNotFoundError:
            self.search.faults.append((storage.told(address), "There is no such file or folder."))
        except (OSError, ValueError) as error:
            self.search.faults.append((storage.told(address), f"It cannot be read ({storage.reason(error)})."))
        else:
            if before == len(self.search.photos):
                self.search.faults.append((storage.told(address), self._no_photo()))

    def _is_photo_in(self, folder: Path, path: Path, target: Path) -> bool:
        """Whether a file that was found in a folder elsewhere is to be taken."""
        from lowlight.command import storage

        seen = path.relative_to(folder)
        if any(part.startswith(".") for part in seen.parts):
            return False
        if self._out_address:
            out = storage.path_of(self._out_address)
            if out != folder and path.is_relative_to(out):
                return False
            if self._is_result(path) and path.parent == out / target / seen.parent:
                return False
        if path.suffix.lower() in PHOTO_SUFFIXES:
            return True
        self.search.left_out += 1
        return False

    def _no_photo(self) -> str:
        hint = "" if self._recursive else " Add --recursive to take those in the folders below it."
        return f"There is no photo in this folder.{hint}"

    def _add(self, place: Path | str, found: Found) -> None:
        if place not in self._seen:
            self._seen.add(place)
            self.search.photos.append(found)

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
