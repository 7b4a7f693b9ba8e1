"""The sentence for a file that is no photo we read."""

import pytest

from lowlight.files.formats import READABLE, is_camera_raw, unreadable


@pytest.mark.parametrize(
    ("head", "kind"),
    [
        (b"Dear reader, a letter.\n", "a text file"),
        ("Größe".encode()[:-1] + b"\xc3", "a text file"),
        (b'<?xml version="1.0"?>\n<svg xmlns="http://www.w3.org/2000/svg"/>', "an SVG drawing"),
        (b"%PDF-1.7\n", "a PDF document"),
        (b"8BPS\0\1", "a Photoshop document"),
        (b"\0\0\0\x0cJXL \r\n\x87\n", "a JPEG XL picture"),
        (b"\0\0\0\x20ftypisom\0\0\2\0", "a video"),
        (b"PK\x03\x04\x14\0", "a ZIP archive"),
        (b"\x7fELF\2\1\1", "a file of another kind"),
    ],
)
def test_other_kinds_are_named(head, kind):
    """A file of another kind is called by its name, and the formats that can be read are listed."""
    sentence = unreadable(head)
    assert kind in sentence
    assert READABLE in sentence


@pytest.mark.parametrize(
    ("head", "suffix"),
    [
        (b"II*\0\x10\0\0\0CR\2\0", ".tif"),
        (b"\0\0\0\x18ftypcrx \0\0\0\1", ""),
        (b"FUJIFILMCCD-RAW 0201\xff\0", ""),
        (b"II*\0\x08\0\0\0", ".nef"),
        (b"\0MRM", ".mrw"),
    ],
)
def test_camera_raw_files_are_known(head, suffix):
    """A camera's raw file is known by its first bytes or its suffix."""
    assert is_camera_raw(head, suffix)


@pytest.mark.parametrize("head", [b"\xff\xd8\xff\xe0", b"\0\0\0\x18ftypheic", b"Dear reader,", b"%PDF-1.7\n", b""])
def test_a_suffix_alone_makes_no_raw_file(head):
    """What says by its first bytes that it is another kind of file is one, and an empty file is none."""
    assert not is_camera_raw(head, ".dng")


@pytest.mark.parametrize(
    ("head", "name"),
    [
        (b"\xff\xd8\xff\xe0", "JPEG"),
        (b"\x89PNG\r\n\x1a\n", "PNG"),
        (b"RIFF\x10\0\0\0WEBP", "WebP"),
        (b"\0\0\0\x20ftypavif", "AVIF"),
        (b"\0\0\0\x18ftypheic", "HEIC"),
        (b"MM\0*\0\0\0\x08", "TIFF"),
        (b"BM\x46\0\0\0\0\0", "BMP"),
        (b"GIF89a\x01\0", "GIF"),
    ],
)
def test_a_broken_photo_is_called_damaged(head, name):
    """A file that begins as a photo does, and still cannot be read, is called damaged, by its format's name."""
    assert f"This {name} file is damaged" in unreadable(head)


def test_an_empty_file_is_called_empty():
    """A file without a byte is called empty."""
    assert "0 bytes" in unreadable(b"")
