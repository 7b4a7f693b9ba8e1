"""The last part for the guided U-Net: a third of the synthetic photos are in strongly coloured light.

Command: python -m training train guided_unet_coloured --data .../our485 --run runs/coloured --start runs/guessed
Cost: 3,000 steps of 4x192x192, 15 minutes on two cores (with AVX-512) beside other work.
Result: 28.02 dB GT-mean on the validation scenes, exposure given; 27.49 dB as found. A teal sky keeps its colour and
its clouds. Half of it and half of the mean that these parts began with is what serves: 27.55 dB as found. More in
lowlight/bundled/guided-unet.md.
"""

import dataclasses

from training.experiments.guided_unet_guessed import EXPERIMENT as GUESSED

EXPERIMENT = dataclasses.replace(
    GUESSED, name="guided_unet_coloured", seed=12, synthetic=0.3, retaken=0.15, mosaic=0.6, coloured=0.35
)
