"""What a photo's EXIF does to it, and what of it goes on to the result."""

import io
import struct

import pytest
from PIL import ExifTags, Image
from PIL.TiffImagePlugin import IFDRational

from lowlight.files.exif import kept_exif, orientation
from lowlight.files.photo import load_photo
from lowlight.files.results import save_photo
from tests.helpers.pictures import save, scene

CAMERA = {ExifTags.Base.Make: "Cam", ExifTags.Base.Model: "One", ExifTags.Base.DateTime: "2026:01:02 03:04:05"}
EXPOSURE = {
    ExifTags.Base.ExposureTime: IFDRational(1, 15),
    ExifTags.Base.FNumber: IFDRational(18, 10),
    ExifTags.Base.ISOSpeedRatings: 3200,
    ExifTags.Base.ExposureBiasValue: IFDRational(-1, 3),
    ExifTags.Base.LensModel: "50 mm",
    ExifTags.Base.DateTimeOriginal: "2026:01:02 03:04:05",
}
PRIVATE = {
    ExifTags.Base.MakerNote: b"secret of the maker",
    ExifTags.Base.UserComment: b"ASCII\0\0\0secret comment",
    ExifTags.Base.BodySerialNumber: "secret serial",
    ExifTags.Base.CameraOwnerName: "secret owner",
}
GPS = {
    ExifTags.GPS.GPSLatitudeRef: "N",
    ExifTags.GPS.GPSLatitude: (52.0, 31.0, 12.0),
    ExifTags.GPS.GPSMapDatum: "secret",
}


def camera_exif(turned=6):
    """Return the EXIF of a camera, with what is kept and what is not."""
    exif = Image.Exif()
    exif.update({**CAMERA, ExifTags.Base.Orientation: turned, ExifTags.Base.ImageDescription: "secret text"})
    exif[ExifTags.IFD.Exif] = {**EXPOSURE, **PRIVATE}
    exif[ExifTags.IFD.GPSInfo] = GPS
    return exif


@pytest.mark.parametrize("suffix", [".jpg", ".png", ".webp", ".tif", ".heic", ".avif"])
@pytest.mark.parametrize("result", [".jpg", ".png"])
def test_camera_and_exposure_are_kept_and_the_rest_is_not(suffix, result, tmp_path):
    """Camera, lens, exposure and date reach the result; place, comments, serial numbers and orientation do not."""
    photo = load_photo(save(tmp_path / f"photo{suffix}", scene(), exif=camera_exif().tobytes()))
    save_photo(photo.rgb, tmp_path / f"result{result}", exif=photo.exif)
    with Image.open(tmp_path / f"result{result}") as image:
        exif = image.getexif()
        assert exif.get_ifd(ExifTags.IFD.Exif) == {**EXPOSURE, ExifTags.Base.ColorSpace: 1}
        del exif[ExifTags.IFD.Exif]
        assert dict(exif) == CAMERA
    assert b"secret" not in (tmp_path / f"result{result}").read_bytes()


@pytest.mark.parametrize("suffix", [".jpg", ".png", ".tif", ".jxl", ".avif"])
@pytest.mark.parametrize("rights", ["© 2026 Jürgen 山田".encode(), "© me".encode("latin-1")])
def test_a_copyright_keeps_its_letters(suffix, rights, tmp_path):
    """What an editor wrote in UTF-8, or an older one in Latin-1, stands in the result byte for byte."""
    exif = Image.Exif()
    exif[ExifTags.Base.Copyright] = rights
    photo = load_photo(save(tmp_path / "photo.jpg", scene(), exif=exif.tobytes()))
    save_photo(photo.rgb, tmp_path / f"result{suffix}", exif=photo.exif)
    assert rights in (tmp_path / f"result{suffix}").read_bytes()


def test_the_thumbnail_is_dropped(tmp_path):
    """The small picture inside a photo, which shows it as it was, does not go on."""
    exif = bytearray(camera_exif().tobytes())
    start, order = len(b"Exif\0\0"), "<" if exif[6:8] == b"II" else ">"
    (count,) = struct.unpack_from(f"{order}H", exif, start + 8)
    struct.pack_into(f"{order}L", exif, start + 10 + 12 * count, len(exif) - start)
    thumbnail = b"a secret thumbnail"
    exif += struct.pack(f"{order}HHHLLL", 1, ExifTags.Base.JpegIFOffset, 4, 1, len(exif) - start + 18, 0) + thumbnail
    path = save(tmp_path / "photo.jpg", scene(), exif=bytes(exif))
    with Image.open(path) as image:
        assert image.getexif().get_ifd(ExifTags.IFD.IFD1)
    kept = load_photo(path).exif
    assert b"Cam" in kept
    assert b"secret" not in kept


def test_no_metadata_gives_none(tmp_path):
    """A photo without EXIF, or with none that may go on, hands nothing to the result."""
    assert load_photo(save(tmp_path / "bare.jpg", scene())).exif == b""
    exif = Image.Exif()
    exif[ExifTags.Base.ImageDescription] = "secret text"
    assert load_photo(save(tmp_path / "text.jpg", scene(), exif=exif)).exif == b""


def test_long_values_are_dropped(tmp_path):
    """A camera name of a thousand letters does not go on; the date beside it does."""
    exif = Image.Exif()
    exif.update({ExifTags.Base.Make: "x" * 1000, ExifTags.Base.DateTime: "2026:01:02 03:04:05"})
    kept = Image.Exif()
    kept.load(load_photo(save(tmp_path / "long.jpg", scene(), exif=exif)).exif)
    assert dict(kept) == {ExifTags.Base.DateTime: "2026:01:02 03:04:05"}


@pytest.mark.parametrize("exif", [b"Exif\0\0", b"Exif\0\0II*\0\xff\xff\xff\xff", b"Exif\0\0noise", b"\xff" * 40])
def test_broken_exif_is_ignored(exif, tmp_path):
    """A photo whose EXIF is broken loads as if it had none."""
    buffer = io.BytesIO()
    Image.fromarray(scene()).save(buffer, "JPEG", exif=exif)
    (tmp_path / "broken.jpg").write_bytes(buffer.getvalue())
    photo = load_photo(tmp_path / "broken.jpg")
    assert photo.rgb.shape == (48, 64, 3)
    assert photo.exif == b""


@pytest.mark.parametrize("value", [0, 9, 65535, "6", (6, 6), IFDRational(6, 1)])
def test_an_orientation_that_is_none_is_ignored(value):
    """Only the whole numbers 1 to 8 turn a photo."""
    exif = Image.Exif()
    exif[ExifTags.Base.Orientation] = value
    image = Image.open(io.BytesIO(b"P6 1 1 255 abc"))
    assert orientation(image, exif) == 1


def test_kept_exif_is_the_same_every_time():
    """The same EXIF in gives the same bytes out."""
    assert kept_exif(camera_exif()) == kept_exif(camera_exif())
