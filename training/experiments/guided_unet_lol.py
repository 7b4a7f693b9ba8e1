"""The same as `guided_unet_tuned` on LOL's own photos alone: it knows these better, and noisier ones less well.

Command: python -m training train guided_unet_lol --data .../our485 --run runs/lol --start runs/guided_unet
Cost: 4,000 steps of 4x192x192, 8 minutes on two cores (with AVX-512).
Result: 27.99 dB GT-mean on the validation scenes, exposure given.
"""

import dataclasses

from training.experiments.guided_unet_tuned import EXPERIMENT as TUNED

EXPERIMENT = dataclasses.replace(TUNED, name="guided_unet_lol", seed=35, synthetic=0.0, retaken=0.0)
