"""After the last part: the guided U-Net learns its own mean answer to photos turned and mirrored.

Command: python -m training train guided_unet_calm --data .../our485 --run runs/calm --start runs/coloured ...
"""

import dataclasses

from training.experiments.guided_unet_coloured import EXPERIMENT as COLOURED

EXPERIMENT = dataclasses.replace(
    COLOURED, name="guided_unet_calm", epochs=4, learning_rate=2e-4, seed=22, retaken=0.1, taught=1.0
)
