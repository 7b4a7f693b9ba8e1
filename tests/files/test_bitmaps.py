"""BMP files of every kind: palettes, runs, masks and alpha come out as the format says."""

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lowlight.errors import LowlightError
from lowlight.files import bitmaps
from lowlight.files.photo import load_photo
from tests.helpers import odd_bitmaps
from tests.helpers.known import misread

REFUSED = ("-2-", "first-row-first-2", "gap-2", "masks-444", "masks-10-10-10")
"""Kinds that are refused in words: 2 bits a pixel, and masks that are not Windows's."""


def test_every_kind_is_right_or_refused(tmp_path):
    """Over a hundred: each shows the picture that was written, to the rounding of 5 bits, or is refused."""
    refused, wrong = misread(odd_bitmaps.good(), tmp_path / "a.bmp", within=1)
    assert wrong == []
    assert [name for name in refused if not any(kind in name for kind in REFUSED)] == []
    assert len(refused) < 40


def runs(stream, width=9, height=4):
    """Return a BMP file of 8 bits in runs."""
    colours = bytes(range(64)) * 16
    return odd_bitmaps.bmp_of(stream, width, height, 8, kind=1, palette=colours)


@pytest.mark.parametrize(
    "stream",
    [b"\x09\1\0\0" * 3, b"\x09\1\0\0" * 3 + b"\0\x09\1\2", b"\x09\1\0\0" * 3 + b"\x04\1", b"\x09"],
    ids=["a row is missing", "within single pixels", "within a row", "within a run"],
)
def test_runs_that_end_early_are_refused(stream, tmp_path):
    """A file that is cut off is no picture with a black part."""
    (tmp_path / "cut.bmp").write_bytes(runs(stream))
    with pytest.raises(LowlightError, match="damaged, cut off"):
        load_photo(tmp_path / "cut.bmp")


def test_endless_runs_are_refused(monkeypatch):
    """Runs that lead nowhere cost no more time than a photo does."""
    monkeypatch.setattr(bitmaps, "_MOST_RUNS", 100)
    with pytest.raises(ValueError, match="too many"):
        bitmaps.with_whole_bytes(runs(b"\0\2\0\0" * 101))


@given(st.binary(max_size=60))
def test_any_runs_are_a_picture_or_refused(stream):
    """Whatever the bytes, what comes back is a BMP of the size that the header says, or a failure that is told."""
    try:
        bitmap = bitmaps.with_whole_bytes(runs(stream))
    except (ValueError, LookupError):
        return
    assert struct.unpack_from("<ll", bitmap, 18) == (9, 4)
    assert len(bitmap) == 14 + 40 + 1024 + 12 * 4
