"""Results as files: formats, depth, colours, and what is told of them."""

import io
import re
import struct

import numpy as np
import pytest
import pyvips
import tifffile
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from PIL import ExifTags, Image, ImageCms, JpegImagePlugin
from PIL.TiffImagePlugin import IFDRational

from lowlight import LowlightError
from lowlight.arrays import to_uint16
from lowlight.files.photo import load_photo, own_pixels
from lowlight.files.results import RESULT_FORMATS, save_photo
from lowlight.files.vips import viewed
from lowlight.files.whole import remove_unfinished
from lowlight.files.xmp import Description, packet, read_description
from lowlight.light import linear
from tests.files.test_deep import DISPLAY_P3, ramp
from tests.helpers.pictures import save, scene

pictures = arrays(np.uint8, st.tuples(st.integers(1, 12), st.integers(1, 12), st.just(3)))

SUFFIXES = [".jpg", ".png", ".tif", ".jxl", ".avif"]


def camera_exif():
    """Return the EXIF of a camera."""
    exif = Image.Exif()
    exif[ExifTags.Base.Make] = "Cam"
    exif[ExifTags.IFD.Exif] = {ExifTags.Base.ExposureTime: IFDRational(1, 15), ExifTags.Base.ISOSpeedRatings: 3200}
    return exif.tobytes()


@settings(max_examples=25, deadline=None)
@given(pictures)
def test_a_png_comes_back_exactly(tmp_path_factory, rgb):
    """What is saved as PNG is loaded again to the last bit."""
    path = tmp_path_factory.mktemp("exact") / "photo.png"
    save_photo(rgb, path)
    np.testing.assert_array_equal(load_photo(path).rgb, rgb)


@pytest.mark.parametrize("name", ["photo.jpg", "PHOTO.JPEG"])
def test_a_jpeg_keeps_colour_at_full_size(name, tmp_path):
    """A JPEG is saved without colour subsampling (4:4:4), and comes back within a few levels."""
    rgb = scene()
    rgb[:, ::2] = rgb[:, ::2] // 2 + np.array([100, 0, 0], np.uint8)  # colour that changes from pixel to pixel
    save_photo(rgb, tmp_path / name)
    with Image.open(tmp_path / name) as image:
        assert (image.format, JpegImagePlugin.get_sampling(image)) == ("JPEG", 0)
    assert np.abs(load_photo(tmp_path / name).rgb.astype(int) - rgb).mean() < 2


def test_a_result_says_that_it_is_srgb(tmp_path):
    """A JPEG holds an sRGB profile, a PNG the chunk for it, so that wide-gamut screens show the right colours."""
    save_photo(scene(), tmp_path / "photo.jpg")
    save_photo(scene(), tmp_path / "photo.png")
    with Image.open(tmp_path / "photo.jpg") as jpeg, Image.open(tmp_path / "photo.png") as png:
        assert b"sRGB" in jpeg.info["icc_profile"].replace(b"\0", b"")
        assert png.info["srgb"] == 0


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_the_same_picture_gives_the_same_bytes(suffix, tmp_path):
    """Saved twice, a picture gives the same file: nothing in it tells when it was made."""
    for name in ("one", "two"):
        save_photo(
            scene(),
            tmp_path / f"{name}{suffix}",
            exif=camera_exif(),
            xmp=packet(Description(3, "Caption"), {"Tool": "lowlight"}),
        )
    data = (tmp_path / f"one{suffix}").read_bytes()
    assert data == (tmp_path / f"two{suffix}").read_bytes()
    if suffix == ".jpg":
        profile = data.index(b"acsp") - 36
        assert data[profile + 24 : profile + 36] == bytes([2000 >> 8, 2000 & 255, 0, 1, 0, 1, 0, 0, 0, 0, 0, 0])


def test_a_view_is_saved_as_it_looks(tmp_path):
    """Arrays that are views, such as grey spread to three channels or a mirrored picture, are saved as they look."""
    for number, view in enumerate((np.broadcast_to(scene()[..., :1], (48, 64, 3)), scene()[:, ::-1])):
        save_photo(view, tmp_path / f"{number}.png")
        np.testing.assert_array_equal(load_photo(tmp_path / f"{number}.png").rgb, view)


@pytest.mark.parametrize(
    ("array", "words"),
    [
        (np.zeros((4, 4, 3), np.float32), "float32"),
        (np.zeros((4, 4), np.uint8), "(4, 4)"),
        (np.zeros((4, 4, 4), np.uint8), "(4, 4, 4)"),
        (np.zeros((0, 4, 3), np.uint8), "(0, 4, 3)"),
        ([[1, 2, 3]], "list"),
    ],
)
def test_what_is_no_picture_is_not_saved(array, words, tmp_path):
    """An array of another type or shape is refused by what it is, and no file appears."""
    with pytest.raises(LowlightError, match=re.escape(words)):
        save_photo(array, tmp_path / "photo.png")
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("name", ["photo.gif", "photo", "photo.jpg.exe"])
def test_other_formats_are_not_saved(name, tmp_path):
    """Other suffixes are refused with the ones that can be had."""
    with pytest.raises(LowlightError, match=r"\.jpg, \.jpeg, \.png, \.tif"):
        save_photo(scene(), tmp_path / name)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("quality", [0, 96, -1])
def test_another_quality_is_refused(quality, tmp_path):
    """It is told, and nothing is written."""
    with pytest.raises(LowlightError, match=f"from 1 to 95; {quality} was given"):
        save_photo(np.zeros((4, 4, 3), np.uint8), tmp_path / "a.jpg", quality=quality)
    assert list(tmp_path.iterdir()) == []


def test_the_longest_name_can_be_saved(tmp_path):
    """One of 255 bytes, of letters of two, and what is left of it by a process that was killed can be removed."""
    target = tmp_path / ("é" * 125 + "a.jpg")
    save_photo(np.zeros((4, 4, 3), np.uint8), target)
    assert [path.name for path in tmp_path.iterdir()] == [target.name]
    left = tmp_path / f".{'é' * 90}.01234567.part.jpg"
    left.touch()
    remove_unfinished(target)
    assert not left.exists()


def test_a_failed_save_leaves_the_old_file(tmp_path):
    """Where a result cannot be written, the file of that name stays as it was and no half of one is left."""
    path = tmp_path / "photo.jpg"
    path.write_bytes(b"the old file")
    with pytest.raises(LowlightError, match="could not be written"):
        save_photo(scene(), path, exif=b"Exif\0\0" + bytes(70_000))
    assert path.read_bytes() == b"the old file"
    assert list(tmp_path.iterdir()) == [path]


def test_a_missing_folder_is_told(tmp_path):
    """Where the folder for a result is missing, the person is told so, without its path."""
    with pytest.raises(LowlightError, match="No such file or directory") as caught:
        save_photo(scene(), tmp_path / "nowhere" / "photo.png")
    assert str(tmp_path) not in str(caught.value)


def bits_of(path):
    """Return how deep a result is, by another reader than ours where there is one."""
    if path.suffix == ".png":
        return path.read_bytes()[24]  # IHDR's bit depth
    if path.suffix == ".tif":
        return tifffile.imread(path).dtype.itemsize * 8
    return pyvips.Image.new_from_file(str(path)).get("bits-per-sample") if path.suffix == ".avif" else 8


@pytest.mark.parametrize("name", RESULT_FORMATS)
def test_each_format_has_the_bits_it_says(name, tmp_path):
    """A picture of 16 bits is written in as many as the format's, and is the same picture."""
    wanted = RESULT_FORMATS[name]
    deep = ramp() * np.uint16(12)
    path = tmp_path / f"photo{wanted.suffix}"
    save_photo(deep if wanted.deep else np.rint(deep / 257).astype(np.uint8), path)
    assert bits_of(path) == wanted.bits
    if path.suffix == ".jxl":
        found = np.asarray(Image.open(path).convert("RGB")) * 257.0
    else:
        photo = load_photo(path)
        found = to_uint16(photo.rgb) if photo.deep is None else photo.deep
    assert np.abs(found.astype(float) - deep).mean() < 257 * 1.5
    if wanted.bits == 16:
        assert np.array_equal(found, deep)


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_metadata_is_in_every_format(suffix, tmp_path):
    """Camera, exposure, rating, caption, and how it was made, read by Pillow."""
    path = tmp_path / f"photo{suffix}"
    told = packet(Description(4, "Zürich bei Nacht", "© me"), {"Tool": "lowlight 1", "Settings": "{}"})
    save_photo(scene() if suffix in (".jpg", ".jxl") else to_uint16(scene()), path, exif=camera_exif(), xmp=told)
    with Image.open(path) as image:
        image.load()
        exif = image.getexif()
        assert exif[ExifTags.Base.Make] == "Cam"
        exposure = exif.get_ifd(ExifTags.IFD.Exif)
        assert exposure[ExifTags.Base.ISOSpeedRatings] == 3200
        assert float(exposure[ExifTags.Base.ExposureTime]) == pytest.approx(1 / 15)
        if suffix != ".jxl":  # whose reader hands out no XMP
            description = read_description(image)
            assert description == Description(4, "Zürich bei Nacht", "© me")
    if suffix != ".png":  # where it may be packed
        assert b"<lowlight:Settings>{}</lowlight:Settings>" in path.read_bytes()


def test_a_tiff_with_exif_is_whole(tmp_path):
    """Its pixels are those of one without, for a reader that goes by the file's own directory."""
    save_photo(ramp(), tmp_path / "photo.tif", exif=camera_exif(), xmp=packet(Description(1)))
    with tifffile.TiffFile(tmp_path / "photo.tif") as file:
        assert np.array_equal(file.pages[0].asarray(), ramp())
        assert file.pages[0].tags["Make"].value == "Cam"
        assert len(file.pages) == 1


@pytest.mark.parametrize("suffix", [".jpg", ".png", ".tif", ".avif"])
def test_a_result_can_have_the_photos_own_colours(suffix, tmp_path):
    """The file has the profile, its numbers are P3's, and whoever converts them sees the same picture."""
    path = tmp_path / f"photo{suffix}"
    rgb = np.zeros((32, 48, 3), np.uint8)
    rgb[:, :16], rgb[:, 16:32], rgb[:, 32:] = (200, 40, 40), (90, 90, 90), (40, 160, 60)
    save_photo(rgb if suffix == ".jpg" else to_uint16(rgb), path, profile=DISPLAY_P3)
    with Image.open(path) as image:
        assert image.info["icc_profile"] == DISPLAY_P3
        stored = np.asarray(image.convert("RGB"))[16, 8].astype(int)
        converted = np.asarray(
            ImageCms.profileToProfile(image.convert("RGB"), io.BytesIO(DISPLAY_P3), ImageCms.createProfile("sRGB"))
        )
    assert np.abs(stored - [185, 56, 50]).max() <= 3  # by colour.js' matrices: sRGB 200 40 40 in P3
    for column in (8, 24, 40):
        assert np.abs(converted[16, column].astype(int) - rgb[16, column]).max() <= 4


@pytest.mark.parametrize(("suffix", "space"), [(".jpg", 65535), (".tif", 65535), (".jxl", 1)])
def test_exif_does_not_say_srgb_of_other_colours(suffix, space, tmp_path):
    """ColorSpace is "uncalibrated" beside the profile, as cameras write it; all else of the EXIF is as it was."""
    exif = Image.Exif()
    exif.update({ExifTags.Base.Make: "Cam", ExifTags.Base.Copyright: "© me".encode()})
    exif[ExifTags.IFD.Exif] = {ExifTags.Base.ISOSpeedRatings: 3200, ExifTags.Base.ColorSpace: 1}
    exif[ExifTags.IFD.GPSInfo] = {ExifTags.GPS.GPSLatitudeRef: "N"}
    path = tmp_path / f"photo{suffix}"
    save_photo(scene(), path, exif=exif.tobytes(), profile=DISPLAY_P3)
    with Image.open(path) as image:
        found = image.getexif()
        wanted = {ExifTags.Base.ISOSpeedRatings: 3200, ExifTags.Base.ColorSpace: space}
        assert dict(found.get_ifd(ExifTags.IFD.Exif)) == wanted
        assert dict(found.get_ifd(ExifTags.IFD.GPSInfo)) == {ExifTags.GPS.GPSLatitudeRef: "N"}
        assert found[ExifTags.Base.Make] == "Cam"
    assert "© me".encode() in path.read_bytes()


def test_jpeg_xl_stays_srgb(tmp_path):
    """Its encoder takes no profile: P3's numbers without P3's name would be paler colours."""
    save_photo(scene(), tmp_path / "plain.jxl")
    save_photo(scene(), tmp_path / "wide.jxl", profile=DISPLAY_P3, own=scene())
    assert (tmp_path / "wide.jxl").read_bytes() == (tmp_path / "plain.jxl").read_bytes()


def test_exif_in_jpeg_xl_begins_with_its_offset(tmp_path):
    """ISO/IEC 18181-2: four bytes say where in the box the TIFF header is; other readers go by them."""
    save_photo(scene(), tmp_path / "photo.jxl", exif=camera_exif())
    _, box = (tmp_path / "photo.jxl").read_bytes().split(b"Exif", 1)
    assert box[:8] == bytes(4) + camera_exif()[6:10]


@pytest.mark.parametrize("deep", [True, False])
def test_colours_beyond_srgb_come_back_in_their_own_space(deep, tmp_path):
    """A red and a green of P3 keep their place beyond sRGB while they get lighter; a grey is the result's."""
    photo = np.zeros((300, 300, 3), np.uint8)
    photo[:100], photo[100:200], photo[200:] = (60, 3, 2), (3, 60, 5), (30, 30, 30)
    path = tmp_path / "photo.png"
    described = viewed(to_uint16(photo) if deep else photo, icc_profile_data=DISPLAY_P3)
    path.write_bytes(described.pngsave_buffer())
    read, own = load_photo(path), own_pixels(path)
    assert np.array_equal(own, to_uint16(photo) if deep else photo)
    light = linear.from_uint8(read.rgb) * np.float32(8)
    result = linear.to_uint16(light) if deep else linear.to_uint8(light)
    for name, kept in (("narrow", None), ("wide", own)):
        save_photo(result, tmp_path / f"{name}.png", profile=DISPLAY_P3, own=kept)
    narrow, wide = (own_pixels(tmp_path / f"{name}.png") / (257 if deep else 1) for name in ("narrow", "wide"))
    wanted = linear.to_uint8(linear.from_uint8(photo) * np.float32(8)).astype(float)
    assert np.abs(wide[50, 150] - wanted[50, 150]).max() <= 6  # littleCMS keeps dark light in steps
    assert np.abs(wide[150, 150] - wanted[150, 150]).max() <= 6
    assert np.abs(narrow[50, 150] - wanted[50, 150]).max() > 8
    assert np.abs(wide[250] - narrow[250]).max() < 1


def test_a_photo_of_srgb_has_no_other_colours(tmp_path):
    """There is nothing to keep."""
    save_photo(scene(), tmp_path / "photo.jpg")
    assert own_pixels(tmp_path / "photo.jpg") is None


def scanner_profile():
    """Return an ICC profile as scanners have it: a table from its colours to XYZ (ICC.1:2010, 10.10), and none back."""
    corners = [(red, green, blue) for red in (0, 1) for green in (0, 1) for blue in (0, 1)]
    to_xyz = np.array([[0.4361, 0.3851, 0.1431], [0.2225, 0.7169, 0.0606], [0.0139, 0.0971, 0.7141]])
    straight = struct.pack(">6H", *(0, 65535) * 3)
    table = b"mft2" + bytes(4) + bytes([3, 3, 2, 0]) + struct.pack(">9i", *np.eye(3, dtype=int).ravel() * 65536)
    table += struct.pack(">2H", 2, 2) + straight
    table += b"".join(struct.pack(">3H", *(to_xyz @ corner * 32768).astype(int)) for corner in corners) + straight
    white = b"XYZ " + bytes(4) + struct.pack(">3i", 63190, 65536, 54061)
    start = 128 + 4 + 2 * 12
    places = b"wtpt" + struct.pack(">II", start, len(white))
    places += b"A2B0" + struct.pack(">II", start + len(white), len(table))
    head = struct.pack(">I4xI4s4s4s", start + len(white) + len(table), 0x04200000, b"scnr", b"RGB ", b"XYZ ")
    head += struct.pack(">6H4s28x", 2000, 1, 1, 0, 0, 0, b"acsp") + white[8:]
    return head.ljust(128, b"\0") + struct.pack(">I", 2) + places + white + table


def test_a_scanners_colours_are_read_and_not_written(tmp_path):
    """They become sRGB. No result can be in them, and the wish to keep them costs no photo."""
    path = save(tmp_path / "scan.png", np.full((20, 30, 3), 60, np.uint8), icc_profile=scanner_profile())
    photo = load_photo(path)
    assert np.abs(photo.rgb.astype(int) - 133).max() <= 1  # sRGB of 60 / 255 of light
    assert own_pixels(path) is None
    save_photo(photo.rgb, tmp_path / "result.jpg", **photo.told.of_result({}, own=own_pixels(path)))


def test_a_broken_exif_is_told(tmp_path):
    """In words, and no file is left."""
    with pytest.raises(LowlightError, match="could not be written"):
        save_photo(scene(), tmp_path / "photo.tif", exif=b"no exif")
    assert not list(tmp_path.iterdir())


def test_a_broken_profile_is_told(tmp_path):
    """In words, and no file is left."""
    with pytest.raises(LowlightError, match="could not be written"):
        save_photo(scene(), tmp_path / "photo.png", profile=b"no profile")
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_a_missing_folder_is_told_in_every_format(suffix, tmp_path):
    """As the system says it."""
    with pytest.raises(LowlightError, match="No such file or directory"):
        save_photo(scene(), tmp_path / "nowhere" / f"photo{suffix}")
