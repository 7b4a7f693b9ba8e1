"""EXIF: how a photo is to be turned, and what of it may go on to the result.

Camera, lens, exposure, date and copyright may, and the place where somebody asks for it. Thumbnails, maker notes,
serial numbers and texts may not.
"""

from collections.abc import Mapping

from PIL import ExifTags, Image, ImageFile, TiffImagePlugin

from lowlight.files.decoder import DECODER_FAILURES

_CAMERA_TAGS = frozenset((
    ExifTags.Base.Make, ExifTags.Base.Model, ExifTags.Base.DateTime, ExifTags.Base.Copyright,
))  # fmt: skip
_EXPOSURE_TAGS = frozenset((
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
        kept.update(_sifted(exif, _CAMERA_TAGS))
        if exposure := _sifted(exif.get_ifd(ExifTags.IFD.Exif), _EXPOSURE_TAGS):
            kept[ExifTags.IFD.Exif] = exposure | {ExifTags.Base.ColorSpace: 1}  # sRGB
        if place:
            found = _sifted(exif.get_ifd(ExifTags.IFD.GPSInfo), _PLACE_TAGS)
            if not found:
                return b""
            kept[ExifTags.IFD.GPSInfo] = found
        return kept.tobytes() if len(kept) else b""
    except DECODER_FAILURES:
        return b""


def _sifted(tags: Mapping[int, object], wanted: frozenset[int]) -> dict[int, object]:
    """Return the wanted tags whose values are short and of a type that EXIF can be written from."""
    return {int(tag): tags[tag] for tag in sorted(wanted) if tag in tags and _is_plain(tags[tag])}


def _is_plain(value: object) -> bool:
    if isinstance(value, tuple):
        return len(value) <= 4 and all(_is_plain(part) for part in value)
    if isinstance(value, str | bytes):
        return len(value) <= _LONGEST_VALUE
    return isinstance(value, int | float | TiffImagePlugin.IFDRational)
