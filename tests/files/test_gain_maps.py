"""HDR photos by a gain map beside the picture: known as such, and read in standard range."""

import io
import struct

import numpy as np
import pytest
from PIL import Image

from lowlight.files.photo import load_photo
from tests.helpers.pictures import scene

APPLE = b"urn:com:apple:photo:2020:aux:hdrgainmap"
ULTRA_HDR = b'http://ns.adobe.com/xap/1.0/\0<x:xmpmeta xmlns:hdrgm="http://ns.adobe.com/hdr-gain-map/1.0/"/>'
ISO = b"urn:iso:std:iso:ts:21496:-1\0\0\0\0\0"


def encoded(form, picture=None, **options):
    """Return the bytes of the scene in a format."""
    buffer = io.BytesIO()
    (picture or Image.fromarray(scene(64, 64))).save(buffer, form, **options)
    return buffer.getvalue()


def with_segment(jpeg, number, body):
    """Return a JPEG with a segment APPn more."""
    return jpeg[:2] + bytes((255, 0xE0 + number)) + struct.pack(">H", 2 + len(body)) + body + jpeg[2:]


def kinds():
    """Return by name a file with a gain map of each kind, and the same file without one."""
    plain = encoded("JPEG")
    small = encoded("JPEG", Image.new("L", (16, 16), 128))
    exif = Image.Exif()
    exif[271] = "Maker"
    clear = Image.fromarray(scene(64, 64))
    clear.putalpha(200)
    avif, heic = encoded("AVIF", clear), encoded("HEIF", exif=exif.tobytes())
    alpha = b"urn:mpeg:mpegB:cicp:systems:auxiliary:alpha"
    at = heic.index(b"iinf")
    item = heic.index(b"Exif", at)
    return {
        "Apple's JPEG": (plain + with_segment(small, 1, APPLE), plain + small),
        "Ultra HDR": (with_segment(plain, 1, ULTRA_HDR) + small, plain + small),
        "ISO 21496-1 JPEG": (with_segment(plain, 2, ISO) + small, plain + small),
        "Apple's boxes": (avif.replace(alpha, APPLE.ljust(len(alpha), b"\0")), avif),
        "ISO 21496-1 boxes": (heic[:item] + b"tmap" + heic[item + 4 :], heic),
    }


@pytest.mark.parametrize("kind", kinds())
def test_a_gain_map_is_known_and_not_applied(kind, tmp_path):
    """The photo says that there is one, and is the picture in standard range."""
    found = []
    for data in kinds()[kind]:
        (tmp_path / "photo").write_bytes(data)
        found.append(load_photo(tmp_path / "photo"))
    assert [photo.has_gain_map for photo in found] == [True, False]
    if kind != "Apple's boxes":  # there the alpha became the gain map
        np.testing.assert_array_equal(found[0].rgb, found[1].rgb)
    assert np.abs(found[0].rgb.astype(int) - scene(64, 64)).mean() < 3
