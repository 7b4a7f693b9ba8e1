"""What the page says about a photo and its result, in figures and plain words."""

from collections.abc import Mapping
from pathlib import Path

import cv2
import numpy as np

from lowlight import captions
from lowlight.arrays import Uint8Image, mean_luma
from lowlight.errors import LowlightError
from lowlight.files.photo import Photo
from lowlight.files.results import RESULT_FORMATS
from lowlight.light import linear
from lowlight.light.light_map import LightMap
from lowlight.light.scene import Kind
from lowlight.measure import noise
from lowlight.measure.certainty import Sure
from lowlight.messages import NOTHING, Message, joined
from lowlight.network.session import default_network
from lowlight.pipeline import Plan, Stage
from lowlight.web.i18n import texts

HISTOGRAM_BINS = 64

_SAMPLED_PIXELS, _BAND_ROWS = 1_500_000, 64
_FORMATS = {one.suffix: one.title for one in reversed(RESULT_FORMATS.values())}


def about(rgb: Uint8Image) -> Message:
    """Return a photo's size and how dark it is, in words.

    Args:
        rgb: height x width x 3, uint8.
    """
    height, width = rgb.shape[:2]
    return joined(size(width, height), darkness(rgb), between=", ")


def size(width: int, height: int) -> Message:
    """Return a picture's size in words: its sides in pixels, and megapixels if there are any to speak of."""
    sides = Message(texts.SIZE, width=width, height=height)
    megapixels = width * height / 1e6
    digits = 0 if megapixels >= 10 else 1 if megapixels >= 1 else 2
    if megapixels < 0.01:
        return sides
    return Message(texts.SIZE_MEGAPIXELS, size=sides, megapixels=megapixels, digits=digits)


def darkness(rgb: Uint8Image) -> Message:
    """Return how dark a picture is, in a word or two."""
    mean = mean_luma(rgb)
    return next((word for limit, word in texts.DARKNESS if mean < limit), texts.DARKNESS[-1][1])


def verdict(plan: Plan, shares: Mapping[Sure, float]) -> Message:
    """Return in words how noisy a photo is in the light that it asks for itself, and what cannot be brought back.

    It is about the photo, and the same whatever people choose.

    Args:
        plan: the photo's.
        shares: how sure which share of it is, as `lowlight.measure.certainty.shares` has it.
    """
    found = noise.sigma(_sample(plan))
    grain = next((word for limit, word in texts.NOISE if found < limit), texts.NOISE[-1][1])
    lost = [
        Message(sentence, share=shares[one])
        for one, sentence in ((Sure.NOTHING, texts.BLACK), (Sure.BURNT, texts.BLOWN))
        if shares[one] >= texts.WORTH_SAYING
    ]
    return joined(grain, *lost)


def _sample(plan: Plan) -> Uint8Image:
    """Return bands of the photo, brightened as it asks for itself: enough to tell the noise by."""
    height, width = plan.rgb.shape[:2]
    own = LightMap(plan.survey, plan.scene.stops)
    every = max(1, height * width // _SAMPLED_PIXELS)
    bands = range(0, height, _BAND_ROWS * every)
    lit = (plan.lit((slice(top, min(top + _BAND_ROWS, height)), slice(0, width)), own)[0] for top in bands)
    return np.concatenate([linear.to_uint8(band) for band in lit])


def facts_after(stage: Stage, photo: Photo, plan: Plan, sure: Mapping[Sure, float]) -> tuple[Message, ...]:
    """Return what can be said about a photo once a stage is ready.

    Args:
        stage: one of the recipe's.
        photo: as it came.
        plan: the photo's, or a small version's.
        sure: how sure which share of it is, as `lowlight.measure.certainty.shares` has it.
    """
    if stage.name == "original":
        told = [texts.DEEP] * (photo.deep is not None) + [texts.READ_AS_SDR] * photo.has_gain_map
        return (about(photo.rgb), *told)
    if stage.name == "light" and (kind := taken_for(plan)):
        return (kind,)
    whole = Plan(photo.rgb, plan.settings, deep=photo.deep)
    return (verdict(whole, sure),) if stage.name == "brightened" else ()


def histogram(rgb: Uint8Image) -> tuple[float, ...]:
    """Return a picture's histogram of luma: 64 heights in [0, 1] from black to white, the square root of the shares.

    The root keeps small shares visible beside large ones.
    """
    grey = cv2.cvtColor(rgb, cv2.COLOR_RGB2GRAY)
    counts = np.sqrt(cv2.calcHist([grey], [0], None, [HISTOGRAM_BINS], [0, 256])[:, 0])
    return tuple(float(count) for count in counts / counts.max())


def taken_for(plan: Plan) -> Message:
    """Return what kind of photo it was taken for; empty for one that is bright already, or black."""
    return texts.KINDS.get(plan.scene.kind, NOTHING)


def left_alone(plan: Plan, *, same: bool) -> Message:
    """Return why nothing was done to a photo, or nothing could be; empty where something was, or people wanted nothing.

    Args:
        plan: the photo's, or a small version's.
        same: whether the result is the photo.
    """
    if plan.scene.kind is Kind.BLACK:
        return captions.BLACK
    return texts.BRIGHT if same and plan.settings.strength > 0 else NOTHING


def weights_line() -> Message:
    """Return which weights denoise, or why none do."""
    try:
        return default_network().sentence
    except LowlightError as error:
        return error.message


def about_file(path: Path) -> Message:
    """Return a file's format and size: ``JPEG, 5.2 MB``."""
    count = path.stat().st_size
    name = _FORMATS[path.suffix]
    if count >= 1e6:
        return Message(texts.FILE_MEGABYTES, format=name, megabytes=count / 1e6)
    return Message(texts.FILE_KILOBYTES, format=name, kilobytes=max(1, round(count / 1e3)))
