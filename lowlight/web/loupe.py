"""A part of the photo at 1:1, before and after, to judge noise and detail by."""

from dataclasses import dataclass
from pathlib import Path
from secrets import token_hex

import cv2
import numpy as np
from PIL import Image

from lowlight.tone import Uint8Image
from lowlight.web.files import smaller

HEIGHT, WIDTH = 300, 400
"""Size of the parts that are shown, in pixels; smaller photos are shown whole."""

PHOTO, RESULT = "photo.npy", "result.npy"
"""A job's files that the parts are cut from: the photo as it came, and its result."""

_PREFIX = "loupe-"
_SEARCH_SIDE = 400


@dataclass(frozen=True)
class Detail:
    """A part of a photo, before and after.

    Attributes:
        before: a PNG file, so that nothing is added to what is judged.
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


def detail(folder: Path, x: float, y: float) -> Detail:
    """Return the part of a job's photo around a point, moved so that all of it lies inside.

    Args:
        folder: the job's.
        x: the point, as a share of the width.
        y: likewise, of the height; both are brought into [0, 1].

    Raises:
        OSError: the job's files are gone.
    """
    photo, result = (np.load(folder / name, mmap_mode="r") for name in (PHOTO, RESULT))
    height, width = result.shape[:2]
    rows, cols = (_span(share, length, wanted) for share, length, wanted in ((y, height, HEIGHT), (x, width, WIDTH)))
    for old in folder.glob(f"{_PREFIX}*"):
        old.unlink(missing_ok=True)
    name = f"{_PREFIX}{rows.start}-{cols.start}-{token_hex(4)}"  # another each time: browsers keep what they know
    before, after = folder / f"{name}-before.png", folder / f"{name}-after.png"
    for picture, path in ((photo, before), (result, after)):
        Image.fromarray(np.ascontiguousarray(picture[rows, cols])).save(path, compress_level=1)
    return Detail(
        before,
        after,
        cols.start / width,
        rows.start / height,
        (cols.stop - cols.start) / width,
        (rows.stop - rows.start) / height,
    )


def busiest(rgb: Uint8Image) -> tuple[float, float]:
    """Return where there is most to see: the middle of the part with the most edges, as shares of width and height."""
    small = cv2.cvtColor(smaller(rgb, _SEARCH_SIDE), cv2.COLOR_RGB2GRAY)
    edges = np.abs(cv2.Laplacian(cv2.GaussianBlur(small, (0, 0), 1.0), cv2.CV_32F))
    side = max(min(small.shape) // 4, 1)
    density = cv2.blur(edges, (side, side))
    row, col = np.unravel_index(int(density.argmax()), density.shape)
    return (float(col) + 0.5) / small.shape[1], (float(row) + 0.5) / small.shape[0]


def _span(share: float, length: int, wanted: int) -> slice:
    size = min(wanted, length)
    start = min(max(round(share * length - size / 2), 0), length - size)
    return slice(start, start + size)
