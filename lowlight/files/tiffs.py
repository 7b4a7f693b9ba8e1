"""TIFF files that Pillow would show wrongly, without a word, or in more memory than there is."""

import math
import struct
from typing import IO, cast

from PIL import TiffImagePlugin

from lowlight import limits
from lowlight.errors import LowlightError

_KIND, _BITS, _PLANES, _COLOUR_MAP, _SAMPLE_FORMAT = 254, 258, 284, 320, 339
_SIGNED, _IN_PLANES, _REDUCED = 2, 2, 1
_OF_PIXELS = frozenset((256, 257, 258, 259, 262, 266, 273, 277, 278, 279, 284, 317, 322, 323, 324, 325, 338, 339))
"""The tags without which pixels cannot be read: sizes, depths, packing, where they lie, planes, alpha."""

_PLACES = ((273, 279), (324, 325))
"""The tags that say where strips and tiles begin, and how many bytes each has."""

_NOTES = {274: int, 700: bytes, 34675: bytes}
"""Orientation, XMP and ICC profile, and what each has to be."""

_FAX = ("tiff_ccitt", "group3", "group4")
_MOST_PICTURES = 20
_NESTED_TAGS_BYTES = 4 * 1024 * 1024


class BoundedTags(TiffImagePlugin.ImageFileDirectory_v2):
    """A directory of TIFF or EXIF tags without those whose bytes are not all there, or are more than a file can hold.

    One tag that reaches beyond the file costs Pillow all that follow. And thousands of tags may all point at the same
    bytes: Pillow reads each one when a file is opened, and so a file of 1 MB can fill any memory. A note of another
    type than it has to be, over which Pillow stumbles, is left out too.
    """

    def load(self, fp: IO[bytes]) -> None:
        """Read the directory at which a file stands."""
        start = fp.tell()
        super().load(cast("IO[bytes]", _Overlaid(fp, start, self._sound_directory(fp))))
        for tag, kind in _NOTES.items():
            if tag in self and not self._holds(tag, kind):
                del self[tag]

    def _sound_directory(self, fp: IO[bytes]) -> bytes:
        """Return the directory at which the file stands, with a count of 0 in the entries that are to be left out."""
        head, entry, word = (8, 20, "Q") if self._bigtiff else (2, 12, "L")
        left = limits.MAX_FILE_BYTES if self.group is None else _NESTED_TAGS_BYTES
        directory = bytearray(fp.read(head))
        count = int.from_bytes(directory, "little" if self._endian == "<" else "big")
        directory += fp.read(min(count * entry, left))
        end = fp.seek(0, 2)
        for at in range(head, len(directory) - entry + 1, entry):
            _, kind, number, place = struct.unpack_from(f"{self._endian}HH2{word}", directory, at)
            size = number * self._load_dispatch.get(kind, (0,))[0]
            if size <= struct.calcsize(word):
                continue
            if size > left or place + size > end:
                struct.pack_into(f"{self._endian}{word}", directory, at + 4, 0)
            else:
                left -= size
        return bytes(directory)

    def _holds(self, tag: int, kind: type) -> bool:
        try:
            value = self[tag]
        except (ValueError, LookupError, TypeError, struct.error):
            return False
        return isinstance(value[0] if isinstance(value, tuple) and len(value) == 1 else value, kind)


class _Overlaid:
    """A binary file in one place of which other bytes stand."""

    def __init__(self, file: IO[bytes], start: int, instead: bytes) -> None:
        self._file, self._start, self._instead = file, start, instead
        self._at = start

    def seek(self, at: int) -> None:
        self._at = at

    def tell(self) -> int:
        return self._at

    def read(self, size: int) -> bytes:
        self._file.seek(self._at)
        data = self._file.read(size)
        inside = self._at - self._start
        if 0 <= inside < len(self._instead):
            data = (self._instead[inside:] + data[len(self._instead) - inside :])[: len(data)]
        self._at += len(data)
        return data


def seek_whole_picture(image: TiffImagePlugin.TiffImageFile) -> None:
    """Go to the first picture that is no smaller version of another; stay where there is none.

    Args:
        image: stands at its first picture.
    """
    try:
        while _is_reduced(image):
            if image.tell() == _MOST_PICTURES:
                raise EOFError
            image.seek(image.tell() + 1)
    except EOFError:
        image.seek(0)


def check_pixels(image: TiffImagePlugin.TiffImageFile) -> None:
    """Refuse pictures that come out part black or wrong.

    Raises:
        LowlightError: samples are signed numbers of 8 or 16 bits, for which no white is agreed on; or it is a fax. Of a
            broken one libtiff leaves out a part, where the picture shows what stood in memory before.
        ValueError: strips, tiles or colours of the palette are missing.
    """
    tags = image.tag_v2
    bits = max(tags.get(_BITS, (1,)))
    if _SIGNED in tags.get(_SAMPLE_FORMAT, ()) and bits <= 16:
        raise LowlightError(
            "This TIFF file holds signed numbers of {bits} bits, of which nobody knows the white. "
            "Save it as a PNG and choose that.",
            bits=bits,
        )
    if image.info.get("compression") in _FAX:
        raise LowlightError("This TIFF file is a fax, not a photo that can be read. Save it as a PNG and choose that.")
    if image.mode == "P" and len(tags[_COLOUR_MAP]) != 3 * 2**bits:
        raise ValueError("The palette is for another depth.")
    if image.use_load_libtiff:
        return  # libtiff tells
    planes = len(image.getbands()) if tags.get(_PLANES) == _IN_PLANES else 1
    boxes = [tile.extents or (0, 0, 0, 0) for tile in image.tile]
    covered = sum((right - left) * (bottom - top) for left, top, right, bottom in boxes)
    if covered < math.prod(image._tile_size) * planes:
        raise ValueError("Strips are missing.")


def with_pixel_tags_alone(tiff: bytes, image: TiffImagePlugin.TiffImageFile) -> bytes:
    """Return a TIFF whose one directory says where the pixels lie and how they are meant, and nothing else.

    So a reader may be as strict as it can be: no note is left that it could stumble over.

    Args:
        tiff: the file.
        image: opened from it, at the picture that is wanted.

    Raises:
        ValueError: strips or tiles lie beyond the file's end.
    """
    tags = image.tag_v2
    for starts, lengths in _PLACES:
        parts = zip(tags.get(starts, ()), tags.get(lengths, ()), strict=False)
        if any(start + length > len(tiff) for start, length in parts):
            raise ValueError("The file ends early.")
    order, start = tags._endian, tags.offset
    head, entry, word, pointer = (8, 20, "Q", 8) if tags._bigtiff else (2, 12, "L", 4)
    count = int.from_bytes(tiff[start : start + head], "little" if order == "<" else "big")
    first = start + head
    entries = (tiff[at : at + entry] for at in range(first, min(first + count * entry, len(tiff)), entry))
    kept = {tag: one for one in entries if (tag := struct.unpack_from(f"{order}H", one)[0]) in _OF_PIXELS}
    number = struct.pack(f"{order}{'Q' if tags._bigtiff else 'H'}", len(kept))
    place = struct.pack(f"{order}{word}", len(tiff) + len(tiff) % 2)
    directory = b"".join((number, *(kept[tag] for tag in sorted(kept)), bytes(len(place))))
    return tiff[:pointer] + place + tiff[pointer + len(place) :] + bytes(len(tiff) % 2) + directory


def _is_reduced(image: TiffImagePlugin.TiffImageFile) -> bool:
    kind = image.tag_v2.get(_KIND, 0)
    return isinstance(kind, int) and bool(kind & _REDUCED)
