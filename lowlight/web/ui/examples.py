"""The example photos: which there are, whose they are, and how they look small."""

import io
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np
from PIL import Image

from lowlight.arrays import smaller
from lowlight.files.photo import load_photo
from lowlight.messages import Message
from lowlight.pipeline import Settings, enhance
from lowlight.web.i18n import texts

FOLDER = Path(__file__).resolve().parents[2] / "examples"
STATIC_FOLDER = Path(__file__).resolve().parents[1] / "static"
SCENES_FOLDER = STATIC_FOLDER / "scenes"
FOLDER_ADDRESS = "lowlight"
"""Where the browser finds what is in `STATIC_FOLDER`, relative to the page."""
_THUMBNAIL_SIDE = 360


@dataclass(frozen=True)
class Sample:
    """An example photo.

    Attributes:
        file: its name in `FOLDER`; LICENSES.md there says where it comes from.
        title: what it shows.
        credit: whose it is and on what terms.
    """

    file: str
    title: Message
    credit: str

    @property
    def address(self) -> str:
        """Where the browser finds a small picture of it, relative to the page."""
        return f"{FOLDER_ADDRESS}/samples/{self.file}.webp"

    @property
    def path(self) -> Path:
        """Where the photo lies."""
        return FOLDER / self.file


@dataclass(frozen=True)
class Scene:
    """A before and after that the landing page shows.

    Attributes:
        title: what it shows.
        before: where the browser finds the photo as it came, relative to the page.
        after: likewise, its result.
        width: of both, in pixels.
        height: likewise.
    """

    title: Message
    before: str
    after: str
    width: int
    height: int


def scenes() -> tuple[Scene, ...]:
    """Return what the landing page shows; ``python -m tools.pictures`` made the files."""
    found = []
    for name, title in texts.SCENES_SHOWN:
        with Image.open(SCENES_FOLDER / f"{name}-before.webp") as picture:
            size = picture.size
        found.append(
            Scene(
                title,
                f"{FOLDER_ADDRESS}/scenes/{name}-before.webp",
                f"{FOLDER_ADDRESS}/scenes/{name}-after.webp",
                *size,
            )
        )
    return tuple(found)


SAMPLES = tuple(Sample(*entry) for entry in texts.SAMPLES)


def find(file: str) -> Sample:
    """Return the example with this file name.

    Raises:
        KeyError: there is none.
    """
    return {sample.file: sample for sample in SAMPLES}[file]


@lru_cache
def thumbnail(sample: Sample) -> bytes:
    """Return a small WebP picture of an example: its left half as it came, its right half brightened."""
    before = smaller(load_photo(sample.path).rgb, _THUMBNAIL_SIDE)
    *_, after = enhance(before, Settings())
    half = before.shape[1] // 2
    picture = np.concatenate([before[:, :half], after.picture[:, half:]], axis=1)
    file = io.BytesIO()
    Image.fromarray(picture).save(file, "WEBP", quality=80)
    return file.getvalue()
