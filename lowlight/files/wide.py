"""A result in the photo's own colour space, with those of its colours that sRGB does not have.

The recipe works in sRGB, where such colours are cut off. What was cut off of each pixel is added to the result again,
in linear light, as many times lighter as the pixel became. Where nothing was cut off the colours are the result's.
"""

import numpy as np
import pyvips
from numpy.typing import NDArray

from lowlight.files.vips import Picture, viewed, with_blobs

_SRGB_TO_XYZ = np.array([
    [0.4123908, 0.3575843, 0.1804808],
    [0.2126390, 0.7151687, 0.0721923],
    [0.0193308, 0.1191948, 0.9505322],
])  # fmt: skip
"""IEC 61966-2-1's primaries and white (D65)."""

_LUMINANCE = _SRGB_TO_XYZ[1:2]
_MOST_LIGHTER = 64.0
_DARKEST = 1e-4
_HOW = {"intent": "relative", "black_point_compensation": True, "pcs": "xyz"}


def in_own_colours(result: Picture, photo: Picture | None, profile: bytes) -> Picture:
    """Return a result in the numbers of a photo's colour space.

    Args:
        result: height x width x 3, uint8 or uint16 sRGB.
        photo: the photo as it came, in its own colour space: height x width x 3, uint8 or uint16. Without it the result
            has the colours that it has.
        profile: the ICC profile of that space.

    Returns:
        height x width x 3, of the type of ``result``.

    Raises:
        pyvips.Error: the profile is broken.
    """
    made = _light(viewed(result).icc_import(input_profile="srgb", **_HOW))
    if photo is not None:
        came = _light(viewed(photo, icc_profile_data=profile).icc_import(embedded=True, **_HOW))
        kept = came.clamp(min=0, max=1)
        lighter = (_luminance(made) / (_luminance(kept) + _DARKEST)).clamp(min=0, max=_MOST_LIGHTER)
        made = made + (came - kept) * lighter
    xyz = (made.recomb(_matrix(_SRGB_TO_XYZ)) * 100).copy(interpretation="xyz")
    depth = 16 if result.dtype == np.uint16 else 8
    written = with_blobs(xyz, icc_profile_data=profile).icc_export(depth=depth, **_HOW).numpy()
    return np.asarray(written, np.uint16) if depth == 16 else np.asarray(written, np.uint8)


def _light(xyz: pyvips.Image) -> pyvips.Image:
    """Return linear light of sRGB's primaries, beyond [0, 1] where a colour is beyond sRGB."""
    return (xyz / 100).recomb(_matrix(np.linalg.inv(_SRGB_TO_XYZ)))


def _luminance(light: pyvips.Image) -> pyvips.Image:
    return light.recomb(_matrix(_LUMINANCE))


def _matrix(values: NDArray[np.float64]) -> pyvips.Image:
    return pyvips.Image.new_from_list(values.tolist())
