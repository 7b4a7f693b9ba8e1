"""What the page says about a photo and its result, in figures and plain words."""

from pathlib import Path

import cv2
import numpy as np

from lowlight import captions
from lowlight.arrays import Uint8Image, mean_luma
from lowlight.errors import LowlightError
from lowlight.light.scene import Kind
from lowlight.measure.assess import assess
from lowlight.messages import NOTHING, Message, joined
from lowlight.network.session import default_network
from lowlight.pipeline import Plan, Settings, Stage
from lowlight.web.i18n import texts

HISTOGRAM_BINS = 64

LEAST_STOPS = 0.05
"""Below this no part of a photo became lighter, and nobody is told that it did."""

_FORMATS = {".jpg": "JPEG", ".png": "PNG"}


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


def verdict(rgb: Uint8Image, brightened: Uint8Image) -> Message:
    """Return in words how noisy a photo is, and how much of it cannot be brought back.

    Args:
        rgb: height x width x 3, uint8, as it came.
        brightened: the same after brightening.
    """
    found = assess(rgb, brightened)
    grain = next((word for limit, word in texts.NOISE if found.noise < limit), texts.NOISE[-1][1])
    lost = [
        Message(sentence, share=share)
        for share, sentence in ((found.black, texts.BLACK), (found.blown, texts.BLOWN))
        if share >= texts.WORTH_SAYING
    ]
    return joined(grain, *lost)


def facts_after(stage: Stage, rgb: Uint8Image, plan: Plan) -> tuple[Message, ...]:
    """Return what can be said about a photo once a stage is ready.

    Args:
        stage: one of the recipe's.
        rgb: the photo as it came.
        plan: the photo's, or a small version's.
    """
    if stage.name == "original":
        return (about(rgb),)
    if stage.name == "light" and (kind := taken_for(plan)):
        return (kind,)
    return (verdict(rgb, stage.picture),) if stage.name == "brightened" else ()


def how(settings: Settings, sentence: Message, *, denoised: bool, same: bool) -> Message:
    """Return which weights made the result, or what else there is to say of its last stage.

    Args:
        settings: the photo's.
        sentence: the last stage's.
        denoised: whether the network worked, on this run or an earlier one.
        same: whether the result is the photo.
    """
    return weights_line() if denoised and settings.denoise > 0 and not same else sentence


def histogram(rgb: Uint8Image) -> tuple[float, ...]:
    """Return a picture's histogram of luma: 64 heights in [0, 1] from black to white, the square root of the shares.

    The root keeps small shares visible beside large ones.
    """
    grey = cv2.cvtColor(rgb, cv2.COLOR_RGB2GRAY)
    counts = np.sqrt(cv2.calcHist([grey], [0], None, [HISTOGRAM_BINS], [0, 256])[:, 0])
    return tuple(float(count) for count in counts / counts.max())


def taken_for(plan: Plan) -> Message:
    """Return what kind of photo it was taken for and what followed; empty where none of that was done."""
    kind = plan.scene.kind
    if kind in (Kind.FINE, Kind.BLACK) or plan.same or plan.asked.stops.max() < LEAST_STOPS:
        return NOTHING
    return captions.NIGHT_KEPT if plan.settings.look == "night" else captions.SEEN[kind]


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
