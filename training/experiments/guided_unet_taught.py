"""After the last part: the guided U-Net learns its own mean answer to photos turned and mirrored, and no bright photo.

Command: python -m training train guided_unet_taught --data .../our485 --run runs/taught
    --start runs/coloured runs/coloured runs/coloured runs/hardened runs/crossed runs/tuned (the mean that
    `guided_unet_coloured` speaks of)
Cost: 4,000 steps of 4x192x192, 22 minutes on two cores (with AVX-512).
Result: 28.15 dB GT-mean on the validation scenes, exposure given, instead of 28.10; 27.73 instead of 27.70 dB as found.
Averaging itself is worth three times that and more.
"""

import dataclasses

from training.experiments.guided_unet_coloured import EXPERIMENT as COLOURED

EXPERIMENT = dataclasses.replace(
    COLOURED, name="guided_unet_taught", epochs=4, learning_rate=2e-4, seed=22, retaken=0.1, taught=1.0
)
