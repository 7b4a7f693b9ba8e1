"""A part of the photo at 1:1, before and after, to judge noise and detail by."""

from dataclasses import dataclass
from pathlib import Path
from secrets import token_hex

import numpy as np
from PIL import Image

from lowlight.arrays import Uint8Image
from lowlight.measure.busiest import span_around

HEIGHT, WIDTH = 300, 400
"""Size of the parts that are shown, in pixels; smaller photos are shown whole."""

_PREFIX = "loupe-"


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


def detail(folder: Path, photo: Uint8Image, result: Uint8Image, place: tuple[float, float]) -> Detail:
    """Return the part of a job's photo around a point, moved so that all of it lies inside.

    Args:
        folder: the job's, which the part is written into.
        photo: height x width x 3, uint8 sRGB, as it came.
        result: likewise, enhanced.
        place: the point, as shares of width and height; both are brought into [0, 1].
    """
    x, y = place
    height, width = result.shape[:2]
    rows, cols = (
        span_around(share, length, wanted) for share, length, wanted in ((y, height, HEIGHT), (x, width, WIDTH))
    )
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
