"""The light-guided U-Net: its size, how far it looks, and the file that serves."""

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from tests.helpers.light_networks import SMALL, inputs_for, shaken
from tests.helpers.photos import dark_photo
from tests.helpers.places import EXAMPLES, PROJECT

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")

import keras
import tensorflow as tf

from lowlight import load_photo
from lowlight.network import weights
from lowlight.network.session import LightGuided, open_network
from training import experiments
from training.judge.serving import lit
from training.models import cost
from training.models.networks import ENOUGH_HALO, TINY, Config, halo, light_unet, small_light_unet, tiny_light_unet
from training.release import export

pytestmark = pytest.mark.training

BUNDLED = [weights.BUNDLED_NAME, weights.SMALL_NAME]


def made(model, given):
    """Return a network's picture."""
    return keras.ops.convert_to_numpy(model(given))[0]


# Its size, and how far it looks


@pytest.mark.parametrize(
    ("build", "most_parameters", "most_adds"), [(light_unet, 1_000_000, 20_000), (small_light_unet, 500_000, 9_000)]
)
def test_it_is_as_small_as_planned(build, most_parameters, most_adds):
    """Parameters, and multiply-adds a pixel at 600x400, the global branch's share included."""
    model = shaken(build())  # equal arrays, as untrained biases are, are stored once
    model(inputs_for(dark_photo(16, 16)))  # Keras cannot export what was never called
    graph = export.to_onnx(model)
    assert 0.8 * most_parameters < model.count_params() < most_parameters
    assert 0 <= cost.parameters(graph) - model.count_params() < 10  # the weights of luma are stored too
    assert 0.8 * most_adds < cost.multiply_adds(graph, 400, 600) < most_adds


@pytest.mark.parametrize("build", [light_unet, small_light_unet])
@pytest.mark.parametrize("precision", ["float32", "mixed_bfloat16"])
def test_untrained_it_returns_the_picture_that_it_is_given(build, precision):
    """To the bit: what is learned is what is added."""
    keras.config.set_dtype_policy(precision)
    try:
        model = build()
    finally:
        keras.config.set_dtype_policy("float32")
    given = inputs_for(dark_photo(40, 64))
    assert np.array_equal(made(model, given), given["picture"][0, ..., :3])


@pytest.mark.parametrize("config", [Config(), TINY])
def test_it_looks_as_far_as_it_says(config):
    """A pixel's gradient reaches as far as the halo, and not a pixel beyond it."""
    model = light_unet(config)
    for weight in model.trainable_variables:
        weight.assign(far_sighted(weight.shape))
    given = {name: tf.constant(array) for name, array in inputs_for(np.full((256, 256, 3), 20, np.uint8)).items()}
    felt = 0
    for place in range(120, 136):
        with tf.GradientTape() as tape:
            tape.watch(given["picture"])
            pixel = tf.reduce_sum(model(given)[0, place, 128])
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
    model, rgb = shaken(tiny_light_unet()), dark_photo(160, 200)
    everything = made(model, inputs_for(rgb))
    assert np.abs(everything - inputs_for(rgb)["picture"][0, ..., :3]).max() > 0.05
    margin = -(-halo(model) // 8) * 8
    window = (slice(64 - margin, 96 + margin), slice(80 - margin, 120 + margin))
    part = made(model, inputs_for(rgb, window))[margin:-margin, margin:-margin]
    np.testing.assert_allclose(part, everything[64:96, 80:120], atol=1e-5)


def test_what_lies_far_away_matters_by_the_thumbnail():
    """The same part of two photos comes out otherwise where the rest differs: the network is told about the whole."""
    model, rgb = shaken(tiny_light_unet()), dark_photo(64, 512) // 4
    lamp = rgb.copy()
    lamp[:, 400:] = 250
    given = inputs_for(rgb)
    other = {**inputs_for(lamp), "picture": given["picture"]}
    assert np.abs(made(model, given) - made(model, other)).max() > 1e-3


@pytest.mark.parametrize("value", [0, 255])
def test_a_photo_of_one_value_gives_numbers(value):
    """Black and white in, finite numbers out."""
    assert np.isfinite(made(shaken(tiny_light_unet()), inputs_for(np.full((16, 16, 3), value, np.uint8)))).all()


# The file that serves


@pytest.fixture
def exported(tmp_path):
    """A network with weights at random, and the network that serves it."""
    model = shaken(tiny_light_unet())
    model.save_weights(tmp_path / "best.weights.h5")
    export.export(SMALL, tmp_path / "best.weights.h5", tmp_path / "net.onnx")
    return model, open_network((tmp_path / "net.onnx").read_bytes()), tmp_path / "net.onnx"


def served(network, rgb):
    """Return what the network that serves makes of a whole photo in one go."""
    part, whole = lit(rgb)
    return network.clean(part, (slice(0, rgb.shape[0]), slice(0, rgb.shape[1])), whole)


def test_the_exported_file_is_the_network(exported):
    """It opens as a light-guided network that makes the same picture, and brings its name and halo."""
    model, network, _ = exported
    assert isinstance(network, LightGuided)
    assert (network.name, network.halo) == ("small", ENOUGH_HALO)
    assert network.halo < halo(model)
    rgb = dark_photo(64, 96)
    np.testing.assert_allclose(served(network, rgb), made(model, inputs_for(rgb)), atol=1e-4)


@pytest.mark.parametrize("size", [(41, 63), (8, 8), (1, 1), (3, 200), (160, 16)])
def test_photos_of_any_size_are_taken(exported, size):
    """Sides that are no multiples of the stride are filled up and cut back: as if the photo's edge went on."""
    model, network, _ = exported
    rgb = dark_photo(*size)
    found, (part, whole) = served(network, rgb), lit(rgb)
    assert found.shape == (*size, 3)
    grown = [-(-side // 8) * 8 for side in size]
    picture = np.pad(part, [*((0, one - side) for one, side in zip(grown, size, strict=True)), (0, 0)], "edge")
    vertical, horizontal = whole.interpolation((slice(0, grown[0]), slice(0, grown[1])))
    given = {"picture": picture, "thumbnail": whole.thumbnail, "vertical": vertical, "horizontal": horizontal}
    wanted = made(model, {name: array[np.newaxis] for name, array in given.items()})[: size[0], : size[1]]
    np.testing.assert_allclose(found, wanted, atol=1e-4)


def test_the_same_weights_are_the_same_file(exported, tmp_path):
    """Exported again, after other models were built and from the weights beside it, it has the same bytes."""
    _, _, path = exported
    small_light_unet()
    export.export(SMALL, tmp_path / "net.weights.h5", tmp_path / "again" / "net.onnx")
    assert (tmp_path / "again" / "net.onnx").read_bytes() == path.read_bytes()


def test_other_runs_can_be_mixed_in(tmp_path):
    """The exported weights are the mean of all runs', layer by layer."""
    models = [tiny_light_unet() for _ in range(3)]
    for index, model in enumerate(models):
        model.save_weights(tmp_path / f"{index}.weights.h5")
    paths = [tmp_path / f"{index}.weights.h5" for index in range(3)]
    export.export(SMALL, paths[0], tmp_path / "net.onnx", average=paths[1:])
    found = tiny_light_unet()
    found.load_weights(tmp_path / "net.weights.h5")
    wanted = [(a + b + c) / 3 for a, b, c in zip(*(model.get_weights() for model in models), strict=True)]
    assert not np.allclose(models[0].get_weights()[0], models[1].get_weights()[0])
    assert all(np.allclose(one, two, atol=1e-6) for one, two in zip(found.get_weights(), wanted, strict=True))


def test_weights_from_jax_serve_under_tensorflow(tmp_path):
    """A network trained a step under JAX gives under TensorFlow what it gave there."""
    script = """
import sys, numpy as np, keras
from tests.helpers.light_networks import inputs_for, shaken
from tests.helpers.photos import dark_photo
from training.models.networks import tiny_light_unet
assert keras.config.backend() == "jax"
model = shaken(tiny_light_unet())
model.compile("adam", loss="mae")
given = inputs_for(dark_photo(64, 64))
model.train_on_batch(given, given["picture"][..., :3] / 2)
model.save_weights(sys.argv[1] + "/jax.weights.h5")
np.save(sys.argv[1] + "/jax.npy", keras.ops.convert_to_numpy(model(given)))
"""
    environment = {**os.environ, "KERAS_BACKEND": "jax", "PYTHONPATH": str(PROJECT), "JAX_PLATFORMS": "cpu"}
    subprocess.run([sys.executable, "-c", script, str(tmp_path)], env=environment, check=True, timeout=240)
    model = tiny_light_unet()
    model.load_weights(tmp_path / "jax.weights.h5")
    found, theirs = made(model, inputs_for(dark_photo(64, 64))), np.load(tmp_path / "jax.npy")[0]
    np.testing.assert_allclose(found, theirs, atol=1e-5)
    assert not np.allclose(found, inputs_for(dark_photo(64, 64))["picture"][0, ..., :3], atol=0.01)


# The released weights


def released(name):
    """Return the Keras weights that a bundled file was made from, and the experiment they are of."""
    experiment = experiments.load(name.replace("-", "_"))
    return Path(experiments.__file__).with_name(f"{experiment.name}.weights.h5"), experiment


@pytest.mark.parametrize("name", BUNDLED)
def test_the_bundled_file_is_the_trained_model(name, tmp_path):
    """Exporting the released Keras weights gives the bundled file to the last byte."""
    path, experiment = released(name)
    export.export(experiment, path, tmp_path / f"{name}.onnx")
    assert (tmp_path / f"{name}.onnx").read_bytes() == weights.bundled(name=name).data


@pytest.mark.parametrize("name", BUNDLED)
def test_the_bundled_file_gives_what_keras_gives(name):
    """On a real photo ONNX Runtime and Keras differ by less than 0.001 on the scale of [0, 1]."""
    path, experiment = released(name)
    model, rgb = experiment.build(), load_photo(EXAMPLES / "dark-shelf.png").rgb[:240, :320]
    model.load_weights(path)
    theirs, network = made(model, inputs_for(rgb)), open_network(weights.bundled(name=name).data)
    assert np.abs(served(network, rgb) - theirs).max() < 1e-3


@pytest.mark.parametrize("name", BUNDLED)
@pytest.mark.parametrize("photo", ["dark-shelf.png", "dark-hall.png", "bridge-at-night.jpg"])
def test_the_bundled_file_s_halo_is_enough(name, photo):
    """Parts made with the halo that the file asks for differ from the whole by less than half a level."""
    network, rgb = open_network(weights.bundled(name=name).data), load_photo(EXAMPLES / photo).rgb[:640, :960]
    (picture, whole), everything = lit(rgb), served(network, rgb)
    margin = -(-network.halo // network.stride) * network.stride  # as tiles do: corners lie on multiples of the stride
    height, width = rgb.shape[:2]
    for top, left in ((80, 160), (200, 320), (height // 2 // 8 * 8, width // 4 // 8 * 8)):
        window = (slice(top - margin, top + 64 + margin), slice(left - margin, left + 64 + margin))
        part = network.clean(picture[window], window, whole)[margin:-margin, margin:-margin]
        assert np.abs(part - everything[top : top + 64, left : left + 64]).max() * 255 < 0.5
