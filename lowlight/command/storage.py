"""Files in storage that has an address, such as ``s3://bucket/photos``: what pyarrow opens, S3 and Google Cloud first.

Keys and other means of access are the storage's own: pyarrow finds them where the storage's other programs do. Where an
address has them in it, they are taken out of it at once (`granted`), so that they come to stand in no file.
"""

import os
from collections.abc import Iterator, Mapping
from functools import lru_cache
from pathlib import Path, PurePosixPath
from urllib.parse import quote, unquote, urlsplit

from pyarrow.fs import FileInfo, FileSelector, FileSystem, FileType

from lowlight.files.decoder import check_bytes
from lowlight.limits import MAX_LARGE_BYTES

_PIECE_BYTES = 4 * 2**20
_LONGEST_SUFFIX = 10

_grants: dict[str, str] = {}


def granted(address: str) -> str:
    """Return an address without the keys and options that it has; these are kept in this process for its storage.

    Args:
        address: as people write it: ``s3://key:secret@bucket/photos?region=eu-north-1``.
    """
    parts = urlsplit(address, allow_fragments=False)  # a name may have a #
    place = f"{parts.scheme.lower()}://{parts.netloc.rpartition('@')[2]}"
    if "@" in parts.netloc or parts.query:
        _grants[place] = f"{parts.scheme.lower()}://{parts.netloc}?{parts.query}"
    return place + parts.path


def grants() -> dict[str, str]:
    """Return what `granted` kept, for `take_grants` in another process."""
    return dict(_grants)


def take_grants(kept: Mapping[str, str]) -> None:
    """Know what another process kept."""
    _grants.update(kept)


def opened(address: str) -> tuple[FileSystem, str]:
    """Return the storage that an address is in, and the path there.

    Raises:
        OSError, ValueError: there is no storage of this kind, or it cannot be reached.
    """
    parts = urlsplit(address, allow_fragments=False)
    place = f"{parts.scheme}://{parts.netloc}"
    if not parts.netloc:
        raise ValueError("the address names no place")
    system, base = _system(_grants.get(place, place))
    return system, base.rstrip("/") + unquote(parts.path).rstrip("/")


def below(address: str, path: str) -> str:
    """Return the address of what lies below another one.

    Args:
        address: the folder's.
        path: seen from it, as people read it.
    """
    return f"{address.rstrip('/')}/{quote(os.fsencode(path))}"


def told(address: str) -> str:
    """Return an address as people read it: spaces are spaces."""
    return unquote(address)


def path_of(address: str) -> Path:
    """Return where something lies in its storage.

    Raises:
        OSError, ValueError: as `opened` says.
    """
    return Path(opened(address)[1])


def files_in(address: str, *, recursive: bool) -> Iterator[tuple[Path, str]]:
    """Give the files that an address names, in the order of their names: where each lies in its storage, its address.

    Args:
        address: a folder's, or a file's.
        recursive: whether the folders below it count.

    Raises:
        OSError, ValueError: it cannot be listed; `FileNotFoundError` if there is nothing of that name.
    """
    system, path = opened(address)
    if is_file(address):
        yield Path(path), address
        return
    for info in sorted(system.get_file_info(FileSelector(path, recursive=recursive)), key=_path_of):
        if info.type is FileType.File:
            yield Path(info.path), below(address, info.path.removeprefix(f"{path}/"))


def reason(error: Exception) -> str:
    """Return what a storage says of an error, in one line."""
    said = getattr(error, "strerror", None) or str(error)
    return said.strip().partition("\n")[0].rstrip(".")


def is_file(address: str) -> bool:
    """Whether an address is a file's.

    Raises:
        OSError, ValueError: as `opened` says.
    """
    system, path = opened(address)
    return bool(system.get_file_info(path).type is FileType.File)


def fetched(address: str, folder: Path) -> Path:
    """Copy a file into a folder on this machine, and return its path, which has the file's suffix.

    Raises:
        LowlightError: it is larger than any photo that is taken.
        OSError: it cannot be read.
    """
    system, path = opened(address)
    info = system.get_file_info(path)
    if info.type is not FileType.File:
        raise FileNotFoundError(2, "There is no such file")
    check_bytes(info.size, MAX_LARGE_BYTES)
    copy = folder / f"photo{PurePosixPath(path).suffix[:_LONGEST_SUFFIX]}"
    with system.open_input_stream(path) as source, copy.open("wb") as target:
        while piece := source.read(_PIECE_BYTES):
            target.write(piece)
    return copy


def stored(path: Path, address: str) -> None:
    """Copy a file from this machine to an address, where it appears whole or not at all.

    Raises:
        OSError: it cannot be written.
    """
    system, there = opened(address)
    content = path.read_bytes()  # before the stream is open: what is closed early would be there in part
    with system.open_output_stream(there) as target:
        target.write(content)


@lru_cache(maxsize=64)
def _system(root: str) -> tuple[FileSystem, str]:
    system, base = FileSystem.from_uri(root.rstrip("?"))
    return system, base


def _path_of(info: FileInfo) -> str:
    return str(info.path)
