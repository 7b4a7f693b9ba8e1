"""A tiny light-guided network and what it takes."""

import numpy as np
from PIL import Image

from tests.helpers.photos import dark_photo
from training import experiments
from training.data import splits
from training.judge.serving import lit
from training.models.networks import tiny_light_unet

SMALL = experiments.Experiment(
    name="small",
    title="small",
    build=tiny_light_unet,
    steps_per_epoch=3,
    epochs=2,
    batch_size=2,
    patch_size=32,
    learning_rate=1e-3,
    loss="psnr_ssim_chroma",
    schedule="cosine",
    warmup_steps=1,
    clip_norm=1.0,
    ema=0.999,
    task="restore",
)


def made_pairs(folder, count=4):
    """Write pairs of made-up photos, 50 x 70, sides that are no multiples of the stride, and return them."""
    for side in ("low", "high"):
        (folder / side).mkdir()
    for index in range(count):
        high = np.clip(dark_photo(50, 70, index).astype(int) * 5, 0, 255).astype(np.uint8)
        Image.fromarray(high // 8).save(folder / "low" / f"{index}.png")
        Image.fromarray(high).save(folder / "high" / f"{index}.png")
    return splits.find_pairs(folder)


def inputs_for(rgb, window=None):
    """Return what a light-guided U-Net is given for a part of a photo or all of it; sides are multiples of 8."""
    window = window or (slice(0, rgb.shape[0]), slice(0, rgb.shape[1]))
    part, whole = lit(rgb)
    vertical, horizontal = whole.interpolation(window)
    given = {"picture": part[window], "thumbnail": whole.thumbnail, "vertical": vertical, "horizontal": horizontal}
    return {name: array[np.newaxis] for name, array in given.items()}


def shaken(model):
    """Give a model weights at random, small enough that pictures stay pictures: untrained, it changes nothing."""
    random = np.random.default_rng(0)
    for weight in model.trainable_variables:
        fan = np.prod(weight.shape[:-1]) if len(weight.shape) > 1 else 100
        weight.assign(random.normal(0, 0.7 / np.sqrt(fan), weight.shape))
    return model
