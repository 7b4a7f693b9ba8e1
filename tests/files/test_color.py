"""Pictures of every kind become sRGB: depth, profiles, ink, transparency."""

import io

import numpy as np
import pytest
from PIL import Image, ImageCms

from lowlight.files.color import as_stored, srgb_transform, upright_srgb
from lowlight.files.photo import load_photo
from tests.helpers.pictures import (
    D50,
    adobe_to_srgb,
    cmyk_profile,
    grey_profile,
    lab_to_srgb,
    matrix_profile,
    png,
    save,
    scene,
    tiff,
    xyz_to_srgb,
)

RAMP = np.arange(65536, dtype=np.uint16).reshape(256, 256)


def loaded(path, data):
    """Write the bytes of a file and return its picture as loaded."""
    path.write_bytes(data)
    return load_photo(path).rgb


def deep_png(colour, samples):
    """Return a 16-bit PNG of the full ramp, opaque where it has alpha."""
    rows = np.repeat(RAMP[..., np.newaxis], samples, 2)
    if colour in (4, 6):
        rows[..., -1] = 65535
    return png(256, 256, 16, colour, [row.astype(">u2").tobytes() for row in rows])


DEEP = {
    "grey PNG": deep_png(0, 1),
    "RGB PNG": deep_png(2, 3),
    "grey PNG with alpha": deep_png(4, 2),
    "RGB PNG with alpha": deep_png(6, 4),
    "grey TIFF": tiff(RAMP, photometric=1),
    "grey TIFF, big-endian": tiff(RAMP, photometric=1, order=">"),
    "grey TIFF, white is zero": tiff(RAMP[::-1, ::-1], photometric=0),
    "RGB TIFF": tiff(np.stack([RAMP] * 3, -1), photometric=2),
    "RGB TIFF, big-endian": tiff(np.stack([RAMP] * 3, -1), photometric=2, order=">"),
    "32-bit TIFF of 16-bit values": tiff(RAMP.astype(np.int32), photometric=1, sample_format=2),
    "32-bit TIFF": tiff(RAMP.astype(np.uint32) * 65537, photometric=1),
    "32-bit signed TIFF": tiff(RAMP.astype(np.int32) * 32768, photometric=1, sample_format=2),
    "float TIFF to 1": tiff((RAMP / 65535).astype(np.float32), photometric=1, sample_format=3),
    "float TIFF to 255": tiff((RAMP / 257).astype(np.float32), photometric=1, sample_format=3),
    "float TIFF to 65535": tiff(RAMP.astype(np.float32), photometric=1, sample_format=3),
}


@pytest.mark.parametrize("kind", DEEP)
def test_a_deep_ramp_keeps_its_mean_and_ends(kind, tmp_path):
    """More than 8 bits are scaled, never clipped: a full ramp runs from black to white, its mean in the middle."""
    rgb = loaded(tmp_path / "ramp.png", DEEP[kind])
    assert abs(rgb.mean() - 127) <= 1
    np.testing.assert_allclose(rgb, np.repeat(RAMP[..., np.newaxis] / 257, 3, 2), atol=1)


def test_twelve_bits_reach_white(tmp_path):
    """A TIFF of 12 bits a sample is scaled from 4095."""
    packed = np.frombuffer(b"\xff\xff\xff\x80\x00\x00", np.uint8).reshape(1, 6)
    rgb = loaded(tmp_path / "twelve.tif", tiff(packed, photometric=1, bits=12, width=4))
    assert rgb[0, :, 0].tolist() == [255, 255, 128, 0]


def test_values_that_are_no_numbers_are_black(tmp_path):
    """Where a floating-point picture holds no number it is black, above white it is white."""
    values = np.array([[np.nan, -np.inf, -1, 0, 0.5, 1, 1.5, np.inf]], np.float32)
    rgb = loaded(tmp_path / "float.tif", tiff(values, photometric=1, sample_format=3))
    assert rgb[0, :, 0].tolist() == [0, 0, 0, 0, 128, 255, 255, 255]


def test_a_wide_gamut_profile_is_converted(tmp_path):
    """Adobe RGB values become the sRGB values that show the same colours."""
    rgb = np.random.default_rng(0).integers(0, 256, (40, 50, 3), dtype=np.uint8)
    loaded = load_photo(save(tmp_path / "wide.png", rgb, icc_profile=matrix_profile())).rgb
    expected = adobe_to_srgb(rgb)
    assert np.abs(expected.astype(int) - rgb).max() > 30
    np.testing.assert_allclose(loaded, expected, atol=2)


def test_a_palette_is_converted_by_its_profile(tmp_path):
    """A palette picture's colours go through its profile as an RGB picture's do."""
    picture = Image.fromarray(scene()).quantize(16)
    loaded = load_photo(save(tmp_path / "palette.png", picture, icc_profile=matrix_profile())).rgb
    np.testing.assert_allclose(loaded, adobe_to_srgb(np.asarray(picture.convert("RGB"))), atol=2)


def test_transparency_survives_a_profile(tmp_path):
    """A picture with alpha is converted by its profile first, and laid over black then."""
    rgba = np.dstack([scene(), np.full((48, 64), 128, np.uint8)])
    loaded = load_photo(save(tmp_path / "clear.png", rgba, icc_profile=matrix_profile())).rgb
    np.testing.assert_allclose(loaded, adobe_to_srgb(scene()) * (128 / 255), atol=2)


@pytest.mark.parametrize("mode", ["L", "I;16"])
def test_a_grey_profile_is_converted(mode, tmp_path):
    """A grey picture of gamma 1.8 becomes sRGB's brighter code values, at 8 and at 16 bits."""
    grey = np.arange(256, dtype=np.uint8).reshape(16, 16)
    stored = grey if mode == "L" else grey.astype(np.uint16) * 257
    loaded = load_photo(save(tmp_path / "gamma.png", stored, icc_profile=grey_profile(1.8))).rgb
    expected = xyz_to_srgb((grey[..., np.newaxis] / 255) ** 1.8 * np.array(D50))
    np.testing.assert_allclose(loaded, expected, atol=2)


def test_a_grey_picture_with_a_colour_profile_is_converted(tmp_path):
    """Grey values in a file with an RGB profile are that profile's greys."""
    grey = np.arange(256, dtype=np.uint8).reshape(16, 16)
    loaded = load_photo(save(tmp_path / "grey.png", grey, icc_profile=matrix_profile(gamma=1.0))).rgb
    expected = xyz_to_srgb(grey[..., np.newaxis] / 255 * np.array(D50))
    np.testing.assert_allclose(loaded, expected, atol=2)


def test_an_srgb_profile_changes_nothing(tmp_path):
    """A picture that says it is sRGB keeps every value."""
    rgb = np.random.default_rng(1).integers(0, 256, (30, 30, 3), dtype=np.uint8)
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    np.testing.assert_array_equal(load_photo(save(tmp_path / "srgb.png", rgb, icc_profile=profile)).rgb, rgb)


@pytest.mark.parametrize(
    "profile",
    [b"no profile at all", matrix_profile()[:200], matrix_profile().replace(b"acsp", b"xxxx"), grey_profile(1.0)],
    ids=["noise", "cut off", "no signature", "for grey"],
)
def test_a_broken_or_foreign_profile_is_ignored(profile, tmp_path):
    """Where a profile cannot be used the photo loads all the same, taken for sRGB."""
    np.testing.assert_array_equal(load_photo(save(tmp_path / "odd.png", scene(), icc_profile=profile)).rgb, scene())


def test_ink_is_converted_by_the_press_profile(tmp_path):
    """CMYK in a JPEG, which Adobe stores inverted, becomes the colours its profile measured."""
    corners = {(c, m, y, k): ((100 - 25 * c - 30 * m - 8 * y) * (1 - k), 40 * (m - c) * (1 - k), 50 * (y - c) * (1 - k))
               for c in (0, 1) for m in (0, 1) for y in (0, 1) for k in (0, 1)}  # fmt: skip
    inks = [(0, 0, 0, 0), (1, 0, 0, 0), (0, 1, 0, 0), (0, 0, 1, 0), (0, 0, 0, 1), (1, 1, 0, 0)]
    for number, ink in enumerate(inks):
        picture = Image.new("CMYK", (16, 16), tuple(255 * part for part in ink))
        path = save(tmp_path / f"{number}.jpg", picture, quality=100, icc_profile=cmyk_profile(corners))
        np.testing.assert_allclose(load_photo(path).rgb[8, 8], lab_to_srgb(corners[ink]), atol=4)


@pytest.mark.parametrize(
    ("ink", "colour"),
    [((0, 0, 0, 0), (255, 255, 255)), ((255, 0, 0, 0), (0, 255, 255)), ((0, 0, 0, 255), (0, 0, 0))],
)
@pytest.mark.parametrize("suffix", [".jpg", ".tif"])
def test_ink_without_a_profile_takes_light_away(ink, colour, suffix, tmp_path):
    """CMYK without a profile: no ink is white, cyan takes the red away, black everything."""
    path = save(tmp_path / f"ink{suffix}", Image.new("CMYK", (16, 16), ink))
    np.testing.assert_allclose(load_photo(path).rgb[8, 8], colour, atol=2)


def test_lab_is_converted(tmp_path):
    """A TIFF in L*a*b* becomes the colours that it measures."""
    lab = np.array([[[100, 0, 0], [50, 0, 0], [60, 40, 30], [40, -30, 20], [0, 0, 0]]])
    packed = np.rint(lab * [2.55, 1, 1]).astype(np.int16).astype(np.uint8)  # a and b are signed in the file
    path = save(tmp_path / "lab.tif", Image.frombytes("LAB", (5, 1), packed.tobytes()))
    np.testing.assert_allclose(load_photo(path).rgb, lab_to_srgb(lab), atol=3)


def test_transparency_is_laid_over_black(tmp_path):
    """Half-clear white is mid-grey, clear is black: a dark photo with a clear surround stays dark."""
    rgba = np.full((1, 3, 4), 255, np.uint8)
    rgba[0, :, 3] = [255, 128, 0]
    assert load_photo(save(tmp_path / "clear.png", rgba)).rgb[0, :, 0].tolist() == [255, 128, 0]


def _clear_palette():
    picture = Image.new("P", (2, 1))
    picture.putpalette([200, 100, 50, 10, 20, 30])
    picture.putdata([0, 1])
    return picture


@pytest.mark.parametrize(
    ("picture", "options", "expected"),
    [
        (Image.fromarray(np.array([[[90, 255], [90, 0]]], np.uint8), "LA"), {}, [[90, 90, 90], [0, 0, 0]]),
        (_clear_palette(), {"transparency": 1}, [[200, 100, 50], [0, 0, 0]]),
        (_clear_palette(), {"transparency": b"\x80\xff"}, [[100, 50, 25], [10, 20, 30]]),
        (Image.fromarray(np.array([[9, 77]], np.uint8)), {"transparency": 77}, [[9, 9, 9], [0, 0, 0]]),
        (Image.fromarray(scene()[:1, :2]), {"transparency": tuple(scene()[0, 1])}, [scene()[0, 0], [0, 0, 0]]),
        (_clear_palette(), {}, [[200, 100, 50], [10, 20, 30]]),
        (Image.fromarray(np.array([[True, False]])), {}, [[255] * 3, [0] * 3]),
        (Image.fromarray(np.array([[3, 250]], np.uint8)), {}, [[3] * 3, [250] * 3]),
    ],
    ids=["LA", "P one clear", "P half clear", "L one clear", "RGB one clear", "P", "1", "L"],
)
def test_every_kind_of_png_becomes_rgb(picture, options, expected, tmp_path):
    """Grey, black and white, palettes and their ways to be transparent all become RGB."""
    rgb = load_photo(save(tmp_path / "kind.png", picture, **options)).rgb
    np.testing.assert_array_equal(rgb, np.array([expected]))


@pytest.mark.parametrize(("bits", "row"), [(1, b"\x40"), (2, b"\x1b"), (4, b"\x0f\x50"), (8, b"\0\xff\1\2")])
def test_one_grey_may_be_clear_in_every_depth(bits, row, tmp_path):
    """The level that a PNG calls clear is a level of its own depth: here the last but none, white."""
    clear = 2**bits - 1
    rgb = loaded(
        tmp_path / "clear.png", png(8 // bits if bits < 8 else 4, 1, bits, 0, [row], [(b"tRNS", bytes((0, clear)))])
    )
    levels = np.unpackbits(np.frombuffer(row, np.uint8)).reshape(-1, bits) @ (2 ** np.arange(bits)[::-1])
    levels = levels[: rgb.shape[1]]
    expected = np.where(levels == clear, 0, np.rint(levels * (255 / clear)))
    np.testing.assert_array_equal(rgb[0, :, 0], expected)


@pytest.mark.parametrize("mode", ["La", "RGBa", "PA", "YCbCr", "RGBX"])
def test_rare_modes_become_rgb(mode):
    """Pillow's rarer modes become RGB like any other."""
    picture = Image.new("LA" if mode == "La" else mode if mode != "RGBa" else "RGBA", (3, 2)).convert(mode)
    assert upright_srgb(picture, 1).shape == (2, 3, 3)


def test_strips_leave_no_trace():
    """A picture larger than a strip equals itself after conversion, whatever way it is turned."""
    rgb = np.random.default_rng(2).integers(0, 256, (1500, 1001, 3), dtype=np.uint8)
    np.testing.assert_array_equal(upright_srgb(Image.fromarray(rgb), 1), rgb)
    np.testing.assert_array_equal(upright_srgb(Image.fromarray(rgb), 6), np.rot90(rgb, -1))


@pytest.mark.parametrize("orientation", range(1, 9))
def test_the_stored_view_shares_memory(orientation):
    """Turning costs no copy: what is written to the stored view stands in the upright picture."""
    upright = np.zeros((2, 3, 3), np.uint8)
    stored = as_stored(upright, orientation)
    assert np.shares_memory(stored, upright)
    assert stored.shape[:2] == ((3, 2) if orientation > 4 else (2, 3))


def test_a_profile_of_another_kind_has_no_transform():
    """A profile is used for the kind of picture it is made for only."""
    assert srgb_transform(matrix_profile(), "CMYK") == ("CMYK", None)
    assert srgb_transform(b"", "RGB") == ("RGB", None)


def test_a_profile_written_by_hand_is_a_real_one():
    """The tests' profile is one that a colour engine reads: its primaries are the ones put in."""
    profile = ImageCms.ImageCmsProfile(io.BytesIO(matrix_profile())).profile
    assert profile.red_colorant[0] == pytest.approx((0.60974, 0.31111, 0.01947), abs=1e-4)
