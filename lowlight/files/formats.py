"""The formats of photos and results; what kind a file is, and the sentence for one that is no photo we read."""

from dataclasses import dataclass
from typing import TypeVar

from lowlight.messages import Message

Name = TypeVar("Name", bound=str)

READABLE = Message("JPEG, PNG, WebP, AVIF, HEIC, TIFF, BMP, GIF or camera raw")
"""The formats taken, for people."""

HEAD_BYTES = 1024
"""How many first bytes of a file tell its kind."""

RAW_SUFFIXES = (
    *(".3fr", ".arw", ".cr2", ".cr3", ".dcr", ".dng", ".erf", ".iiq", ".kdc", ".mef", ".mos", ".mrw", ".nef", ".nrw"),
    *(".orf", ".pef", ".raf", ".raw", ".rw2", ".srf", ".sr2", ".srw", ".x3f"),
)
"""What the names of cameras' raw files end in."""

LARGE_SUFFIXES = (*RAW_SUFFIXES, ".png", ".tif", ".tiff")
"""The suffixes of the files that may have `limits.MAX_LARGE_BYTES`, as `may_be_large` tells them by their bytes."""

PHOTO_SUFFIXES = (
    *(".jpg", ".jpeg", ".jpe", ".jfif", ".mpo", ".png", ".webp", ".avif", ".heic", ".heif", ".hif"),
    *(".tif", ".tiff", ".bmp", ".dib", ".gif"),
    *RAW_SUFFIXES,
)
"""The suffixes, in lower case, of the files in a folder that are taken for photos."""


@dataclass(frozen=True)
class ResultFormat:
    """A format that a result can be written in.

    Attributes:
        suffix: of the file's name, with its dot.
        bits: of each channel: 8, or more where it is written from 16.
        title: what it is called, for people.
    """

    suffix: str
    bits: int
    title: str

    @property
    def deep(self) -> bool:
        """Whether more than 8 bits are written."""
        return self.bits > 8


RESULT_FORMATS = {
    "jpg": ResultFormat(".jpg", 8, "JPEG"),
    "png": ResultFormat(".png", 8, "PNG"),
    "png16": ResultFormat(".png", 16, "PNG 16"),
    "tif": ResultFormat(".tif", 16, "TIFF 16"),
    "jxl": ResultFormat(".jxl", 8, "JPEG XL"),
    "avif": ResultFormat(".avif", 10, "AVIF"),
}
"""The formats a result can be had in, by the name that programs use."""

_HEADS = (
    (0, b"\xff\xd8\xff", "JPEG"),
    (0, b"\x89PNG", "PNG"),
    (8, b"WEBP", "WebP"),
    (4, b"ftypavi", "AVIF"),
    (4, b"ftyphe", "HEIC"),
    (4, b"ftypmif1", "HEIC"),
    (4, b"ftypmsf1", "HEIC"),
    (0, b"II*\0", "TIFF"),
    (0, b"MM\0*", "TIFF"),
    (0, b"II+\0", "TIFF"),
    (0, b"MM\0+", "TIFF"),
    (0, b"BM", "BMP"),
    (0, b"GIF8", "GIF"),
)
"""Where files of the formats taken have their mark; names are for people."""

_X3F = "Sigma X3F"
_RAW_HEADS = (
    (0, b"II*\0\x10\0\0\0CR", "Canon CR2"),
    (4, b"ftypcrx", "Canon CR3"),
    (0, b"FUJIFILMCCD-RAW", "Fujifilm RAF"),
    (0, b"IIR", "Olympus ORF"),
    (0, b"MMOR", "Olympus ORF"),
    (0, b"IIU\0", "Panasonic RW2"),
    (0, b"FOVb", _X3F),
)
_OTHER_HEADS = (
    (0, b"%PDF", Message("a PDF document")),
    (0, b"8BPS", Message("a Photoshop document")),
    (0, b"\xff\x0a", Message("a JPEG XL picture")),
    (4, b"JXL ", Message("a JPEG XL picture")),
    (4, b"jP  ", Message("a JPEG 2000 picture")),
    (0, b"PK\x03\x04", Message("a ZIP archive or an office document")),
    (0, b"\x1a\x45\xdf\xa3", Message("a video")),
    (8, b"AVI ", Message("a video")),
    (4, b"ftyp", Message("a video")),
)


def is_camera_raw(head: bytes, suffix: str) -> bool:
    """Whether a file is a camera's raw file: by its first bytes, or by its lower-case suffix where they say nothing."""
    if _match(head, _RAW_HEADS):
        return True
    known = _match(head, _OTHER_HEADS) or _match(head, _HEADS) not in (None, "TIFF") or _is_text(head)
    return suffix in RAW_SUFFIXES and len(head) > 0 and not known


def may_be_large(head: bytes, suffix: str) -> bool:
    """Whether a file is of a format that packs pixels without loss, so that many bytes are no wonder."""
    return is_camera_raw(head, suffix) or _match(head, _HEADS) in ("PNG", "TIFF")


def is_x3f(head: bytes) -> bool:
    """Whether a file is one of Sigma's cameras, whose three layers are not developed here."""
    return _match(head, _RAW_HEADS) == _X3F


def undeveloped(reason: Message) -> Message:
    """Return the sentence for a camera's raw file of which there will be no picture."""
    return Message(
        "This camera raw file could not be developed: {reason}. Export a JPEG from it and choose that.", reason=reason
    )


def unreadable(head: bytes) -> Message:
    """Return the sentence for a file that could not be read, from its first bytes."""
    if not head:
        return Message("The file is empty: it has 0 bytes. Choose or copy the photo again.")
    if _is_text(head) and not head.startswith(b"%PDF"):
        kind = Message("an SVG drawing") if b"<svg" in head else Message("a text file")
    elif name := _match(head, _HEADS):
        return Message(
            "This {format} file is damaged, cut off or of a rare kind. Copy it again, or save it as JPEG or PNG.",
            format=name,
        )
    else:
        kind = _match(head, _OTHER_HEADS) or Message("a file of another kind")
    return Message(
        "This is {kind}, not a photo that can be read. Photos can be {formats}.", kind=kind, formats=READABLE
    )


def _match(head: bytes, table: tuple[tuple[int, bytes, Name], ...]) -> Name | None:
    return next((name for start, mark, name in table if head.startswith(mark, start)), None)


def _is_text(head: bytes) -> bool:
    """Whether the first bytes are UTF-8 without control characters; a character cut in two at the end is allowed."""
    text = head.decode(errors="replace").rstrip("\ufffd")
    return bool(text) and "\ufffd" not in text and all(char.isprintable() or char.isspace() for char in text)
