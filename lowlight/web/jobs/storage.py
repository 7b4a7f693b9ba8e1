"""The page's files on disk: previews for the screen, and folders that do not outlive their minutes."""

import os
import shutil
import time
from pathlib import Path
from secrets import token_hex

from lowlight.arrays import Uint8Image, smaller
from lowlight.files.results import save_photo

PREVIEW_SIDE = 1600
"""The long side of the pictures on the page, in pixels, at most."""

_PREFIX = "run-"


THUMBNAIL_SIDE = 560
"""The long side of a step's card, in pixels, at most: twice what it has on a page."""

_PREVIEW_QUALITY = 90  # half the bytes of a result's 95; who looks closely gets a part of the result itself


def save_preview(rgb: Uint8Image, path: Path) -> Path:
    """Write a picture for the screen, made smaller where its long side is over `PREVIEW_SIDE`; return the path.

    Args:
        rgb: height x width x 3, uint8 sRGB.
        path: ends in .jpg or .png.
    """
    save_photo(smaller(rgb, PREVIEW_SIDE), path, quality=_PREVIEW_QUALITY)
    return path


def thumbnail_of(path: Path) -> Path:
    """Return where the small version of a page's picture lies."""
    return path.with_name(f"{path.stem}-small.jpg")


def save_thumbnail(path: Path, rgb: Uint8Image) -> None:
    """Write the small version of a page's picture beside it.

    Args:
        path: the picture's.
        rgb: height x width x 3, uint8 sRGB: the picture.
    """
    save_photo(smaller(rgb, THUMBNAIL_SIDE), thumbnail_of(path), quality=_PREVIEW_QUALITY)


def folder_name(root: Path) -> Path:
    """Return where a job's files can go: a folder that is not there yet, under a name that cannot be guessed."""
    return root / f"{_PREFIX}{token_hex(16)}"


def new_folder(root: Path) -> Path:
    """Make such a folder."""
    folder = folder_name(root)
    folder.mkdir(parents=True)
    return folder


def root() -> Path:
    """Return the folder of the page's temporary files."""
    return Path(os.environ["GRADIO_TEMP_DIR"]).resolve()


def sweep(root: Path, seconds: float) -> None:
    """Delete the jobs' folders, and empty ones, that nothing was put into for so long."""
    oldest = time.time() - seconds
    for folder in root.iterdir() if root.exists() else ():
        if not folder.is_dir() or folder.stat().st_mtime > oldest:
            continue
        if folder.name.startswith(_PREFIX):
            shutil.rmtree(folder, ignore_errors=True)
        elif not any(folder.iterdir()):
            folder.rmdir()
