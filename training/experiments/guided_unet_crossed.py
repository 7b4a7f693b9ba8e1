"""The second half of the guided U-Net once more, dark photos taught with any bright photo of their scene.

LOL has two dark and two bright photos of most scenes, taken from one tripod: a dark one with the other's bright photo
is a pair as well, with another exposure and tone.

Command: python -m training train guided_unet_crossed --data .../our485 --run runs/crossed --start runs/guided_unet
"""

import dataclasses

from training.experiments.guided_unet_tuned import EXPERIMENT as TUNED

EXPERIMENT = dataclasses.replace(TUNED, name="guided_unet_crossed", crossed=1.0)
