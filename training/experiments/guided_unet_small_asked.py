"""The last part for the small guided U-Net; see `guided_unet_asked`.

Command: python -m training train guided_unet_small_asked --data .../our485 --run runs/small_asked
    --start runs/guided_unet_small
Cost: 3,000 steps of 4x192x192, 11 minutes on two cores.
Result: 27.51 dB GT-mean on the validation scenes, exposure given, instead of 27.42; exposure as found, through the
page's pipeline, 27.06 instead of 26.90 dB. More in lowlight/bundled/guided-unet-small.md.
"""

import dataclasses

from training.experiments.guided_unet_asked import EXPERIMENT as ASKED
from training.models import small_guided_unet

EXPERIMENT = dataclasses.replace(
    ASKED, name="guided_unet_small_asked", title="small guided U-Net", build=small_guided_unet
)
