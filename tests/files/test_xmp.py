"""What a photographer wrote about a photo, and how a result says that it was made."""

import json
from xml.etree import ElementTree

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import ExifTags, Image

from lowlight import Settings
from lowlight.files.photo import load_photo
from lowlight.files.results import save_photo
from lowlight.files.xmp import LONGEST_TEXT, Description, packet, read_description
from lowlight.history import made_with
from lowlight.network.session import default_network
from lowlight.version import __version__
from tests.helpers.pictures import save, scene

BY_LIGHTROOM = b"""<?xpacket begin="\xef\xbb\xbf" id="W5M0MpCehiHzreSzNTczkc9d"?>
<x:xmpmeta xmlns:x="adobe:ns:meta/" x:xmptk="Adobe XMP Core"><rdf:RDF
 xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description rdf:about=""
 xmlns:xmp="http://ns.adobe.com/xap/1.0/" xmlns:dc="http://purl.org/dc/elements/1.1/"
 xmlns:exif="http://ns.adobe.com/exif/1.0/" xmp:Rating="4" exif:GPSLatitude="47,22.5N">
 <dc:description><rdf:Alt><rdf:li xml:lang="x-default">The bridge</rdf:li></rdf:Alt></dc:description>
 <dc:rights><rdf:Alt><rdf:li xml:lang="x-default">\xc2\xa9 2026 me</rdf:li></rdf:Alt></dc:rights>
 </rdf:Description></rdf:RDF></x:xmpmeta><?xpacket end="w"?>"""
"""As an editor writes it, with a place."""


def iptc_segment(caption, rights):
    """Return a JPEG's APP13 with two records of IPTC's IIM."""
    records = b"".join(
        b"\x1c\x02" + bytes([number]) + len(text).to_bytes(2) + text for number, text in ((120, caption), (116, rights))
    )
    resource = b"8BIM\x04\x04\0\0" + len(records).to_bytes(4) + records + bytes(len(records) % 2)
    content = b"Photoshop 3.0\0" + resource
    return b"\xff\xed" + (len(content) + 2).to_bytes(2) + content


@pytest.mark.parametrize("suffix", [".jpg", ".png", ".webp", ".tif", ".heic", ".avif"])
def test_rating_caption_and_copyright_are_read(suffix, tmp_path):
    """From the XMP that an editor wrote into a file of any format."""
    path = tmp_path / f"photo{suffix}"
    if suffix in (".png", ".tif"):
        save_photo(scene(), path, xmp=BY_LIGHTROOM)
    else:
        save(path, scene(), xmp=BY_LIGHTROOM)
    assert load_photo(path).told.description == Description(4, "The bridge", "© 2026 me")


def test_nothing_else_of_it_goes_on(tmp_path):
    """The result has the rating, and no place."""
    save(tmp_path / "photo.jpg", scene(), xmp=BY_LIGHTROOM)
    photo = load_photo(tmp_path / "photo.jpg")
    save_photo(photo.rgb, tmp_path / "result.jpg", **photo.told.of_result({}))
    data = (tmp_path / "result.jpg").read_bytes()
    assert b"<xmp:Rating>4</xmp:Rating>" in data
    assert b"GPS" not in data


def test_iptc_speaks_where_xmp_is_silent(tmp_path):
    """Caption and copyright come from IPTC's records."""
    jpeg = save(tmp_path / "photo.jpg", scene()).read_bytes()
    (tmp_path / "photo.jpg").write_bytes(jpeg[:2] + iptc_segment("Die Brücke".encode(), b"me") + jpeg[2:])
    assert load_photo(tmp_path / "photo.jpg").told.description == Description(None, "Die Brücke", "me")


def test_iptc_of_an_older_program_is_read(tmp_path):
    """It writes the Western code page, not UTF-8."""
    jpeg = save(tmp_path / "photo.jpg", scene()).read_bytes()
    (tmp_path / "photo.jpg").write_bytes(
        jpeg[:2] + iptc_segment("Brücke für 5 €".encode("cp1252"), b"\xa9 me") + jpeg[2:]
    )
    assert load_photo(tmp_path / "photo.jpg").told.description == Description(None, "Brücke für 5 €", "© me")


def test_exif_has_a_rating_too(tmp_path):
    """As Windows writes it."""
    exif = Image.Exif()
    exif[0x4746] = 3
    save(tmp_path / "photo.jpg", scene(), exif=exif.tobytes())
    assert load_photo(tmp_path / "photo.jpg").told.description.rating == 3


GROWING = b'<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]>' + BY_LIGHTROOM


@pytest.mark.parametrize(
    "broken",
    [b"", b"no xml", BY_LIGHTROOM[:300], GROWING, BY_LIGHTROOM.decode().encode("utf-16"), b"<a>" * 100_000],
    ids=["empty", "text", "cut", "entities", "utf-16", "deep"],
)
def test_what_is_broken_is_not_there(broken, tmp_path):
    """A packet that is none, is cut off, or could grow is left out, and the photo is read."""
    save(tmp_path / "photo.webp", scene(), xmp=broken)
    photo = load_photo(tmp_path / "photo.webp")
    assert photo.told.description == Description()
    assert photo.rgb.shape == scene().shape


@pytest.mark.parametrize(
    ("said", "found"), [("5", 5), ("-1", -1), ("3.0", 3), ("7", None), ("many", None), ("inf", None)]
)
def test_a_rating_is_one(said, found, tmp_path):
    """From -1 to 5, or it counts as not there."""
    save(tmp_path / "photo.jpg", scene(), xmp=BY_LIGHTROOM.replace(b'Rating="4"', f'Rating="{said}"'.encode()))
    assert load_photo(tmp_path / "photo.jpg").told.description.rating == found


@given(
    st.builds(
        Description,
        st.sampled_from([None, -1, 1, 2, 5]),
        st.text(max_size=LONGEST_TEXT + 50),
        st.text(max_size=50),
    )
)
def test_a_packet_says_what_it_was_given(description):
    """Any text comes back, apart from what XML cannot hold; the packet is XML."""
    made = packet(description, {"Settings": "<&>"})
    ElementTree.fromstring(made)
    image = Image.new("RGB", (1, 1))
    image.format, image.info["xmp"] = "WEBP", made
    found = read_description(image)
    assert found.rating == description.rating
    assert set(found.caption) <= {*description.caption, "\n"}
    assert len(found.caption) <= LONGEST_TEXT
    kept = "".join(char for char in description.rights if char.isprintable())
    assert "".join(char for char in found.rights if char.isprintable()).strip() == kept.strip()


@pytest.mark.parametrize("words", ["Où\u00a0?", "京都\u3000夜", "\U0001f468\u200d\U0001f469", "नि\u200dश", "a\nb"])
def test_spaces_and_joiners_of_every_script_stay(words):
    """Without them words run into one another, and one emoji becomes two."""
    image = Image.new("RGB", (1, 1))
    image.format, image.info["xmp"] = "WEBP", packet(Description(caption=words))
    assert read_description(image).caption == words


def test_a_result_says_how_it_was_made():
    """Version, all settings and the network's hash, the same words each time."""
    made = made_with(Settings(exposure=0.5, look="night"))
    assert made == made_with(Settings(exposure=0.5, look="night"))
    assert made["Tool"] == f"lowlight {__version__}"
    settings = json.loads(made["Settings"])
    assert settings["exposure"] == 0.5
    assert Settings(**settings) == Settings(exposure=0.5, look="night")
    assert made["NetworkSHA256"] == default_network().sha256
    assert len(made["NetworkSHA256"]) == 64


def test_the_place_goes_on_only_when_asked_for(tmp_path):
    """Latitude and longitude are in the file of who asked for them, and in no other."""
    exif = Image.Exif()
    exif[ExifTags.Base.Make] = "Cam"
    exif[ExifTags.IFD.GPSInfo] = {1: "N", 2: (47.0, 22.0, 30.0), 3: "E", 4: (8.0, 32.0, 0.0), 18: "secret datum"}
    save(tmp_path / "photo.jpg", scene(), exif=exif.tobytes())
    told = load_photo(tmp_path / "photo.jpg").told
    for place in (True, False):
        save_photo(np.zeros((4, 4, 3), np.uint8), tmp_path / "result.jpg", **told.of_result({}, place=place))
        with Image.open(tmp_path / "result.jpg") as image:
            assert image.getexif()[ExifTags.Base.Make] == "Cam"
            found = image.getexif().get_ifd(ExifTags.IFD.GPSInfo)
        assert dict(found) == ({1: "N", 2: (47.0, 22.0, 30.0), 3: "E", 4: (8.0, 32.0, 0.0)} if place else {})


def test_a_photo_without_a_place_has_none(tmp_path):
    """Asking for it changes nothing."""
    exif = Image.Exif()
    exif[ExifTags.Base.Make] = "Cam"
    told = load_photo(save(tmp_path / "photo.jpg", scene(), exif=exif.tobytes())).told
    assert told.exif_with_place == b""
    assert told.of_result({}, place=True) == told.of_result({})
