"""The light-guided U-Net at under half the multiply-adds, on all that may train, in one run.

Command: python -m training train light_unet_small --data .../our485 .../brackets --clean .../clean/photos
    --protocol final --run runs/light_unet_small
"""

import dataclasses

from training.experiments.light_unet_final import EXPERIMENT as FINAL
from training.models.networks import small_light_unet

EXPERIMENT = dataclasses.replace(
    FINAL,
    name="light_unet_small",
    title="small light-guided U-Net",
    build=small_light_unet,
    learning_rate=1e-3,
    seed=83,
    epochs=16,
)
