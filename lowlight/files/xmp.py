"""XMP: what a photographer wrote about a photo, kept for its result, and how the result was made.

Rating, caption and copyright are read from XMP, or from IPTC's records (IIM) and EXIF where there is none. What else
stands in a photo's XMP may not go on: places, people, serial numbers. ISO 16684-1 has the format.
"""

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from xml.etree import ElementTree

from PIL import ImageFile, IptcImagePlugin

from lowlight.files.decoder import DECODER_FAILURES

MADE = "urn:x-lowlight:made:1.0/"
"""The namespace of how a result was made."""

LONGEST_TEXT = 2000
"""The longest caption and copyright kept, in characters."""

_WORDS = ("description", "rights")
_NAMES = {
    "x": "adobe:ns:meta/",
    "rdf": "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
    "xmp": "http://ns.adobe.com/xap/1.0/",
    "dc": "http://purl.org/dc/elements/1.1/",
    "lowlight": MADE,
}
_LARGEST = 1_000_000
_RATING_TAG = 0x4746
_IPTC_CAPTION, _IPTC_COPYRIGHT = (2, 120), (2, 116)
_LOWEST, _HIGHEST = -1, 5
_UNSEEN = ("Cc", "Cn", "Co", "Cs", "Zl", "Zp")
"""Unicode's categories of controls, of what is no character or a private one, and of breaks that few programs know."""


@dataclass(frozen=True)
class Description:
    """What a photographer wrote about a photo.

    Attributes:
        rating: from 1 to 5 stars, -1 for rejected; None or 0 for none.
        caption: what the photo shows.
        rights: whose it is.
    """

    rating: int | None = None
    caption: str = ""
    rights: str = ""


def read_description(image: ImageFile.ImageFile) -> Description:
    """Return what an opened photo says of itself in words; what is broken counts as not there."""
    found = _parsed(_packet_of(image))
    records = _iptc(image)
    rating = found.rating if found.rating is not None else _exif_rating(image)
    caption = found.caption or _text(records.get(_IPTC_CAPTION))
    return Description(rating, caption, found.rights or _text(records.get(_IPTC_COPYRIGHT)))


def packet(description: Description, made: Mapping[str, str] | None = None) -> bytes:
    """Return an XMP packet.

    Args:
        description: as `read_description` returns it.
        made: how the picture was made: names and values for the namespace `MADE`; "Tool" becomes ``xmp:CreatorTool``.
    """
    for prefix, name in _NAMES.items():
        ElementTree.register_namespace(prefix, name)
    root = ElementTree.Element(_tag("x", "xmpmeta"))
    about = ElementTree.SubElement(ElementTree.SubElement(root, _tag("rdf", "RDF")), _tag("rdf", "Description"))
    about.set(_tag("rdf", "about"), "")
    if description.rating:
        _add(about, "xmp", "Rating", str(description.rating))
    for name, text in (("description", description.caption), ("rights", description.rights)):
        if words := _text(text):
            _add_words(about, name, words)
    for name, value in (made or {}).items():
        _add(about, *(("xmp", "CreatorTool") if name == "Tool" else ("lowlight", name)), value)
    body = ElementTree.tostring(root)
    return b'<?xpacket begin="\xef\xbb\xbf" id="W5M0MpCehiHzreSzNTczkc9d"?>' + body + b'<?xpacket end="w"?>'


def _tag(prefix: str, name: str) -> str:
    return f"{{{_NAMES[prefix]}}}{name}"


def _add(about: ElementTree.Element, prefix: str, name: str, text: str) -> None:
    ElementTree.SubElement(about, _tag(prefix, name)).text = text


def _add_words(about: ElementTree.Element, name: str, text: str) -> None:
    """Add a text of one language, as Dublin Core has it in XMP."""
    words = ElementTree.SubElement(about, _tag("dc", name))
    item = ElementTree.SubElement(ElementTree.SubElement(words, _tag("rdf", "Alt")), _tag("rdf", "li"))
    item.set("{http://www.w3.org/XML/1998/namespace}lang", "x-default")
    item.text = text


def _packet_of(image: ImageFile.ImageFile) -> bytes:
    found = image.info.get("xmp") or image.info.get("XML:com.adobe.xmp") or b""
    return found.encode() if isinstance(found, str) else bytes(found)


def _parsed(data: bytes) -> Description:
    """Return what a packet says; one that could hold entities is not read: they can grow without bounds."""
    if not data or len(data) > _LARGEST or b"<!DOCTYPE" in data or b"\0" in data.rstrip(b"\0"):
        return Description()
    try:
        root = ElementTree.fromstring(data.strip(b"\0 \r\n\t"))  # noqa: S314 -- no entities, bounded
    except (ElementTree.ParseError, ValueError, LookupError):
        return Description()
    found = Description()
    for about in root.iter(_tag("rdf", "Description")):
        rating = about.get(_tag("xmp", "Rating")) or about.findtext(_tag("xmp", "Rating"))
        caption, rights = (about.findtext(f"{_tag('dc', name)}//{_tag('rdf', 'li')}") for name in _WORDS)
        found = Description(
            _rating(rating) if found.rating is None else found.rating,
            found.caption or _text(caption),
            found.rights or _text(rights),
        )
    return found


def _rating(value: object) -> int | None:
    """Return a rating that is one, as a whole number."""
    try:
        number = round(float(str(value)))
    except (ValueError, OverflowError):
        return None
    return number if _LOWEST <= number <= _HIGHEST else None


def _exif_rating(image: ImageFile.ImageFile) -> int | None:
    try:
        return _rating(image.getexif().get(_RATING_TAG))
    except DECODER_FAILURES:
        return None


def _iptc(image: ImageFile.ImageFile) -> dict[tuple[int, int], object]:
    try:
        return dict(IptcImagePlugin.getiptcinfo(image) or {})
    except DECODER_FAILURES:
        return {}


def _decoded(words: bytes) -> str:
    """Return words that are UTF-8, or of the Western code page that IPTC's older programs write."""
    try:
        return words.decode()
    except UnicodeDecodeError:
        return words.decode("cp1252", "replace")


def _text(value: object) -> str:
    """Return words as one string of characters that XML can hold, no longer than they may be.

    Spaces of any width and the joiners of emoji, Persian and Indic scripts stay.
    """
    if isinstance(value, list):
        value = value[0] if value else ""
    if isinstance(value, bytes):
        value = _decoded(value)
    text = str(value or "")[:LONGEST_TEXT].replace("\r\n", "\n").replace("\r", "\n")
    return "".join(char for char in text if char in "\n\t" or unicodedata.category(char) not in _UNSEEN).strip()
