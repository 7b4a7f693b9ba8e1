"""What a network may do to a photo, whichever weights it has: rules that hold for any of them."""

import cv2
import numpy as np

from lowlight.arrays import FloatImage
from lowlight.light import light_map, linear
from lowlight.light.survey import ramp

KEPT = (0.32, 0.56)
"""Where the photo's strongest sRGB value, smoothed, rises from the first to the second, the brightened photo itself
takes the network's place: a lamp keeps its hue, paper its grain, a window what is seen through it."""

KEPT_SMOOTHING = 1.5
"""Standard deviation by which that is smoothed, in pixels."""

KEPT_MARGIN = 0.1
"""A pixel counts as bright by itself, whatever its surroundings, from this much more on: an edge stays an edge."""

RAISED = (0.5, 2.0)
"""Where the photo was raised by less than the first, in stops, it stays the brightened photo, and from the second on it
is the network's: noise that was hardly raised is no worse than it came, and grass, hair and cloth keep their grain."""

RAISED_FROM = (0.04, 0.1)
"""Strongest sRGB value of the photo below which that does not hold, and above which it does: in the black, grain is
noise."""

STRAYED = (0.75, 1.5)
"""Where the network's light strays from the light it was given by more than the first, in stops, the brightened photo
begins to take its place; from the second on it is the brightened photo alone."""

_AROUND = 9  # pixels a side over which the two lights are compared
_FLOOR = 2e-3  # linear; below it light is noise


def kept(
    made: FloatImage,
    brightened: FloatImage,
    photo: FloatImage,
    raised: FloatImage,
    believed: FloatImage | None,
) -> FloatImage:
    """Return the network's picture as far as the rules let it.

    What was bright is the brightened photo, and so is what was hardly raised, and what is not in the light that was
    asked for. What was black has no colour. No channel passes the ceiling that did not before.

    Args:
        made: height x width x 3, float32, sRGB: the network's picture, of any values.
        brightened: height x width x 3, float32, linear in [0, 1]: the photo in its light.
        photo: height x width x 3, float32, linear in [0, 1]: as it came.
        raised: height x width, float32: by how many stops it was raised.
        believed: height x width, float32: how far colours can be believed in each place, in [0, 1]; None if wholly.

    Returns:
        height x width x 3, float32, linear in [0, 1].
    """
    clean = linear.from_srgb(made)
    strongest = linear.to_srgb(linear.strongest(photo))
    hardly = (1 - ramp(raised, *RAISED)) * ramp(strongest, *RAISED_FROM)
    share = np.maximum(np.maximum(_strayed(clean, brightened), _bright(strongest)), hardly)
    if share.max() > 0:
        clean = linear.mixed(clean, brightened, share)
    if believed is not None:
        grey = linear.luminance(clean)
        clean = linear.mixed(np.asarray(cv2.merge([grey, grey, grey]), np.float32), clean, believed)
    return light_map.shouldered(clean, photo)


def _bright(strongest: FloatImage) -> FloatImage:
    """Return how bright the photo was already, in [0, 1], by its strongest sRGB values."""
    if strongest.max() <= KEPT[0]:
        return np.zeros_like(strongest)
    around = cv2.GaussianBlur(strongest, (0, 0), KEPT_SMOOTHING)
    return ramp(np.asarray(np.maximum(around, strongest - np.float32(KEPT_MARGIN)), np.float32), *KEPT)


def _strayed(clean: FloatImage, brightened: FloatImage) -> FloatImage:
    """Return how far the network is not to be believed for its light, in [0, 1]."""
    found, given = (cv2.blur(linear.luminance(one), (_AROUND, _AROUND)) + _FLOOR for one in (clean, brightened))
    ratio = np.asarray(cv2.divide(found, given), np.float32)
    least, most, *_ = cv2.minMaxLoc(ratio)
    if max(most, 1 / least) <= 2 ** STRAYED[0]:  # mostly so, and the rest takes time
        return np.zeros_like(ratio)
    return ramp(np.abs(np.asarray(cv2.log(ratio), np.float32)) * np.float32(1 / np.log(2)), *STRAYED)
