"""A part for the guided U-Net that teaches coarse noise: LOL's own dark photos with more of it, as if taken again.

Photos at full size went through a sensor's colour filter array, so their noise is coarse and coloured; LOL's were made
smaller. Noise is added to LOL's dark photos, so that what light makes of a photo stays theirs.

Command: python -m training train guided_unet_retaken --data .../our485 --run runs/retaken
    --start runs/hardened runs/crossed runs/tuned
Cost: 4,000 steps of 4x192x192, 20 minutes on two cores (with AVX-512) beside other work.
Result: 28.02 dB GT-mean on the validation scenes, exposure given; 27.25 dB as found. `guided_unet_guessed` goes on.
"""

import dataclasses

from training.experiments.guided_unet_hardened import EXPERIMENT as HARDENED

EXPERIMENT = dataclasses.replace(
    HARDENED,
    name="guided_unet_retaken",
    epochs=4,
    augmentation="varied",
    loss="psnr_ssim",
    seed=10,
    synthetic=0.15,
    retaken=0.3,
    mosaic=0.65,
)
