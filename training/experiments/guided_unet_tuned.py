"""The guided U-Net, second half: larger patches, and bright photos multiplied and clipped instead of lifted by a curve.

Command: python -m training train guided_unet_tuned --data .../our485 --run runs/tuned --start runs/guided_unet
Cost: 7,000 steps of 4x192x192, 40 minutes on two cores beside other work.
Result: 27.99 dB GT-mean on the validation scenes, exposure given (SSIM .8795); the mean with `guided_unet_crossed`
28.09 dB; more in lowlight/bundled/guided-unet.md.
"""

import dataclasses

from training.experiments.guided_unet import EXPERIMENT as FIRST_HALF

EXPERIMENT = dataclasses.replace(
    FIRST_HALF,
    name="guided_unet_tuned",
    epochs=7,
    batch_size=4,
    patch_size=192,
    learning_rate=5e-4,
    seed=1,
    augmentation="scaled",
)
