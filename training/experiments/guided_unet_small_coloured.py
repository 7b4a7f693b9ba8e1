"""A part for the small guided U-Net that teaches coarse noise and coloured light; see `guided_unet_coloured`."""

import dataclasses

from training.experiments.guided_unet_coloured import EXPERIMENT as COLOURED
from training.models import small_guided_unet

EXPERIMENT = dataclasses.replace(
    COLOURED, name="guided_unet_small_coloured", title="small guided U-Net", build=small_guided_unet, epochs=4, seed=13
)
