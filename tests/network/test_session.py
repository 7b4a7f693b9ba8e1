"""Opening networks, and what the run-time needs."""

import shutil
import subprocess
import sys
import time
from hashlib import sha256
from pathlib import Path

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper

import lowlight
from lowlight import LowlightError, enhance
from lowlight.network import weights
from lowlight.network.context import PhotoContext, told
from lowlight.network.session import Denoiser, LightGuided, default_network, open_network
from tests.helpers.hub_client import HubClient
from tests.helpers.hub_server import HubServer
from tests.helpers.originals import original_cnn
from tests.helpers.photos import dark_photo


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


def told_of(rgb):
    """Return what a light-guided network is given for a whole photo, and its window."""
    height, width = rgb.shape[:2]
    picture = told(rgb * np.float32(1 / 255), np.full((height, width), 2, np.float32))
    whole = PhotoContext.of(rgb * np.float32(1 / 255), np.full((height, width), 2, np.float32), (height, width))
    return picture, (slice(0, height), slice(0, width)), whole


def test_threads_sleep_between_two_runs():
    """After a run the network takes nothing of the processor, which whatever comes next needs."""
    network, given, taken = default_network(), told_of(dark_photo(240, 320)), []
    for _ in range(5):
        network.clean(*given)
        before = time.process_time()
        time.sleep(0.1)
        taken.append(time.process_time() - before)
    assert min(taken) < 0.01  # awake, its threads take 0.04


def test_the_bundled_network_is_the_light_guided_u_net():
    """What serves by default cleans a brightened photo in the light it is in."""
    network = default_network()
    assert (type(network), network.name, network.stride) == (LightGuided, "light-guided U-Net", 8)


def test_the_original_cnn_is_bundled_to_compare_with():
    """The published network: 116,035 parameters, a receptive field of 9x9."""
    network = original_cnn()
    assert (type(network), network.name, network.halo) == (Denoiser, "original CNN", 4)
    graph = onnx.load_model_from_string(weights.bundled(name=weights.ORIGINAL_NAME).data).graph
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
            code = "from lowlight.network.session import default_network as d; result = [d().name, d().sentence]"
            name, sentence = client.run(code)
    assert name == "light-guided U-Net"
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
    *_, brightened, result = enhance(dark_photo(20, 30) // 2, network=network)
    assert isinstance(network, Denoiser)
    assert np.abs(result.picture.astype(int) - (255 - brightened.picture.astype(int))).max() <= 1


@pytest.mark.parametrize("size", [(40, 60), (33, 57), (1, 1)])
def test_a_light_guided_network_takes_any_size(size):
    """Sizes that are no multiples of the stride are filled up and cut back: nothing of that is seen outside."""
    assert default_network().clean(*told_of(dark_photo(*size))).shape == (*size, 3)


def test_the_networks_of_earlier_versions_are_refused():
    """A network that was told an exposure, as until 0.9, cannot be run any more, and the sentence says no more."""
    shape = ["batch", "height", "width", 3]
    names = ("picture", "thumbnail", "vertical", "horizontal", "exposure")
    values = [helper.make_tensor_value_info(name, TensorProto.FLOAT, shape) for name in (*names, "clean")]
    body = helper.make_graph([helper.make_node("Sum", list(names), ["clean"])], "old", values[:-1], values[-1:])
    model = helper.make_model(body, opset_imports=[helper.make_opsetid("", 15)], ir_version=8)
    helper.set_model_props(model, {"name": "guided U-Net", "halo": "32"})
    with pytest.raises(LowlightError, match="no network this program can run"):
        open_network(model.SerializeToString())


def test_a_network_of_other_inputs_is_refused():
    """A file that takes several inputs, but not a light-guided one's, is no network this program can run."""
    shape = ["batch", "height", "width", 3]
    values = [helper.make_tensor_value_info(name, TensorProto.FLOAT, shape) for name in ("a", "b", "y")]
    body = helper.make_graph([helper.make_node("Add", ["a", "b"], ["y"])], "sum", values[:2], values[2:])
    model = helper.make_model(body, opset_imports=[helper.make_opsetid("", 15)], ir_version=8)
    helper.set_model_props(model, {"name": "sum", "halo": "0"})
    with pytest.raises(LowlightError, match="cannot be opened"):
        open_network(model.SerializeToString())
