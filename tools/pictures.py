"""Make the README's pictures from the examples, through the page's own pipeline: ``make pictures``."""

from pathlib import Path

import numpy as np
from PIL import Image
from skimage import data

from lowlight import enhance, load_photo, save_photo
from lowlight.light import linear
from lowlight.web.ui.examples import SCENES_FOLDER

DOCS = Path(__file__).parent.parent / "docs"
EXAMPLES = DOCS.parent / "lowlight" / "examples"
HEIGHT, GAP = 360, 8
SCENE_WIDTH = 1200
FULL_WELL, READ_NOISE = 3000, 2  # electrons: a small sensor


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


def scene(name: str, photo: str) -> None:
    """Write the landing page's before and after of an example, large enough for its place."""
    rgb = load_photo(EXAMPLES / photo).rgb
    *_, result = enhance(rgb)
    for side, picture in (("before", rgb), ("after", result.picture)):
        scale = SCENE_WIDTH / rgb.shape[1]
        size = SCENE_WIDTH, round(rgb.shape[0] * scale)
        large = Image.fromarray(picture).resize(size, Image.Resampling.LANCZOS)
        large.save(SCENES_FOLDER / f"{name}-{side}.webp", quality=78, method=6)


def portrait() -> None:
    """Write the example of a portrait: NASA's well-lit one, four stops darker, with the noise of so little light."""
    light = linear.decoded(data.astronaut() / 255) / 2**4
    chance = np.random.default_rng(1)
    counted = chance.poisson(light * FULL_WELL) + chance.normal(0, READ_NOISE, light.shape)
    dark = np.rint(linear.encoded(np.clip(counted / FULL_WELL, 0, 1)) * 255).astype(np.uint8)
    save_photo(dark, EXAMPLES / "portrait.jpg")


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
    portrait()
    scene("room", "dark-shelf.png")
    scene("night", "rocket-at-dusk.jpg")
    stages("dark-shelf.png").save(DOCS / "stages.jpg", quality=92)
