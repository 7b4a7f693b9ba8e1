"""Networks as functional graphs, fully convolutional: a picture of any size in, one of the same size out."""

import math

import keras


def original_cnn() -> keras.Model:
    """Build the published denoiser: four 3x3 convolutions with 64, 64, 128 and 3 filters, ReLU between, linear last.

    Zero padding keeps the size. 116,035 parameters, 115,776 multiply-adds a pixel, receptive field 9x9.
    Input and output: batch x height x width x 3, float32; the input in [0, 1].
    """
    return _plain_cnn((64, 64, 128), "original_cnn")


def tiny_cnn() -> keras.Model:
    """Build the smoke test's network: 3x3 convolutions with 8 and 3 filters, 443 parameters, receptive field 5x5."""
    return _plain_cnn((8,), "tiny_cnn")


def _plain_cnn(filters: tuple[int, ...], name: str) -> keras.Model:
    inputs = keras.Input((None, None, 3), name="brightened")
    x = inputs
    for count in filters:
        x = keras.layers.Conv2D(count, 3, padding="same", activation="relu")(x)
    # float32 also in mixed precision: bfloat16 has 8 bits, fewer than the picture
    outputs = keras.layers.Conv2D(3, 3, padding="same", dtype="float32", name="clean")(x)
    return keras.Model(inputs, outputs, name=name)


def halo(model: keras.Model) -> int:
    """Return the receptive field's radius in pixels, of a plain chain of convolutions of stride 1."""
    return sum(layer.kernel_size[0] // 2 for layer in model.layers if isinstance(layer, keras.layers.Conv2D))


def multiply_adds(model: keras.Model) -> int:
    """Return the multiply-adds a pixel, of a plain chain of convolutions of stride 1."""
    convolutions = [layer for layer in model.layers if isinstance(layer, keras.layers.Conv2D)]
    return sum(math.prod(layer.kernel.shape) for layer in convolutions)
