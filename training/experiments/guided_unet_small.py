"""The guided U-Net at a quarter of the multiply-adds and a third of the time, taught by the large one from the start.

It learns no bright photo: only what the large network makes of dark ones, LOL's and synthetic, turned and mirrored.

Command: python -m training train guided_unet_small --data .../our485 --run runs/small
    --teacher runs/taught runs/lol
Cost: 8,000 steps of 8x128x128, 41 minutes on two cores (with AVX-512) beside other work.
Result: 27.66 dB GT-mean on the validation scenes, exposure given; 27.34 dB as found, through the page's pipeline.
More in lowlight/bundled/guided-unet-small.md.
"""

import dataclasses

from training.experiments.guided_unet import EXPERIMENT as GUIDED
from training.models import small_guided_unet

EXPERIMENT = dataclasses.replace(
    GUIDED,
    name="guided_unet_small",
    title="small guided U-Net",
    build=small_guided_unet,
    epochs=8,
    seed=51,
    ema=0.999,
    patience=None,
    kept="last",
    taught=1.0,
    taught_synthetic=1.0,
)
