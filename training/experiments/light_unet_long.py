"""The light-guided U-Net goes on for two thirds as long again: what it lacked was training.

Command: python -m training train light_unet_long --data .../our485 .../brackets --clean .../clean/photos
    --run runs/light_unet_long --start runs/light_unet_tuned
"""

import dataclasses

from training.experiments.light_unet_tuned import EXPERIMENT as TUNED

EXPERIMENT = dataclasses.replace(
    TUNED,
    name="light_unet_long",
    epochs=8,
    seed=79,
    others=0.3,
    clean=0.3,
    retaken=0.2,
    mosaic=0.7,
    precision="float32",
)
