"""A photo file becomes an upright sRGB array."""

import re
import threading

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import ExifTags, Image

from lowlight.errors import LowlightError
from lowlight.files.photo import LONGEST_NAME, Photo, enhanced_name, load_photo, planned_suffix, usual_format
from tests.helpers.photos import cut_png
from tests.helpers.pictures import lay_down, save, scene

NEARLY_LOSSLESS = {
    ".jpg": {"quality": 98, "subsampling": 0},
    ".png": {},
    ".webp": {"lossless": True},
    ".tif": {"compression": "tiff_lzw"},
    ".heic": {"quality": 98, "chroma": 444},
    ".avif": {"quality": 98, "subsampling": "4:4:4"},
}


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("suffix", NEARLY_LOSSLESS)
def test_every_orientation_comes_upright(suffix, orientation, tmp_path):
    """A photo in any of EXIF's eight orientations comes as it was seen, turned once, in every format."""
    exif = Image.Exif()
    exif[ExifTags.Base.Orientation] = orientation
    stored = lay_down(scene(), orientation)
    photo = load_photo(save(tmp_path / f"turned{suffix}", stored, exif=exif.tobytes(), **NEARLY_LOSSLESS[suffix]))
    assert photo.rgb.shape == scene().shape
    np.testing.assert_allclose(photo.rgb, scene(), atol=8)


@pytest.mark.parametrize("suffix", [".heic", ".avif"])
def test_the_container_alone_turns_heic_and_avif(suffix, tmp_path):
    """In HEIC and AVIF the container says how a photo is turned; an orientation in XMP does not count."""
    xmp = b'<x:xmpmeta><rdf:Description tiff:Orientation="6"/></x:xmpmeta>'
    path = save(tmp_path / f"plain{suffix}", scene(), **NEARLY_LOSSLESS[suffix])
    with_xmp = save(
        tmp_path / f"xmp{suffix}", scene(), xmp=xmp if suffix == ".avif" else b"", **NEARLY_LOSSLESS[suffix]
    )
    np.testing.assert_array_equal(load_photo(with_xmp).rgb, load_photo(path).rgb)


def test_grey_and_deep_photos_are_turned_too(tmp_path):
    """A 16-bit grey TIFF that lies on its side comes upright."""
    exif = Image.Exif()
    exif[ExifTags.Base.Orientation] = 6
    grey = scene()[..., 0]
    stored = Image.fromarray(np.rot90(grey).astype(np.uint16) * 257)
    np.testing.assert_array_equal(load_photo(save(tmp_path / "deep.tif", stored, exif=exif)).rgb[..., 0], grey)


@pytest.mark.parametrize("suffix", [".png", ".gif", ".webp", ".tif", ".avif", ".heic", ".mpo"])
def test_the_first_picture_of_several_is_taken(suffix, tmp_path):
    """Of an animation, a TIFF of many pages or a photo with companions (MPO), the first picture is taken."""
    first, second = Image.new("RGB", (32, 32), (200, 0, 0)), Image.new("RGB", (32, 32), (0, 0, 200))
    path = save(tmp_path / f"many{suffix}", first, save_all=True, append_images=[second])
    photo = load_photo(path)
    np.testing.assert_allclose(photo.rgb[16, 16], (200, 0, 0), atol=6)
    assert photo.format == {".mpo": "JPEG", ".heic": "HEIF", ".tif": "TIFF"}.get(suffix, suffix[1:].upper())


@pytest.mark.parametrize("size", [(1, 1), (1, 40), (40, 1), (400, 20), (3, 900)])
@pytest.mark.parametrize("suffix", NEARLY_LOSSLESS)
def test_small_and_long_photos_come_whole(size, suffix, tmp_path):
    """One pixel, a line of pixels and 20:1 are photos like any other."""
    photo = load_photo(
        save(tmp_path / f"long{suffix}", Image.new("RGB", size, (120, 60, 30)), **NEARLY_LOSSLESS[suffix])
    )
    assert photo.rgb.shape == (size[1], size[0], 3)
    np.testing.assert_allclose(photo.rgb[0, 0], (120, 60, 30), atol=12)


@pytest.mark.parametrize(
    ("name", "options", "suffix"),
    [
        ("a.jpg", {}, ".jpg"),
        ("a.heic", {}, ".jpg"),
        ("a.avif", {}, ".jpg"),
        ("a.webp", {"lossless": False}, ".jpg"),
        ("a.webp", {"lossless": True}, ".png"),
        ("a.webp", {"lossless": True, "exif": b"Exif\0\0II*\0\x08\0\0\0\0\0", "icc_profile": b"profile"}, ".png"),
        ("a.png", {}, ".png"),
        ("a.bmp", {}, ".png"),
        ("a.gif", {}, ".png"),
        ("a.tif", {}, ".png"),
        ("a.tif", {"compression": "tiff_lzw"}, ".png"),
        ("a.tif", {"compression": "jpeg"}, ".jpg"),
    ],
)
def test_the_result_is_lossless_where_the_photo_was(name, options, suffix, tmp_path):
    """What came without loss goes out as PNG, everything else as JPEG; it is known before the photo is read."""
    path = save(tmp_path / name, scene(), **options)
    assert f".{usual_format(load_photo(path))}" == planned_suffix(path) == suffix


def test_of_a_photo_that_is_none_no_result_is_planned(tmp_path):
    """A file that cannot be read is refused then; one that ends early is found out when it is read."""
    (tmp_path / "a.jpg").write_bytes(b"no photo")
    with pytest.raises(LowlightError, match="a text file"):
        planned_suffix(tmp_path / "a.jpg")
    assert planned_suffix(cut_png(tmp_path)) == ".png"


def test_two_people_get_their_own_photos(tmp_path):
    """Photos loaded at the same time do not mix."""
    paths = [save(tmp_path / f"{level}.png", Image.new("RGB", (300, 200), (level,) * 3)) for level in range(0, 250, 10)]
    loaded = {}
    threads = [threading.Thread(target=lambda path=path: loaded.update({path: load_photo(path)})) for path in paths]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert {path: set(photo.rgb.ravel()) for path, photo in loaded.items()} == {
        path: {int(path.stem)} for path in paths
    }


@pytest.mark.parametrize(
    ("original", "expected"),
    [
        ("IMG_1234.HEIC", "IMG_1234_enhanced.jpg"),
        ("/home/me/night.jpeg", "night_enhanced.jpg"),
        ("C:\\Photos\\Nacht (2).png", "Nacht (2)_enhanced.jpg"),
        ("../../etc/passwd", "passwd_enhanced.jpg"),
        ("Größe 夜景.jpg", "Größe 夜景_enhanced.jpg"),
        ("Dr. Smith at 10.30", "Dr. Smith at 10_enhanced.jpg"),
        ("a<b>:c|d?.png", "a_b__c_d__enhanced.jpg"),
        ("line\nbreak\0.png", "line_break__enhanced.jpg"),
        ("--help", "help_enhanced.jpg"),
        ("...", "photo_enhanced.jpg"),
        ("", "photo_enhanced.jpg"),
        ("///", "photo_enhanced.jpg"),
        ("\u202e\udc80.png", "photo_enhanced.jpg"),
    ],
)
def test_a_result_is_named_after_its_photo(original, expected):
    """The result's name tells the photo's, without folders and characters that a system may not take."""
    assert enhanced_name(original, ".jpg") == expected


@given(st.text())
def test_a_result_always_has_a_safe_name(original):
    """Whatever a photo is called, the result's name is no path, not hidden, not too long and can be written."""
    name = enhanced_name(original, ".png")
    assert re.fullmatch(r"[^/\\\x00-\x1f\x7f<>:\"|?*]+_enhanced\.png", name)
    assert name[0] not in ".- "
    assert len(name.encode()) <= LONGEST_NAME + len("_enhanced.png")


def test_a_photo_is_a_value():
    """A photo cannot be changed by accident: its attributes are set once."""
    photo = Photo(scene(), "PNG", True, b"")
    with pytest.raises(AttributeError):
        photo.format = "JPEG"
