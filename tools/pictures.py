"""Make the README's pictures from the examples, through the page's own pipeline: ``make pictures``."""

from pathlib import Path

import numpy as np
from PIL import Image

from lowlight import enhance, load_photo

DOCS = Path(__file__).parent.parent / "docs"
EXAMPLES = DOCS.parent / "lowlight" / "examples"
HEIGHT, GAP = 360, 8


def before_after(*names: str) -> Image.Image:
    """Return a picture with one column an example: the photo above, the result below."""
    columns = []
    for name in names:
        photo = load_photo(EXAMPLES / name).rgb
        *_, result = enhance(photo)
        columns.append(stack([fit(photo), fit(result.picture)], axis=0))
    return Image.fromarray(stack(columns, axis=1))


def stages(name: str) -> Image.Image:
    """Return a picture with the five stages of an example side by side, a part of the photo at 1:1."""
    crops = [stage.visible[60:320, 150:380] for stage in enhance(load_photo(EXAMPLES / name).rgb)]
    return Image.fromarray(stack(crops, axis=1))


def best_and_worst(best: str, worst: str) -> Image.Image:
    """Return parts of two examples at 1:1, one above the other: as they came, the stages alone, the result."""
    rows = []
    for name in (best, worst):
        photo, _, _, brightened, result = (stage.picture for stage in enhance(load_photo(EXAMPLES / name).rgb))
        top, left = (photo.shape[0] - 300) // 3, (photo.shape[1] - 400) // 2
        part = np.s_[top : top + 300, left : left + 400]
        rows.append(stack([photo[part], brightened[part], result[part]], axis=1))
    return Image.fromarray(stack(rows, axis=0))


def fit(rgb: np.ndarray) -> np.ndarray:
    """Scale to the common height."""
    width = round(rgb.shape[1] * HEIGHT / rgb.shape[0])
    return np.asarray(Image.fromarray(rgb).resize((width, HEIGHT), Image.Resampling.LANCZOS))


def stack(pictures: list[np.ndarray], axis: int) -> np.ndarray:
    """Join pictures along an axis, a white gap between."""
    shape = list(pictures[0].shape)
    shape[axis] = GAP
    gap = np.full(shape, 255, np.uint8)
    parts = [part for picture in pictures for part in (gap, picture)][1:]
    return np.concatenate(parts, axis)


if __name__ == "__main__":
    before_after("dark-hall.png", "bridge-at-night.jpg").save(DOCS / "before-after.jpg", quality=90)
    best_and_worst("dark-hall.png", "bridge-at-night.jpg").save(DOCS / "best-and-worst.jpg", quality=92)
    stages("dark-shelf.png").save(DOCS / "stages.jpg", quality=92)
