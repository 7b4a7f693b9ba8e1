"""What a job keeps in its folder for later: another setting, another format and the loupe need nothing made anew."""

import json
import os
from dataclasses import asdict, dataclass
from pathlib import Path

import cv2
import numpy as np

from lowlight.arrays import HalfImage, Uint8Image, Uint16Image, from_half, smaller, to_half
from lowlight.files.photo import Photo, usual_format
from lowlight.files.told import Told
from lowlight.files.xmp import Description
from lowlight.pipeline import Clean

PREVIEW_SIDE = 1000
"""The long side of what is kept for quick previews, in pixels, at most."""

_PHOTO, _RESULT, _SMALL_DEEP = "photo.npy", "result.npy", "small-deep.npy"
_CLEAN, _SMALL, _SMALL_CLEAN = "clean.npy", "small.npy", "small-clean.npy"
_WANTED, _FORMAT, _EXIF, _EXIF_WITH_PLACE = "wanted.txt", "format.txt", "exif.bin", "exif-with-place.bin"
_DESCRIPTION, _PROFILE = "description.json", "profile.icc"


@dataclass(frozen=True, eq=False)
class Small:
    """A photo with a long side of `PREVIEW_SIDE` at most.

    Attributes:
        rgb: height x width x 3, uint8 sRGB.
        deep: the same in 16 bits, where the photo has more than 8: uint16 sRGB.
    """

    rgb: Uint8Image
    deep: Uint16Image | None = None


@dataclass(frozen=True)
class Kept:
    """A job's folder, written and read. What is missing, or has been deleted meanwhile, is an OSError.

    Attributes:
        folder: where it lies.
    """

    folder: Path

    @property
    def opened(self) -> bool:
        """Whether the job's photo could be read."""
        return (self.folder / _SMALL).exists()

    @property
    def cleaned(self) -> bool:
        """Whether the network's picture is there."""
        return (self.folder / _WANTED).exists()

    @property
    def finished(self) -> bool:
        """Whether the photo and its result are there."""
        return (self.folder / _PHOTO).exists()

    def begin(self, photo: Photo) -> Small:
        """Make the folder for a photo that could be read; return the photo small, for previews."""
        self.folder.mkdir(parents=True, exist_ok=True)
        small = smaller(photo.rgb, PREVIEW_SIDE)
        np.save(self.folder / _SMALL, small)
        deep = None if photo.deep is None else smaller(photo.deep, PREVIEW_SIDE)
        if deep is not None:
            np.save(self.folder / _SMALL_DEEP, deep)
        (self.folder / _FORMAT).write_text(usual_format(photo))
        told = photo.told
        for name, data in ((_EXIF, told.exif), (_EXIF_WITH_PLACE, told.exif_with_place), (_PROFILE, told.profile)):
            (self.folder / name).write_bytes(data)
        (self.folder / _DESCRIPTION).write_text(json.dumps(asdict(told.description)))
        return Small(small, deep)

    def keep_clean(self, clean: Clean) -> None:
        """Keep the network's picture, and a small one of it for previews."""
        np.save(self.folder / _CLEAN, clean.picture)
        np.save(self.folder / _SMALL_CLEAN, _small(clean.picture))
        (self.folder / _WANTED).write_text(str(clean.wanted))

    def keep_result(self, photo: Uint8Image, result: Uint8Image) -> None:
        """Keep the photo as it came and its result."""
        np.save(self.folder / _RESULT, result)
        np.save(self.folder / _PHOTO, photo)

    def take_over(self, earlier: Path) -> Clean | None:
        """Return the network's picture that another job left for this photo, and keep it too; None if there is none."""
        try:
            for name in (_CLEAN, _SMALL_CLEAN, _WANTED):  # the last one says that all are there
                os.link(earlier / name, self.folder / name)
            return self._clean(np.load(self.folder / _CLEAN, mmap_mode="r"))
        except (OSError, ValueError):
            return None

    def small(self) -> tuple[Small, Clean | None]:
        """Return the photo small, and the network's picture of it, if there is one."""
        deep = np.load(self.folder / _SMALL_DEEP) if (self.folder / _SMALL_DEEP).exists() else None
        photo = Small(np.load(self.folder / _SMALL), deep)
        made = (self.folder / _SMALL_CLEAN).exists()
        return photo, self._clean(np.load(self.folder / _SMALL_CLEAN)) if made else None

    def pictures(self) -> tuple[Uint8Image, Uint8Image]:
        """Return the photo as it came and its result, of which only what is looked at is read."""
        photo, result = (np.load(self.folder / name, mmap_mode="r") for name in (_PHOTO, _RESULT))
        return photo, result

    @property
    def usual_format(self) -> str:
        """The format that suits the photo, as `results.RESULT_FORMATS` names it."""
        return (self.folder / _FORMAT).read_text()

    def told(self) -> Told:
        """Return what the photo's file said of it and may go into the result's."""
        exif, with_place, profile = ((self.folder / name).read_bytes() for name in (_EXIF, _EXIF_WITH_PLACE, _PROFILE))
        return Told(exif, with_place, Description(**json.loads((self.folder / _DESCRIPTION).read_text())), profile)

    def _clean(self, picture: HalfImage) -> Clean:
        return Clean(picture, float((self.folder / _WANTED).read_text()))


def _small(picture: HalfImage) -> HalfImage:
    """Return the network's picture at the size of a preview."""
    height, width = picture.shape[:2]
    every = max(1, max(height, width) // (2 * PREVIEW_SIDE))
    thinned = from_half(np.ascontiguousarray(picture[::every, ::every]))
    scale = min(PREVIEW_SIDE / max(height, width), 1)
    size = max(1, round(width * scale)), max(1, round(height * scale))
    return to_half(np.asarray(cv2.resize(thinned, size, interpolation=cv2.INTER_AREA), np.float32))
