"""Files whose picture is known, read one by one."""

import numpy as np

from lowlight.errors import LowlightError
from lowlight.files.photo import load_photo


def misread(files, path, within=0):
    """Read files of known pictures; return the names of those that are refused, and of those that come out wrong.

    Args:
        files: name, content and picture (height x width x 3, uint8) of each.
        path: where to put them, one after the other.
        within: how many levels of 255 a pixel may be off.
    """
    refused, wrong = [], []
    for name, data, picture in files:
        path.write_bytes(data)
        try:
            rgb = load_photo(path).rgb
        except LowlightError:
            refused.append(name)
            continue
        if rgb.shape != picture.shape or np.abs(rgb.astype(int) - picture).max() > within:
            wrong.append(name)
    return refused, wrong
