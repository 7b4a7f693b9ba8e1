"""libvips, as the rooms' files use it: arrays in, with what is told of them; nothing is kept for another time."""

import numpy as np
import pyvips

from lowlight.arrays import Uint8Image, Uint16Image

Picture = Uint8Image | Uint16Image

pyvips.cache_set_max(0)  # or a file of the same name would be the one before, and arrays would outlive their photo


def viewed(picture: Picture, **told: bytes) -> pyvips.Image:
    """Return libvips' view of an array of 8 or 16 bits, with blobs such as ``icc_profile_data`` and ``xmp_data``."""
    interpretation = "rgb16" if picture.dtype == np.uint16 else "srgb"
    view = pyvips.Image.new_from_array(np.ascontiguousarray(picture)).copy(interpretation=interpretation)
    return with_blobs(view, **told)


def with_blobs(picture: pyvips.Image, **told: bytes) -> pyvips.Image:
    """Return an image with these blobs, but for those that are empty."""
    described = picture.copy()
    for name, data in told.items():
        if data:
            described.set_type(pyvips.GValue.blob_type, name.replace("_", "-"), data)
    return described
