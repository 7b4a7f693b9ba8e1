"""The page's files on disk: previews for the screen, and folders that do not outlive their minutes."""

import shutil
import time
from pathlib import Path
from secrets import token_hex

import cv2
import numpy as np

from lowlight.photo import save_photo
from lowlight.tone import Uint8Image

PREVIEW_SIDE = 1600
"""The long side of the pictures on the page, in pixels, at most."""

_PREFIX = "run-"


def save_preview(rgb: Uint8Image, path: Path) -> Path:
    """Write a picture for the screen, made smaller where its long side is over `PREVIEW_SIDE`; return the path.

    Args:
        rgb: height x width x 3, uint8 sRGB.
        path: ends in .jpg or .png.
    """
    save_photo(smaller(rgb, PREVIEW_SIDE), path)
    return path


def smaller(rgb: Uint8Image, side: int) -> Uint8Image:
    """Return the picture with a long side of at most ``side`` pixels."""
    height, width = rgb.shape[:2]
    scale = side / max(height, width)
    if scale >= 1:
        return rgb
    size = (max(1, round(width * scale)), max(1, round(height * scale)))
    return np.asarray(cv2.resize(rgb, size, interpolation=cv2.INTER_AREA), np.uint8)


def new_folder(root: Path) -> Path:
    """Make a folder for one job's files, under a name that cannot be guessed."""
    folder = root / f"{_PREFIX}{token_hex(16)}"
    folder.mkdir(parents=True)
    return folder


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
