"""Broken notes beside a picture cost no photo, and a broken picture is refused."""

import io
import struct
import tracemalloc
import zlib

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from lowlight.errors import LowlightError
from lowlight.files import mended
from lowlight.files.photo import load_photo
from tests.helpers.odd_pngs import chunk
from tests.helpers.pictures import adobe_to_srgb, matrix_profile, png, scene

ROWS = [row.tobytes() for row in scene()]
PROFILE = b"icc\0\0" + zlib.compress(matrix_profile())
BOMB = zlib.compress(bytes(50_000_000))


def with_chunk(made, *, last=False):
    """Return the scene as PNG with a chunk more, before its pixels or after them."""
    whole = png(64, 48, 8, 2, ROWS)
    return whole[:-12] + made + whole[-12:] if last else whole[:33] + made + whole[33:]


BROKEN = {
    **{f"{name.decode()} damaged": chunk(name, b"Title\0\0\0", crc=1) for name in (b"eXIf", b"tEXt", b"iTXt", b"zTXt")},
    "iCCP damaged": chunk(b"iCCP", PROFILE, crc=1),
    "iCCP cut off": chunk(b"iCCP", PROFILE[:40]),
    "iCCP without end": chunk(b"iCCP", b"icc"),
    "iCCP too large": chunk(b"iCCP", b"icc\0\0" + BOMB),
    "zTXt cut off": chunk(b"zTXt", b"Title\0\0" + zlib.compress(bytes(999))[:9]),
    "zTXt unknown": chunk(b"zTXt", b"Title\0\7" + bytes(9)),
    "zTXt too large": chunk(b"zTXt", b"Title\0\0" + BOMB),
    "iTXt too large": chunk(b"iTXt", b"Title\0\1\0en\0\0" + BOMB),
    "pHYs short": chunk(b"pHYs", bytes(3)),
    "gAMA short": chunk(b"gAMA", b"\0"),
    "sRGB empty": chunk(b"sRGB", b""),
    "cHRM odd": chunk(b"cHRM", bytes(7)),
    "tRNS short": chunk(b"tRNS", bytes(2)),
    "acTL short": chunk(b"acTL", bytes(2)),
    "fcTL elsewhere": chunk(b"fcTL", struct.pack(">IIIIIHHBB", 0, 9, 9, 2**31 - 1, 2**31 - 1, 0, 0, 9, 9)),
}


@pytest.mark.parametrize("last", [False, True], ids=["before the pixels", "after them"])
@pytest.mark.parametrize("kind", BROKEN)
def test_a_broken_chunk_costs_no_photo(kind, last, tmp_path):
    """The PNG is read without it, to the level."""
    (tmp_path / "a.png").write_bytes(with_chunk(BROKEN[kind], last=last))
    np.testing.assert_array_equal(load_photo(tmp_path / "a.png").rgb, scene())


def test_text_that_unfolds_to_megabytes_costs_no_memory(tmp_path):
    """Of 50 MB of text no more than a few are unfolded."""
    (tmp_path / "a.png").write_bytes(with_chunk(BROKEN["zTXt too large"]))
    tracemalloc.start()
    load_photo(tmp_path / "a.png")
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 10e6


def test_a_broken_chunk_costs_no_other(tmp_path):
    """Beside a text that is damaged, the profile still counts."""
    data = with_chunk(BROKEN["tEXt damaged"] + chunk(b"iCCP", PROFILE) + BROKEN["pHYs short"])
    (tmp_path / "a.png").write_bytes(data)
    np.testing.assert_allclose(load_photo(tmp_path / "a.png").rgb, adobe_to_srgb(scene()), atol=2)


def test_damaged_pixels_are_refused(tmp_path):
    """A PNG whose pixels have another checksum than they say is not shown as if it were whole."""
    data = bytearray(png(64, 48, 8, 2, ROWS))
    data[-20] ^= 1  # the stream's own checksum, which Pillow does not look at
    (tmp_path / "a.png").write_bytes(data)
    with pytest.raises(LowlightError, match="PNG file is damaged"):
        load_photo(tmp_path / "a.png")


@pytest.mark.parametrize("size", [0, 1, 4])
def test_a_palette_without_whole_colours_is_refused(size, tmp_path):
    """The photo would be black without a word."""
    pixels = [bytes(64)] * 48
    (tmp_path / "a.png").write_bytes(png(64, 48, 8, 3, pixels, [(b"PLTE", bytes(size))]))
    with pytest.raises(LowlightError, match="PNG file is damaged"):
        load_photo(tmp_path / "a.png")


def test_a_sound_file_is_handed_on_as_it_is():
    """No copy is made of it."""
    data = with_chunk(chunk(b"iCCP", PROFILE))
    assert mended.png_without_broken_chunks(data) is data


@given(st.data())
def test_any_damage_to_a_png_is_told_or_mended(data):
    """Whatever the bytes, a PNG comes back that is no longer than it was, or a failure that is told."""
    whole = bytearray(with_chunk(chunk(b"iCCP", PROFILE)))
    for at in data.draw(st.lists(st.integers(8, 600), min_size=1, max_size=6)):
        whole[at] = data.draw(st.integers(0, 255))
    try:
        sound = mended.png_without_broken_chunks(bytes(whole))
    except ValueError:
        return
    assert sound.startswith(mended.PNG)
    assert len(sound) <= len(whole)


def test_endless_chunks_are_refused():
    """Over 100,000 of them are no photo."""
    with pytest.raises(ValueError, match="too many"):
        mended.png_without_broken_chunks(with_chunk(chunk(b"teSt", b"") * 100_001))


# -- WebP, HEIC and AVIF -----------------------------------------------------------------------------------------------


def encoded(form, **options):
    """Return a picture in a format, with EXIF that says who made the camera."""
    exif = Image.Exif()
    exif[271] = "Maker"
    buffer = io.BytesIO()
    Image.fromarray(scene(64, 64)).save(buffer, form, exif=exif.tobytes(), **options)
    return buffer.getvalue()


@pytest.fixture(scope="module", params=["WEBP", "lossless WEBP", "animated WEBP", "AVIF", "HEIF"])
def with_exif(request):
    """A file of each kind that has EXIF, and the place where that begins."""
    form = request.param.split()[-1]
    more = {
        "lossless": {"lossless": True},
        "animated": {"save_all": True, "append_images": [Image.new("RGB", (64, 64))]},
    }
    data = encoded(form, **more.get(request.param.split()[0], {}))
    return data, data.index(b"MM\0*")


def shown(path, data):
    """Write a file and return its picture."""
    path.write_bytes(data)
    return load_photo(path).rgb


def test_exif_that_is_none_costs_no_photo(with_exif, tmp_path):
    """Its first bytes overwritten, or its directory's place."""
    data, at = with_exif
    whole = shown(tmp_path / "a", data)
    for start, length in ((at, 8), (at + 4, 4), (at - 4, 30)):
        broken = data[:start] + b"\xff" * length + data[start + length :]
        np.testing.assert_array_equal(shown(tmp_path / "a", broken), whole)


@pytest.mark.parametrize("length", [0, 5, 2**31, 2**32 - 1])
def test_a_webp_whose_last_chunk_has_another_length_is_read(length, tmp_path):
    """EXIF that claims to be shorter or longer than it is, or is cut off."""
    data = encoded("WEBP")
    at = data.index(b"EXIF") + 4
    whole = shown(tmp_path / "a", data)
    np.testing.assert_array_equal(shown(tmp_path / "a", data[:at] + struct.pack("<L", length) + data[at + 4 :]), whole)
    np.testing.assert_array_equal(shown(tmp_path / "a", data[: at + 9]), whole)


@pytest.mark.parametrize("form", ["AVIF", "HEIF"])
def test_exif_that_lies_beyond_the_file_costs_no_photo(form, tmp_path):
    """The item's place is behind the file's end."""
    data = encoded(form)
    begin = data.index(b"MM\0*")
    table = data.index(b"iloc")
    at = next(at for back in range(20) if (at := data.find(struct.pack(">L", begin - back), table, table + 80)) > 0)
    whole = shown(tmp_path / "a", data)
    np.testing.assert_array_equal(shown(tmp_path / "a", data[:at] + b"\x7f" + data[at + 1 :]), whole)


@pytest.mark.parametrize("share", [0.3, 0.6, 0.9])
def test_a_webp_that_is_cut_off_is_refused(share, tmp_path):
    """Leaving out notes does not let a part of a picture through."""
    data = encoded("WEBP")
    (tmp_path / "a.webp").write_bytes(data[: int(share * data.index(b"EXIF"))])
    with pytest.raises(LowlightError, match="WebP file is damaged"):
        load_photo(tmp_path / "a.webp")
