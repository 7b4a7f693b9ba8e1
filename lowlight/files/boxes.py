"""What the boxes of a HEIC or AVIF file say of its picture, read before a decoder sees it.

A photo from a phone is a grid of tiles. Where its file ends early, the decoder leaves out the tiles that are missing,
and what it hands over looks whole. So it is read here where each tile lies: ISO/IEC 14496-12 (boxes, `iloc`, `iref`)
and ISO/IEC 23008-12 (`ipco`, `ipma`).
"""

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

APPLE_GAIN_MAP = b"urn:com:apple:photo:2020:aux:hdrgainmap"
"""How iPhones mark a gain map beside a photo."""

_MOST_META = 4 * 2**20
_MOST_BOXES = 10_000
_HOLE = bytes(256)
_LONG_HEAD = 16  # bytes of a box's head whose size has 64 bits


class _Reader:
    """Whole numbers, most significant byte first, from bytes."""

    def __init__(self, data: bytes) -> None:
        self._data, self.at = data, 0

    def number(self, size: int) -> int:
        """Return the next number of so many bytes; of none it is 0."""
        part = self._data[self.at : self.at + size]
        if len(part) < size:
            raise ValueError("A box ends early.")
        self.at += size
        return int.from_bytes(part)


@dataclass(frozen=True)
class Part:
    """Bytes of a file that hold pixels: where they begin, and how many there are."""

    start: int
    length: int


@dataclass(frozen=True)
class Picture:
    """The picture that a file shows.

    Attributes:
        size: width and height in pixels, before it is turned; None if the file does not say so.
        code_points: colour primaries and transfer characteristics (ITU-T H.273), if the file has an `nclx` box.
        parts: where its pixels lie: of a grid those of all tiles.
        has_gain_map: whether the file holds a gain map beside it, Apple's or that of ISO 21496-1.
    """

    size: tuple[int, int] | None
    code_points: tuple[int, int] | None
    parts: tuple[Part, ...]
    has_gain_map: bool

    def share_in(self, file: BinaryIO) -> float:
        """Return which share of the picture's bytes is in the file, in [0, 1]; what is nothing but zeros is not.

        No coder writes 256 zero bytes one after the other: they stand where a copy broke off.
        """
        end = left = file.seek(0, 2)
        total = there = 0
        for part in self.parts:
            begin = min(part.start, end)
            length = part.length or end - begin  # 0 is up to the file's end
            found = min(length, end - begin)
            if found <= left:  # parts may lie on each other, and a bad file may have thousands of them
                file.seek(begin)
                hole = file.read(found).find(_HOLE)
                left -= found
                found = found if hole < 0 else hole
            total, there = total + length, there + found
        return there / total if total else 1.0


def picture_in(file: BinaryIO) -> Picture | None:
    """Return what the boxes say of the picture; None if they cannot be read, which is for the decoder to refuse.

    Args:
        file: open at any place, which is another afterwards.
    """
    try:
        meta = _meta(file)
        return _picture(meta) if meta else None
    except (ValueError, LookupError, struct.error):
        return None


def _meta(file: BinaryIO) -> dict[bytes, bytes] | None:
    """Return what is in the file's `meta` box."""
    end, at = file.seek(0, 2), 0
    for _ in range(_MOST_BOXES):
        file.seek(at)
        kind, used, size = _head(file.read(_LONG_HEAD), end - at)
        if kind == b"meta":
            file.seek(at + used)
            return dict(_boxes(file.read(min(size - used, _MOST_META))[4:]))
        at += size
    return None


def _boxes(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Yield the boxes within a box: their kind, and what is in them."""
    at = 0
    while at < len(data):
        kind, used, size = _head(data[at : at + _LONG_HEAD], len(data) - at)
        yield kind, data[at + used : at + size]
        at += size


def _head(data: bytes, room: int) -> tuple[bytes, int, int]:
    """Return a box's kind, the bytes of its head, and those of the whole box; one of size 0 takes the room there is."""
    size, kind = struct.unpack_from(">I4s", data)
    used = 8
    if size == 1:
        size, used = struct.unpack_from(">Q", data, used)[0], _LONG_HEAD
    size = size or room
    if size < used:
        raise ValueError("A box is smaller than its head.")
    return kind, used, size


def _picture(meta: dict[bytes, bytes]) -> Picture:
    reader = _Reader(meta[b"pitm"])
    version = reader.number(4) >> 24
    primary = reader.number(2 if version == 0 else 4)
    tiles = _tiles(meta.get(b"iref", bytes(4)), primary)
    places = _places(meta[b"iloc"])
    told = list(_properties(meta[b"iprp"], primary))
    size = next((struct.unpack_from(">II", data, 4) for kind, data in told if kind == b"ispe"), None)
    told += _properties(meta[b"iprp"], tiles[0]) if tiles else []
    colours = (data for kind, data in told if kind == b"colr" and data.startswith(b"nclx"))
    points = next((struct.unpack_from(">HH", data, 4) for data in colours), None)
    parts = tuple(part for item in (primary, *tiles) for part in places.get(item, ()))
    has_gain_map = b"tmap" in meta.get(b"iinf", b"") or APPLE_GAIN_MAP in meta[b"iprp"]
    return Picture(size, points, parts, has_gain_map)


def _tiles(iref: bytes, primary: int) -> list[int]:
    """Return the items that an item is put together from, itself not among them."""
    wide = 4 if iref[0] else 2
    found: list[int] = []
    for kind, data in _boxes(iref[4:]):
        reader = _Reader(data)
        if kind == b"dimg" and reader.number(wide) == primary:
            found += [reader.number(wide) for _ in range(reader.number(2))]
    return found


def _places(iloc: bytes) -> dict[int, list[Part]]:
    """Return where the items lie in the file; those that lie in the `meta` box itself are left out."""
    reader = _Reader(iloc)
    version = reader.number(4) >> 24
    sizes = reader.number(2)
    offset_size, length_size, base_size = sizes >> 12, sizes >> 8 & 15, sizes >> 4 & 15
    index_size = sizes & 15 if version else 0
    found: dict[int, list[Part]] = {}
    for _ in range(reader.number(4 if version == 2 else 2)):
        item = reader.number(4 if version == 2 else 2)
        method = reader.number(2) & 15 if version else 0
        reader.number(2)  # the file that it lies in: this one
        base = reader.number(base_size)
        parts = []
        for _ in range(reader.number(2)):
            reader.number(index_size)
            start = base + reader.number(offset_size)
            parts.append(Part(start, reader.number(length_size)))
        if method == 0:
            found[item] = parts
    return found


def _properties(iprp: bytes, item: int) -> Iterator[tuple[bytes, bytes]]:
    """Yield what is said of an item: the kind of each property, and what is in its box."""
    inner = dict(_boxes(iprp))
    every = list(_boxes(inner[b"ipco"]))
    reader = _Reader(inner[b"ipma"])
    head = reader.number(4)
    for _ in range(reader.number(4)):
        owner = reader.number(4 if head >> 24 else 2)
        for _ in range(reader.number(1)):
            index = reader.number(2) & 0x7FFF if head & 1 else reader.number(1) & 0x7F
            if owner == item and 0 < index <= len(every):
                yield every[index - 1]
