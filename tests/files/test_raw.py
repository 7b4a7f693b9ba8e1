"""Camera raw files become photos of 16 bits, or sentences."""

import io
import os
import struct
from contextlib import suppress

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import ExifTags, Image

from lowlight import limits
from lowlight.arrays import from_uint16, smaller
from lowlight.errors import LowlightError
from lowlight.files.photo import glimpse, load_photo, read_header, usual_format
from lowlight.files.raw import _curve
from lowlight.files.raw_tags import told_and_baseline
from tests.helpers.dngs import BAYER, BLACK, WHITE, XTRANS, counted, directory, dng, mosaic, srgb
from tests.helpers.pictures import lay_down, scene, tiff

SIDE = 16
LIGHTS = np.array(
    [[1, 1, 1], [0.5, 0.5, 0.5], [0.18, 0.18, 0.18], [0.02, 0.02, 0.02], [0.4, 0.2, 0.1], [0.1, 0.2, 0.3]]
)
"""Linear light of the patches: greys from white to four stops below the middle, and two colours."""

PATCHES = np.repeat(np.repeat(LIGHTS[np.newaxis], SIDE, 1), 2 * SIDE, 0)
"""The patches side by side: height x width x 3."""

MIDDLES = np.s_[SIDE, SIDE // 2 :: SIDE]


def written(path, data):
    """Write a file; return its path."""
    path.write_bytes(data)
    return path


def refusal(path, read=load_photo):
    """Return the sentence with which a file is refused."""
    with pytest.raises(LowlightError) as caught:
        read(path)
    return str(caught.value)


def light_of(deep):
    """Return linear light in [0, 1] of sRGB values of 16 bits, by IEC 61966-2-1's formula."""
    value = np.asarray(deep) / 65535
    return np.where(value <= 0.04045, value / 12.92, ((value + 0.055) / 1.055) ** 2.4)


@pytest.mark.parametrize("filtered", [True, False], ids=["mosaic", "linear"])
@pytest.mark.parametrize(
    ("black", "white"), [(512, 16383), (256, 4095), (0, 65535)], ids=["14 bits", "12 bits", "16 bits"]
)
def test_light_comes_back_as_it_was(black, white, filtered, tmp_path):
    """Greys and colours come as the light that the sensor counted, at the camera's white balance, to a count."""
    counts = counted(PATCHES, black=black, white=white)
    data = dng(mosaic(counts) if filtered else counts, black=black, white=white)
    photo = load_photo(written(tmp_path / "shot.dng", data))
    a_count = 2 / (white - black)  # of red, which is doubled
    np.testing.assert_allclose(light_of(photo.deep[MIDDLES]), LIGHTS, rtol=1e-3, atol=max(a_count, 1e-4))
    assert (photo.format, photo.lossless, usual_format(photo)) == ("RAW", False, "jpg")


def test_the_colours_of_x_trans_come_back(tmp_path):
    """A sensor whose filters repeat after six pixels gives the same light as others."""
    wide = np.repeat(np.repeat(PATCHES, 6, 1), 17, 0)  # LibRaw takes X-Trans from 512 pixels on
    photo = load_photo(written(tmp_path / "shot.dng", dng(mosaic(counted(wide), XTRANS), filters=XTRANS)))
    np.testing.assert_allclose(light_of(photo.deep[272, 48::96]), LIGHTS, rtol=2e-3, atol=2e-4)


def test_noise_around_black_gives_no_cast(tmp_path):
    """Where a part of the noise is below black, the mean of the colours stays what the light's was."""
    random, light = np.random.default_rng(3), 0.002
    counts = counted(np.full((120, 240, 3), light)) + random.normal(0, 12, (120, 240, 3))
    data = dng(mosaic(np.rint(counts).astype(np.uint16)))
    means = light_of(load_photo(written(tmp_path / "shot.dng", data)).deep).mean((0, 1))
    np.testing.assert_allclose(means, light, rtol=0.05)


def test_eight_bits_are_the_sixteen_rounded(tmp_path):
    """The picture of 8 bits is the one of 16, rounded, and both are sRGB."""
    photo = load_photo(written(tmp_path / "shot.dng", dng(mosaic(counted(PATCHES)))))
    assert (photo.deep.dtype, photo.rgb.dtype) == (np.uint16, np.uint8)
    np.testing.assert_array_equal(photo.rgb, np.rint(photo.deep / 257.0))
    np.testing.assert_allclose(photo.rgb[MIDDLES], srgb(LIGHTS) * 255, atol=1)


@given(st.integers(0, 65535))
def test_sixteen_bits_are_rounded_to_eight(level):
    """Each level of 16 bits becomes the nearest of 8."""
    deep = np.full((1, 1, 3), level, np.uint16)
    assert from_uint16(deep).tolist() == [[[round(level / 257)] * 3]]


def test_shadows_keep_their_steps(tmp_path):
    """Four stops below white a sensor of 14 bits tells 1000 greys apart; all come, where 8 bits have 70 levels."""
    ramp = np.linspace(0, 2**-4, 1024)[:, np.newaxis] * np.ones((32, 1, 3))
    photo = load_photo(written(tmp_path / "shot.dng", dng(counted(ramp, neutral=(1, 1, 1)), neutral=(1, 1, 1))))
    green = photo.deep[16, :, 1].astype(int)
    assert len(np.unique(green)) > 950
    assert (np.diff(green) >= 0).all()
    assert len(np.unique(photo.rgb[16, :, 1])) < 75


def test_nothing_is_brightened(tmp_path):
    """A photo without a white in it comes as dark as it was taken."""
    photo = load_photo(written(tmp_path / "shot.dng", dng(mosaic(counted(PATCHES / 16)))))
    np.testing.assert_allclose(light_of(photo.deep[MIDDLES]), LIGHTS / 16, rtol=0.01, atol=2e-4)


@pytest.mark.parametrize("orientation", [1, 3, 6, 8])
def test_it_comes_upright(orientation, tmp_path):
    """A raw file that lies on its side comes as it was seen."""
    seen = scene()
    stored = np.asarray(lay_down(seen, orientation))
    data = dng(counted(light_of(stored.astype(int) * 257), black=0), black=0, orientation=orientation)
    np.testing.assert_allclose(load_photo(written(tmp_path / "shot.dng", data)).rgb, seen, atol=1)


def test_without_a_white_balance_it_is_daylight(tmp_path):
    """Where the file has no white balance, white under daylight is white."""
    counts = counted(PATCHES, neutral=(1, 1, 1))
    photo = load_photo(written(tmp_path / "shot.dng", dng(mosaic(counts), neutral=None)))
    np.testing.assert_allclose(light_of(photo.deep[MIDDLES]), LIGHTS, rtol=5e-3, atol=2e-4)


def test_a_sensor_without_colours_gives_grey(tmp_path):
    """A file of one channel, as of a monochrome camera, becomes a grey photo."""
    grey = counted(np.linspace(0, 1, 64)[np.newaxis, :, np.newaxis] * np.ones((48, 1, 1)), neutral=1)
    photo = load_photo(written(tmp_path / "shot.dng", dng(grey, neutral=None)))
    assert np.ptp(photo.deep.astype(int), axis=2).max() == 0
    np.testing.assert_allclose(light_of(photo.deep[24, :, 0]), np.linspace(0, 1, 64), atol=2e-3)


@pytest.mark.parametrize(("stops", "factor"), [(1, 2), (1.5, 2**1.5), (0, 1), (-1, 1), (2000, 16)])
def test_the_files_own_exposure_counts(stops, factor, tmp_path):
    """BaselineExposure makes dark parts as much lighter as it says, at most 4 stops; it darkens nothing."""
    light = np.array([0.02, 0.015, 0.01])
    data = dng(counted(np.concatenate([PATCHES[:, :SIDE], np.ones((2 * SIDE, SIDE, 3)) * light], 1)), baseline=stops)
    deep = load_photo(written(tmp_path / "shot.dng", data)).deep
    np.testing.assert_allclose(light_of(deep[SIDE, 3 * SIDE // 2]), light * factor, rtol=0.02)
    np.testing.assert_allclose(deep[SIDE, SIDE // 2], 65535, atol=8)


@given(st.floats(), st.integers(0, 1000))
def test_lights_keep_what_is_in_them(stops, black):
    """Whatever exposure a file asks for, black stays black, white white, and no level passes another."""
    curve = _curve(stops, black).astype(int)
    assert (curve[black], curve[-1]) == (0, 65535)
    assert (np.diff(curve) >= 0).all()


def test_camera_and_exposure_are_kept(tmp_path):
    """Camera and exposure go on to the result, and other tags do not."""
    iso, fnumber = ExifTags.Base.ISOSpeedRatings, ExifTags.Base.FocalLengthIn35mmFilm
    data = dng(mosaic(counted(PATCHES)), exposure=directory([(iso, 6400), (fnumber, 35)]))
    exif = Image.Exif()
    exif.load(load_photo(written(tmp_path / "shot.dng", data)).exif)
    assert (exif[ExifTags.Base.Make], exif[ExifTags.Base.Model]) == ("Maker", "Model")
    assert exif.get_ifd(ExifTags.IFD.Exif)[iso] == 6400
    assert 50708 not in exif


@pytest.mark.parametrize("mark", [b"II*\0", b"IIRO", b"IIU\0"], ids=["TIFF", "ORF", "RW2"])
def test_makers_marks_hide_no_tags(mark, tmp_path):
    """Olympus and Panasonic write TIFF's tags under a mark of their own: camera and BaselineExposure are read."""
    data = dng(mosaic(counted(PATCHES)), baseline=0.5)
    with written(tmp_path / "shot", mark + data[4:]).open("rb") as file:
        told, stops = told_and_baseline(file)
    assert b"Maker" in told.exif
    assert stops == 0.5


@pytest.mark.parametrize("name", ["shot.dng", "SHOT.NEF", "shot.tif", "shot"])
def test_it_counts_as_what_it_is(name, tmp_path):
    """A DNG is developed under any name; its header says "RAW" and its size."""
    path = written(tmp_path / name, dng(mosaic(counted(PATCHES))))
    assert load_photo(path).rgb.shape == PATCHES.shape
    header = read_header(path)
    assert (header.format, header.width, header.height) == ("RAW", PATCHES.shape[1], PATCHES.shape[0])


@pytest.mark.parametrize("filters", [BAYER, XTRANS], ids=["bayer", "x-trans"])
def test_it_can_be_read_small(filters, tmp_path):
    """Small, a raw file looks as it does whole, and lies as it was seen."""
    data = dng(mosaic(counted(light_of(scene(520, 560).astype(int) * 257)), filters), filters=filters, orientation=6)
    path = written(tmp_path / "shot.dng", data)
    small = glimpse(path, 140)
    assert small.shape == (140, 130, 3)
    np.testing.assert_allclose(small[2:-2, 2:-2], smaller(load_photo(path).rgb, 140)[2:-2, 2:-2], atol=3)


@pytest.mark.parametrize("size", [(2, 2), (16, 16), (22, 400), (401, 23)])
def test_any_size_is_a_picture_or_a_sentence(size, tmp_path):
    """Small, long and odd sizes come whole, or the person gets a sentence."""
    path = written(tmp_path / "shot.dng", dng(mosaic(counted(np.full((*size, 3), 0.2)))))
    if min(size) < 22:  # LibRaw's own limit
        assert "could not be developed" in refusal(path)
    else:
        assert load_photo(path).deep.shape == (*size, 3)


@pytest.mark.parametrize("read", [read_header, load_photo])
def test_too_many_pixels_are_refused_before_they_are_developed(read, tmp_path):
    """A raw file that claims 54 megapixels is refused for them."""
    height, width = PATCHES.shape[:2]
    data = dng(mosaic(counted(PATCHES)))
    for tag, old, new in ((256, width, 9000), (257, height, 6000)):
        entries = [struct.pack("<HHLL", tag, kind, 1, old) for kind in (3, 4)]
        entry = next(entry for entry in entries if entry in data)
        data = data.replace(entry, entry[:8] + struct.pack("<L", new))
    assert "54.0 megapixels, and at most 50 megapixels" in refusal(written(tmp_path / "shot.dng", data), read)


@pytest.mark.parametrize(
    ("name", "head", "limit"),
    [
        ("shot.nef", b"II*\0", limits.MAX_LARGE_BYTES),
        ("shot.tif", b"MM\0*", limits.MAX_LARGE_BYTES),
        ("shot.png", b"\x89PNG\r\n\x1a\n", limits.MAX_LARGE_BYTES),
        ("shot.jpg", b"\xff\xd8\xff", limits.MAX_FILE_BYTES),
    ],
)
def test_what_is_packed_without_loss_may_be_larger(name, head, limit, tmp_path):
    """Raw files, TIFF and PNG may have 120 MB, where others may have 30."""
    path = written(tmp_path / name, head)
    os.truncate(path, limit + 1)
    assert f"and at most {limit / 2**20:g} MB can be taken" in refusal(path)
    os.truncate(path, limit)
    assert "MB can be taken" not in refusal(path)


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("shot.cr3", b"\0\0\0\x18ftypcrx \0\0\0\1"),
        ("shot.raf", b"FUJIFILMCCD-RAW 0201\xff\0"),
        ("shot.dng", tiff(scene(), photometric=2)),
        ("shot.tif", tiff(scene(), photometric=2, extra=((254, 4, 1), (330, 4, 8)))),
        ("shot.arw", bytes(5000)),
    ],
)
def test_what_libraw_does_not_know_is_told_to_be_exported(name, data, tmp_path):
    """A raw file that cannot be developed is refused in words that say what to do."""
    for read in (read_header, load_photo):
        sentence = refusal(written(tmp_path / name, data), read)
        assert "This camera raw file could not be developed" in sentence
        assert "Export a JPEG" in sentence


def test_x3f_is_refused(tmp_path):
    """Sigma's files of three layers are refused by their name."""
    assert "X3F" in refusal(written(tmp_path / "shot.x3f", b"FOVb" + bytes(5000)))


def test_a_photo_with_a_raw_files_suffix_is_taken(tmp_path):
    """A JPEG counts as one, whatever its name says."""
    Image.fromarray(scene()).save(tmp_path / "photo.dng", "JPEG")
    assert load_photo(tmp_path / "photo.dng").format == "JPEG"


def test_a_cut_off_file_is_told(tmp_path):
    """A raw file cut off anywhere is refused in words; none comes half black."""
    data = dng(mosaic(counted(PATCHES)))
    for share in np.linspace(0.02, 0.99, 7):
        sentence = refusal(written(tmp_path / "shot.dng", data[: int(share * len(data))]))
        assert "could not be developed" in sentence, share


def test_a_damaged_file_loads_or_is_refused(tmp_path):
    """A raw file with a few bytes overwritten is a photo still or is refused in words; nothing else happens."""
    random, whole = np.random.default_rng(7), np.frombuffer(dng(mosaic(counted(PATCHES))), np.uint8)
    for count in (1, 3, 10) * 3:
        data = whole.copy()
        data[random.integers(0, 500, count)] = random.integers(0, 256, count)
        with suppress(LowlightError):
            assert load_photo(written(tmp_path / "shot.dng", data.tobytes())).deep.ndim == 3


def test_black_and_white_are_the_sensors():
    """The levels of the made files are those of a sensor of 14 bits."""
    assert (BLACK, WHITE) == (512, 2**14 - 1)
    assert counted(np.array([[[0, 0.5, 1]]]), neutral=1).tolist() == [[[512, 8448, 16383]]]
    assert io.BytesIO(dng(mosaic(counted(PATCHES)))).read(4) == b"II*\0"
