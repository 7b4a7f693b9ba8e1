"""Photos of more than 8 bits, and what becomes of them on the way through the program."""

import struct
import zlib

import cv2
import numpy as np
import pillow_heif
import pytest
import pyvips
import tifffile
from hypothesis import given
from hypothesis import strategies as st
from PIL import ExifTags, Image

from lowlight import LowlightError, enhance, load_photo
from lowlight.arrays import blend, from_uint16, smaller, to_uint16
from lowlight.files.profiles import matrix_profile
from lowlight.light import linear
from tests.helpers.places import EXAMPLES

DISPLAY_P3 = matrix_profile(
    (0.680, 0.320, 0.265, 0.690, 0.150, 0.060),
    (0.3127, 0.3290),
    (3, 2.4, 1 / 1.055, 0.055 / 1.055, 1 / 12.92, 0.04045),
)


def ramp(height=120, width=200):
    """A dark picture in 16 bits, up to 7 % of white: three ramps that differ."""
    steps = np.linspace(0, 4600, height * width).reshape(height, width)
    return np.stack([steps, steps[::-1], steps[:, ::-1]], -1).astype(np.uint16)


def as_png(path, deep):
    """Write 16 bits."""
    cv2.imwrite(str(path), deep[..., ::-1] if deep.ndim == 3 else deep)


def as_tiff(path, deep):
    """Write 16 bits."""
    tifffile.imwrite(path, deep, photometric="rgb" if deep.ndim == 3 else "minisblack", compression="zlib")


def as_heic(path, deep):
    """Write 10 bits without loss."""
    height, width = deep.shape[:2]
    picture = pillow_heif.from_bytes("RGB;16", (width, height), deep.tobytes())
    picture.save(path, quality=-1, chroma=444, matrix_coefficients=0)


def as_avif(path, deep):
    """Write 12 bits without loss."""
    pyvips.Image.new_from_array(deep).copy(interpretation="rgb16").heifsave(
        str(path), compression="av1", lossless=True, bitdepth=12, effort=0
    )


@pytest.mark.parametrize(
    ("suffix", "write", "within"),
    [(".png", as_png, 0), (".tif", as_tiff, 0), (".heic", as_heic, 64), (".avif", as_avif, 16)],
)
def test_all_bits_of_a_file_are_read(tmp_path, suffix, write, within):
    """16 bits come to the step, 10 and 12 within one of theirs; the 8 bits beside them are those, rounded."""
    path = tmp_path / f"photo{suffix}"
    write(path, ramp())
    photo = load_photo(path)
    assert np.abs(photo.deep.astype(int) - ramp()).max() <= within
    assert np.array_equal(photo.rgb, np.rint(photo.deep / 257))


@pytest.mark.parametrize("write", [as_png, as_tiff])
def test_grey_has_three_equal_channels(tmp_path, write):
    """A grey photo of 16 bits is read to the step."""
    grey = ramp()[..., 0]
    write(tmp_path / "photo.tif" if write is as_tiff else tmp_path / "photo.png", grey)
    photo = load_photo(next(tmp_path.iterdir()))
    assert np.array_equal(photo.deep, np.repeat(grey[..., np.newaxis], 3, 2))


@pytest.mark.parametrize("write", [as_png, as_tiff])
def test_one_grey_pixel_is_a_photo(tmp_path, write):
    """The smallest photo of 16 bits is read as others are."""
    path = tmp_path / ("photo.tif" if write is as_tiff else "photo.png")
    write(path, np.full((1, 1), 9000, np.uint16))
    assert load_photo(path).deep.tolist() == [[[9000, 9000, 9000]]]


@pytest.mark.parametrize(("kind", "kept"), [("unspecified", 1.0), ("unassalpha", 0.5)])
def test_a_saved_selection_is_no_transparency(tmp_path, kind, kept):
    """Photoshop keeps selections as channels of no told kind: the picture stays. Transparency is laid over black."""
    half = np.full((120, 200, 1), 32768, np.uint16)
    channels = np.concatenate([ramp(), half], -1)
    tifffile.imwrite(tmp_path / "photo.tif", channels, photometric="rgb", extrasamples=[kind], compression="zlib")
    assert np.abs(load_photo(tmp_path / "photo.tif").deep - ramp() * kept).max() <= 1


def test_white_stays_white(tmp_path):
    """65535 is white in HEIC of 10 bits too, whose highest value is 1023."""
    as_heic(tmp_path / "white.heic", np.full((64, 64, 3), 65535, np.uint16))
    assert load_photo(tmp_path / "white.heic").deep.min() == 65535


def test_a_profile_is_converted_in_16_bits(tmp_path):
    """Display P3's grey stays, and its red is beyond sRGB's; a darker red is converted as IEC 61966-2-1 has it."""
    colours = np.array([[[30000, 30000, 30000], [2000, 1500, 1500], [65535, 0, 0]]], np.uint16).repeat(8, 0)
    picture = pyvips.Image.new_from_array(colours).copy(interpretation="rgb16").copy()
    picture.set_type(pyvips.GValue.blob_type, "icc-profile-data", DISPLAY_P3)
    picture.write_to_file(str(tmp_path / "photo.png"))
    grey, dim, red = load_photo(tmp_path / "photo.png").deep[0].astype(int)
    assert np.abs(grey - 30000).max() <= 40
    assert (
        np.abs(dim - [2113, 1479, 1490]).max() <= 26
    )  # 12.92 times light here, so the matrix holds for the values too
    assert red[0] == 65535
    assert red[1] == 0


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("suffix", [".png", ".tif"])
def test_deep_photos_are_turned(tmp_path, suffix, orientation):
    """As Pillow turns them in 8 bits, by whatever orientation EXIF says."""
    marked = np.zeros((40, 60, 3), np.uint16)
    marked[:10, :20] = 60000, 30000, 10000
    path = tmp_path / f"photo{suffix}"
    if suffix == ".png":
        as_png(path, marked)
        exif = Image.Exif()
        exif[ExifTags.Base.Orientation] = orientation
        path.write_bytes(with_chunk(path.read_bytes(), b"eXIf", exif.tobytes()[6:]))
    else:
        tifffile.imwrite(path, marked, photometric="rgb", extratags=[(274, "H", 1, orientation, True)])
    with Image.open(path) as image:
        image.load()
        exif = image.getexif()
        turn = {2: 0, 3: 3, 4: 1, 5: 5, 6: 4, 7: 6, 8: 2}.get(exif.get(ExifTags.Base.Orientation, 1))
        expected = np.asarray(image if turn is None else image.transpose(Image.Transpose(turn)))
    photo = load_photo(path)
    assert photo.rgb.shape == expected.shape
    assert np.abs(photo.rgb.astype(int) - expected).max() <= 1


def with_chunk(png, kind, data):
    """Return a PNG with one more chunk at its end, behind the pixels."""
    chunk = struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
    return png[:-12] + chunk + png[-12:]


@pytest.mark.parametrize("share", [0.3, 0.6, 0.95])
@pytest.mark.parametrize(("suffix", "write"), [(".png", as_png), (".tif", as_tiff)])
def test_a_deep_file_that_is_cut_is_refused(tmp_path, suffix, write, share):
    """In words, as a file of 8 bits is."""
    path = tmp_path / f"photo{suffix}"
    noise = np.random.default_rng(1).integers(0, 65536, (80, 90, 3), np.uint16)
    write(path, noise)
    path.write_bytes(path.read_bytes()[: int(path.stat().st_size * share)])
    with pytest.raises(LowlightError, match=r"damaged|ends early"):
        load_photo(path)


def test_two_levels_that_8_bits_merge_stay_apart(tmp_path):
    """Two halves that are the same in 8 bits come out at different levels, once they are raised."""
    halves = np.full((240, 320, 3), 1160, np.uint16)
    halves[:, 160:] = 1280
    as_png(tmp_path / "halves.png", halves)
    photo = load_photo(tmp_path / "halves.png")
    assert len(np.unique(photo.rgb)) == 1
    *_, flat = enhance(photo.rgb)
    *_, result = enhance(photo.rgb, deep=photo.deep)
    left, right = result.picture[60:180, 40:120].mean(), result.picture[60:180, 200:280].mean()
    assert right - left > 2
    assert abs(flat.picture[60:180, 200:280].mean() - flat.picture[60:180, 40:120].mean()) < 1


@pytest.mark.parametrize("name", ["dark-shelf.png", "bridge-at-night.jpg"])
def test_8_bits_given_as_16_give_the_same_picture(name):
    """To the byte: 16 bits are another way in to one recipe."""
    rgb = smaller(load_photo(EXAMPLES / name).rgb, 300)
    *_, expected = enhance(rgb)
    *_, result = enhance(rgb, deep=to_uint16(rgb))
    assert np.array_equal(result.picture, expected.picture)


def test_a_result_is_to_be_had_in_16_bits():
    """It is the same picture: its 8 bits are the result's within a level, and it has steps between them."""
    deep = ramp()
    *_, result = enhance(from_uint16(deep), deep=deep)
    assert np.abs(result.deep / 257 - result.picture).max() < 0.6
    assert len(np.unique(result.deep)) > 4 * len(np.unique(result.picture))


def test_a_photo_that_stays_keeps_all_its_bits():
    """A bright photo comes back to the step."""
    deep = np.random.default_rng(2).integers(28000, 60000, (80, 100, 3), np.uint16)
    *_, result = enhance(from_uint16(deep), deep=deep)
    assert np.array_equal(result.deep, deep)


@pytest.mark.parametrize("deep", [np.zeros((4, 4, 3), np.uint8), np.zeros((4, 5, 3), np.uint16), [[0]]])
def test_another_picture_in_16_bits_is_refused(deep):
    """In words, before anything is done."""
    with pytest.raises(LowlightError, match="uint16"):
        next(enhance(np.zeros((4, 4, 3), np.uint8), deep=deep))


def test_light_and_back_is_within_a_step():
    """Each of the 65,536 levels comes back from light within one of them."""
    levels = np.arange(65536, dtype=np.uint16).reshape(256, 256, 1).repeat(3, 2)
    assert np.abs(linear.to_uint16(linear.from_uint16(levels)).astype(int) - levels).max() <= 1


@given(st.integers(0, 255))
def test_8_bits_in_16_and_back_are_the_same(level):
    """White is 65535, and each level of 8 bits is one of 257 steps."""
    rgb = np.full((2, 3, 3), level, np.uint8)
    assert (to_uint16(rgb) == level * 257).all()
    assert np.array_equal(from_uint16(to_uint16(rgb)), rgb)


@given(st.integers(0, 65535), st.integers(0, 65535), st.floats(0, 1))
def test_mixing_16_bits_stays_between(one, other, share):
    """And is one or the other at either end."""
    first, second = (np.full((2, 2, 3), level, np.uint16) for level in (one, other))
    mixed = blend(first, second, share)
    assert min(one, other) <= mixed.min() <= mixed.max() <= max(one, other)
    assert np.array_equal(blend(first, second, 0), first)
    assert np.array_equal(blend(first, second, 1), second)


def test_a_smaller_one_keeps_its_mean_in_16_bits():
    """The mean of dark noise is kept within a hundredth of a level of 255."""
    deep = np.random.default_rng(3).integers(0, 300, (300, 400, 3), np.uint16)
    made = smaller(deep, 100)
    assert made.dtype == np.uint16
    assert abs(made.mean() - deep.mean()) < 2.57
