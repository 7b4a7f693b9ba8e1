"""Notes beside a picture that are broken are left out: what a program wrote there in error costs nobody a photo.

JPEG has segments, PNG (ISO/IEC 15948) and WebP (RFC 9649) chunks, HEIC and AVIF items (ISO/IEC 23008-12). What says how
the pixels are meant stays as long as it is sound. Where a part of the picture itself is broken, nothing is mended.
"""

import io
import struct
import zlib
from collections.abc import Iterator
from typing import NamedTuple

from PIL import PngImagePlugin

PNG = b"\x89PNG\r\n\x1a\n"

_SEGMENTS = {b"JFIF\0": 18, b"Exif\0\0": 18, b"ICC_PROFILE\0": 19, b"Adobe": 16}
"""A JPEG's segments that say how its pixels are meant, and how many bytes each has at least, its mark included."""

_START_OF_SCAN = 0xDA
_MOST_CHUNKS = 100_000
_TRANSPARENCY = {0: (2,), 2: (6,), 3: range(257)}
"""How long a PNG's `tRNS` chunk may be, by colour type; the other types have none."""

_FRAMES = (b"acTL", b"fcTL", b"fdAT")
_WEBP_PICTURE = (b"ICCP", b"ANIM", b"ANMF", b"ALPH", b"VP8 ", b"VP8L")
_WEBP_NOTES = 0x0C  # the flags for EXIF and XMP


def jpeg_segments(jpeg: bytes) -> Iterator[tuple[int, int]]:
    """Yield where each segment of a JPEG begins and ends, up to the first that holds pixels."""
    at = 2
    while at + 4 <= len(jpeg) and jpeg[at] == 0xFF and jpeg[at + 1] != _START_OF_SCAN:
        end = at + 2 + int.from_bytes(jpeg[at + 2 : at + 4])
        yield at, end
        at = end


def without_notes(data: bytes) -> bytes | None:
    """Return a JPEG, WebP, HEIC or AVIF that could not be opened without what may be the reason; None for other files.

    Raises:
        ValueError, LookupError and struct.error: it is not what it says.
    """
    if data.startswith(b"\xff\xd8\xff"):
        return _jpeg_without_broken_segments(data)
    if data.startswith(b"WEBP", 8):
        return _webp_without_notes(data)
    return _boxed_without_notes(data) if data.startswith(b"ftyp", 4) else None


def png_without_broken_chunks(png: bytes) -> bytes:
    """Return a PNG without the ancillary chunks that are damaged, far too large or not by the book.

    The frames of an animation go with them; its picture stays.

    Raises:
        ValueError: a chunk of pixels has another checksum than it says, or there is no whole colour in the palette.
            Pillow looks at neither.
    """
    chunks = list(_png_chunks(png))
    if any(chunk.kind == b"PLTE" and (chunk.length % 3 or not chunk.length) for chunk in chunks):
        raise ValueError("The palette is damaged.")
    if any(chunk.kind == b"IDAT" and not chunk.is_whole(png) for chunk in chunks):
        raise ValueError("The pixels are damaged.")
    stream = PngImagePlugin.PngStream(io.BytesIO(png))
    broken = {chunk for chunk in chunks if not _is_read(stream, png, chunk)}
    if not broken:
        return png
    kept = [png[chunk.begin : chunk.end] for chunk in chunks if chunk not in broken and chunk.kind not in _FRAMES]
    return b"".join((PNG, *kept, png[chunks[-1].end :]))


def _jpeg_without_broken_segments(jpeg: bytes) -> bytes:
    """Return a JPEG whose segments for programs (APPn) are known ones, as long as they have to be."""
    kept, end = [jpeg[:2]], 2
    for begin, end in jpeg_segments(jpeg):
        segment = jpeg[begin:end]
        if not 0xE0 <= segment[1] <= 0xEF or _is_sound(segment):
            kept.append(segment)
    return b"".join(kept) + jpeg[end:]


def _webp_without_notes(webp: bytes) -> bytes:
    """Return a WebP with its picture and its profile alone, without EXIF, XMP and whatever else."""
    kept, at = [], 12
    while at + 8 <= len(webp):
        kind, length = struct.unpack_from("<4sL", webp, at)
        end = at + 8 + length + length % 2
        if kind == b"VP8X":
            kept.append(webp[at : at + 8] + bytes((webp[at + 8] & ~_WEBP_NOTES,)) + webp[at + 9 : end])
        elif kind in _WEBP_PICTURE:
            kept.append(webp[at:end])
        at = end
    body = b"WEBP" + b"".join(kept)
    return b"RIFF" + struct.pack("<L", len(body)) + body


def _boxed_without_notes(boxed: bytes) -> bytes:
    """Return a HEIC or AVIF whose EXIF and XMP have become items of a kind that nobody reads."""
    at = boxed.index(b"iinf")
    end = at + int.from_bytes(boxed[at - 4 : at])
    return boxed[:at] + boxed[at:end].replace(b"Exif", b"none").replace(b"mime", b"none") + boxed[end:]


class _Chunk(NamedTuple):
    """A chunk of a PNG: its kind, where it begins, and how many bytes of data it has."""

    kind: bytes
    begin: int
    length: int

    @property
    def end(self) -> int:
        return self.begin + 12 + self.length

    def is_whole(self, png: bytes) -> bool:
        """Whether its checksum is that of its kind and its data."""
        covered = memoryview(png)[self.begin + 4 : self.end - 4]
        return png[self.end - 4 : self.end] == struct.pack(">L", zlib.crc32(covered))


def _is_sound(segment: bytes) -> bool:
    return any(segment.startswith(mark, 4) and len(segment) >= least for mark, least in _SEGMENTS.items())


def _png_chunks(png: bytes) -> Iterator[_Chunk]:
    """Yield the chunks that are there as a whole, up to the end of the picture or of what can be followed."""
    at = len(PNG)
    for _ in range(_MOST_CHUNKS):
        if at + 12 > len(png):
            return
        length, kind = struct.unpack_from(">L4s", png, at)
        chunk = _Chunk(kind, at, length)
        if not kind.isalpha() or chunk.end > len(png):
            return
        yield chunk
        at = chunk.end
    raise ValueError("There are too many chunks.")


def _is_read(stream: PngImagePlugin.PngStream, png: bytes, chunk: _Chunk) -> bool:
    """Whether Pillow reads a chunk, or a critical one is for it to refuse."""
    if chunk.kind[0] & 0x20 == 0 and chunk.kind != b"IHDR":
        return True
    if chunk.kind == b"tRNS" and chunk.length not in _TRANSPARENCY.get(png[25], range(chunk.length + 1)):
        return False
    if stream.fp is None or not (chunk.is_whole(png) or chunk.kind == b"IHDR"):
        return False
    stream.fp.seek(chunk.begin + 8)
    try:
        stream.call(chunk.kind, chunk.begin + 8, chunk.length)
    except (AttributeError, EOFError):  # a kind that it passes over, and pixels of another frame
        return True
    except (OSError, ValueError, SyntaxError, LookupError, struct.error, zlib.error):
        return chunk.kind == b"IHDR"
    return True
