"""The guided U-Net on LOL: tone from the whole photo's thumbnail, noise from the surroundings, the exposure given.

Dark photos are taught with any bright photo of their scene. A quarter are made of bright ones, and some are LOL's
own with more noise, as if taken again: much of that noise is coarse, as at full size, and some of the light is as
strongly coloured as neon's. The network is told guesses of the exposure, since it will be told such: told the truth,
it takes it for a hint at tone.

Command: python -m training train guided_unet --data .../our485 --run runs/guided_unet
Cost: 14,000 steps of 8x128x128, 43 minutes on two cores (with AVX-512).
Result: best after 12,000 steps: 27.84 dB GT-mean on the validation scenes, exposure given.
"""

from training.experiments import Experiment
from training.models import guided_unet

EXPERIMENT = Experiment(
    name="guided_unet",
    title="guided U-Net",
    build=guided_unet,
    steps_per_epoch=1000,
    epochs=14,
    batch_size=8,
    patch_size=128,
    learning_rate=1e-3,
    seed=31,
    augmentation="varied",
    loss="psnr_ssim",
    schedule="cosine",
    warmup_steps=200,
    clip_norm=1.0,
    ema=0.9995,
    precision="mixed_bfloat16",
    patience=2,
    crossed=1.0,
    synthetic=0.25,
    retaken=0.1,
    mosaic=0.6,
    coloured=0.35,
    guessed=0.19,
    task="enhance",
)
