"""A toy light-guided U-Net of 7,000 weights that goes the whole way in seconds, on several data sets at once.

Source: none. Every kind of photo that `light_unet` learns from is there, and every option.
Cost: 24 steps of 4 patches, a few seconds on two cores once the libraries are loaded.
Command: python -m training train smoke_light --data FOLDER FOLDER --clean FOLDER --run runs/smoke_light
Result: none worth a figure.
"""

import dataclasses

from training.experiments.light_unet import EXPERIMENT as LARGE
from training.models.networks import tiny_light_unet

EXPERIMENT = dataclasses.replace(
    LARGE,
    name="smoke_light",
    title="light smoke test",
    build=tiny_light_unet,
    steps_per_epoch=8,
    epochs=3,
    patch_size=32,
    warmup_steps=4,
    ema=0.9,
)
