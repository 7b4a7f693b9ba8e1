"""Networks as functional graphs, fully convolutional: a picture of any size in, one of the same size out.

`original_cnn` is the published denoiser. `light_unet` is ours: a global branch sees the whole photo as a thumbnail, a
local one sees a part of it at full size, and both see by how much each place was brightened.

Colour depends on the whole photo, noise on how much it was brightened. The global branch turns the thumbnail into a map
of features, coarse and cheap at any photo size; the local branch is told them, point by point, while it cleans a part
of the photo. So parts computed one by one fit together: what a pixel becomes depends on its surroundings up to `halo`
and on the thumbnail, which is the same for all parts. Plain 3x3 convolutions, no normalization, since these run at full
speed on a processor; a 2x2 convolution of stride 2 is pixel-unshuffle and 1x1 in one, its transpose 1x1 and shuffle.
"""

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import keras
from keras import layers, ops

from lowlight.arrays import LUMA
from lowlight.network.context import SQUARE

DARKEST = 2e-4
"""The least mean luma that the network reckons with, a twentieth of a level of 255: black stays finite."""

ENOUGH_HALO = 40
"""How much of its surroundings, in pixels, a part is given by who serves a light-guided U-Net. It looks 63 far,
but what lies beyond 40 changes it by less than half a level of 255; with 32 it was 0.55 on one of the examples."""

_LOG_GAIN = 8 * math.log(2) / 2.2  # from stops over 8 to the natural logarithm of the factor of sRGB values, about

_NOISE_KNEE = 0.02  # in the square root of the picture: keeps its slope at black finite


def original_cnn() -> keras.Model:
    """Build the published denoiser: four 3x3 convolutions with 64, 64, 128 and 3 filters, ReLU between, linear last.

    Zero padding keeps the size. 116,035 parameters, 115,776 multiply-adds a pixel, receptive field 9x9.
    Input and output: batch x height x width x 3, float32; the input in [0, 1].
    """
    return _plain_cnn((64, 64, 128), "original_cnn")


def tiny_cnn() -> keras.Model:
    """Build the smoke test's network: 3x3 convolutions with 8 and 3 filters, 443 parameters, receptive field 5x5."""
    return _plain_cnn((8,), "tiny_cnn")


@dataclass(frozen=True)
class Config:
    """The size of a light-guided U-Net.

    Attributes:
        channels: of the local branch at strides 2, 4 and 8.
        encoder: residual blocks at strides 2 and 4 on the way down, and at stride 8.
        decoder: residual blocks at strides 4 and 2 on the way up.
        global_channels: of the global branch at strides 2, 4, 8 and 16 of the thumbnail.
    """

    channels: tuple[int, int, int] = (24, 48, 96)
    encoder: tuple[int, int, int] = (1, 1, 2)
    decoder: tuple[int, int] = (1, 1)
    global_channels: tuple[int, int, int, int] = (32, 48, 64, 64)


SMALL = Config((16, 32, 64), (1, 1, 2), (1, 1), (24, 32, 48, 48))
"""Under half of the multiply-adds: narrower, as deep."""

TINY = Config((4, 6, 8), (1, 1, 1), (1, 1), (4, 4, 4, 4))
"""A toy, to try things out with."""


def light_unet(config: Config | None = None) -> keras.Model:
    """Build the light-guided U-Net: it cleans a photo that is brightened already, and leaves its light as it is.

    Inputs (float32):
        picture: batch x height x width x 4, a part of the brightened photo or all of it, as
            `lowlight.network.context.told` makes it; sides are multiples of `lowlight.network.context.PICTURE_STRIDE`.
        thumbnail: batch x `SQUARE` x `SQUARE` x 4, likewise the whole photo (`lowlight.network.context.PhotoContext`).
        vertical, horizontal: batch x height/2 x `SQUARE`/2 and batch x width/2 x `SQUARE`/2: how each row and
            column of the picture at half its size is mixed from those of the global map
            (`lowlight.network.context.interpolation`).

    Output:
        batch x height x width x 3: the clean picture in that light, not clipped. It is the picture given and what is
        added to it; an untrained network adds nothing.
    """
    config = config or Config()
    picture = keras.Input((None, None, 4), name="picture")
    thumbnail = keras.Input((SQUARE, SQUARE, 4), name="thumbnail")
    vertical, horizontal = (keras.Input((None, SQUARE // 2), name=axis) for axis in ("vertical", "horizontal"))
    luma = ops.log(ops.maximum(mean_luma(thumbnail[..., :3]), DARKEST))
    gain = ops.mean(thumbnail[..., 3:], axis=(1, 2), keepdims=True) * _LOG_GAIN
    numbers = ops.concatenate([gain / 3, luma + 1, (luma - gain) / 3 + 1], -1)
    guide = _global_branch(seen(thumbnail), numbers, config.global_channels)
    told = layers.Conv2D(config.channels[0], 1, name="told")(guide)
    added = _local_branch(seen(picture), _placed(told, vertical, horizontal), config)
    inputs = {"picture": picture, "thumbnail": thumbnail, "vertical": vertical, "horizontal": horizontal}
    return keras.Model(inputs, ops.cast(picture[..., :3], "float32") + added, name="light_unet")


def small_light_unet() -> keras.Model:
    """Build a light-guided U-Net of the size `SMALL`."""
    return light_unet(SMALL)


def tiny_light_unet() -> keras.Model:
    """Build a light-guided U-Net of the size `TINY`."""
    return light_unet(TINY)


def halo(model: keras.Model) -> int:
    """Return how far away a pixel can lie that a pixel of the output depends on: the receptive field's radius.

    A 3x3 convolution at stride s reaches s further. A strided one sees its own block alone, to the block's far side.

    Args:
        model: one of this module's; a light-guided U-Net's thumbnail does not count.
    """
    found = [layer for layer in model.layers if isinstance(layer, layers.Conv2D) and _stride(layer)]
    reach = sum(_stride(layer) * (layer.kernel_size[0] // 2) for layer in found if layer.strides == (1, 1))
    return reach + max(map(_stride, found)) - 1


def served_halo(model: keras.Model) -> int:
    """Return how much of its surroundings a part must be given so that no seam can be seen, in pixels."""
    return min(halo(model), ENOUGH_HALO) if isinstance(model.input, dict) else halo(model)


def mean_luma(thumbnail: Any) -> Any:  # noqa: ANN401 -- a tensor of whichever back end runs
    """Return the mean luma (ITU-R BT.601) of each picture: batch x 1 x 1 x 1."""
    return sum(
        weight * ops.mean(thumbnail[..., channel : channel + 1], axis=(1, 2), keepdims=True)
        for channel, weight in enumerate(LUMA)
    )


def seen(told: Any) -> Any:  # noqa: ANN401
    """Return what both branches see of a brightened picture: batch x height x width x 7, the last its stops over 8.

    Its values, bent so that they stay distinct far above white (2x / (1 + x)), and the square root of half of that,
    which spreads the shadows and makes their noise about even (shot noise grows with the root of light).
    """
    picture = told[..., :3]
    bent = picture / (1 + picture)
    return ops.concatenate([2 * bent, ops.sqrt(bent + _NOISE_KNEE**2), told[..., 3:]], axis=-1)


def _stride(layer: keras.layers.Layer) -> int:
    """Return what a layer's pixel is in the picture's pixels; 0 for layers of the global branch."""
    if layer.name.startswith(("global_", "told")):
        return 0
    found = re.match(r"(?:down|encoder|decoder|up)_(\d)", layer.name)
    return 2 ** (int(found[1]) + 1) if found else 1


def _placed(x: Any, vertical: Any, horizontal: Any) -> Any:  # noqa: ANN401
    """Mix the rows and columns of a map into those of a part of the photo."""
    rows = ops.matmul(ops.expand_dims(vertical, 1), ops.transpose(x, (0, 3, 1, 2)))
    both = ops.matmul(rows, ops.expand_dims(ops.transpose(horizontal, (0, 2, 1)), 1))
    return ops.transpose(both, (0, 2, 3, 1))


def _global_branch(x: Any, numbers: Any, channels: Sequence[int]) -> Any:  # noqa: ANN401
    """A U-Net on the thumbnail whose deepest level is told the means over the whole photo and the numbers."""
    kept = []
    for level, count in enumerate(channels):
        x = layers.Conv2D(count, 2, strides=2, name=f"global_down_{level}")(x)
        if level == 0:
            x = x + layers.Conv2D(count, 1, name="global_numbers")(numbers)
        x = _block(x, count, f"global_encoder_{level}")
        kept.append(x)
    means = [ops.mean(level, axis=(1, 2), keepdims=True) for level in (kept[0], kept[-1])]
    means = layers.Conv2D(channels[-1], 1, activation="relu", name="global_means")(
        ops.concatenate([*means, numbers], axis=-1)
    )
    x = x + layers.Conv2D(channels[-1], 1, name="global_shift")(means)
    x = _block(x, channels[-1], "global_middle")
    for level in reversed(range(len(channels) - 1)):
        x = layers.Conv2DTranspose(channels[level], 2, strides=2, name=f"global_up_{level}")(x) + kept[level]
        x = _block(x, channels[level], f"global_decoder_{level}")
    return x


def _local_branch(x: Any, told: Any, config: Config) -> Any:  # noqa: ANN401
    """A U-Net on the picture, told the global branch's map at stride 2; untrained it gives zeros."""
    kept = []
    for level, (count, blocks) in enumerate(zip(config.channels, config.encoder, strict=True)):
        x = layers.Conv2D(count, 2, strides=2, name=f"down_{level}")(x)
        x = x + told if level == 0 else x
        for index in range(blocks):
            x = _block(x, count, f"encoder_{level}_{index}")
        kept.append(x)
    for level, blocks in zip((1, 0), config.decoder, strict=True):
        count = config.channels[level]
        x = layers.Conv2DTranspose(count, 2, strides=2, name=f"up_{level}")(x) + kept[level]
        for index in range(blocks):
            x = _block(x, count, f"decoder_{level}_{index}")
    # float32 also in mixed precision: bfloat16 has 8 bits, fewer than the picture
    return layers.Conv2DTranspose(3, 2, strides=2, dtype="float32", kernel_initializer="zeros", name="clean")(x)


def _block(x: Any, count: int, name: str) -> Any:  # noqa: ANN401
    """Two 3x3 convolutions, ReLU between, added to their input."""
    y = layers.Conv2D(count, 3, padding="same", activation="relu", name=f"{name}_a")(x)
    return x + layers.Conv2D(count, 3, padding="same", name=f"{name}_b")(y)


def _plain_cnn(filters: tuple[int, ...], name: str) -> keras.Model:
    inputs = keras.Input((None, None, 3), name="brightened")
    x = inputs
    for count in filters:
        x = layers.Conv2D(count, 3, padding="same", activation="relu")(x)
    outputs = layers.Conv2D(3, 3, padding="same", dtype="float32", name="clean")(x)  # as above
    return keras.Model(inputs, outputs, name=name)
