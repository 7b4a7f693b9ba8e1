"""Networks as functional graphs, fully convolutional: a picture of any size in, one of the same size out.

`original_cnn` is the published denoiser. `guided_unet` is ours: a global branch sees the whole photo as a thumbnail, a
local one sees a part of it at full size, and `exposure_net` says beforehand how bright the photo should be.

Tone and colour depend on the whole photo, noise does not. The global branch turns the thumbnail into a map of features,
coarse and cheap at any photo size; the local branch is told them, point by point, while it cleans a part of the photo.
So parts computed one by one fit together: what a pixel becomes depends on its surroundings up to `halo` and on the
thumbnail, which is the same for all parts. Plain 3x3 convolutions, no normalization, since these run at full speed on a
processor; a 2x2 convolution of stride 2 is pixel-unshuffle and 1x1 in one, its transpose 1x1 and shuffle.
"""

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import keras
from keras import layers, ops

from lowlight.tone import LUMA
from training.backbone import features

DARKEST = 2e-4
"""The least mean luma that a gain is reckoned from, a twentieth of a level of 255: black stays finite."""

_NOISE_KNEE = 0.02  # in the square root of the gained photo: keeps its slope at black finite

TYPICAL_MEAN = 0.45
"""Mean luma of LOL's bright photos; what an untrained network answers."""

_FORGOTTEN = 0.4  # share of the features that dropout takes; on 340 photos as a ridge regression of weight 230
_FEATURE = 2.7  # standard deviation of the trunk's features over LOL's photos, about

JOINED = "served"
"""Name of the model that serves."""

ENOUGH_HALO = 32
"""How much of its surroundings, in pixels, a part is given by who serves a guided U-Net. It looks twice as far, but
what lies beyond changes it by less than half a level of 255: on three licensed photos and five of LOL's 0.43."""


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
    """The size of a guided U-Net.

    Attributes:
        channels: of the local branch at strides 2, 4 and 8.
        encoder: residual blocks at strides 2 and 4 on the way down, and at stride 8.
        decoder: residual blocks at strides 4 and 2 on the way up.
        global_channels: of the global branch at strides 2, 4, 8 and 16 of the thumbnail.
    """

    channels: tuple[int, int, int] = (24, 48, 96)
    encoder: tuple[int, int, int] = (1, 1, 2)
    decoder: tuple[int, int] = (1, 2)
    global_channels: tuple[int, int, int, int] = (32, 48, 64, 64)


def guided_unet(config: Config | None = None, name: str = "guided_unet") -> keras.Model:
    """Build the guided U-Net.

    Inputs (float32):
        picture: batch x height x width x 3, a part of the dark photo or all of it, in [0, 1]; sides are multiples of
            `lowlight.guide.PICTURE_STRIDE`.
        thumbnail: batch x rows x cols x 3, the whole photo, area-averaged, in [0, 1]; sides are multiples of
            `lowlight.guide.THUMBNAIL_STRIDE`.
        vertical, horizontal: batch x height/2 x rows/2 and batch x width/2 x cols/2: how each row and column of
            the picture at half its size is mixed from those of the global map (`lowlight.guide.interpolation`).
        exposure: batch x 1, the mean luma that the result is to have, in (0, 1].

    Outputs:
        clean: batch x height x width x 3, the bright and clean picture; not clipped.
        tone: batch x rows/2 x cols/2 x 3, what the global branch alone makes of the photo; for training.
    """
    config = config or Config()
    picture = keras.Input((None, None, 3), name="picture")
    thumbnail = keras.Input((None, None, 3), name="thumbnail")
    vertical, horizontal = (keras.Input((None, None), name=axis) for axis in ("vertical", "horizontal"))
    exposure = keras.Input((1,), name="exposure")

    mean = mean_luma(thumbnail)
    wanted = ops.reshape(exposure, (-1, 1, 1, 1))
    gain = wanted / ops.maximum(mean, DARKEST)
    numbers = ops.concatenate([ops.log(gain) / 3, ops.log(wanted) + 1, ops.log(ops.maximum(mean, DARKEST)) / 3 + 1], -1)

    guide = _global_branch(seen(thumbnail, gain), numbers, config.global_channels)
    tone = layers.Conv2D(3, 1, dtype="float32", name="tone")(guide)

    told = layers.Conv2D(config.channels[0], 1, name="told")(guide)
    clean = _local_branch(seen(picture, gain), _placed(told, vertical, horizontal), config)
    inputs = {
        "picture": picture,
        "thumbnail": thumbnail,
        "vertical": vertical,
        "horizontal": horizontal,
        "exposure": exposure,
    }
    return keras.Model(inputs, {"clean": clean, "tone": tone}, name=name)


def small_guided_unet() -> keras.Model:
    """Build a guided U-Net at a quarter of the multiply-adds: the same inputs and outputs, narrower and shallower."""
    return guided_unet(Config((16, 32, 48), (1, 1, 1), (0, 1), (24, 32, 48, 48)))


def exposure_net() -> keras.Model:
    """Build the exposure network: 321 trained numbers on what a frozen trunk sees in the thumbnail (`backbone`).

    How bright a photo should be hangs on what it shows: white walls or a dark wardrobe. The dark photo's own brightness
    tells nothing about that, since the trunk is given every thumbnail at one brightness.

    Input:
        thumbnail: batch x rows x cols x 3, float32 in [0, 1], as `lowlight.guide.thumbnail` makes it; sides are
            multiples of 16.

    Output:
        batch x 1: the natural logarithm of the mean luma wanted.
    """
    thumbnail = keras.Input((None, None, 3), name="thumbnail")
    shown = ops.mean(features(thumbnail), axis=(1, 2)) / _FEATURE
    shown = layers.Dropout(_FORGOTTEN, name="forget")(shown)
    bias = keras.initializers.Constant(math.log(TYPICAL_MEAN))
    answer = layers.Dense(1, kernel_initializer="zeros", bias_initializer=bias, dtype="float32", name="answer")(shown)
    return keras.Model(thumbnail, answer, name="exposure_net")


def joined(guided: keras.Model, exposure: keras.Model) -> keras.Model:
    """Join a guided U-Net and an exposure network into the model that serves.

    Inputs are the guided U-Net's, but that an ``exposure`` of 0 asks the exposure network. Outputs are the U-Net's
    ``clean``, and ``wanted``, batch x 1: the mean luma that it was made with, the one given or the one found. That one
    depends on the thumbnail alone, so it can be asked for first, with any picture.
    """
    inputs = {name: keras.Input(tensor.shape[1:], name=name) for name, tensor in guided.input.items()}
    given = inputs["exposure"]
    wanted = ops.where(given > 0, given, ops.exp(exposure(inputs["thumbnail"])))
    clean = guided({**inputs, "exposure": wanted})["clean"]
    return keras.Model(inputs, {"clean": clean, "wanted": wanted}, name=JOINED)


def halo(model: keras.Model) -> int:
    """Return how far away a pixel can lie that a pixel of the output depends on: the receptive field's radius.

    A 3x3 convolution at stride s reaches s further. A strided one sees its own block alone, to the block's far side.

    Args:
        model: one of this module's, a joined one too; a guided U-Net's thumbnail does not count.
    """
    if model.name == JOINED:
        model = model.get_layer("guided_unet")
    found = [layer for layer in model.layers if isinstance(layer, layers.Conv2D) and _stride(layer)]
    reach = sum(_stride(layer) * (layer.kernel_size[0] // 2) for layer in found if layer.strides == (1, 1))
    return reach + max(map(_stride, found)) - 1


def served_halo(model: keras.Model) -> int:
    """Return how much of its surroundings a part must be given so that no seam can be seen, in pixels."""
    return min(halo(model), ENOUGH_HALO) if model.name == JOINED else halo(model)


def _stride(layer: keras.layers.Layer) -> int:
    """Return what a layer's pixel is in the picture's pixels; 0 for layers of the global branch."""
    if layer.name.startswith(("global_", "told", "tone")):
        return 0
    found = re.match(r"(?:down|encoder|decoder|up)_(\d)", layer.name)
    return 2 ** (int(found[1]) + 1) if found else 1


def mean_luma(thumbnail: Any) -> Any:  # noqa: ANN401 -- a tensor of whichever back end runs
    """Return the mean luma (ITU-R BT.601) of each picture: batch x 1 x 1 x 1."""
    return sum(
        weight * ops.mean(thumbnail[..., channel : channel + 1], axis=(1, 2), keepdims=True)
        for channel, weight in enumerate(LUMA)
    )


def seen(photo: Any, gain: Any) -> Any:  # noqa: ANN401
    """Return what both branches see of a dark photo: batch x height x width x 6.

    The photo times its gain, bent so that highlights stay distinct far above white (x / (1 + x)), and the square root
    of that, which spreads the shadows and makes their noise about even (shot noise grows with the root of light).
    """
    bent = photo * gain
    bent = bent / (1 + bent)
    return ops.concatenate([2 * bent, ops.sqrt(bent + _NOISE_KNEE**2)], axis=-1)


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
    return layers.Conv2DTranspose(3, 2, strides=2, dtype="float32", name="clean")(x)


def _block(x: Any, count: int, name: str) -> Any:  # noqa: ANN401
    """Two 3x3 convolutions, ReLU between, added to their input."""
    y = layers.Conv2D(count, 3, padding="same", activation="relu", name=f"{name}_a")(x)
    return x + layers.Conv2D(count, 3, padding="same", name=f"{name}_b")(y)


def _plain_cnn(filters: tuple[int, ...], name: str) -> keras.Model:
    inputs = keras.Input((None, None, 3), name="brightened")
    x = inputs
    for count in filters:
        x = layers.Conv2D(count, 3, padding="same", activation="relu")(x)
    # float32 also in mixed precision: bfloat16 has 8 bits, fewer than the picture
    outputs = layers.Conv2D(3, 3, padding="same", dtype="float32", name="clean")(x)
    return keras.Model(inputs, outputs, name=name)
