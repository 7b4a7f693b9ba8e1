"""WIP."""

import dataclasses

from training.experiments.guided_unet_tuned import EXPERIMENT as TUNED

EXPERIMENT = dataclasses.replace(
    TUNED,
    name="guided_unet_true",
    epochs=3,
    learning_rate=3e-4,
    seed=25,
    patience=None,
    kept="last",
    synthetic=0.5,
    coloured=0.6,
    taught=1.0,
    frozen="",
)
