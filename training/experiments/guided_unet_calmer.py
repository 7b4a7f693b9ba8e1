"""The same once more, from there.

Command: python -m training train guided_unet_calmer --data .../our485 --run runs/calmer --start runs/calm
"""

import dataclasses

from training.experiments.guided_unet_calm import EXPERIMENT as CALM

EXPERIMENT = dataclasses.replace(CALM, name="guided_unet_calmer", epochs=5, learning_rate=3e-4, seed=23, synthetic=0.4)
