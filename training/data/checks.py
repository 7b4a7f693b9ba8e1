"""Looks at every pair of a data set before anything is trained on it.

Errors, which stop the preparation: a photo without partner, a photo that cannot be read, two photos of different
sizes. Left out of training, and of nothing else: pairs that do not lie over each other.
"""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import cv2
import numpy as np

from lowlight.arrays import FloatImage, Uint8Image
from lowlight.errors import LowlightError
from training.data.pairs import Pair, Problem, read_rgb

MAX_SHIFT = 0.75
"""Displacement, in pixels, from which a pair is told as displaced. Of 429 LOL pairs listed without fault, 99 % measure
below 0.67 and three above 0.75; of 31 listed as displaced by 1 or 2 px, 18 measure above 0.75."""

MIN_MATCH = 0.25
"""Height of the correlation's peak below which two photos are not the same view at all; LOL's pairs that lie over each
other have 0.42 and more; two that do not have less than 0.2."""

_BLUR = 2.0
_WORKERS = 2


@dataclass(frozen=True)
class Report:
    """What `check_pairs` found.

    Attributes:
        errors: pairs that cannot be used at all.
        displaced: by name, pairs that do not lie over each other, and how: "displaced by 2 px", "framed differently".
    """

    errors: list[Problem]
    displaced: dict[str, str]


def check_pairs(pairs: list[Pair]) -> Report:
    """Read every pair and report what is wrong with it. About 30 ms for a pair of 600x400."""
    with ThreadPoolExecutor(_WORKERS) as pool:
        found = list(pool.map(_check, pairs))
    errors = [problem for problem, _ in found if problem is not None]
    return Report(errors, {pair.name: fault for pair, (_, fault) in zip(pairs, found, strict=True) if fault})


def displacement(low: Uint8Image, high: Uint8Image) -> tuple[float, float]:
    """Estimate how far two photos of one view are displaced, by phase correlation (Kuglin and Hines 1975).

    It compares the edges of log grey values, which hardly depend on exposure, cut at the 99th percentile so that lamps
    do not decide alone.

    Args:
        low: height x width x 3, uint8.
        high: of the same size.

    Returns:
        The distance in pixels, and how well the edges then match, from 0 to about 1. (0, 1) where there are none.
    """
    edges = _edges(low), _edges(high)
    if min(picture.max() for picture in edges) == 0 or min(low.shape[:2]) < 2:
        return 0.0, 1.0
    window = cv2.createHanningWindow(low.shape[1::-1], cv2.CV_32F)
    (across, down), match = cv2.phaseCorrelate(*edges, window)
    return float(np.hypot(across, down)), float(match)


def _check(pair: Pair) -> tuple[Problem | None, str]:
    """Return what makes a pair unusable, and why its photos do not lie over each other."""
    photos = []
    for path in (pair.low_path, pair.high_path):
        try:
            photos.append(read_rgb(path))
        except LowlightError as error:
            return Problem(pair.name, f"{pair.name}: {path.parent.name}/{path.name} cannot be read. {error}"), ""
    low, high = photos
    if low.shape != high.shape:
        sizes = [f"{photo.shape[1]}x{photo.shape[0]}" for photo in photos]
        return Problem(pair.name, f"{pair.name}: low is {sizes[0]} pixels and high {sizes[1]}. Make them one size."), ""
    shift, match = displacement(low, high)
    if match < MIN_MATCH:
        return None, "framed differently"
    return None, f"displaced by {max(1, round(shift))} px" if shift >= MAX_SHIFT else ""


def _edges(rgb: Uint8Image) -> FloatImage:
    grey = cv2.cvtColor(rgb, cv2.COLOR_RGB2GRAY).astype(np.float32)
    smooth = np.log(cv2.GaussianBlur(grey, (0, 0), _BLUR) + 2)
    edges = cv2.magnitude(cv2.Sobel(smooth, cv2.CV_32F, 1, 0), cv2.Sobel(smooth, cv2.CV_32F, 0, 1))
    return np.minimum(edges, np.percentile(edges, 99)).astype(np.float32)
