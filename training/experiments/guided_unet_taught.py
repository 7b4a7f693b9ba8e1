"""The guided U-Net at last: it learns of LOL's photos what its teachers make of them, and of synthetic ones the truth.

It begins with the mean of what knows LOL's own photos and what knows noisier ones too. Of LOL's photos no bright one is
learned any more, but the mean answer of two networks, each to the dark photo turned or mirrored: nothing to learn by
heart. Synthetic photos have a true answer, and as much noise as one likes.

Command: python -m training train guided_unet_taught --data .../our485 --run runs/taught
    --start runs/tuned runs/lol --teacher runs/guided_unet runs/lol
Cost: 4,000 steps of 4x192x192, 20 minutes on two cores (with AVX-512).
Result: 27.91 dB GT-mean on the validation scenes, exposure given; the mean of its weights and those of
`guided_unet_lol` 28.01 dB: released in 0.9.0. More in lowlight/bundled/guided-unet.md.
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
