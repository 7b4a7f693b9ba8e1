"""The example photos: which there are, whose they are, and how they look small."""

import base64
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
    def path(self) -> Path:
        """Where the photo lies."""
        return FOLDER / self.file


SAMPLES = tuple(Sample(*entry) for entry in texts.SAMPLES)


def find(file: str) -> Sample:
    """Return the example with this file name.

    Raises:
        KeyError: there is none.
    """
    return {sample.file: sample for sample in SAMPLES}[file]


@lru_cache
def thumbnail(sample: Sample) -> str:
    """Return a small picture of an example as a data address: its left half as it came, its right half brightened."""
    before = smaller(load_photo(sample.path).rgb, _THUMBNAIL_SIDE)
    *_, after = enhance(before, Settings())
    half = before.shape[1] // 2
    picture = np.concatenate([before[:, :half], after.picture[:, half:]], axis=1)
    file = io.BytesIO()
    Image.fromarray(picture).save(file, "JPEG", quality=85)
    return f"data:image/jpeg;base64,{base64.b64encode(file.getvalue()).decode()}"
