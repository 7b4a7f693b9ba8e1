"""Made-up pairs of dark and bright photos, and how LOL's are split."""

import cv2
import numpy as np
from PIL import Image

LOL = {"training": ["5", "6", "13"], "validation": ["17", "18"], "held-out": ["39", "40"]}
LOL_LEFT_OUT = {"2": "shows a scene of LOL's test set", "9": "displaced by 1 px"}


def scene_photo(seed, height=64, width=96):
    """Return a made-up bright photo: smooth shapes of many sizes, uint8."""
    random = np.random.default_rng(seed)
    layers = [cv2.resize(random.random((n, n, 3), np.float32), (width, height)) for n in (4, 12, 32)]
    return np.rint(255 * (0.5 * layers[0] + 0.3 * layers[1] + 0.2 * layers[2])).astype(np.uint8)


def save_pair(folder, name, high, low=None):
    """Write a pair as PNG; the dark photo is an eighth of the bright one if none is given."""
    for side, picture in (("low", high // 8 if low is None else low), ("high", high)):
        (folder / side).mkdir(parents=True, exist_ok=True)
        Image.fromarray(picture).save(folder / side / f"{name}.png")


def names(parts):
    """Return the pairs' names by part."""
    return {part: [pair.name for pair in found] for part, found in parts.items()}
