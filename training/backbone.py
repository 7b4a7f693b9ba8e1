"""What a thumbnail shows, in features that were learned from a million photos: the trunk of EfficientNet-Lite0, frozen.

340 pairs of LOL are too few to learn what a room, a wardrobe or a stadium looks like, and so how bright a photo
of it should be. ImageNet's million are enough. The network is EfficientNet (Tan and Le, "EfficientNet: Rethinking Model
Scaling for Convolutional Neural Networks", ICML 2019) in its Lite0 form: no squeeze-and-excitation, ReLU6. Its weights,
Google's, Apache License 2.0, lie beside this file, batch normalization folded in (`training.make_backbone`).
"""

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from keras import layers, ops

FILE = Path(__file__).with_name("efficientnet_lite0.npz")

MEAN = 0.3
"""What each channel of a thumbnail is brought to before it is bent: the features should not hang on how dark it is, nor
on its cast."""

WHITE = 1.6
"""A bent thumbnail is multiplied by this, so that five thirds of full scale are white."""

_DARKEST = 1e-4


@dataclass(frozen=True)
class Block:
    """An inverted residual block: 1x1 expansion, depthwise convolution, 1x1 projection.

    Attributes:
        kernel: side of the depthwise convolution.
        stride: its stride.
        expansion: how many times wider it is than the block's input.
        channels: of its output.
    """

    kernel: int
    stride: int
    expansion: int
    channels: int


BLOCKS = (
    Block(3, 1, 1, 16),
    *(Block(3, stride, 6, 24) for stride in (2, 1)),
    *(Block(5, stride, 6, 40) for stride in (2, 1)),
    *(Block(3, stride, 6, 80) for stride in (2, 1, 1)),
    *(Block(5, stride, 6, 112) for stride in (1, 1, 1)),
    *(Block(5, stride, 6, 192) for stride in (2, 1, 1, 1)),
    Block(3, 1, 6, 320),
)
STEM_CHANNELS = 32


def features(thumbnail: Any) -> Any:  # noqa: ANN401 -- a tensor of whichever back end runs
    """Return what the trunk makes of thumbnails at twice their size: batch x rows / 16 x cols / 16 x 320, of any sign.

    Args:
        thumbnail: batch x rows x cols x 3, float32 in [0, 1]; sides are multiples of 16.
    """
    return Trunk(name="trunk")(prepared(thumbnail))


class Trunk(layers.Layer):
    """EfficientNet-Lite0 without its head, on a picture made twice as large; its weights are constants.

    So nothing trains them, and no file of trained weights holds them.

    Input:
        batch x rows x cols x 3, float32 in [-1, 1]; sides are multiples of 16.

    Output:
        batch x rows / 16 x cols / 16 x 320.
    """

    def __init__(self, **kwargs: Any) -> None:  # noqa: ANN401 -- Keras's
        super().__init__(trainable=False, dtype="float32", **kwargs)

    def call(self, picture: Any) -> Any:  # noqa: ANN401
        """Return the features."""
        x = _convolved(doubled(picture), "stem", 2)
        channels = STEM_CHANNELS
        for index, block in enumerate(BLOCKS):
            y = _convolved(x, f"expand_{index}") if block.expansion > 1 else x
            kernel, bias = _weights(f"depthwise_{index}")
            y = ops.relu6(ops.depthwise_conv(y, kernel, block.stride, "same") + bias)
            kernel, bias = _weights(f"project_{index}")
            y = ops.conv(y, kernel, 1, "same") + bias
            x = x + y if block.stride == 1 and block.channels == channels else y
            channels = block.channels
        return x

    def compute_output_shape(self, input_shape: tuple[int | None, ...]) -> tuple[int | None, ...]:
        """Return the features' shape."""
        batch, rows, cols, _ = input_shape
        return batch, rows and rows // 16, cols and cols // 16, BLOCKS[-1].channels


def prepared(thumbnail: Any) -> Any:  # noqa: ANN401
    """Return a thumbnail as the trunk takes it: each channel gained to `MEAN`, bent, its root taken, from -1 to 1."""
    gained = thumbnail * (MEAN / (ops.mean(thumbnail, axis=(1, 2), keepdims=True) + _DARKEST))
    bent = ops.sqrt(ops.minimum(WHITE * gained / (1 + gained), 1))
    return (bent * 255 - 127) / 128  # as it was trained


def doubled(picture: Any) -> Any:  # noqa: ANN401
    """Return pictures of three channels at twice their size, linearly: each pixel's middle stays where it was.

    As a transposed convolution, since Keras exports no resizing of sizes that are left open.
    """
    for axis in (1, 2):
        first, last = (ops.take(picture, [index], axis) for index in (0, -1))
        picture = ops.concatenate([first, picture, last], axis)
    return ops.conv_transpose(picture, _linear_kernel(), 2, "valid")[:, 3:-3, 3:-3]


def _linear_kernel() -> np.ndarray:
    side = np.array([0.25, 0.75, 0.75, 0.25], np.float32)
    return np.outer(side, side)[:, :, np.newaxis, np.newaxis] * np.eye(3, dtype=np.float32)


def _convolved(x: Any, name: str, stride: int = 1) -> Any:  # noqa: ANN401
    kernel, bias = _weights(name)
    return ops.relu6(ops.conv(x, kernel, stride, "same") + bias)


@cache
def _stored() -> dict[str, np.ndarray]:
    with np.load(FILE, allow_pickle=False) as stored:
        return {name: stored[name].astype(np.float32) for name in stored.files}


def _weights(name: str) -> tuple[np.ndarray, np.ndarray]:
    return _stored()[f"{name}_kernel"], _stored()[f"{name}_bias"]
