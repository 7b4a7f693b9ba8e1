"""Made-up dark photos."""

import numpy as np
from PIL import Image


def dark_photo(height, width, seed=0):
    """Return a made-up dark photo: edges, a lamp and noise."""
    rows, cols = np.mgrid[:height, :width]
    scene = 20 + 10 * ((rows // 7 + cols // 5) % 2) + 200 * np.exp(-((rows - height / 2) ** 2 + (cols - 9) ** 2) / 30)
    noisy = scene[..., np.newaxis] + np.random.default_rng(seed).normal(0, 6, (height, width, 3))
    return np.clip(noisy, 0, 255).astype(np.uint8)


def cut_png(folder):
    """Write a PNG whose header is good and whose pixels are cut short."""
    path = folder / "cut.png"
    Image.fromarray(dark_photo(60, 90)).save(path)
    path.write_bytes(path.read_bytes()[:3000])
    return path
