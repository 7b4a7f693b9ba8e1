"""The small light-guided U-Net goes on with all that may train, and with the light as it is now.

Command: python -m training train light_unet_small_final --data .../our485 .../brackets --clean .../clean/photos
    --protocol final --run runs/small_final --start runs/light_unet_small
"""

import dataclasses

from training.experiments.light_unet_final import EXPERIMENT as FINAL
from training.models import small_light_unet

EXPERIMENT = dataclasses.replace(
    FINAL,
    name="light_unet_small_final",
    title="small light-guided U-Net",
    build=small_light_unet,
    epochs=5,
    seed=82,
)
