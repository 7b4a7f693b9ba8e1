"""The light-guided U-Net goes on with all that may train: LOL's rooms and the brackets that validated train too.

Command: python -m training train light_unet_final --data .../our485 .../brackets --clean .../clean/photos
    --protocol final --run runs/light_unet_final --start runs/light_unet_long
"""

import dataclasses

from training.experiments.light_unet_long import EXPERIMENT as LONG

EXPERIMENT = dataclasses.replace(
    LONG,
    name="light_unet_final",
    epochs=12,
    seed=81,
    others=0.25,
    clean=0.25,
    precision="mixed_bfloat16",
)
