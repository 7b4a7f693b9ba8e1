"""The light-guided U-Net on LOL, exposure brackets and clean photos: it cleans at the light it is given.

Command: python -m training train light_unet --data .../our485 .../brackets --clean .../clean/photos
    --run runs/light_unet
"""

from training.experiments import Experiment
from training.models.networks import light_unet

EXPERIMENT = Experiment(
    name="light_unet",
    title="light-guided U-Net",
    build=light_unet,
    steps_per_epoch=1000,
    epochs=9,
    batch_size=4,
    patch_size=160,
    learning_rate=1e-3,
    seed=71,
    loss="psnr_ssim_chroma",
    schedule="cosine",
    warmup_steps=200,
    clip_norm=1.0,
    ema=0.998,
    precision="mixed_bfloat16",
    kept="last",
    others=0.35,
    clean=0.25,
    synthetic=0.15,
    retaken=0.15,
    mosaic=0.6,
    coloured=0.3,
    task="restore",
)
