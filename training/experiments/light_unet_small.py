"""The light-guided U-Net at a quarter of the multiply-adds.

Command: python -m training train light_unet_small --data .../our485 .../brackets --clean .../clean/photos --run runs/s
"""

import dataclasses

from training.experiments.light_unet import EXPERIMENT as LARGE
from training.models import small_light_unet

EXPERIMENT = dataclasses.replace(
    LARGE, name="light_unet_small", title="small light-guided U-Net", build=small_light_unet, seed=72, epochs=6
)
