"""A part of the photo as it is looked at, before and after, sharper than the page's pictures of the whole."""

from dataclasses import dataclass
from pathlib import Path
from secrets import token_hex

import cv2
import numpy as np

from lowlight.arrays import Uint8Image
from lowlight.files.results import save_photo
from lowlight.measure.busiest import span_around

MOST_PIXELS = 3_000_000
"""Larger parts are made smaller: no screen that shows them has more pixels."""

_PREFIX = "part-"


@dataclass(frozen=True)
class Look:
    """What somebody looks at: the middle of it and its size, in shares of the photo's width and height."""

    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True)
class Detail:
    """A part of a photo, before and after.

    Attributes:
        before: a file for the page, JPEG without colour subsampling.
        after: likewise.
        left: where the part begins, as a share of the photo's width.
        top: likewise, of its height.
        width: the part's share of the photo's width.
        height: likewise, of its height.
    """

    before: Path
    after: Path
    left: float
    top: float
    width: float
    height: float


def detail(folder: Path, photo: Uint8Image, result: Uint8Image, look: Look) -> Detail:
    """Return the part of a job's photo that is looked at, moved so that all of it lies inside.

    Args:
        folder: the job's, which the part is written into, in the place of the one before.
        photo: height x width x 3, uint8 sRGB, as it came.
        result: likewise, enhanced.
        look: what is looked at; its shares are brought into the photo.
    """
    height, width = result.shape[:2]
    rows = span_around(look.y, height, max(round(look.height * height), 1))
    cols = span_around(look.x, width, max(round(look.width * width), 1))
    for old in folder.glob(f"{_PREFIX}*"):
        old.unlink(missing_ok=True)
    name = f"{_PREFIX}{rows.start}-{cols.start}-{token_hex(4)}"  # another each time: browsers keep what they know
    before, after = folder / f"{name}-before.jpg", folder / f"{name}-after.jpg"
    for picture, path in ((photo, before), (result, after)):
        save_photo(_for_screen(np.ascontiguousarray(picture[rows, cols])), path)
    return Detail(
        before,
        after,
        cols.start / width,
        rows.start / height,
        (cols.stop - cols.start) / width,
        (rows.stop - rows.start) / height,
    )


def _for_screen(part: Uint8Image) -> Uint8Image:
    height, width = part.shape[:2]
    scale = (MOST_PIXELS / (height * width)) ** 0.5
    if scale >= 1:
        return part
    size = max(round(width * scale), 1), max(round(height * scale), 1)
    return np.asarray(cv2.resize(part, size, interpolation=cv2.INTER_AREA), np.uint8)
