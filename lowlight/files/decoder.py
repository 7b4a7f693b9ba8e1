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
from typing import BinaryIO

import pillow_heif
from PIL import Image, ImageCms, ImageFile, ImagePalette, TiffImagePlugin

from lowlight import limits
from lowlight.errors import LowlightError
from lowlight.files import bitmaps, mended, tiffs
from lowlight.files.boxes import APPLE_GAIN_MAP, Picture, picture_in
from lowlight.files.formats import HEAD_BYTES, may_be_large, unreadable
from lowlight.files.profiles import profile_of
from lowlight.messages import Message

FORMATS = ("JPEG", "PNG", "WEBP", "AVIF", "HEIF", "TIFF", "BMP", "GIF")
"""The formats taken, as Pillow names them. AVIF stands before HEIF: both may claim a file, and only AVIF's reader says
no to the other's in the way that lets Pillow try the next."""

ANY_SHAPE_SIDE = 1000
"""Up to this long side, in pixels, a photo may have any aspect ratio."""

MAX_PASSES = 500
"""The most passes (scans) in a progressive JPEG; cameras and editors write about ten."""

_GAIN_MAPS = (APPLE_GAIN_MAP, b"http://ns.adobe.com/hdr-gain-map/1.0/", b"urn:iso:std:iso:ts:21496:-1")
"""How JPEGs mark a gain map: Apple, Ultra HDR with Adobe's namespace, and ISO 21496-1."""

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
                TiffImagePlugin.ImageFileDirectory_v2 = tiffs.BoundedTags  # type: ignore[misc]
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

    Its ``info["gain_map"]`` says whether there is a gain map beside the picture, which makes it HDR. It is not applied:
    what is decoded is the picture in standard range (SDR).

    Within the block every failure of a decoder becomes a `LowlightError`, and Pillow's warnings about odd metadata are
    silent. Who opens several at once needs the memory for all of them: the page works on one at a time.

    Raises:
        LowlightError: there is no such file, it is no photo of a format in `formats.READABLE`, it is damaged, it
            exceeds the limits that `open_file` names, `limits.MAX_PIXELS` or `limits.MAX_ASPECT_RATIO`, or the block
            failed to decode it.
    """
    with FOR_STRANGERS, open_file(path) as file:
        head = file.read(HEAD_BYTES)
        try:
            picture = _checked_boxes(file) if head[4:8] == b"ftyp" else None
            image, source = _opened(file, head)
            if isinstance(image, TiffImagePlugin.TiffImageFile):
                _check_planes(image)
                tiffs.seek_whole_picture(image)
                _mend_palette(image)
            has_gain_map = picture is not None and picture.has_gain_map
            if format_name(image) == "JPEG":
                source.seek(0)
                has_gain_map = _checked_jpeg(source.read(), progressive="progressive" in image.info)
            check_size(*image.size)
            if isinstance(image, TiffImagePlugin.TiffImageFile):
                tiffs.check_pixels(image)
            image = _laid_out(image, source)
            _mend_clear_grey(image, head)
            if profile := profile_of(image, source, picture):
                image.info["icc_profile"] = profile
            image.info["gain_map"] = has_gain_map
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
    """Open an ordinary file within the limit of its kind: `limits.MAX_LARGE_BYTES` or `limits.MAX_FILE_BYTES`.

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
            large = may_be_large(file.read(HEAD_BYTES), Path(path).suffix.lower())
            check_bytes(status.st_size, limits.MAX_LARGE_BYTES if large else limits.MAX_FILE_BYTES)
            file.seek(0)
            on_failure.pop_all()
            return file
    except (FileNotFoundError, NotADirectoryError) as error:
        raise LowlightError("There is no such file. Choose the photo again.") from error
    except LowlightError:
        raise
    except (OSError, ValueError) as error:  # ValueError: a name with a zero byte
        raise LowlightError("The file cannot be opened. See that you may read it, or copy it elsewhere.") from error


def check_bytes(found: int, limit: int) -> None:
    """Refuse a file of more bytes than may be.

    Raises:
        LowlightError: it has more.
    """
    if found > limit:
        raise LowlightError(
            "The file has {megabytes:.1f} MB, and at most {limit:g} MB can be taken. "
            "Save the photo smaller, or as a JPEG.",
            megabytes=_round_up(found / 2**20),
            limit=limit / 2**20,
        )


def _opened(file: BinaryIO, head: bytes) -> tuple[ImageFile.ImageFile, BinaryIO]:
    """Open a picture; return where it is read from too, which is a mended copy where notes in the file are broken."""
    file.seek(0)
    if head.startswith(mended.PNG):
        if head[12:16] == b"IHDR":
            check_size(*struct.unpack_from(">LL", head, 16))
        whole = file.read()
        sound = mended.png_without_broken_chunks(whole)
        file.seek(0)
        return _from(file if sound is whole else io.BytesIO(sound))
    try:
        return _from(file)
    except DECODER_FAILURES:
        file.seek(0)
        mend = mended.without_notes(file.read())
        if mend is None:
            raise
        return _from(io.BytesIO(mend))


def _from(file: BinaryIO) -> tuple[ImageFile.ImageFile, BinaryIO]:
    return Image.open(file, formats=FORMATS), file


def _checked_boxes(file: BinaryIO) -> Picture | None:
    """Return what the boxes of a HEIC or AVIF file say, if it is not too large and all of its picture is there."""
    picture = picture_in(file)
    if picture is None:
        return None
    if picture.size:
        check_size(*picture.size)
    if (share := picture.share_in(file)) < 1:
        raise _ends_early(share)
    return picture


def _laid_out(image: ImageFile.ImageFile, source: BinaryIO) -> ImageFile.ImageFile:
    """Return a BMP file opened so that Pillow reads it right, and any other as it is."""
    if image.format != "BMP":
        return image
    source.seek(0)
    bitmap = source.read()
    if image.mode == "RGBA":
        bitmaps.ignore_unset_alpha(image, bitmap)
    rewritten = bitmaps.with_whole_bytes(bitmap)
    return image if rewritten is None else Image.open(io.BytesIO(rewritten), formats=("BMP",))


def _mend_clear_grey(image: ImageFile.ImageFile, head: bytes) -> None:
    """Scale a PNG's clear grey of 2 or 4 bits as Pillow scales its pixels."""
    clear = image.info.get("transparency")
    if image.format == "PNG" and image.mode == "L" and isinstance(clear, int):
        depth = head[24]
        image.info["transparency"] = clear * 255 // (2**depth - 1)


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


def _checked_jpeg(jpeg: bytes, *, progressive: bool) -> bool:
    """Refuse a JPEG of hundreds of passes, or with zeros in place of its end: they would become blocks of colour.

    Each pass goes over the whole picture, and may take but 50 bytes.

    Returns:
        Whether there is a gain map beside the picture.
    """
    start = max((end for _, end in mended.jpeg_segments(jpeg)), default=2)
    passes = jpeg.count(b"\xff\xda", start) if progressive else 1
    if passes > MAX_PASSES:
        raise LowlightError(
            "This JPEG is built up in {passes} passes, and at most {limit} can be taken. Save it again as JPEG.",
            passes=passes,
            limit=MAX_PASSES,
        )
    there = len(jpeg.rstrip(b"\0"))
    if there < len(jpeg) and jpeg.find(b"\xff\xd9", start) < 0:
        raise _ends_early((there - start) / (len(jpeg) - start))
    return any(mark in jpeg for mark in _GAIN_MAPS)


def _ends_early(share: float) -> LowlightError:
    return LowlightError(
        "The file ends early: {missing:.0%} of the picture is missing. Copy the photo again.",
        missing=max(1 - share, 0.01),
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
