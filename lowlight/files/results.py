"""A result becomes a file: in which format, how deep, in which colours, and with what is told of it.

Pillow writes JPEG, PNG of 8 bits and JPEG XL (libjxl, by pillow-jxl-plugin); libvips writes PNG and TIFF of 16 bits and
AVIF of 10 (libpng, libtiff, libheif with aom).
"""

import os
import struct
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
import pyvips
from PIL import Image, ImageCms, PngImagePlugin, TiffImagePlugin

from lowlight.arrays import Uint8Image, Uint16Image, check_result, from_uint16, to_uint16
from lowlight.errors import LowlightError
from lowlight.files.exif import NESTED, in_other_colours, writable
from lowlight.files.formats import RESULT_FORMATS as RESULT_FORMATS
from lowlight.files.formats import ResultFormat as ResultFormat
from lowlight.files.vips import Picture, viewed
from lowlight.files.whole import written_whole
from lowlight.files.wide import in_own_colours
from lowlight.messages import Message

JPEG_QUALITY = 95
_BEST_JPEG = 95  # above it JPEG grows without looking better, as libjpeg says
JPEG_XL_QUALITY = 95
AVIF_QUALITY = 90

_SRGB_ALONE = (".jxl",)
_EXIF_HEAD = b"Exif\0\0"
_ENTRY_BYTES = 12


def save_photo(
    rgb: Uint8Image | Uint16Image,
    path: str | os.PathLike[str],
    *,
    exif: bytes = b"",
    xmp: bytes = b"",
    profile: bytes = b"",
    own: Uint8Image | Uint16Image | None = None,
    quality: int = JPEG_QUALITY,
) -> None:
    """Write a photo as JPEG, PNG, TIFF, JPEG XL or AVIF; the file says which colours it has, sRGB if nothing else.

    JPEG has quality 95 and no colour subsampling. PNG and TIFF have the bits of ``rgb``. The file appears whole or not
    at all, in place of one of that name. The same arguments give the same bytes.

    Args:
        rgb: height x width x 3, uint8 or uint16 sRGB (`Stage.picture`, `Stage.deep`).
        path: ends in .jpg, .jpeg, .png, .tif, .tiff, .jxl or .avif, and so decides the format.
        exif: as in `Photo`.
        xmp: a packet, as `xmp.packet` makes it.
        profile: the ICC profile whose colours the file is to have (`Told.profile`); empty for sRGB. JPEG XL is sRGB
            always.
        own: the photo in those colours, as `photo.own_pixels` reads it; without it none beyond sRGB are in the file.
        quality: of a JPEG, from 1 to 95.

    Raises:
        LowlightError: ``rgb`` is no such array, the suffix or the quality is another, or the file cannot be written.
    """
    check_result(rgb)
    target = Path(path)
    write = _WRITERS.get(target.suffix.lower())
    if write is None:
        raise LowlightError(
            "A result can be saved as {formats}; the name given ends in {suffix!r}.",
            formats=", ".join(_WRITERS),
            suffix=target.suffix or "none",
        )
    if not 1 <= quality <= _BEST_JPEG:
        raise LowlightError(
            "A JPEG's quality goes from 1 to {best}; {quality} was given.", best=_BEST_JPEG, quality=quality
        )
    if target.suffix.lower() in _SRGB_ALONE:
        profile = b""
    try:
        told = _Told(
            in_other_colours(exif) if profile else exif, xmp, profile or srgb_profile(), bool(profile), quality
        )
        with written_whole(target) as unfinished:
            write(in_own_colours(rgb, own, profile) if profile else rgb, unfinished, told)
    except (OSError, ValueError, SyntaxError, struct.error, pyvips.Error) as error:
        reason = error.strerror if isinstance(error, OSError) else None
        raise LowlightError(
            "The result could not be written: {reason}. Choose another folder or format.",
            reason=reason or Message("it does not fit the format"),
        ) from error


def srgb_profile() -> bytes:
    """Return a profile of sRGB that is the same every day: its date of creation is set to 2000-01-01 00:00:00."""
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    return profile[:24] + struct.pack(">6H", 2000, 1, 1, 0, 0, 0) + profile[36:]


@dataclass(frozen=True)
class _Told:
    """What is written beside the pixels; `own` says whether the profile is another than sRGB."""

    exif: bytes
    xmp: bytes
    profile: bytes
    own: bool
    quality: int


def _write_jpeg(rgb: Picture, path: Path, told: _Told) -> None:
    options: dict[str, Any] = {"quality": told.quality, "subsampling": "4:4:4", "icc_profile": told.profile}
    _by_pillow(rgb, path, format="JPEG", exif=told.exif, xmp=told.xmp, **options)


def _write_jpeg_xl(rgb: Picture, path: Path, told: _Told) -> None:
    """Write JPEG XL; without a profile of its own it counts as sRGB, and this encoder takes none.

    Its box of EXIF begins with where in it the tags begin (ISO/IEC 18181-2), which the encoder leaves to its caller.
    """
    import pillow_jxl  # noqa: F401 -- it changes Pillow for the whole process, and few ask for the format

    exif = bytes(4) + told.exif.removeprefix(_EXIF_HEAD) if told.exif else b""
    _by_pillow(rgb, path, format="JXL", exif=exif, xmp=told.xmp, quality=JPEG_XL_QUALITY, effort=4)


def _write_png(rgb: Picture, path: Path, told: _Told) -> None:
    if rgb.dtype == np.uint16:
        _write(path, _described(rgb, told).pngsave_buffer(compression=1))
        return
    chunks = PngImagePlugin.PngInfo()
    if not told.own:
        chunks.add(b"sRGB", b"\0")
    if told.xmp:
        chunks.add_itxt("XML:com.adobe.xmp", told.xmp.decode())
    # runs of equal bytes only: for photos smaller than level 3 is, in two thirds of its time
    options: dict[str, Any] = {"compress_level": 1, "compress_type": zlib.Z_RLE}
    profile = {"icc_profile": told.profile} if told.own else {}
    _by_pillow(rgb, path, format="PNG", exif=told.exif, pnginfo=chunks, **options, **profile)


def _write_tiff(rgb: Picture, path: Path, told: _Told) -> None:
    _write(path, _described(rgb, told).tiffsave_buffer(compression="deflate", level=1, predictor="horizontal"))
    if told.exif:
        _append_exif(path, told.exif)


def _write_avif(rgb: Picture, path: Path, told: _Told) -> None:
    deep = to_uint16(rgb) if rgb.dtype == np.uint8 else rgb  # type: ignore[arg-type]
    options: dict[str, Any] = {"compression": "av1", "bitdepth": 10, "effort": 1, "subsample_mode": "off"}
    _write(path, _described(deep, told).heifsave_buffer(Q=AVIF_QUALITY, **options))


_WRITERS: dict[str, Callable[[Picture, Path, _Told], None]] = {
    ".jpg": _write_jpeg,
    ".jpeg": _write_jpeg,
    ".png": _write_png,
    ".tif": _write_tiff,
    ".tiff": _write_tiff,
    ".jxl": _write_jpeg_xl,
    ".avif": _write_avif,
}


def _by_pillow(rgb: Picture, path: Path, **options: Any) -> None:  # noqa: ANN401 -- each format's own
    shallow = from_uint16(rgb) if rgb.dtype == np.uint16 else rgb  # type: ignore[arg-type]
    told = {name: value for name, value in options.items() if name not in ("exif", "xmp") or value}
    with path.open("xb") as file:
        Image.fromarray(shallow).save(file, **told)


def _write(path: Path, data: bytes) -> None:
    """Write bytes to a new file: what the system has against it is told by its own error, not by libvips'."""
    with path.open("xb") as file:
        file.write(data)


def _described(rgb: Picture, told: _Told) -> pyvips.Image:
    """Return libvips' view of a picture, with what is to be told of it."""
    return viewed(rgb, exif_data=told.exif, xmp_data=told.xmp, icc_profile_data=told.profile)


def _append_exif(path: Path, exif: bytes) -> None:
    """Give a TIFF file the tags of an EXIF block, which libvips leaves out.

    They are written behind the pixels, and then a directory that has the entries of both, at which the file's head
    points from then on (TIFF 6.0, section 2).
    """
    with path.open("r+b") as file:
        head = file.read(8)
        order = "<" if head[:2] == b"II" else ">"
        file.seek(struct.unpack(f"{order}4xI", head)[0])
        (count,) = struct.unpack(f"{order}H", file.read(2))
        before = file.read(count * _ENTRY_BYTES)
        block = _directory(exif, head[:4]).tobytes(_at_even_end(file))
        file.write(block)
        (added,) = struct.unpack_from(f"{order}H", block)
        entries = _entries(block[2 : 2 + added * _ENTRY_BYTES], order) | _entries(before, order)
        start = _at_even_end(file)
        file.write(
            struct.pack(f"{order}H", len(entries)) + b"".join(entries[tag] for tag in sorted(entries)) + bytes(4)
        )
        file.seek(4)
        file.write(struct.pack(f"{order}I", start))


def _directory(exif: bytes, head: bytes) -> TiffImagePlugin.ImageFileDirectory_v2:
    """Return the tags of an EXIF block as a directory of a TIFF file with such a head."""
    told = Image.Exif()
    told.load(exif)
    directory = TiffImagePlugin.ImageFileDirectory_v2(head + bytes(4))
    for tag, value in writable(told).items():
        directory[tag] = writable(told.get_ifd(tag)) if tag in NESTED else value
    return directory


def _entries(table: bytes, order: str) -> dict[int, bytes]:
    """Return a directory's entries by their tags."""
    entries = (table[start : start + _ENTRY_BYTES] for start in range(0, len(table), _ENTRY_BYTES))
    return {struct.unpack_from(f"{order}H", entry)[0]: entry for entry in entries}


def _at_even_end(file: BinaryIO) -> int:
    """Go to the end of a file, where something may begin; return where that is."""
    end = file.seek(0, os.SEEK_END)
    return end + file.write(bytes(end % 2))
