"""The small light-guided U-Net goes on for as long again.

Command: python -m training train light_unet_small_long --data .../our485 .../brackets --clean .../clean/photos
    --run runs/small_long --start runs/small
"""

import dataclasses

from training.experiments.light_unet_long import EXPERIMENT as LONG
from training.models import small_light_unet

EXPERIMENT = dataclasses.replace(
    LONG,
    name="light_unet_small_long",
    title="small light-guided U-Net",
    build=small_light_unet,
    epochs=6,
    seed=80,
)
