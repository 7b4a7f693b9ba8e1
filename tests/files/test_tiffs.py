"""TIFF files of every kind: depths, strips, tiles, planes, differences and YCbCr come out as the format says."""

import struct

import numpy as np
import pytest
import tifffile
from PIL import Image

from lowlight.errors import LowlightError
from lowlight.files.photo import load_photo
from tests.helpers import odd_tiffs
from tests.helpers.known import misread
from tests.helpers.pictures import scene, tiff


def test_every_kind_is_right_or_refused(tmp_path):
    """Over a hundred: each shows the picture that was written; YCbCr without compression is refused in words."""
    refused, wrong = misread(odd_tiffs.good(), tmp_path / "a.tif")
    assert wrong == []
    assert refused == [f"chroma-{across}-{down}-1" for across, down in ((1, 1), (2, 1), (2, 2), (4, 2))]


OTHERS = dict(odd_tiffs.others())


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("strips-missing-1", "cut off"),
        ("strips-missing-8", "cut off"),
        ("strip-short-1", "cut off"),
        ("strip-short-8", "cut off"),
        ("palette-other", "damaged"),
        ("bits-tiff_ccitt", "a fax.*PNG"),
        ("bits-group3", "a fax.*PNG"),
        ("bits-group4", "a fax.*PNG"),
        ("signed-8", "signed numbers of 8 bits.*PNG"),
        ("signed-16", "signed numbers of 16 bits.*PNG"),
    ],
)
def test_what_would_come_out_wrong_is_refused(name, words, tmp_path):
    """Missing strips and colours would be black, negative numbers white, and a broken fax would show old memory."""
    (tmp_path / "a.tif").write_bytes(OTHERS[name])
    with pytest.raises(LowlightError, match=words):
        load_photo(tmp_path / "a.tif")


@pytest.mark.parametrize("kind", ["tiff_lzw", "lzma", "packbits"])
def test_black_and_white_is_read_however_it_is_packed(kind, tmp_path):
    """All but faxes: one bit a pixel, with Pillow's pattern of dots."""
    (tmp_path / "a.tif").write_bytes(OTHERS[f"bits-{kind}"])
    expected = np.asarray(Image.fromarray(scene(31, 61)).convert("1").convert("RGB"))
    np.testing.assert_array_equal(load_photo(tmp_path / "a.tif").rgb, expected)


def test_a_preview_is_not_taken_for_the_photo(tmp_path):
    """Where the first picture says that it is a smaller version, the whole one is read."""
    (tmp_path / "a.tif").write_bytes(OTHERS["preview-first"])
    np.testing.assert_array_equal(load_photo(tmp_path / "a.tif").rgb, scene(31, 61))


def test_old_jpegs_are_read(tmp_path):
    """A TIFF of 1992 that holds a whole JPEG shows it."""
    (tmp_path / "a.tif").write_bytes(OTHERS["old-jpeg"])
    assert np.abs(load_photo(tmp_path / "a.tif").rgb.astype(int) - scene(32, 64)).mean() < 2


DEEP = scene(40, 60).astype(np.uint16) * 257 + 3


@pytest.mark.parametrize(
    "options", [{}, {"compression": "zlib"}, {"tile": (16, 16)}, {"tile": (16, 16), "compression": "zlib"}]
)
def test_sixteen_bits_cut_off_are_refused(options, tmp_path):
    """In strips and in tiles, whose directory stands before the pixels: none comes out black without a word."""
    path = tmp_path / "deep.tif"
    tifffile.imwrite(path, DEEP, photometric="rgb", **options)
    data = path.read_bytes()
    np.testing.assert_array_equal(load_photo(path).deep, DEEP)
    for left in (*np.linspace(0.1, 0.99, 12), 1 - 20 / len(data), 1 - 1 / len(data)):
        path.write_bytes(data[: round(left * len(data))])
        with pytest.raises(LowlightError, match="damaged, cut off"):
            load_photo(path)


@pytest.mark.parametrize("tag", [270, 274, 700, 34377, 34665, 34675, 65000])
def test_a_broken_note_costs_no_photo_of_sixteen_bits(tag, tmp_path):
    """What reads them sees no notes at all."""
    whole = tiff(DEEP, photometric=2, claims={tag: 1})
    place = whole.index(struct.pack("<HHL", tag, 7, 1))
    for entry in ENTRIES:
        (tmp_path / "a.tif").write_bytes(whole[:place] + struct.pack("<HHLL", tag, *entry) + whole[place + 12 :])
        np.testing.assert_array_equal(load_photo(tmp_path / "a.tif").deep, DEEP)


@pytest.mark.parametrize("order", "<>")
@pytest.mark.parametrize("bigtiff", [False, True])
def test_sixteen_bits_of_every_order_are_read(order, bigtiff, tmp_path):
    """Of BigTIFF Pillow opens one order alone; the other is refused in words."""
    path = tmp_path / "deep.tif"
    tifffile.imwrite(path, DEEP, photometric="rgb", byteorder=order, bigtiff=bigtiff, predictor=2, compression="zlib")
    if bigtiff and order == ">":
        with pytest.raises(LowlightError, match="rare kind"):
            load_photo(path)
    else:
        np.testing.assert_array_equal(load_photo(path).deep, DEEP)


ENTRIES = [(4, 1, 2**32 - 1), (7, 2**31, 100), (2, 2**32 - 1, 2**32 - 1), (5, 7, 3), (13, 1, 9), (99, 3, 3), (0, 0, 0)]
"""Type, count and place of a tag: beyond the file, larger than it, of an odd type, of none."""


@pytest.mark.parametrize("tag", [270, 274, 282, 700, 34377, 34665, 34675, 34853, 65000])
def test_a_broken_note_costs_no_photo(tag, tmp_path):
    """Description, orientation, resolution, XMP, Photoshop's, EXIF, profile, GPS or a private tag, however broken."""
    whole = tiff(scene(), photometric=2, claims={tag: 1})
    place = whole.index(struct.pack("<HHL", tag, 7, 1))
    for entry in ENTRIES:
        (tmp_path / "a.tif").write_bytes(whole[:place] + struct.pack("<HHLL", tag, *entry) + whole[place + 12 :])
        np.testing.assert_array_equal(load_photo(tmp_path / "a.tif").rgb, scene())
