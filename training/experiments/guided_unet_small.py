"""The guided U-Net at a third of the cost, for slow machines: 12 megapixels in less than 2 s on two cores.

Command: python -m training train guided_unet_small --data .../our485 --run runs/guided_unet_small
Cost: 7,000 steps of 6x160x160, 20 minutes on two cores.
Result: @@SMALL@@ dB GT-mean on the validation scenes, exposure given; more in lowlight/bundled/guided-unet-small.md.
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
