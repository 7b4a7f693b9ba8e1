"""The second half of the guided U-Net once more, dark photos taught with any bright photo of their scene.

LOL has two dark and two bright photos of most scenes, taken from one tripod: a dark one with the other's bright photo
is a pair as well, with another exposure.

Command: python -m training train guided_unet_crossed --data .../our485 --run runs/crossed --start runs/guided_unet
Cost: 7,000 steps of 4x192x192, 60 minutes on two cores beside other work.
Result: 28.06 dB GT-mean on the validation scenes, exposure given (SSIM .8798); the mean with `guided_unet_tuned` 28.09
dB; `guided_unet_hardened` goes on from it.
"""

import dataclasses

from training.experiments.guided_unet_tuned import EXPERIMENT as TUNED

EXPERIMENT = dataclasses.replace(TUNED, name="guided_unet_crossed", crossed=1.0)
