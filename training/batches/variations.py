"""Pairs made anew for the light-guided U-Net: dark photos of bright ones, and pairs as if taken again in less light."""

import dataclasses

import numpy as np

from lowlight.arrays import Uint8Image
from training.batches.synthetic import darken, draw_capture, in_light, magnify
from training.experiments import Experiment

LIGHT = (1 / 30, 1.0)
"""What strongly coloured light, as neon's or a night sky's, leaves of each linear colour, before the strongest is made
1: a thirtieth of one at the least."""

FINE_SHARE, FINE_EXPOSURE = 0.2, (0.15, 1.0)
"""How many of the photos made of bright ones keep most of their light, and which share of it they keep."""


def taken(high: Uint8Image, experiment: Experiment, random: np.random.Generator) -> tuple[Uint8Image, Uint8Image]:
    """Return a dark photo made of a bright one, and the bright one, magnified or in coloured light where that is asked.

    Now and then hardly any light is taken away, so that a network also sees photos that are fine.

    Args:
        high: height x width x 3, uint8 sRGB. It is not changed.
        experiment: ``mosaic`` and ``coloured`` count.
        random: draws everything.
    """
    capture = draw_capture(random, experiment.mosaic)
    if random.random() < FINE_SHARE:
        capture = dataclasses.replace(capture, exposure=float(np.exp(random.uniform(*np.log(FINE_EXPOSURE)))))
    high = magnify(high, random) if capture.mosaic else high
    if experiment.coloured and random.random() < experiment.coloured:
        light = np.exp(random.uniform(*np.log(LIGHT), 3))
        high = in_light(high, light / light.max())
    return darken(high, capture, random), high


def taken_again(
    low: Uint8Image, high: Uint8Image, mosaic: float, random: np.random.Generator
) -> tuple[Uint8Image, Uint8Image]:
    """Return a pair whose dark photo is noisier, as if it had been taken again: what light makes of it stays.

    Args:
        low: height x width x 3, uint8 sRGB. It is not changed.
        high: likewise.
        mosaic: how often the sensor has a colour filter array, and both are magnified.
        random: draws everything.
    """
    capture = dataclasses.replace(draw_capture(random, mosaic), exposure=1.0, red=1.0, blue=1.0)
    both = np.concatenate([low, high], axis=2)
    if capture.mosaic:
        both = magnify(both, random)
    return darken(both[..., :3], capture, random), np.ascontiguousarray(both[..., 3:])
