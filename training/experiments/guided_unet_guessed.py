"""A part for the guided U-Net that goes on from `guided_unet_retaken`, told exposures that are off.

With synthetic noise the network trusts the exposure that it is told, and loses where it is found; being told guesses
brings that back.

Command: python -m training train guided_unet_guessed --data .../our485 --run runs/guessed --start runs/retaken
Cost: 3,000 steps of 4x192x192, 12 minutes on two cores (with AVX-512) beside other work.
Result: 28.06 dB GT-mean on the validation scenes, exposure given; 27.51 dB as found. A clean teal sky turns blue with a
grid in it, alone; `guided_unet_coloured` mends that.
"""

import dataclasses

from training.experiments.guided_unet_retaken import EXPERIMENT as RETAKEN

EXPERIMENT = dataclasses.replace(RETAKEN, name="guided_unet_guessed", epochs=3, seed=11, guessed=0.19)
