"""The guided U-Net on LOL: tone from the whole photo's thumbnail, noise from the surroundings, the exposure given.

Command: python -m training train guided_unet --data .../our485 --run runs/guided_unet --until 7
Cost: 7,000 steps of 6x160x160, 55 minutes on two cores beside other work.
Result: 27.99 dB GT-mean on the validation scenes, exposure given (SSIM .8725); `guided_unet_tuned` goes on from it.
"""

from training.experiments import Experiment
from training.models import guided_unet

EXPERIMENT = Experiment(
    name="guided_unet",
    title="guided U-Net",
    build=guided_unet,
    steps_per_epoch=1000,
    epochs=15,
    batch_size=6,
    patch_size=160,
    learning_rate=1e-3,
    augmentation="varied",
    loss="charbonnier_ssim",
    schedule="cosine",
    warmup_steps=200,
    clip_norm=1.0,
    ema=0.999,
    task="enhance",
)
