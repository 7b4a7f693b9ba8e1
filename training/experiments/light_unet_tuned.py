"""The light-guided U-Net goes on with noisier photos: more of them synthetic, more through a colour filter array.

Command: python -m training train light_unet_tuned --data .../our485 .../brackets --clean .../clean/photos
    --run runs/light_unet_tuned --start runs/light_unet
"""

import dataclasses

from training.experiments.light_unet import EXPERIMENT as LARGE

EXPERIMENT = dataclasses.replace(
    LARGE,
    name="light_unet_tuned",
    epochs=3,
    learning_rate=5e-4,
    seed=73,
    others=0.25,
    clean=0.35,
    synthetic=0.2,
    retaken=0.25,
    mosaic=0.75,
)
