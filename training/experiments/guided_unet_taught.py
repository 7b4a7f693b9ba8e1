"""The guided U-Net at last: it learns of LOL's photos what its teachers make of them, and of synthetic ones the truth.

It begins with the mean of what knows LOL's own photos and what knows noisier ones too. Of LOL's photos no bright one is
learned any more, but the mean answer of two networks, each to the dark photo turned or mirrored: nothing to learn by
heart. Synthetic photos have a true answer, and as much noise as one likes.

Command: python -m training train guided_unet_taught --data .../our485 --run runs/taught
    --start runs/tuned runs/lol --teacher runs/guided_unet runs/lol
Cost: COST
Result: RESULT
"""

import dataclasses

from training.experiments.guided_unet_tuned import EXPERIMENT as TUNED

EXPERIMENT = dataclasses.replace(
    TUNED,
    name="guided_unet_taught",
    learning_rate=3e-4,
    seed=38,
    patience=None,
    kept="last",
    synthetic=0.4,
    taught=1.0,
)
