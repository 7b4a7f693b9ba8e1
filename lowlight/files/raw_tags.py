"""What the tags of a camera raw file say: most makers' files, and DNG, are TIFF files with tags of their own."""

from contextlib import suppress
from typing import BinaryIO

from PIL import Image

from lowlight.files.decoder import DECODER_FAILURES, FOR_STRANGERS
from lowlight.files.exif import kept_exif
from lowlight.files.formats import HEAD_BYTES
from lowlight.files.told import Told

_NEW_SUBFILE_TYPE, _PHOTOMETRIC, _SUB_PICTURES, _DNG_VERSION, _BASELINE_EXPOSURE = 254, 262, 330, 50706, 50730
_COLOUR_FILTER_ARRAY, _LINEAR_RAW = 32803, 34892
_ORDERS = {b"II": "<", b"MM": ">"}


def tell_raw(file: BinaryIO, head: bytes) -> bool:
    """Whether the tags of a TIFF file are a raw file's: its first picture is a sensor's, or only a preview.

    Args:
        file: stands elsewhere afterwards.
        head: its first bytes.
    """
    if head[2:4] not in (b"*\0", b"\0*"):
        return False
    try:
        with FOR_STRANGERS:
            tags = _tags(file, head)
            kind, photometric = tags.get(_NEW_SUBFILE_TYPE, 0), tags.get(_PHOTOMETRIC)
    except DECODER_FAILURES:
        return False
    is_preview = isinstance(kind, int) and kind & 1 == 1 and _SUB_PICTURES in tags
    return is_preview or _DNG_VERSION in tags or photometric in (_COLOUR_FILTER_ARRAY, _LINEAR_RAW)


def told_and_baseline(file: BinaryIO) -> tuple[Told, float]:
    """Return what of a raw file's EXIF may go on to a result, and DNG's BaselineExposure in stops.

    They are empty and 0 where the file has none, or none that is read here: those of CR3, RAF and MRW are not.
    """
    file.seek(0)
    with FOR_STRANGERS:
        tags = _tags(file, file.read(HEAD_BYTES))
        told = Told(kept_exif(tags), kept_exif(tags, place=True))
        try:
            return told, float(tags.get(_BASELINE_EXPOSURE, 0))
        except DECODER_FAILURES:
            return told, 0.0


def _tags(file: BinaryIO, head: bytes) -> Image.Exif:
    """Return the tags of an open file's first directory; ORF and RW2 differ from TIFF in their mark alone."""
    tags = Image.Exif()
    order = _ORDERS.get(head[:2])
    if order and len(head) > 8:
        with suppress(*DECODER_FAILURES):
            tags.endian = order
            tags.load_from_fp(file, int.from_bytes(head[4:8], "little" if order == "<" else "big"))
    return tags
