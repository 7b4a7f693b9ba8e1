"""A last part for the guided U-Net: it is told exposures that are off, as it is when it serves, and PSNR is its loss.

Until here the network was told the true exposure and took it for a hint at contrast and colours; an exposure that is
found tells less than that.

Command: python -m training train guided_unet_asked --data .../our485 --run runs/asked
    --start runs/hardened runs/crossed runs/tuned
Cost: 3,000 steps of 4x192x192, 25 minutes on two cores.
Result: not released. On the validation scenes, exposure as found, the network alone, 27.58 dB GT-mean after 1,000 steps
and 27.49 after 3,000, instead of 27.52 without; the held-out ones have 28.55 dB after 1,000 instead of 28.54.
"""

import dataclasses

from training.experiments.guided_unet_hardened import EXPERIMENT as HARDENED

EXPERIMENT = dataclasses.replace(
    HARDENED,
    name="guided_unet_asked",
    augmentation="varied",
    loss="psnr_ssim",
    seed=6,
    synthetic=0.15,
    guessed=0.19,
)
