"""Files that describe their colours in rare ways, end early or are broken a little: what each should give."""

import io
import struct
import zlib
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, ImageCms

from lowlight import load_photo
from lowlight.errors import LowlightError
from lowlight.files.boxes import picture_in
from lowlight.files.decoder import opened
from lowlight.files.profiles import matrix_profile
from tests.helpers.pictures import png
from tests.helpers.places import EXAMPLES

CASES = Path(__file__).parent / "cases"

SHOWN = {
    "plain.png": (124.0, 125.6, 149.7),
    "p3nclx.avif": (111.8, 122.7, 144.6),
    "p3nclx.heic": (112.5, 122.2, 145.7),
    "cicp-p3.png": (112.5, 122.2, 145.7),
    "gama-linear.png": (176.1, 174.6, 197.3),
    "gama18.png": (137.5, 137.7, 163.8),
    "adobe-chrm.png": (109.5, 124.3, 148.6),
    "jpeg-jfif-short.jpg": (31.6, 31.3, 29.4),
    "jpeg-icc-short.jpg": (31.6, 31.3, 29.4),
    "jpeg-icc-1.jpg": (31.6, 31.3, 29.4),
    "jpeg-adobe-short.jpg": (31.6, 31.3, 29.4),
    "palette-8bit-map.tif": (44.1, 44.7, 44.6),
    "rle4-odd-runs.bmp": (56.0, 143.0, 112.0),
    "grid.heic": (17.8, 15.8, 13.0),
}
"""Means of red, green and blue: of PNG, AVIF, JPEG and BMP as Chromium 156 shows them."""


def mean(path):
    """Return the means of a photo's red, green and blue."""
    return load_photo(path).rgb.reshape(-1, 3).mean(0)


@pytest.mark.parametrize("name", SHOWN)
def test_it_looks_as_in_a_browser(name):
    """Display P3, Adobe RGB and other curves come out as sRGB, and a broken note by a program costs no photo."""
    assert np.abs(mean(CASES / name) - SHOWN[name]).max() < 0.3


def test_a_broken_segment_costs_no_other(tmp_path):
    """Beside a JFIF segment that is cut off, the profile of Display P3 and the orientation still count."""
    path = tmp_path / "p3.jpg"
    exif = Image.Exif()
    exif[274] = 6
    profile = load_profile(CASES / "p3nclx.avif")
    Image.open(EXAMPLES / "coffee.png").convert("RGB").save(path, icc_profile=profile, exif=exif, quality=95)
    whole = load_photo(path)
    data = path.read_bytes()
    path.write_bytes(data[:2] + b"\xff\xe0\0\7JFIF\0" + data[2:])
    assert np.array_equal(load_photo(path).rgb, whole.rgb)
    assert whole.rgb.shape == (600, 400, 3)
    assert np.abs(whole.rgb.astype(int) - np.rot90(load_photo(EXAMPLES / "coffee.png").rgb, -1)).mean() > 3


def load_profile(path):
    """Return the profile that a photo's numbers become."""
    with opened(path) as image:
        return image.info["icc_profile"]


CODED = {
    (4, 4): (107.0, 130.6, 146.9),
    (4, 13): (106.7, 131.0, 146.9),
    (5, 5): (102.9, 108.9, 133.3),
    (6, 13): (128.0, 129.3, 149.4),
    (8, 13): (109.1, 120.2, 146.1),
    (9, 13): (104.7, 119.2, 145.5),
    (11, 13): (113.7, 121.7, 145.7),
    (11, 17): (106.9, 115.4, 139.2),
    (1, 7): (136.3, 137.5, 160.4),
    (1, 8): (176.1, 174.6, 197.3),
    (22, 13): (122.4, 131.0, 149.6),
}
"""By primaries and transfer (ITU-T H.273): means of the plain PNG so marked, as Chromium 156 shows them."""


@pytest.mark.parametrize("points", CODED)
def test_code_points_look_as_in_a_browser(points, tmp_path):
    """Primaries of television, film and cinema with their whites, and their curves."""
    assert np.abs(mean(with_chunks(tmp_path / "a.png", (b"cICP", bytes((*points, 0, 1))))) - CODED[points]).max() < 0.3


@pytest.mark.parametrize("points", [(1, 13), (12, 13), (12, 8), (9, 4)])
def test_a_narrow_range_is_widened(points, tmp_path):
    """A PNG of 16 to 235 that says so (cICP) looks as the same picture of 0 to 255; the rest is clipped."""
    full = np.random.default_rng(0).integers(0, 256, (30, 40, 3))
    narrow = np.rint(full * (219 / 255) + 16).astype(np.uint8)
    full = np.rint((narrow - 16.0) * (255 / 219)).astype(np.uint8)
    narrow[0, :2], full[0, :2] = ((0,), (255,)), ((0,), (255,))
    shown = []
    for values, in_full in ((full, 1), (narrow, 0)):
        rows = [row.tobytes() for row in values]
        (tmp_path / "a.png").write_bytes(png(40, 30, 8, 2, rows, [(b"cICP", bytes((*points, 0, in_full)))]))
        shown.append(load_photo(tmp_path / "a.png").rgb.astype(int))
    far = np.abs(shown[0] - shown[1]) > 2
    assert far.mean() < 0.01  # near black, a step of the steeper curves is worth more
    assert shown[1][0, :2].tolist() == [[0, 0, 0], [255, 255, 255]]


@pytest.mark.parametrize("form", ["AVIF", "HEIF"])
@pytest.mark.parametrize("full", [0, 1])
def test_the_decoder_widens_a_narrow_range(form, full, tmp_path):
    """Black and white of HEIC and AVIF come out as such from both ranges; a flag that lies shows."""
    picture = Image.fromarray(np.repeat(np.uint8([0, 255]), 32 * 64 * 3).reshape(64, 64, 3))
    options = {"range": "full" if full else "limited"} if form == "AVIF" else {"full_range_flag": full}
    picture.save(tmp_path / "a", form, quality=95, **options)
    assert load_photo(tmp_path / "a").rgb[[8, 56], 8, 0].tolist() == [0, 255]
    data = bytearray((tmp_path / "a").read_bytes())
    data[data.index(b"nclx") + 10] ^= 0x80
    (tmp_path / "a").write_bytes(data)
    otherwise = load_photo(tmp_path / "a").rgb[[8, 56], 8, 0]
    np.testing.assert_allclose(otherwise, [0, 255] if full else [16, 235], atol=1)


@pytest.mark.parametrize("points", [(10, 13), (1, 9), (1, 10)])
def test_colours_of_the_cinema_are_refused_in_words(points, tmp_path):
    """XYZ and log curves would come out pale, without a word."""
    with pytest.raises(LowlightError, match=r"cinema \((XYZ|log)\).*sRGB"):
        load_photo(with_chunks(tmp_path / "a.png", (b"cICP", bytes((*points, 0, 1)))))


def test_hdr_is_refused_in_words():
    """PQ would be taken for a pale, bright photo."""
    with pytest.raises(LowlightError, match=r"in HDR \(PQ\).*standard range"):
        load_photo(CASES / "cicp-pq.png")


# -- Files that end early ----------------------------------------------------------------------------------------------


@pytest.fixture(scope="module", params=["HEIF grid", "HEIF", "AVIF"])
def boxed(request, tmp_path_factory):
    """A photo as a phone's grid of tiles, as one picture, and as AVIF."""
    if request.param == "HEIF grid":
        return CASES / "grid.heic"
    path = tmp_path_factory.mktemp("boxed") / f"photo.{request.param.lower()}"
    Image.open(EXAMPLES / "coffee.png").convert("RGB").save(path, request.param)
    return path


@pytest.mark.parametrize("share", [0.3, 0.6, 0.9, 0.999])
def test_a_file_that_ends_early_is_refused(boxed, share, tmp_path):
    """Whichever part is missing: green tiles are no photo."""
    data = boxed.read_bytes()
    path = tmp_path / boxed.name
    path.write_bytes(data[: int(share * len(data))])
    with pytest.raises(LowlightError, match=r"ends early: \d+% of the picture is missing|damaged, cut off"):
        load_photo(path)


def test_zeros_at_the_end_are_no_picture(boxed, tmp_path):
    """A copy that broke off may have its full length."""
    data = boxed.read_bytes()
    path = tmp_path / boxed.name
    path.write_bytes(data[: len(data) * 3 // 5].ljust(len(data), b"\0"))
    with pytest.raises(LowlightError, match=r"(39|40|41)% of the picture is missing"):
        load_photo(path)


def test_the_whole_file_is_taken(boxed):
    """Each of them, and its boxes tell its size and that all of it is there."""
    photo = load_photo(boxed)
    with boxed.open("rb") as file:
        picture = picture_in(file)
        assert picture.share_in(file) == 1
    assert picture.size == photo.rgb.shape[1::-1]


@given(st.data())
def test_damaged_boxes_are_nothing_or_a_picture(data):
    """Whatever the bytes: numbers that point anywhere, boxes that end early or never."""
    whole = bytearray((CASES / "grid.heic").read_bytes()[:4000])
    for at in data.draw(st.lists(st.integers(0, 1500), max_size=8)):
        whole[at] = data.draw(st.integers(0, 255))
    file = io.BytesIO(bytes(whole))
    picture = picture_in(file)
    assert picture is None or 0 <= picture.share_in(file) <= 1


# -- Colours by numbers ------------------------------------------------------------------------------------------------


def test_a_profile_made_of_srgbs_numbers_is_srgb():
    """Its transform moves no colour by more than rounding does."""
    curve = (3, 2.4, 1 / 1.055, 0.055 / 1.055, 1 / 12.92, 0.04045)
    made = matrix_profile((0.64, 0.33, 0.30, 0.60, 0.15, 0.06), (0.3127, 0.329), curve)
    levels = np.random.default_rng(0).integers(0, 256, (40, 40, 3), np.uint8)
    profile = ImageCms.ImageCmsProfile(io.BytesIO(made))
    found = ImageCms.profileToProfile(Image.fromarray(levels), profile, ImageCms.createProfile("sRGB"))
    assert np.abs(np.asarray(found, int) - levels).max() <= 1


@pytest.mark.parametrize("numbers", [(0.3, 0.3) * 3, (0.64, 0.0, 0.3, 0.6, 0.15, 0.06)], ids=["a point", "no light"])
def test_colours_that_span_nothing_are_refused(numbers):
    """They have no profile."""
    with pytest.raises(ValueError, match=r"line|luminance"):
        matrix_profile(numbers, (0.3127, 0.329), (0, 2.2))


def with_chunks(path, *chunks):
    """Write the plain PNG with more chunks before its pixels."""
    data = (CASES / "plain.png").read_bytes()
    made = b"".join(
        struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body)) for name, body in chunks
    )
    path.write_bytes(data[:33] + made + data[33:])
    return path


GAMMA, CHROMATICITY = (b"gAMA", struct.pack(">I", 100_000)), (b"cHRM", bytes(32))


@pytest.mark.parametrize(
    "chunks",
    [
        [(b"gAMA", struct.pack(">I", 45455))],
        [(b"sRGB", b"\0"), GAMMA],
        [(b"cICP", bytes((1, 13, 0, 1))), GAMMA],
        [(b"cICP", bytes((2, 2, 0, 1)))],
        [CHROMATICITY],
    ],
    ids=["sRGB's gamma", "sRGB before gamma", "cICP before gamma", "unspecified", "no colours at all"],
)
def test_what_says_srgb_or_nothing_is_left_as_it_is(chunks, tmp_path):
    """To the level: most PNGs are such."""
    given = with_chunks(tmp_path / "a.png", *chunks)
    assert np.array_equal(load_photo(given).rgb, load_photo(CASES / "plain.png").rgb)
