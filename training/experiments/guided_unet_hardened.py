"""A last part for the guided U-Net: three in ten dark photos are made of bright ones, darker and noisier than LOL's.

Command: python -m training train guided_unet_hardened --data .../our485 --run runs/hardened --start runs/crossed
Cost: 3,000 steps of 4x192x192, 22 minutes on two cores beside other work.
Result: 27.84 dB GT-mean on the validation scenes, exposure given (SSIM .8780), and 1 to 3 dB more on very noisy photos
than without; the mean with both second halves 28.07 dB (SSIM .8800). More in lowlight/bundled/guided-unet.md.
"""

import dataclasses

from training.experiments.guided_unet_crossed import EXPERIMENT as CROSSED

EXPERIMENT = dataclasses.replace(
    CROSSED,
    name="guided_unet_hardened",
    epochs=3,
    learning_rate=3e-4,
    seed=2,
    kept="last",
    synthetic=0.3,
)
