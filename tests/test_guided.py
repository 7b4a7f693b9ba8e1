"""The guided U-Net: its size, how far it looks, and the file that serves."""

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from conftest import EXAMPLES
from PIL import Image
from test_denoise import dark_photo

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")

import keras
import tensorflow as tf

from lowlight import LowlightError, guide, load_photo, weights
from lowlight.engine import default_network, open_network
from lowlight.guide import Whole
from lowlight.tone import as_float
from training import cost, data, experiments, export
from training.models import ENOUGH_HALO, Config, exposure_net, guided_unet, halo, joined, small_guided_unet

pytestmark = pytest.mark.training

RELEASED = Path(experiments.__file__).with_name("guided_unet.weights.h5")
EXPERIMENT = experiments.load("guided_unet")
TINY = Config((4, 6, 8), (1, 1, 1), (1, 1), (4, 4, 4, 4))
SMALL = experiments.Experiment(
    name="small",
    title="small",
    build=lambda: guided_unet(TINY),
    steps_per_epoch=3,
    epochs=2,
    batch_size=2,
    patch_size=32,
    learning_rate=1e-3,
    augmentation="varied",
    loss="psnr_ssim",
    schedule="cosine",
    warmup_steps=1,
    clip_norm=1.0,
    ema=0.999,
    task="enhance",
)


def made_pairs(folder, count=4):
    """Write pairs of made-up photos, 50 x 70, sides that are no multiples of the stride, and return them."""
    for side in ("low", "high"):
        (folder / side).mkdir()
    for index in range(count):
        high = np.clip(dark_photo(50, 70, index).astype(int) * 5, 0, 255).astype(np.uint8)
        Image.fromarray(high // 8).save(folder / "low" / f"{index}.png")
        Image.fromarray(high).save(folder / "high" / f"{index}.png")
    return data.find_pairs(folder)


def inputs_for(rgb, mean=0.45):
    """Return what a guided U-Net is given for a whole photo whose sides are multiples of 8."""
    whole, window = Whole.of(rgb), (slice(0, rgb.shape[0]), slice(0, rgb.shape[1]))
    vertical, horizontal = whole.interpolation(window)
    given = {"picture": as_float(rgb), "thumbnail": whole.thumbnail, "vertical": vertical, "horizontal": horizontal}
    return {name: array[np.newaxis] for name, array in given.items()} | {"exposure": np.array([[mean]], np.float32)}


# Its size


@pytest.mark.parametrize(
    ("build", "most_parameters", "most_adds"), [(guided_unet, 1_000_000, 22_500), (small_guided_unet, 400_000, 6_000)]
)
def test_it_is_as_small_as_planned(build, most_parameters, most_adds):
    """Parameters, and multiply-adds a pixel at 600x400, the global branch's share included."""
    model, random = build(), np.random.default_rng(0)
    for weight in model.trainable_variables:  # equal arrays, as untrained biases are, are stored once
        weight.assign(random.normal(0, 0.1, weight.shape))
    model(inputs_for(dark_photo(16, 16)))  # Keras cannot export what was never called
    graph = export.to_onnx(model)
    assert 0.8 * most_parameters < model.count_params() < most_parameters
    assert 0 <= cost.parameters(graph) - model.count_params() < 10  # the weights of luma are stored too
    assert 0.8 * most_adds < cost.multiply_adds(graph, 400, 600) < most_adds


@pytest.mark.parametrize("config", [Config(), TINY])
def test_it_looks_as_far_as_it_says(config):
    """A pixel's gradient reaches as far as the halo, and not a pixel beyond it."""
    model = guided_unet(config)
    for weight in model.trainable_variables:
        weight.assign(far_sighted(weight.shape))
    given = {name: tf.constant(array) for name, array in inputs_for(np.full((256, 256, 3), 20, np.uint8)).items()}
    felt = 0
    for place in range(120, 136):
        with tf.GradientTape() as tape:
            tape.watch(given["picture"])
            pixel = tf.reduce_sum(model(given)["clean"][0, place, 128])
        slopes = tape.gradient(pixel, given["picture"]).numpy()[0]
        rows = np.flatnonzero(np.abs(slopes).max(axis=(1, 2)))
        felt = max(felt, place - rows.min(), rows.max() - place)
    assert felt == halo(model)


def far_sighted(shape):
    """Return a kernel that takes the mean of two opposite corners: nothing cancels, and the farthest pixel counts."""
    if len(shape) < 4:
        return np.zeros(shape)
    if shape[:2] == (3, 3):
        kernel = np.zeros(shape)
        kernel[0, 0] = kernel[2, 2] = 0.5 / shape[2]
        return kernel
    return np.full(shape, 1 / (4 * shape[2]))


def test_a_part_gives_what_the_whole_gives():
    """With the halo around it a part of a photo comes out as in the whole photo, to rounding."""
    model, rgb = guided_unet(TINY), dark_photo(160, 200)
    whole = Whole.of(rgb)
    everything = keras.ops.convert_to_numpy(model(inputs_for(rgb))["clean"])[0]
    margin = -(-halo(model) // 8) * 8
    window = (slice(64 - margin, 96 + margin), slice(80 - margin, 120 + margin))
    vertical, horizontal = whole.interpolation(window)
    given = inputs_for(rgb) | {
        "picture": as_float(rgb[window])[np.newaxis],
        "vertical": vertical[np.newaxis],
        "horizontal": horizontal[np.newaxis],
    }
    part = keras.ops.convert_to_numpy(model(given)["clean"])[0, margin:-margin, margin:-margin]
    np.testing.assert_allclose(part, everything[64:96, 80:120], atol=1e-5)


def test_a_black_photo_gives_numbers():
    """No gain is infinite: black in, finite numbers out."""
    made = guided_unet(TINY)(inputs_for(np.zeros((16, 16, 3), np.uint8)))
    assert all(np.isfinite(keras.ops.convert_to_numpy(value)).all() for value in made.values())


# The file that serves


def test_exporting_needs_the_exposure_network(tmp_path):
    """The guided U-Net alone does not serve: the sentence says what is missing."""
    guided_unet(TINY).save_weights(tmp_path / "best.weights.h5")
    with pytest.raises(LowlightError, match="name the exposure network's run too"):
        export.export(SMALL, tmp_path / "best.weights.h5", tmp_path / "net.onnx")


def test_the_exported_file_is_both_networks(tmp_path):
    """What ONNX Runtime makes of a photo, and how bright it wants it, is what the two Keras models say."""
    keras.utils.set_random_seed(0)  # untrained networks differ much in what they answer
    guided, exposure = guided_unet(TINY), exposure_net()
    exposure.set_weights([np.random.default_rng(0).normal(0, 0.02, (320, 1)), np.array([-0.8])])
    guided.save_weights(tmp_path / "guided.weights.h5")
    exposure.save_weights(tmp_path / "exposure.weights.h5")
    target = tmp_path / "net.onnx"
    export.export(SMALL, tmp_path / "guided.weights.h5", target, tmp_path / "exposure.weights.h5")
    network, rgb = open_network(target.read_bytes()), dark_photo(64, 96)
    assert network.halo == ENOUGH_HALO < halo(guided)
    whole = Whole.of(rgb)
    answer = np.exp(keras.ops.convert_to_numpy(exposure(whole.thumbnail[np.newaxis])).mean())
    assert network.wanted_mean(whole) == pytest.approx(float(answer), rel=1e-4)
    clean = keras.ops.convert_to_numpy(guided(inputs_for(rgb))["clean"])[0]
    part = network.enhance(as_float(rgb), (slice(0, 64), slice(0, 96)), whole, 0.45)
    np.testing.assert_allclose(part, clean, rtol=1e-4, atol=1e-4)
    export.export(SMALL, tmp_path / "net.weights.h5", tmp_path / "again" / "net.onnx")
    assert (tmp_path / "again" / "net.onnx").read_bytes() == target.read_bytes()


def test_other_runs_can_be_mixed_in(tmp_path):
    """The exported weights are the mean of all runs', layer by layer."""
    models_ = [guided_unet(TINY) for _ in range(3)]
    for index, model in enumerate(models_):
        model.save_weights(tmp_path / f"{index}.weights.h5")
    exposure_net().save_weights(tmp_path / "exposure.weights.h5")
    paths = [tmp_path / f"{name}.weights.h5" for name in ("0", "1", "2", "exposure")]
    export.export(SMALL, paths[0], tmp_path / "net.onnx", paths[3], average=paths[1:3])
    served = export.served(SMALL)
    served.load_weights(tmp_path / "net.weights.h5")
    wanted = [(a + b + c) / 3 for a, b, c in zip(*(model.get_weights() for model in models_), strict=True)]
    found = served.get_layer("guided_unet").get_weights()
    assert all(np.allclose(one, two, atol=1e-6) for one, two in zip(found, wanted, strict=True))


@pytest.mark.parametrize("name", [weights.BUNDLED_NAME, weights.SMALL_NAME])
def test_the_bundled_file_is_the_trained_model(name, tmp_path):
    """Exporting the released Keras weights gives the bundled file to the last byte."""
    experiment = experiments.load(name.replace("-", "_"))
    released = RELEASED.with_name(f"{experiment.name}.weights.h5")
    export.export(experiment, released, tmp_path / f"{name}.onnx")
    assert (tmp_path / f"{name}.onnx").read_bytes() == weights.bundled(name=name).data


@pytest.mark.parametrize("name", ["dark-shelf.png", "bridge-at-night.jpg"])
def test_the_bundled_file_gives_what_keras_gives(name):
    """On real photos ONNX Runtime and Keras differ by less than 0.001 on the scale of [0, 1]."""
    model = export.served(EXPERIMENT)
    model.load_weights(RELEASED)
    rgb = load_photo(EXAMPLES / name).rgb[:240, :320]
    theirs = keras.ops.convert_to_numpy(model(inputs_for(rgb))["clean"])[0]
    ours = default_network().enhance(as_float(rgb), (slice(0, 240), slice(0, 320)), Whole.of(rgb), 0.45)
    assert np.abs(ours - theirs).max() < 1e-3


@pytest.mark.parametrize("name", ["dark-shelf.png", "dark-hall.png", "bridge-at-night.jpg"])
def test_the_bundled_file_s_halo_is_enough(name):
    """Parts made with the halo that the file asks for differ from the whole by less than half a level."""
    network, rgb = default_network(), load_photo(EXAMPLES / name).rgb[:640, :960]
    whole, picture, halo_ = Whole.of(rgb), as_float(rgb), network.halo
    height, width = rgb.shape[:2]
    everything = network.enhance(picture, (slice(0, height), slice(0, width)), whole, 0.45)
    for top, left in ((80, 160), (200, 320), (height // 2 // 8 * 8, width // 4 // 8 * 8)):
        window = (slice(top - halo_, top + 64 + halo_), slice(left - halo_, left + 64 + halo_))
        part = network.enhance(picture[window], window, whole, 0.45)[halo_:-halo_, halo_:-halo_]
        assert np.abs(part - everything[top : top + 64, left : left + 64]).max() * 255 < 0.5


def test_weights_from_jax_serve_under_tensorflow(tmp_path):
    """A network trained a step under JAX gives under TensorFlow what it gave there."""
    script = """
import sys, numpy as np, keras
from test_guided import TINY, inputs_for
from test_denoise import dark_photo
from training.models import guided_unet
assert keras.config.backend() == "jax"
model = guided_unet(TINY)
model.compile("adam", loss={"clean": "mae", "tone": "mae"})
given = inputs_for(dark_photo(64, 64))
model.train_on_batch(given, {"clean": given["picture"], "tone": given["thumbnail"][:, ::2, ::2]})
model.save_weights(sys.argv[1] + "/jax.weights.h5")
np.save(sys.argv[1] + "/jax.npy", keras.ops.convert_to_numpy(model(given)["clean"]))
"""
    here = Path(__file__).parent
    path = os.pathsep.join([str(here.parent), str(here)])
    environment = {**os.environ, "KERAS_BACKEND": "jax", "PYTHONPATH": path, "JAX_PLATFORMS": "cpu"}
    subprocess.run([sys.executable, "-c", script, str(tmp_path)], env=environment, check=True, timeout=240)
    model = guided_unet(TINY)
    model.load_weights(tmp_path / "jax.weights.h5")
    made = keras.ops.convert_to_numpy(model(inputs_for(dark_photo(64, 64)))["clean"])
    np.testing.assert_allclose(made, np.load(tmp_path / "jax.npy"), atol=1e-5)


def test_joining_keeps_both_models_as_they_are():
    """Asked, the joined model's mean is the exponential of what the exposure network answers; told one, it is that."""
    exposure, guided = exposure_net(), guided_unet(TINY)
    exposure.set_weights([np.random.default_rng(0).normal(0, 0.02, (320, 1)), np.array([-0.8])])
    model, rgb = joined(guided, exposure), dark_photo(48, 64)
    answer = float(keras.ops.convert_to_numpy(exposure(inputs_for(rgb)["thumbnail"]))[0, 0])
    assert answer != pytest.approx(-0.8, abs=0.01)
    for told, used in ((0.0, np.exp(answer)), (0.3, 0.3)):
        made = {name: keras.ops.convert_to_numpy(value) for name, value in model(inputs_for(rgb, told)).items()}
        assert made["wanted"] == pytest.approx(np.array([[used]]), rel=1e-5)
        alone = keras.ops.convert_to_numpy(guided(inputs_for(rgb, used))["clean"])
        np.testing.assert_allclose(made["clean"], alone, atol=1e-5)


def test_the_thumbnail_s_stride_is_what_the_global_branch_needs():
    """A thumbnail of one stride's side is the smallest that goes through."""
    rgb = np.full((8, 8, 3), 30, np.uint8)
    assert guide.thumbnail(rgb).shape[:2] == guide.thumbnail_size(8, 8)
    small = inputs_for(rgb) | {"thumbnail": np.full((1, 16, 16, 3), 0.1, np.float32)}
    small |= {side: guide.interpolation(slice(0, 8), 8, 16)[np.newaxis] for side in ("vertical", "horizontal")}
    assert guided_unet(TINY)(small)["clean"].shape == (1, 8, 8, 3)
