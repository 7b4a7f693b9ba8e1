"""Opening networks, and what the run-time needs."""

import shutil
import subprocess
import sys
from hashlib import sha256
from pathlib import Path

import numpy as np
import onnx
import pytest
from hub_client import HubClient
from hub_server import HubServer
from onnx import TensorProto, helper
from test_denoise import dark_photo

import lowlight
from lowlight import LowlightError, enhance, weights
from lowlight.engine import default_network, open_network


def negative(metadata):
    """Return an ONNX network that gives 1 - picture."""
    shape = ["batch", "height", "width", 3]
    graph = helper.make_graph(
        [helper.make_node("Sub", ["one", "x"], ["y"])],
        "negative",
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, shape)],
        [helper.make_tensor_value_info("y", TensorProto.FLOAT, shape)],
        [helper.make_tensor("one", TensorProto.FLOAT, [], [1.0])],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 15)], ir_version=8)
    helper.set_model_props(model, metadata)
    return model.SerializeToString()


def test_a_network_runs_with_its_metadata():
    """A network file brings its name and its halo, and takes a picture of any size."""
    network = open_network(negative({"name": "negative", "halo": "3"}))
    assert (network.name, network.halo) == ("negative", 3)
    picture = np.random.default_rng(0).random((5, 7, 3), np.float32)
    np.testing.assert_allclose(network(picture), 1 - picture, atol=1e-6)


@pytest.mark.parametrize("data", [b"", b"not a network", negative({}), negative({"name": "x", "halo": "wide"})])
def test_other_files_are_refused(data):
    """Bytes that are no network, or one without a usable halo, are refused in words."""
    with pytest.raises(LowlightError, match="cannot be opened"):
        open_network(data)


def test_the_bundled_network_is_the_original_cnn():
    """What serves by default is the published network: 116,035 parameters, a receptive field of 9x9."""
    network = default_network()
    assert (network.name, network.halo) == ("original CNN", 4)
    graph = onnx.load_model_from_string(weights.bundled().data).graph
    kernels = sorted(tuple(tensor.dims) for tensor in graph.initializer if len(tensor.dims) == 4)
    assert kernels == [(3, 128, 3, 3), (64, 3, 3, 3), (64, 64, 3, 3), (128, 64, 3, 3)]


def test_without_any_weights_the_classic_steps_still_work(tmp_path):
    """In a copy of the library whose bundled weights are gone, the result is the brightened photo, and says so."""
    shutil.copytree(Path(lowlight.__file__).parent, tmp_path / "lowlight", ignore=shutil.ignore_patterns("bundled"))
    script = (
        "import numpy as np, lowlight; rgb = np.random.default_rng(0).integers(0, 40, (40, 60, 3), np.uint8);"
        "*_, brightened, result = lowlight.enhance(rgb);"
        "print(np.array_equal(result.picture, brightened.picture), result.sentence)"
    )
    answer = subprocess.run([sys.executable, "-c", script], cwd=tmp_path, capture_output=True, text=True, check=True)
    assert answer.stdout.startswith("True The bundled weights are missing.")
    assert "weights are missing" in answer.stderr, "it is logged too"


def test_verified_weights_that_are_no_network_give_way_to_the_bundled(tmp_path):
    """A file that is what was pinned, but no network, is named, and the bundled network runs."""
    data = b"pinned, verified, and no network"
    with HubServer(tmp_path / "hub") as server:
        revision = server.publish("me/net", {"net.onnx": data})
        pin = f"me/net@{revision}/net.onnx#sha256={sha256(data).hexdigest()}"
        with HubClient(server.url, tmp_path / "home", LOWLIGHT_WEIGHTS=pin) as client:
            code = "from lowlight.engine import default_network as d; result = [d().name, d().sentence]"
            name, sentence = client.run(code)
    assert name == "original CNN"
    assert f"me/net@{revision[:7]}" in sentence
    assert sentence.endswith("The bundled weights are used.")


def test_serving_needs_no_tensorflow():
    """The library enhances a photo with neither TensorFlow, Keras nor Gradio imported."""
    script = (
        "import sys, numpy, lowlight; list(lowlight.enhance(numpy.full((9, 9, 3), 20, 'uint8'), "
        "lowlight.Settings.classic()));"
        "print([name for name in ('tensorflow', 'keras', 'gradio', 'albumentations') if name in sys.modules])"
    )
    answer = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert answer.stdout.strip() == "[]"


def test_enhance_takes_a_network_of_ones_own():
    """A network given by the caller is the one that runs."""
    network = open_network(negative({"name": "negative", "halo": "0"}))
    *_, brightened, result = enhance(dark_photo(20, 30), network=network)
    assert np.abs(result.picture.astype(int) - (255 - brightened.picture.astype(int))).max() <= 1
