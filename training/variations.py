"""What is changed in the pairs that a guided network learns from: light, exposure, noise, and what it is told."""

import dataclasses

import numpy as np

from lowlight import guide
from lowlight.metrics import PEAK
from lowlight.tone import FloatImage, lift, mean_luma
from training.examples import Example
from training.experiments import Experiment
from training.synthetic import darken, draw_capture, in_light, magnify

EXPOSURE_SPREAD = 0.12
"""Standard deviation of the natural logarithm of the factor by which the bright photo is made brighter or darker: by a
curve that keeps white white, as LOL's bright photos of one scene differ."""

COLOUR_SPREAD = 0.12
"""Each channel's own factor lies within plus and minus this, in the natural logarithm: light of another colour."""

LIGHT = (1 / 30, 1.0)
"""What strongly coloured light, as neon's or a night sky's, leaves of each linear colour, before the strongest is made
1: a thirtieth of one at the least."""

CAMERA_EXPONENT = 1.5
"""A bright photo's value rises as the dark one's to the power of 1 / 1.5, about: where the gained dark photo goes from
0.05 to 1.45, it goes from 0.1 to 0.9 (one of LOL's training pairs, typical of them)."""

GUESS_MEAN, TRUE_SPREAD = 0.445, 0.23
"""What a guessed exposure is drawn around, and the standard deviation of true ones in the natural logarithm. A guess
keeps a share of the true one's distance from the mean. Where it is the best that can be known, so that the truth lies
around it, guesses spread by the share's root of what true ones do: beside what is kept, by the root of share times
(1 - share). The exposure network's keep 0.5 since 0.6.0, and kept 0.19 before (validation scenes)."""


def synthetic(example: Example, experiment: Experiment, random: np.random.Generator) -> Example:
    """Return a pair whose dark photo is made of the bright one, magnified or in coloured light where that is asked."""
    capture = draw_capture(random, experiment.mosaic)
    high = magnify(example.high, random) if capture.mosaic else example.high
    if experiment.coloured and random.random() < experiment.coloured:
        light = np.exp(random.uniform(*np.log(LIGHT), 3))
        high = in_light(high, light / light.max())
    low = darken(high, capture, random)
    return Example(low, high, guide.thumbnail(low), guide.thumbnail(high))


def retaken(example: Example, mosaic: float, random: np.random.Generator) -> Example:
    """Return a pair whose dark photo is noisier, as if it had been taken again: what light makes of it stays LOL's."""
    capture = dataclasses.replace(draw_capture(random, mosaic), exposure=1.0, red=1.0, blue=1.0)
    both = np.concatenate([example.low, example.high], axis=2)
    if capture.mosaic:
        both = magnify(both, random)
    low, high = darken(both[..., :3], capture, random), np.ascontiguousarray(both[..., 3:])
    return Example(low, high, guide.thumbnail(low), guide.thumbnail(high))


def changed(pictures: list[FloatImage], random: np.random.Generator) -> list[FloatImage]:
    """Change the light's colour in all pictures, and the exposure of the bright ones."""
    light = np.exp(random.uniform(-COLOUR_SPREAD, COLOUR_SPREAD, 3)).astype(np.float32)
    factor = np.float32(np.exp(random.normal(0, EXPOSURE_SPREAD)))
    low, low_thumbnail, *bright = pictures
    dim = light ** np.float32(CAMERA_EXPONENT)
    return [low * dim, low_thumbnail * dim, *(lift(picture, light * factor) for picture in bright)]


def guess(true: float, share: float, random: np.random.Generator) -> float:
    """Return what might be found for a photo whose exposure is known.

    Args:
        true: the bright photo's mean luma, in (0, 1).
        share: of its distance from the typical one that the guess keeps, in [0, 1].
        random: draws what is added.
    """
    spread = TRUE_SPREAD * (share * (1 - share)) ** 0.5
    return float(GUESS_MEAN * (true / GUESS_MEAN) ** share * np.exp(random.normal(0, spread)))


def at_a_guess(pictures: list[FloatImage], guessed: float) -> list[FloatImage]:
    """Multiply the bright pictures to a guess of the exposure, and clip them.

    Args:
        pictures: part and thumbnail of the dark photo, then of the bright one.
        guessed: the mean luma that the thumbnail of the bright photo is to have.
    """
    *dark, part, thumbnail = pictures
    factor = np.float32(guessed / (mean_luma(np.ascontiguousarray(thumbnail)) * PEAK))
    return [*dark, np.minimum(part * factor, 1), np.minimum(thumbnail * factor, 1)]
