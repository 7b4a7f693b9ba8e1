"""Pillow, set up for files from strangers: what is taken, within which limits, and every failure in words.

All that can be decided on a file's header is decided there, before a pixel is decoded.
"""

import io
import math
import os
import re
import stat
import struct
import threading
import warnings
import zlib
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, BinaryIO, cast

import pillow_heif
from PIL import Image, ImageCms, ImageFile, ImagePalette, TiffImagePlugin

from lowlight import limits
from lowlight.errors import LowlightError
from lowlight.files.boxes import Picture, picture_in
from lowlight.files.formats import HEAD_BYTES, is_camera_raw, unreadable
from lowlight.files.profiles import profile_of
from lowlight.messages import Message

FORMATS = ("JPEG", "PNG", "WEBP", "AVIF", "HEIF", "TIFF", "BMP", "GIF")
"""The formats taken, as Pillow names them. AVIF stands before HEIF: both may claim a file, and only AVIF's reader says
no to the other's in the way that lets Pillow try the next."""

ANY_SHAPE_SIDE = 1000
"""Up to this long side, in pixels, a photo may have any aspect ratio."""

MAX_PASSES = 500
"""The most passes (scans) in a progressive JPEG; cameras and editors write about ten."""

DECODER_FAILURES = (
    OSError,
    ValueError,  # LowlightError is one too: let it pass first
    SyntaxError,
    LookupError,
    TypeError,
    AttributeError,
    ArithmeticError,
    AssertionError,
    EOFError,
    RuntimeError,
    SystemError,
    struct.error,
    zlib.error,
    ImageCms.PyCMSError,
    Image.DecompressionBombError,
)
"""What Pillow and its plugins have been seen to raise for a damaged file. MemoryError is told apart."""

NO_MEMORY = Message("There was not enough memory for this photo. Make it smaller and try again.")

_SEGMENTS = {b"JFIF\0": 18, b"Exif\0\0": 18, b"ICC_PROFILE\0": 19, b"Adobe": 16}
"""A JPEG's segments that say how its pixels are meant, and how many bytes each has at least, its mark included."""

_START_OF_SCAN = 0xDA
_NESTED_TAGS_BYTES = 4 * 1024 * 1024


class _BoundedTags(TiffImagePlugin.ImageFileDirectory_v2):
    """A directory of TIFF or EXIF tags that stops reading where its tags hold more than a file can.

    Thousands of tags may all point at the same bytes. Pillow reads each one when a file is opened, and so a file of
    1 MB can fill any memory.
    """

    def load(self, fp: IO[bytes]) -> None:
        limit = limits.MAX_FILE_BYTES if self.group is None else _NESTED_TAGS_BYTES
        super().load(cast("IO[bytes]", _BoundedReader(fp, limit)))


class _BoundedReader:
    """A binary file that ends after so many bytes read."""

    def __init__(self, file: IO[bytes], limit: int) -> None:
        self.seek, self.tell = file.seek, file.tell
        self._file, self._left = file, limit

    def read(self, size: int) -> bytes:
        self._left -= size
        return self._file.read(size) if self._left >= 0 else b""


class _ForStrangers:
    """Pillow as it has to be while files from strangers are open; it is as before when the last of them is closed.

    Only the reader for HEIF stays registered.

    Tags are bounded, and warnings about odd metadata are silent. Pillow has no setting for the first: the readers of
    every format look one name up each time. Both hold for the whole process, so several threads share one change.
    """

    def __init__(self) -> None:
        self._lock, self._open, self._undo = threading.Lock(), 0, ExitStack()

    def __enter__(self) -> None:
        with self._lock:
            if self._open == 0:
                pillow_heif.register_heif_opener(thumbnails=False, depth_images=False, aux_images=False)
                self._undo.enter_context(warnings.catch_warnings())
                warnings.simplefilter("ignore")
                before = TiffImagePlugin.ImageFileDirectory_v2
                self._undo.callback(setattr, TiffImagePlugin, "ImageFileDirectory_v2", before)
                TiffImagePlugin.ImageFileDirectory_v2 = _BoundedTags  # type: ignore[misc]
            self._open += 1

    def __exit__(self, *_: object) -> None:
        with self._lock:
            self._open -= 1
            if self._open == 0:
                self._undo.close()


FOR_STRANGERS = _ForStrangers()
"""The block in which Pillow may read files from strangers."""


@dataclass(frozen=True)
class Header:
    """What a photo's header says.

    Attributes:
        format: "JPEG", "PNG", "WEBP", "AVIF", "HEIF", "TIFF", "BMP", "GIF" or "RAW".
        width: in pixels, as the file stores it: a photo that lies on its side may have width and height swapped.
        height: in pixels, likewise.
    """

    format: str
    width: int
    height: int

    @property
    def megapixels(self) -> float:
        """Width times height, in millions."""
        return self.width * self.height / 1e6


@contextmanager
def opened(path: str | os.PathLike[str]) -> Iterator[ImageFile.ImageFile]:
    """Open a photo whose header is within every limit; nothing is decoded yet.

    Within the block every failure of a decoder becomes a `LowlightError`, and Pillow's warnings about odd metadata are
    silent. Who opens several at once needs the memory for all of them: the page works on one at a time.

    Raises:
        LowlightError: there is no such file, it is no photo of a format in `formats.READABLE`, it is damaged, it
            exceeds `limits.MAX_FILE_BYTES`, `limits.MAX_PIXELS` or `limits.MAX_ASPECT_RATIO`, or the block failed to
            decode it.
    """
    with FOR_STRANGERS, open_file(path) as file:
        head = file.read(HEAD_BYTES)
        try:
            picture = _checked_boxes(file) if head[4:8] == b"ftyp" else None
            image, source = _opened(file, head)
            if isinstance(image, TiffImagePlugin.TiffImageFile):
                _check_planes(image)
                _mend_palette(image)
            if image.info.get("progressive"):
                _check_passes(source)
            check_size(*image.size)
            _check_packing(image)
            if profile := profile_of(image, source, picture):
                image.info["icc_profile"] = profile
            yield image
        except LowlightError:
            raise
        except Image.DecompressionBombError as error:
            raise _too_many_pixels(_bomb_pixels(error)) from error
        except MemoryError as error:
            raise LowlightError(NO_MEMORY) from error
        except DECODER_FAILURES as error:
            raise LowlightError(unreadable(head)) from error


def format_name(image: ImageFile.ImageFile) -> str:
    """Return an opened photo's format, as in `Header`: several JPEGs in one file (MPO) count as a JPEG."""
    return "JPEG" if image.format == "MPO" else str(image.format)


def check_size(width: int, height: int) -> None:
    """Refuse a photo of too many pixels, of none, or too long and narrow.

    Raises:
        LowlightError: with the photo's size and the limit.
    """
    if width < 1 or height < 1:
        raise LowlightError(
            "The photo is {width} x {height} pixels: there is nothing in it.", width=width, height=height
        )
    if width * height > limits.MAX_PIXELS:
        raise _too_many_pixels(width * height)
    longer, shorter = max(width, height), min(width, height)
    if longer > ANY_SHAPE_SIDE and longer > limits.MAX_ASPECT_RATIO * shorter:
        raise LowlightError(
            "The photo is {width} x {height} pixels: one side is {ratio} times the other, and at most {limit} times "
            "can be taken. Crop it and try again.",
            width=width,
            height=height,
            ratio=math.ceil(longer / shorter),
            limit=limits.MAX_ASPECT_RATIO,
        )


def open_file(path: str | os.PathLike[str]) -> BinaryIO:
    """Open an ordinary file within the limit of its kind: `limits.MAX_RAW_BYTES` or `limits.MAX_FILE_BYTES`.

    Raises:
        LowlightError: there is no such file, it is no ordinary one, it is too large, or it cannot be opened.
    """
    try:
        status = Path(path).stat()
        if stat.S_ISDIR(status.st_mode):
            raise LowlightError("This is a folder, not a photo. Choose a photo in it.")
        if not stat.S_ISREG(status.st_mode):
            raise LowlightError("This is not an ordinary file. Choose a photo.")
        with ExitStack() as on_failure:
            file = on_failure.enter_context(Path(path).open("rb"))
            raw = is_camera_raw(file.read(HEAD_BYTES), Path(path).suffix.lower())
            _check_bytes(status.st_size, limits.MAX_RAW_BYTES if raw else limits.MAX_FILE_BYTES)
            file.seek(0)
            on_failure.pop_all()
            return file
    except (FileNotFoundError, NotADirectoryError) as error:
        raise LowlightError("There is no such file. Choose the photo again.") from error
    except LowlightError:
        raise
    except (OSError, ValueError) as error:  # ValueError: a name with a zero byte
        raise LowlightError("The file cannot be opened. See that you may read it, or copy it elsewhere.") from error


def _check_bytes(found: int, limit: int) -> None:
    if found > limit:
        raise LowlightError(
            "The file has {megabytes:.1f} MB, and at most {limit:g} MB can be taken. "
            "Save the photo smaller, or as a JPEG.",
            megabytes=_round_up(found / 2**20),
            limit=limit / 2**20,
        )


def _opened(file: BinaryIO, head: bytes) -> tuple[ImageFile.ImageFile, BinaryIO]:
    """Open a picture; return where it is read from too: a JPEG is tried again without its broken segments."""
    file.seek(0)
    try:
        return Image.open(file, formats=FORMATS), file
    except DECODER_FAILURES:
        if not head.startswith(b"\xff\xd8\xff"):
            raise
        file.seek(0)
        mended = io.BytesIO(_without_broken_segments(file.read()))
        return Image.open(mended, formats=("JPEG",)), mended


def _without_broken_segments(jpeg: bytes) -> bytes:
    """Return a JPEG whose segments for programs (APPn) are known ones, as long as they have to be."""
    kept, at = [jpeg[:2]], 2
    while at + 4 <= len(jpeg) and jpeg[at] == 0xFF and jpeg[at + 1] != _START_OF_SCAN:
        length = 2 + int.from_bytes(jpeg[at + 2 : at + 4])
        segment = jpeg[at : at + length]
        if not 0xE0 <= segment[1] <= 0xEF or _is_sound(segment):
            kept.append(segment)
        at += length
    return b"".join(kept) + jpeg[at:]


def _is_sound(segment: bytes) -> bool:
    return any(segment.startswith(mark, 4) and len(segment) >= least for mark, least in _SEGMENTS.items())


def _checked_boxes(file: BinaryIO) -> Picture | None:
    """Return what the boxes of a HEIC or AVIF file say, if it is not too large and all of its picture is there."""
    picture = picture_in(file)
    if picture is None:
        return None
    if picture.size:
        check_size(*picture.size)
    if (share := picture.share_in(file)) < 1:
        raise LowlightError(
            "The file ends early: {missing:.0%} of the picture is missing. Copy the photo again.",
            missing=max(1 - share, 0.01),
        )
    return picture


def _check_packing(image: ImageFile.ImageFile) -> None:
    """Refuse BMP files packed as RLE4, of which Pillow mixes up the runs of odd lengths."""
    rle4 = 2
    if image.format == "BMP" and image.info.get("compression") == rle4:
        raise LowlightError("This BMP file is packed in a rare way (RLE4). Save it as a PNG and choose that.")


def _mend_palette(image: TiffImagePlugin.TiffImageFile) -> None:
    """Read the palette of a TIFF file that holds 8 bits where 16 belong, as libtiff does; it would be black."""
    levels, colour_map = 256, 320
    if image.mode == "P" and max(found := image.tag_v2.get(colour_map, (levels,))) < levels:
        image.palette = ImagePalette.raw("RGB;L", bytes(found))


def _check_planes(image: TiffImagePlugin.TiffImageFile) -> None:
    """Refuse TIFF files of 16-bit planes, of which Pillow makes noise."""
    tags = image.tag_v2
    bits, in_planes = tags.get(258, (1,)), tags.get(284) == 2
    if in_planes and len(bits) > 1 and max(bits) > 8 and image.info.get("compression") == "raw":
        raise LowlightError(
            "This TIFF file keeps its colours in separate planes of {bits} bits, and at most 8 can be read so. "
            "Save it as a PNG and choose that.",
            bits=max(bits),
        )


def _check_passes(file: BinaryIO) -> None:
    """Refuse a progressive JPEG of hundreds of passes: each goes over the whole picture, and may take but 50 bytes.

    The file stands behind the first pass's header, where opening leaves it.
    """
    passes = 1 + file.read().count(b"\xff\xda")
    if passes > MAX_PASSES:
        raise LowlightError(
            "This JPEG is built up in {passes} passes, and at most {limit} can be taken. Save it again as JPEG.",
            passes=passes,
            limit=MAX_PASSES,
        )


def _too_many_pixels(pixels: int) -> LowlightError:
    return LowlightError(
        "The photo has {megapixels:.1f} megapixels, and at most {limit:g} megapixels can be taken. "
        "Make it smaller and try again.",
        megapixels=_round_up(pixels / 1e6),
        limit=limits.MAX_PIXELS / 1e6,
    )


def _bomb_pixels(error: Image.DecompressionBombError) -> int:
    """Return the number of pixels that Pillow refused by its own, higher limit."""
    found = re.search(r"\((\d+) pixels\)", str(error))
    return int(found[1]) if found else 2 * (Image.MAX_IMAGE_PIXELS or limits.MAX_PIXELS)


def _round_up(value: float) -> float:
    """Return a value rounded up to one decimal, so that a value over a limit never reads as the limit."""
    return math.ceil(value * 10) / 10
