"""A part for the small guided U-Net that teaches coarse noise and coloured light; see `guided_unet_coloured`.

Command: python -m training train guided_unet_small_coloured --data .../our485 --run runs/small_coloured
    --start runs/small_asked
Cost: 4,000 steps of 4x192x192, 9 minutes on two cores (with AVX-512) beside other work.
Result: 27.44 dB GT-mean on the validation scenes, exposure given, instead of 27.51. Half of it and half of what it
began with is what serves: through the page's pipeline as good as that on LOL (27.11 dB), and cleaner where noise is
coarse.
More in lowlight/bundled/guided-unet-small.md.
"""

import dataclasses

from training.experiments.guided_unet_coloured import EXPERIMENT as COLOURED
from training.models import small_guided_unet

EXPERIMENT = dataclasses.replace(
    COLOURED, name="guided_unet_small_coloured", title="small guided U-Net", build=small_guided_unet, epochs=4, seed=13
)
