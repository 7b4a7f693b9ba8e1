"""What is let in, decided on the header; and every failure in words."""

import io
import os
import re
import struct
import subprocess
import sys
import tracemalloc
from contextlib import suppress
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from lowlight import limits
from lowlight.errors import LowlightError
from lowlight.files.decoder import ANY_SHAPE_SIDE, MAX_PASSES, check_size
from lowlight.files.photo import load_photo, read_header
from tests.helpers.odd_bitmaps import bmp_of
from tests.helpers.odd_tiffs import tiff_of
from tests.helpers.pictures import png, save, scene, tiff


def refusal(path, data=None, read=load_photo):
    """Return the sentence with which a file is refused."""
    if data is not None:
        path.write_bytes(data)
    with pytest.raises(LowlightError) as caught:
        read(path)
    return str(caught.value)


def load(path, data):
    """Return the picture of a file with these bytes."""
    path.write_bytes(data)
    return load_photo(path).rgb


def shape_or_refusal(path):
    """Return the shape of a photo, or the sentence with which it is refused; every other error goes on."""
    try:
        return load_photo(path).rgb.shape
    except LowlightError as error:
        return str(error)


def encoded(form, picture=None, **options):
    """Return the bytes of a small picture in a format."""
    buffer = io.BytesIO()
    (picture or Image.fromarray(scene())).save(buffer, form, **options)
    return buffer.getvalue()


def claim(form, side):
    """Return a file in a format that claims to be a square of this side and holds a small picture, or none at all."""
    if form == "PNG":
        return png(side, side, 8, 2, [])
    data = encoded(form, Image.fromarray(scene(64, 64)))
    number = {"JPEG": ">H", "WEBP": "<H", "GIF": "<H", "BMP": "<I", "AVIF": ">I", "HEIF": ">I", "TIFF": "<I"}[form]
    between = struct.pack("<HHHL", 0, 257, 4, 1)[2:] if form == "TIFF" else b""
    old, new = (between.join([struct.pack(number, value)] * 2) for value in (64, side))
    assert old in data
    return data.replace(old, new)


CASES = Path(__file__).parent / "cases"
FORMATS = ["JPEG", "PNG", "WEBP", "AVIF", "HEIF", "TIFF", "BMP", "GIF"]


@pytest.mark.parametrize("form", FORMATS)
def test_the_header_tells_format_and_size(form, tmp_path):
    """Format, width and height are read from the header alone."""
    path = tmp_path / "photo"
    path.write_bytes(encoded(form))
    header = read_header(path)
    assert (header.format, header.width, header.height) == (form, 64, 48)
    assert header.megapixels == pytest.approx(0.003072)


@pytest.mark.parametrize("read", [read_header, load_photo])
@pytest.mark.parametrize("form", FORMATS)
@pytest.mark.parametrize("side", [7072, 11000, 16000])
def test_too_many_pixels_are_refused_on_the_header(form, side, read, tmp_path):
    """A file that claims more than 50 megapixels is refused for it, though its pixels are missing or others."""
    sentence = refusal(tmp_path / "bomb", claim(form, side), read)
    assert "50 megapixels" in sentence
    assert f"{np.ceil(side * side / 1e5) / 10:.1f} megapixels" in sentence


def _patched(data, mark, skip, old, new):
    """Return the data with bytes replaced so far behind a mark, where the old ones have to stand."""
    at = data.index(mark) + skip
    assert data[at : at + len(old)] == old
    return data[:at] + new + data[at + len(new) :]


def _rare_claims():
    """Return files that claim 17000 x 17000 pixels, or WebP's 16383, in rarer ways, and hold next to nothing."""
    side, small = 17000, struct.pack("<HH", 64, 48)
    frames = {"save_all": True, "append_images": [Image.new("RGB", (64, 48))]}
    canvas = (side - 1).to_bytes(3, "little") * 2
    lossless = encoded("WEBP", lossless=True)
    size = struct.unpack_from("<L", lossless, lossless.index(b"VP8L") + 9)[0]
    pixels = bytearray(png(side, side, 8, 0, [bytes(9)]))
    pixels[-14] ^= 1  # in the checksum of what there is of pixels
    screen = (CASES / "grid.heic").read_bytes()
    return {
        "WebP's canvas": _patched(encoded("WEBP", **frames), b"VP8X", 12, bytes((63, 0, 0, 47, 0, 0)), canvas),
        "lossy WebP": _patched(encoded("WEBP"), b"\x9d\x01\x2a", 3, small, struct.pack("<HH", 16383, 16383)),
        "lossless WebP": _patched(
            lossless, b"VP8L", 9, struct.pack("<L", size), struct.pack("<L", size >> 28 << 28 | 16382 << 14 | 16382)
        ),
        "tiled TIFF": tiff_of([bytes(256**2)], side, side, {258: 8, 262: 1}, compression=8, tile=(256, 256)),
        "group 4 TIFF": encoded("TIFF", Image.new("1", (side, side)), compression="group4"),
        "BMP in runs": bmp_of(b"\0\1", side, side, 8, kind=1, palette=bytes(1024)),
        "OS/2 BMP": bmp_of(b"", side, side, 24, header=12),
        "BMP, first row first": bmp_of(b"", side, -side, 24),
        "GIF's frame": _patched(encoded("GIF"), b"\x2c", 5, small, struct.pack("<HH", side, side)),
        "damaged PNG": bytes(pixels),
        "grid HEIC": screen.replace(struct.pack(">II", 768, 512), struct.pack(">II", side, side)),
    }


RARE_CLAIMS = _rare_claims()


@pytest.mark.parametrize("kind", RARE_CLAIMS)
def test_a_size_is_told_as_a_size(kind, tmp_path):
    """Whatever way a file claims too many pixels in, it is not called damaged, and costs no memory."""
    tracemalloc.start()
    sentence = refusal(tmp_path / "large", RARE_CLAIMS[kind])
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert re.match(r"The photo has (289\.0|268\.5) megapixels, and at most 50 megapixels", sentence)
    assert peak < 2e6


def test_a_bomb_is_refused_with_its_size(tmp_path):
    """A PNG of a few bytes that would unfold to 1.2 GB is refused with its 400 megapixels and the limit."""
    data = png(20000, 20000, 8, 2, [])
    assert len(data) < 100
    assert "400.0 megapixels, and at most 50 megapixels" in refusal(tmp_path / "bomb.png", data, read_header)


@pytest.mark.parametrize("form", FORMATS)
def test_a_small_picture_that_claims_more_is_refused_in_words(form, tmp_path):
    """Where header and pixels disagree, the person gets a sentence or a picture of the claimed size."""
    (tmp_path / "liar").write_bytes(claim(form, 80))
    outcome = shape_or_refusal(tmp_path / "liar")
    assert outcome == (80, 80, 3) or "damaged" in outcome


def test_the_largest_photo_is_taken():
    """Exactly 50 megapixels are taken, and a pixel more is not."""
    check_size(limits.MAX_PIXELS // 5000, 5000)
    with pytest.raises(LowlightError, match=re.escape("50.1 megapixels, and at most 50 megapixels")):
        check_size(limits.MAX_PIXELS // 5000 + 1, 5000)


@pytest.mark.parametrize("size", [(1, 1), (1, ANY_SHAPE_SIDE), (2000, 100), (50 * 40, 40)])
def test_long_photos_are_taken(size):
    """One pixel, a line of a thousand, and up to 50 times as long as wide at any size."""
    check_size(*size)


def test_too_long_a_photo_is_refused():
    """A photo more than 50 times as long as wide is refused with its shape and the limit."""
    with pytest.raises(LowlightError, match="3000 x 59 pixels: one side is 51 times the other, and at most 50"):
        check_size(3000, 59)


def test_a_photo_without_pixels_is_refused():
    """A photo with no rows is refused in words."""
    with pytest.raises(LowlightError, match="nothing in it"):
        check_size(5, 0)


def test_too_large_a_file_is_refused_unread(tmp_path):
    """A file over 30 MB is refused with its size and the limit."""
    path = tmp_path / "large.jpg"
    with path.open("wb") as file:
        file.truncate(limits.MAX_FILE_BYTES + 1)
    assert "30.1 MB, and at most 30 MB" in refusal(path)


@pytest.mark.parametrize("name", ["missing.jpg", "folder/inside.jpg", "nul\0.jpg"])
def test_a_missing_file_is_told(name, tmp_path):
    """A file that is not there is told in words without its path."""
    (tmp_path / "folder").write_bytes(b"a file, not a folder")
    sentence = refusal(tmp_path / name)
    assert "no such file" in sentence or "cannot be opened" in sentence
    assert str(tmp_path) not in sentence


def test_a_folder_is_told(tmp_path):
    """A folder is called a folder."""
    assert "folder" in refusal(tmp_path)


def test_a_pipe_is_not_waited_for(tmp_path):
    """What is no ordinary file is refused at once, and not read."""
    os.mkfifo(tmp_path / "pipe.jpg")
    assert "not an ordinary file" in refusal(tmp_path / "pipe.jpg")


@pytest.mark.parametrize(
    ("name", "data", "words"),
    [
        ("empty.jpg", b"", "0 bytes"),
        ("letter.jpg", b"Dear reader,\n" * 200, "text file"),
        ("drawing.svg", b"<svg xmlns='http://www.w3.org/2000/svg'/>", "SVG"),
        ("paper.pdf", b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\n", "PDF"),
        ("photo.jp2", b"\0\0\0\x0cjP  \r\n\x87\n", "JPEG 2000"),
        ("icon.ico", b"\0\0\1\0\1\0", "another kind"),
        ("shot.cr3", b"\0\0\0\x18ftypcrx \0\0\0\1", "camera raw"),
    ],
)
def test_what_is_no_photo_is_named(name, data, words, tmp_path):
    """A file that is no photo is refused by the name of what it is."""
    assert words in refusal(tmp_path / name, data)


@pytest.mark.parametrize(
    ("name", "extra"),
    [
        ("shot.dng", ()),
        ("shot.tif", ((50706, 4, 0x00000401),)),
        ("shot.tif", ((254, 4, 1), (330, 4, 8))),
    ],
    ids=["suffix", "DNG tag", "preview"],
)
def test_a_raw_files_preview_is_not_taken_for_the_photo(name, extra, tmp_path):
    """A TIFF that is a camera's raw file is refused; Pillow would show its thumbnail."""
    assert "camera raw" in refusal(tmp_path / name, tiff(scene(), photometric=2, extra=extra))


def test_a_photo_with_a_raw_files_suffix_is_taken(tmp_path):
    """A file counts as what it is, whatever its name says."""
    (tmp_path / "photo.dng").write_bytes(encoded("JPEG"))
    assert load_photo(tmp_path / "photo.dng").format == "JPEG"


def test_planes_are_read_or_refused(tmp_path):
    """TIFF planes of 8 bits are read; of 16 bits, which Pillow turns to noise, they are refused in words."""
    (tmp_path / "eight.tif").write_bytes(tiff(scene(), photometric=2, planes=True))
    np.testing.assert_array_equal(load_photo(tmp_path / "eight.tif").rgb, scene())
    deep = tiff(scene().astype(np.uint16) * 257, photometric=2, planes=True)
    assert "planes of 16 bits" in refusal(tmp_path / "sixteen.tif", deep)


def test_tags_that_all_hold_the_same_bytes_cost_no_memory(tmp_path):
    """A TIFF of 1 MB whose 300 tags each claim all of it loads in less memory than 100 MB, not in 300."""
    path = tmp_path / "tags.tif"
    data = tiff(scene(), photometric=2, claims={1000 + tag: 1 << 20 for tag in range(300)}).ljust(1 << 21, b"\0")
    path.write_bytes(data)
    tracemalloc.start()
    rgb = load_photo(path).rgb
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    np.testing.assert_array_equal(rgb, scene())
    assert peak < 100e6


def test_a_jpeg_of_endless_passes_is_refused(tmp_path):
    """A progressive JPEG that repeats a pass hundreds of times is refused with the number and the limit."""
    data = encoded("JPEG", progressive=True)
    (tmp_path / "progressive.jpg").write_bytes(data)
    load_photo(tmp_path / "progressive.jpg")
    last = data.rindex(b"\xff\xda")
    bomb = data[:last] + data[last:-2] * (MAX_PASSES + 1) + data[-2:]
    assert re.search(rf"5\d\d passes, and at most {MAX_PASSES}", refusal(tmp_path / "bomb.jpg", bomb))


def test_no_memory_is_told_and_the_next_photo_works(tmp_path):
    """Where memory runs out the person is told so, and the next photo loads."""
    save(tmp_path / "large.png", Image.new("L", (7000, 7000)), compress_level=1)
    save(tmp_path / "small.png", scene())
    code = """
import resource, sys
from contextlib import suppress
from pathlib import Path
from lowlight import LowlightError
from lowlight.files.photo import load_photo
load_photo(sys.argv[2])
used = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
resource.setrlimit(resource.RLIMIT_AS, (used + 30_000_000, resource.RLIM_INFINITY))
try:
    load_photo(sys.argv[1])
except LowlightError as error:
    print(error)
print(load_photo(sys.argv[2]).rgb.shape)
"""
    command = [sys.executable, "-c", code, tmp_path / "large.png", tmp_path / "small.png"]
    lines = subprocess.run(command, capture_output=True, text=True, check=True).stdout.splitlines()
    assert "not enough memory" in lines[0]
    assert lines[1] == "(48, 64, 3)"


DAMAGED = {
    **{form: encoded(form) for form in FORMATS},
    "progressive JPEG": encoded("JPEG", progressive=True),
    "palette PNG": encoded("PNG", Image.fromarray(scene()).quantize(16), transparency=3),
    "lossless WebP": encoded("WEBP", lossless=True),
    "LZW TIFF": encoded("TIFF", compression="tiff_lzw"),
    "JPEG TIFF": encoded("TIFF", compression="jpeg"),
    "deep TIFF": tiff(scene().astype(np.uint16) * 257, photometric=2),
    "JPEG with EXIF": encoded("JPEG", exif=encoded("TIFF", Image.new("L", (1, 1)))),
}


@pytest.mark.parametrize("kind", DAMAGED)
def test_a_cut_off_file_is_whole_or_refused(kind, tmp_path):
    """A file cut off anywhere is refused in words, or none of its picture is missing; cut in half it is refused."""
    data, path = DAMAGED[kind], tmp_path / "cut"
    whole = load(path, data)
    for share in np.linspace(0, 1, 24, endpoint=False):
        with suppress(LowlightError):
            np.testing.assert_array_equal(load(path, data[: int(share * len(data))]), whole)
    assert "damaged" in refusal(path, data[: len(data) // 2])


@pytest.mark.parametrize("kind", [{}, {"progressive": True}, {"restart_marker_rows": 1}, {"exif": True}])
@pytest.mark.parametrize("share", [0.3, 0.6, 0.95])
def test_zeros_at_the_end_of_a_jpeg_are_no_picture(kind, share, tmp_path):
    """A copy that broke off may have its full length; the end of a preview in its EXIF is not the photo's."""
    options = kind | ({"exif": with_preview()} if "exif" in kind else {})
    data = encoded("JPEG", Image.effect_noise((256, 192), 60), quality=90, **options)
    start = data.rindex(b"\xff\xda") if "progressive" not in kind else data.index(b"\xff\xda")
    cut = start + int(share * (len(data) - start))
    sentence = refusal(tmp_path / "zeros.jpg", data[:cut].ljust(len(data), b"\0"))
    missing = int(re.search(r"ends early: (\d+)% of the picture is missing", sentence)[1])
    assert abs(missing - 100 * (1 - share)) < 3


def with_preview():
    """Return EXIF with a small JPEG in it, as cameras write."""
    preview = encoded("JPEG", Image.new("RGB", (16, 16)))
    exif = Image.Exif()
    exif.get_ifd(0x8769)[37500] = preview
    return exif.tobytes()


@pytest.mark.parametrize("kind", DAMAGED)
def test_a_damaged_file_loads_or_is_refused(kind, tmp_path):
    """A file with a few bytes overwritten is a photo still or is refused in words; nothing else happens."""
    random, path = np.random.default_rng(len(kind)), tmp_path / "damaged"
    for count in (1, 1, 1, 3, 10) * 8:
        data = np.frombuffer(DAMAGED[kind], np.uint8).copy()
        head = random.integers(0, 2)  # half of them in the header, where most can go wrong
        data[random.integers(0, min(200, len(data)) if head else len(data), count)] = random.integers(0, 256, count)
        path.write_bytes(data.tobytes())
        assert shape_or_refusal(path)
