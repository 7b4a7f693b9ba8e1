"""A photo file becomes an upright sRGB array.

Files from people are decoded here and nowhere else: `decoder` lets them in, `color` and `deep` make them sRGB, `exif`
and `xmp` sift what else they hold. `raw` develops those of cameras' sensors. `results` writes what is made of them.
"""

import os
import re
import struct
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import chain, count
from pathlib import Path

from PIL import Image, ImageFile

from lowlight.arrays import Uint8Image, Uint16Image, from_uint16, smaller
from lowlight.files.color import own_profile, turned, upright_srgb
from lowlight.files.decoder import Header as Header
from lowlight.files.decoder import check_size, format_name, opened
from lowlight.files.deep import deep_srgb, is_deep
from lowlight.files.exif import kept_exif, orientation, read_exif
from lowlight.files.raw import developed, is_raw, raw_header
from lowlight.files.told import Told
from lowlight.files.xmp import read_description

LONGEST_NAME = 100
"""The longest name, in bytes of UTF-8, that `enhanced_name` takes over."""

_LOSSLESS_FORMATS = ("PNG", "BMP", "GIF")
_LOSSY_TIFF = ("jpeg", "tiff_jpeg", "webp")


@dataclass(frozen=True, eq=False)
class Photo:
    """A photo that was read.

    Attributes:
        rgb: height x width x 3, uint8 sRGB, upright.
        format: what it was read from: "JPEG", "PNG", "WEBP", "AVIF", "HEIF", "TIFF", "BMP", "GIF" or "RAW".
        lossless: whether that file held the pixels without loss, so that the result should as well.
        told: what else the file says and may go on to the result.
        deep: the same in 16 bits, where the file has more than 8: height x width x 3, uint16 sRGB, upright.
        has_gain_map: whether the file makes an HDR photo of it by a gain map, which is not applied.
    """

    rgb: Uint8Image
    format: str
    lossless: bool
    told: Told = field(default_factory=Told)
    deep: Uint16Image | None = None
    has_gain_map: bool = False

    @property
    def exif(self) -> bytes:
        """Camera, lens, exposure, date and copyright for `save_photo`; empty if there are none. No location."""
        return self.told.exif


def read_header(path: str | os.PathLike[str]) -> Header:
    """Return a photo's format and size; no pixel is decoded.

    Raises:
        LowlightError: there is no such file, it is no photo of a format in `formats.READABLE`, it is damaged, or it
            exceeds `limits.MAX_FILE_BYTES`, `limits.MAX_LARGE_BYTES`, `limits.MAX_PIXELS` or `limits.MAX_ASPECT_RATIO`.
    """
    if is_raw(path):
        return raw_header(path)
    with opened(path) as image:
        return Header(format_name(image), *image.size)


def load_photo(path: str | os.PathLike[str]) -> Photo:
    """Read a photo: upright, in sRGB, the first picture of several, transparency laid over black.

    The EXIF orientation is applied once (in HEIC and AVIF the container's counts), ICC profiles are converted. Where
    there are more than 8 bits they are kept too. At 50 megapixels reading takes 0.4 to 0.6 GB of memory at its peak,
    WebP and 16 bits 0.8 GB.
    A camera's raw file is developed as `raw.developed` says.

    Raises:
        LowlightError: as `read_header` says, or the pixels cannot be decoded.
    """
    if is_raw(path):
        deep, told = developed(path)
        return Photo(from_uint16(deep), "RAW", lossless=False, told=told, deep=deep)
    with opened(path) as image:
        lossless = _is_lossless(image)
        if is_deep(image):
            stored = deep_srgb(image)
            exif = read_exif(image)
            deep = turned(stored, orientation(image, exif, deep=True))
            told = _told(image, exif)
            return Photo(from_uint16(deep), format_name(image), lossless, told, deep, image.info["gain_map"])
        image.load()
        check_size(*image.size)
        exif = read_exif(image)
        rgb = upright_srgb(image, orientation(image, exif))
        told = _told(image, exif)
        return Photo(rgb, format_name(image), lossless, told, has_gain_map=image.info["gain_map"])


def own_pixels(path: str | os.PathLike[str]) -> Uint8Image | Uint16Image | None:
    """Read a photo in its own colour space, for `results.save_photo`: the numbers that its file holds, upright.

    Returns:
        height x width x 3, uint8 or uint16 as `load_photo` reads it; None where that is sRGB already, grey or a
        printer's.

    Raises:
        LowlightError: as `load_photo` says.
    """
    if is_raw(path):
        return None
    with opened(path) as image:
        if not own_profile(image):
            return None
        del image.info["icc_profile"]
        if is_deep(image):
            stored = deep_srgb(image)
            return turned(stored, orientation(image, read_exif(image), deep=True))
        image.load()
        return upright_srgb(image, orientation(image, read_exif(image)))


def glimpse(path: str | os.PathLike[str], side: int) -> Uint8Image | None:
    """Read a JPEG or a raw file small, as `load_photo` does it whole; None for other formats, which cannot be read so.

    The decoder skips what only full size needs: of 48 megapixels 0.1 s are left, and of a progressive file 0.6 s. Of
    a raw file of 24 megapixels it is 0.5 s.

    Args:
        path: the photo's file.
        side: about the long side wanted, in pixels: it is up to twice that, or the photo's own where that is less.

    Returns:
        height x width x 3, uint8 sRGB, upright.

    Raises:
        LowlightError: as `load_photo` says.
    """
    if is_raw(path):
        return smaller(from_uint16(developed(path, half=True)[0]), side)
    with opened(path) as image:
        if format_name(image) != "JPEG":
            return None
        width, height = image.size
        scale = min(side / max(width, height), 1)
        image.draft(None, (max(1, round(width * scale)), max(1, round(height * scale))))
        image.load()
        return upright_srgb(image, orientation(image, read_exif(image)))


def usual_format(photo: Photo) -> str:
    """Return the format that suits a photo, as `results.RESULT_FORMATS` names it: PNG if it came without loss, or JPEG.

    One of 16 bits gives one of 16.
    """
    if not photo.lossless:
        return "jpg"
    return "png" if photo.deep is None else "png16"


def planned_suffix(path: str | os.PathLike[str]) -> str:
    """Return the suffix of the format that `usual_format` will name of a photo that is not read yet.

    No pixel is decoded.

    Raises:
        LowlightError: as `read_header` says.
    """
    if is_raw(path):
        return ".jpg"
    with opened(path) as image:
        return ".png" if _is_lossless(image) else ".jpg"


def free_path(path: Path, taken: Callable[[Path], bool]) -> Path:
    """Return the path, or the first of NAME_2, NAME_3, ... that is not taken."""
    candidates = chain([path], (path.with_stem(f"{path.stem}_{number}") for number in count(2)))
    return next(candidate for candidate in candidates if not taken(candidate))


def enhanced_name(original_name: str, suffix: str, added: str = "enhanced") -> str:
    r"""Return a file name for the result that tells which photo it came from and is safe on every system.

    Folders are dropped; letters, digits, marks, spaces and ``-_.()+`` stay, all else becomes "_".

    Args:
        original_name: what the person calls the photo.
        suffix: the result's, with its dot.
        added: what the name is to say of the result.

    >>> enhanced_name(r"C:\Photos\IMG 1234.HEIC", ".jpg")
    'IMG 1234_enhanced.jpg'
    """
    last = re.split(r"[/\\]", original_name.rstrip("/\\"))[-1]
    stem = unicodedata.normalize("NFC", re.sub(r"\.[A-Za-z0-9]{1,5}$", "", last))
    safe = "".join(char if _is_safe(char) else "_" for char in stem)
    short = safe.encode()[:LONGEST_NAME].decode(errors="ignore").strip(" .-")
    return f"{short if short.strip('_') else 'photo'}_{added}{suffix}"


def _told(image: ImageFile.ImageFile, exif: Image.Exif) -> Told:
    return Told(kept_exif(exif), kept_exif(exif, place=True), read_description(image), own_profile(image))


def _is_safe(char: str) -> bool:
    return char in " -_.()+" or unicodedata.category(char)[0] in "LNM"


def _is_lossless(image: ImageFile.ImageFile) -> bool:
    if image.format == "TIFF":
        return image.info.get("compression") not in _LOSSY_TIFF
    if image.format == "WEBP" and image.fp:
        image.fp.seek(0)
        return _is_lossless_webp(image.fp.read())
    return image.format in _LOSSLESS_FORMATS


def _is_lossless_webp(data: bytes) -> bool:
    """Whether the first picture in a WebP file is in the lossless format (chunk "VP8L", RFC 9649)."""
    start = 12
    while start + 8 <= len(data):
        name, length = struct.unpack_from("<4sI", data, start)
        if name in (b"VP8 ", b"VP8L"):
            return bool(name == b"VP8L")
        start += 8 + (16 if name == b"ANMF" else length + length % 2)  # a frame holds its picture 16 bytes on
    return False
