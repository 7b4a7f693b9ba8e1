"""Photos of more than 8 bits, read with all of them: PNG and TIFF of 16 bits, AVIF and HEIC of 10 and 12.

Pillow hands out 8 of 16 bits where there are colours. libvips reads PNG, TIFF and AVIF, and converts colours by
littleCMS in 16 bits; libheif reads HEIC. What is refused is refused before, by `decoder`: these readers see files alone
whose headers are within every limit.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pillow_heif
import pyvips
from PIL import ImageFile, TiffImagePlugin

from lowlight.arrays import Uint16Image
from lowlight.files.color import srgb_transform
from lowlight.files.tiffs import with_pixel_tags_alone
from lowlight.files.vips import with_blobs

_BITS, _SAMPLE_FORMAT, _PHOTOMETRIC, _EXTRA_SAMPLES = 258, 339, 262, 338  # TIFF's tags
_UNSIGNED, _MIN_IS_BLACK, _RGB = 1, 1, 2
_WHITE = 65535
_SRGB_BANDS = 3


def is_deep(image: ImageFile.ImageFile) -> bool:
    """Whether an opened photo has more than 8 bits that can be read; nothing is decoded.

    Numbers of 32 bits, in floating point or not, are read by `color` in 8.
    """
    if image.format == "PNG":
        return image.mode.startswith("I") or (bool(image.tile) and "16" in str(image.tile[0][3]))
    if image.format == "TIFF":
        tags = getattr(image, "tag_v2", {})
        usual = set(tags.get(_SAMPLE_FORMAT, (_UNSIGNED,))) == {_UNSIGNED}
        return set(tags.get(_BITS, ())) == {16} and usual and tags.get(_PHOTOMETRIC) in (_MIN_IS_BLACK, _RGB)
    if image.format == "HEIF":
        return int(image.info.get("bit_depth", 8)) > 8
    return image.format == "AVIF" and _bits_of_avif(image) > 8


def deep_srgb(image: ImageFile.ImageFile) -> Uint16Image:
    """Return a photo that is `is_deep` as height x width x 3, uint16 sRGB, as it is stored: not turned.

    Colours are converted as in `color`, transparency is laid over black.

    Args:
        image: opened, not loaded.

    Raises:
        OSError: it cannot be decoded.
    """
    with _told_as_failure():
        picture = _from_heif(image) if image.format == "HEIF" else _opened(image)
        if picture.hasalpha() and _has_mask(image):
            picture = picture.extract_band(0, n=picture.bands - 1)
        elif picture.hasalpha():
            picture = picture.flatten(background=0, max_alpha=_WHITE)
        levels = np.asarray(_converted(picture, image.info.get("icc_profile") or b"").numpy(), np.uint16)
    stored = levels.reshape(picture.height, picture.width, -1)  # one grey pixel comes as a mere number
    if stored.shape[2] == 1:
        stored = np.repeat(stored, _SRGB_BANDS, 2)
    if image.format == "PNG":  # what tells how it is turned may stand behind the pixels
        image.load()
    return stored


@contextmanager
def _told_as_failure() -> Iterator[None]:
    """Make a failure of libvips one of those that `decoder` knows."""
    try:
        yield
    except pyvips.Error as error:
        raise OSError(str(error)) from error


def _bits_of_avif(image: ImageFile.ImageFile) -> int:
    """Return the bits of a channel in an AVIF file; 8 for one that libvips does not open, as animations."""
    try:
        picture = _opened(image)
        return int(picture.get("bits-per-sample")) if picture.get_typeof("bits-per-sample") else 8
    except pyvips.Error:
        return 8


def _opened(image: ImageFile.ImageFile) -> pyvips.Image:
    """Return libvips' view of what Pillow opened; it decodes as it is read, and what is cut off is an error.

    Of a TIFF in tiles libvips leaves those black that it cannot read, unless a warning is an error too.
    """
    content, fail_on = _bytes_of(image), "error"
    if isinstance(image, TiffImagePlugin.TiffImageFile):
        content, fail_on = with_pixel_tags_alone(content, image), "warning"
    return pyvips.Image.new_from_buffer(content, "", access="sequential", fail_on=fail_on)


def _bytes_of(image: ImageFile.ImageFile) -> bytes:
    """Return the file's bytes, as Pillow was given them: a mended file is not the one on disk."""
    file = image.fp
    if file is None:
        return Path(os.fsdecode(image.filename)).read_bytes()
    stood = file.tell()
    try:
        file.seek(0)
        return bytes(file.read())
    finally:
        file.seek(stood)


def _has_mask(image: ImageFile.ImageFile) -> bool:
    """Whether the last channel is something kept beside the picture, such as a selection, and no transparency."""
    return image.format == "TIFF" and 0 in getattr(image, "tag_v2", {}).get(_EXTRA_SAMPLES, ())


def _from_heif(image: ImageFile.ImageFile) -> pyvips.Image:
    """Return a HEIC's picture, its values spread over all of 16 bits."""
    picture = pillow_heif.open_heif(_bytes_of(image), convert_hdr_to_8bit=False)
    values = np.asarray(picture)
    bits = int(picture.info["bit_depth"])
    highest = (2**bits - 1) << (16 - bits)
    return _scaled(pyvips.Image.new_from_array(values), highest)


def _scaled(picture: pyvips.Image, highest: int) -> pyvips.Image:
    """Return a picture of 16 bits whose white is 65535 instead of another."""
    whole = (picture * (_WHITE / highest)).rint().cast("ushort")
    return whole.copy(interpretation="grey16" if picture.bands < _SRGB_BANDS else "rgb16")


def _converted(picture: pyvips.Image, profile: bytes) -> pyvips.Image:
    """Return a picture in sRGB, by its profile: relative colorimetric with black point compensation.

    In between, littleCMS keeps light in steps of 1/32768: a tenth of a level of 255 in the shadows.
    """
    grey = picture.bands == 1
    mode, transform = srgb_transform(profile, "L" if grey else "RGB")
    if transform is None:
        return picture
    if grey and mode == "RGB":
        picture = picture.bandjoin([picture, picture]).copy(interpretation="rgb16")
    described = with_blobs(picture, icc_profile_data=profile)
    return described.icc_transform("srgb", embedded=True, intent="relative", black_point_compensation=True, depth=16)
