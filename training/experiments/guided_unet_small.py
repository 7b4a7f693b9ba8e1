"""The guided U-Net at a quarter of the multiply-adds and half the time, for slow machines.

Command: python -m training train guided_unet_small --data .../our485 --run runs/guided_unet_small
Cost: 7,000 steps of 6x160x160, 20 minutes on two cores.
Result: 27.42 dB GT-mean on the validation scenes, exposure given; `guided_unet_small_asked` goes on from it.
"""

import dataclasses

from training.experiments.guided_unet import EXPERIMENT as LARGE
from training.models import small_guided_unet

EXPERIMENT = dataclasses.replace(
    LARGE,
    name="guided_unet_small",
    title="small guided U-Net",
    build=small_guided_unet,
    augmentation="scaled",
    epochs=7,
)
