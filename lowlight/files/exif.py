"""EXIF: how a photo is to be turned, and what of it may go on to the result.

Camera, lens, exposure, date and copyright may, and the place where somebody asks for it. Thumbnails, maker notes,
serial numbers and texts may not.
"""

from collections.abc import Mapping

from PIL import ExifTags, Image, ImageFile, TiffImagePlugin

from lowlight.files.decoder import DECODER_FAILURES

CAMERA_TAGS = frozenset((
    ExifTags.Base.Make, ExifTags.Base.Model, ExifTags.Base.DateTime, ExifTags.Base.Copyright,
))  # fmt: skip
EXPOSURE_TAGS = frozenset((
    ExifTags.Base.ExifVersion, ExifTags.Base.ExposureTime, ExifTags.Base.FNumber, ExifTags.Base.ExposureProgram,
    ExifTags.Base.ISOSpeedRatings, ExifTags.Base.SensitivityType, ExifTags.Base.RecommendedExposureIndex,
    ExifTags.Base.ShutterSpeedValue, ExifTags.Base.ApertureValue, ExifTags.Base.BrightnessValue,
    ExifTags.Base.ExposureBiasValue, ExifTags.Base.MaxApertureValue, ExifTags.Base.MeteringMode,
    ExifTags.Base.LightSource, ExifTags.Base.Flash, ExifTags.Base.FocalLength, ExifTags.Base.ExposureMode,
    ExifTags.Base.WhiteBalance, ExifTags.Base.DigitalZoomRatio, ExifTags.Base.FocalLengthIn35mmFilm,
    ExifTags.Base.SceneCaptureType, ExifTags.Base.LensSpecification, ExifTags.Base.LensMake,
    ExifTags.Base.LensModel, ExifTags.Base.DateTimeOriginal, ExifTags.Base.DateTimeDigitized,
    ExifTags.Base.OffsetTime, ExifTags.Base.OffsetTimeOriginal, ExifTags.Base.OffsetTimeDigitized,
    ExifTags.Base.SubsecTime, ExifTags.Base.SubsecTimeOriginal, ExifTags.Base.SubsecTimeDigitized,
))  # fmt: skip
_PLACE_TAGS = frozenset((
    ExifTags.GPS.GPSVersionID, ExifTags.GPS.GPSLatitudeRef, ExifTags.GPS.GPSLatitude, ExifTags.GPS.GPSLongitudeRef,
    ExifTags.GPS.GPSLongitude, ExifTags.GPS.GPSAltitudeRef, ExifTags.GPS.GPSAltitude, ExifTags.GPS.GPSTimeStamp,
    ExifTags.GPS.GPSDateStamp, ExifTags.GPS.GPSImgDirectionRef, ExifTags.GPS.GPSImgDirection,
))  # fmt: skip
_LONGEST_VALUE = 200
_SRGB, _UNCALIBRATED = 1, 65535  # EXIF's ColorSpace

NESTED = (ExifTags.IFD.Exif, ExifTags.IFD.GPSInfo)
"""The tags whose values are tags themselves."""


def read_exif(image: ImageFile.ImageFile) -> Image.Exif:
    """Return a loaded photo's EXIF; empty if there is none or it is broken."""
    try:
        if image.format != "AVIF":
            return image.getexif()
        exif = Image.Exif()  # without an orientation from XMP, which does not count in AVIF
        exif.load(image.info.get("exif", b""))
        return exif
    except DECODER_FAILURES:
        return Image.Exif()


def orientation(image: ImageFile.ImageFile, exif: Image.Exif, *, deep: bool = False) -> int:
    """Return how a loaded photo is still to be turned: EXIF's 1 to 8, where 1 is not at all.

    HEIC and TIFF come turned from Pillow's readers. AVIF does not: its reader puts the container's orientation in EXIF.
    The readers of more than 8 bits (`deep`) turn HEIC and AVIF.
    """
    try:
        value = exif.get(ExifTags.Base.Orientation, 1)
    except DECODER_FAILURES:
        return 1
    is_upright = image.format in (("HEIF", "AVIF") if deep else ("HEIF", "TIFF"))
    return value if not is_upright and isinstance(value, int) and 1 <= value <= 8 else 1


def kept_exif(exif: Image.Exif, *, place: bool = False) -> bytes:
    """Return what of a photo's EXIF may go on to an sRGB result; empty if there is nothing or it cannot be written.

    Args:
        exif: the photo's.
        place: whether where it was taken may go on too; then it is empty for a photo that does not say.
    """
    try:
        kept = Image.Exif()
        kept.endian = "<"
        kept.update(_sifted(exif, CAMERA_TAGS))
        if exposure := _sifted(exif.get_ifd(ExifTags.IFD.Exif), EXPOSURE_TAGS):
            kept[ExifTags.IFD.Exif] = exposure | {ExifTags.Base.ColorSpace: _SRGB}
        if place:
            found = _sifted(exif.get_ifd(ExifTags.IFD.GPSInfo), _PLACE_TAGS)
            if not found:
                return b""
            kept[ExifTags.IFD.GPSInfo] = found
        return kept.tobytes() if len(kept) else b""
    except DECODER_FAILURES:
        return b""


class _Text(str):
    """A text whose bytes are written as they were read: Pillow reads Latin-1, and writes "?" for all but ASCII.

    Editors write UTF-8, so that a "©" would be lost.
    """

    __slots__ = ()

    def encode(self, *_: str) -> bytes:
        return super().encode("latin-1", "replace")


def writable(tags: Mapping[int, object]) -> dict[int, object]:
    """Return tags that Pillow read as it is to be given them, so that texts keep their bytes."""
    return {tag: _Text(value) if isinstance(value, str) else value for tag, value in tags.items()}


def in_other_colours(exif: bytes) -> bytes:
    """Return an EXIF block of `kept_exif` for a result whose colours are its ICC profile's, not sRGB's."""
    told, changed = Image.Exif(), Image.Exif()
    told.load(exif)
    exposure = told.get_ifd(ExifTags.IFD.Exif)
    if not exposure:
        return exif
    changed.endian = "<"
    for tag, value in writable(told).items():
        changed[tag] = writable(told.get_ifd(tag)) if tag in NESTED else value
    changed[ExifTags.IFD.Exif] |= {ExifTags.Base.ColorSpace: _UNCALIBRATED}
    return changed.tobytes()


def _sifted(tags: Mapping[int, object], wanted: frozenset[int]) -> dict[int, object]:
    """Return the wanted tags whose values are short and of a type that EXIF can be written from."""
    return writable({int(tag): tags[tag] for tag in sorted(wanted) if tag in tags and _is_plain(tags[tag])})


def _is_plain(value: object) -> bool:
    if isinstance(value, tuple):
        return len(value) <= 4 and all(_is_plain(part) for part in value)
    if isinstance(value, str | bytes):
        return len(value) <= _LONGEST_VALUE
    return isinstance(value, int | float | TiffImagePlugin.IFDRational)
