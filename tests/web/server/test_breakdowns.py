"""What becomes of a photo when something below the page breaks: the network, the weights, the memory."""

import os
import subprocess
import sys
import threading

import httpx
import onnx
import pytest
from onnx import TensorProto, helper
from PIL import Image

from lowlight import load_photo
from tests.helpers.photos import dark_photo
from tests.helpers.places import DARK, PROJECT
from tests.helpers.running import Visit, copy_serving, enhance, put_network, result_of, upload
from tests.helpers.serving import serving

WIDEST = 300
NAME = "holiday-with-the-neighbours.png"


def breaking_network():
    """Return a real network that gives back what it is shown, and breaks off on pictures wider than `WIDEST`."""
    shape = ["batch", "height", "width", 3]
    nodes = [
        helper.make_node("Shape", ["x"], ["shape"]),
        helper.make_node("Gather", ["shape", "two"], ["across"]),
        helper.make_node("Gather", ["ones", "across"], ["one"]),  # there is no such place for wider ones
        helper.make_node("Mul", ["x", "one"], ["y"]),
    ]
    constants = [
        helper.make_tensor("two", TensorProto.INT64, [], [2]),
        helper.make_tensor("ones", TensorProto.FLOAT, [WIDEST + 1], [1.0] * (WIDEST + 1)),
    ]
    values = [helper.make_tensor_value_info(name, TensorProto.FLOAT, shape) for name in "xy"]
    graph = helper.make_graph(nodes, "breaking", [values[0]], [values[1]], constants)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 15)], ir_version=8)
    helper.set_model_props(model, {"name": "breaking", "halo": "100"})
    onnx.checker.check_model(model)
    return model.SerializeToString()


def test_a_network_that_breaks_off_is_a_sentence_and_the_next_photo_works(tmp_path):
    """The network fails in the middle of a photo: programs and people get a sentence, and go on with the next one."""
    Image.fromarray(dark_photo(250, 1200)).save(tmp_path / NAME)
    Image.fromarray(dark_photo(100, 200)).save(tmp_path / "small.png")
    with copy_serving(tmp_path / "copy", lambda bundled: put_network(bundled, breaking_network())) as (address, log):
        url, sentence = enhance(address, upload(address, tmp_path / NAME))
        assert not url
        assert "The network broke off on this photo" in sentence
        assert result_of(address, tmp_path / "small.png")
        visit = Visit(address)
        visit.event("arrived", upload(address, tmp_path / NAME))
        assert "The network broke off on this photo" in visit.event("work")
        visit.event("arrived", upload(address, tmp_path / "small.png"))
        assert "small_enhanced.png" in visit.event("work")
        assert "The network broke off." in log.read_text()
        assert NAME not in log.read_text()


def flip_a_byte(bundled):
    """Damage the bundled networks."""
    for path in bundled.glob("*.onnx"):
        data = bytearray(path.read_bytes())
        data[len(data) // 2] ^= 1
        path.write_bytes(data)


def test_without_any_weights_the_page_works_and_says_so(tmp_path):
    """No configured weights to be had and damaged bundled ones: people get the brightened photo, and are told."""
    pin = f"me/net@{'0' * 40}/net.onnx#sha256={'0' * 64}"
    nowhere = {"LOWLIGHT_WEIGHTS": pin, "HF_ENDPOINT": "http://127.0.0.1:9", "HF_HOME": str(tmp_path / "home")}
    with copy_serving(tmp_path / "copy", flip_a_byte, **nowhere) as (address, _):
        url, _ = enhance(address, upload(address, DARK), controls=[0.0, 1.0, 2.0, 8, "png"])
        (tmp_path / "result.png").write_bytes(httpx.get(url).content)
        visit = Visit(address)
        visit.event("arrived", upload(address, DARK))
        shown = visit.event("work")
    photo = load_photo(DARK).rgb
    made = load_photo(tmp_path / "result.png").rgb
    assert made.shape == photo.shape
    assert made.mean() > 2 * photo.mean()
    assert "The bundled weights are damaged" in shown
    assert "dark-shelf_enhanced.png" in shown


def run_apart(script, *arguments):
    """Run a script in a process of its own, with the project to import; return what it prints."""
    environment = {**os.environ, "PYTHONPATH": str(PROJECT)}
    command = [sys.executable, "-c", script, *map(str, arguments)]
    answer = subprocess.run(command, capture_output=True, text=True, env=environment, check=False)
    assert answer.returncode == 0, answer.stderr
    return answer.stdout


JOBS = """
import os, resource, sys
from pathlib import Path
import numpy as np
from PIL import Image
from tests.helpers.running import memory
from tests.helpers.photos import dark_photo
from tests.helpers.sessions import Visitor
folder = Path(sys.argv[1])
def shown(height, width, seed=0):
    path = folder / f"{height}-{width}.png"
    if not path.exists():
        Image.fromarray(dark_photo(height, width, seed)).save(path, compress_level=1)
    visitor = Visitor(folder / "page")
    job = visitor.give(path)
    visitor.work()
    job.delete()
    return visitor.view
"""


def test_a_hundred_photos_leave_no_memory_behind(tmp_path):
    """After a hundred photos of all sizes the process holds at most 200 MB more than after the first few."""
    script = """
os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})  # threads would wait for each other on a busy machine
sizes = [(60, 90), (150, 200), (33, 700), (240, 320), (1, 1)]
for size in sizes:
    assert shown(*size).offer is not None
before = memory(os.getpid())
for _ in range(20):
    for size in sizes:
        shown(*size)
print(memory(os.getpid()) - before)
"""
    assert float(run_apart(JOBS + script, tmp_path)) < 200


def test_a_photo_beyond_the_memory_is_a_sentence_and_the_next_one_works(tmp_path):
    """Where a process may have no more memory, a large photo ends in words, and a small one is done after it."""
    script = """
Image.new("RGB", (4500, 3000), (20, 24, 22)).save(folder / "3000-4500.png", compress_level=1)
assert shown(200, 300).offer is not None
used = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
resource.setrlimit(resource.RLIMIT_AS, (used + 150_000_000, resource.RLIM_INFINITY))
last = shown(3000, 4500)
print(last.wrong, last.message)
print(shown(200, 300).offer.path.name)
"""
    lines = run_apart(JOBS + script, tmp_path).splitlines()
    assert lines[0].startswith("True ")
    assert "memory" in lines[0]
    assert lines[1] == "200-300_enhanced.png"


def test_serving_unpickles_nothing_and_loads_no_keras(tmp_path):
    """While the page is built and works on a photo, no pickle is read, nor is a library loaded that takes models so."""
    script = """
seen = []
def hook(event, arguments):
    if event == "pickle.find_class":
        seen.append(str(arguments))
sys.addaudithook(hook)
import app
page = app.build_page()
assert shown(200, 300).offer is not None
print(seen, [name for name in ("keras", "tensorflow", "torch", "h5py", "jax") if name in sys.modules])
"""
    assert run_apart(JOBS + script, tmp_path).strip() == "[] []"


@pytest.mark.parametrize(
    "forbidden", ["imdecode", "imread", "import pickle", "allow_pickle", "load_model", "h5py", "torch.load"]
)
def test_no_reader_of_risky_files_is_in_the_serving_code(forbidden):
    """Photos are decoded by Pillow and LibRaw, networks are ONNX: what reads other files is not even named."""
    folder = PROJECT / "lowlight"
    sources = [path for path in (*folder.rglob("*.py"), PROJECT / "app.py") if forbidden in path.read_text()]
    assert sources == []


def test_two_visitors_at_once_see_their_own_photos(address, tmp_path):
    """Two people whose photos are worked on at the same moment are shown their own, not the other's name or size."""
    found = {}

    def visit(name, width):
        Image.fromarray(dark_photo(300, width)).save(tmp_path / f"{name}.png")
        person = Visit(address)
        person.event("arrived", upload(address, tmp_path / f"{name}.png"))
        found[name] = person.event("work")

    people = [threading.Thread(target=visit, args=one) for one in (("anna", 411), ("bert", 522))]
    for person in people:
        person.start()
    for person in people:
        person.join()
    assert "anna_enhanced.png" in found["anna"]
    assert "411" in found["anna"]
    assert "bert" not in found["anna"]
    assert "522" in found["bert"]
    assert "anna" not in found["bert"]


def test_the_work_for_a_visitor_who_leaves_ends(tmp_path):
    """Who hangs up in the middle is worked for no more: the next photo has its turn, theirs never gets a result."""
    Image.fromarray(dark_photo(2400, 3600)).save(tmp_path / "large.jpg")
    kept = tmp_path / "kept"
    with serving(tmp_path / "page.log", "app.py", GRADIO_TEMP_DIR=str(kept)) as address:
        gone, next_one = Visit(address), Visit(address)
        gone.event("arrived", upload(address, tmp_path / "large.jpg"))
        gone.leave("work", after="Denoising")
        next_one.event("arrived", upload(address, DARK))
        assert "dark-shelf_enhanced.png" in next_one.event("work")
        assert not list(kept.rglob("large_enhanced.*"))
        assert list(kept.rglob("dark-shelf_enhanced.png"))


REPORTS = """
import importlib.abc, os, sys
from pathlib import Path
os.environ.pop("ORT_DISABLE_TELEMETRY", None)
seen = []
class Watch(importlib.abc.MetaPathFinder):
    def find_spec(self, name, path=None, target=None):
        if name == "onnxruntime":
            seen.append(os.environ.get("ORT_DISABLE_TELEMETRY"))
sys.meta_path.insert(0, Watch())
from lowlight.network.session import open_network
open_network(Path(sys.argv[1]).read_bytes())
print(seen, os.environ.get("ORT_DISABLE_TELEMETRY"))
"""


def test_the_library_reports_nothing_to_its_makers(tmp_path, monkeypatch):
    """ONNX Runtime is told so while it is loaded, keeps no file of reports, and the environment is as it was after."""
    for name in ("HOME", "XDG_CACHE_HOME"):
        monkeypatch.setenv(name, str(tmp_path))
    network = PROJECT / "lowlight" / "bundled" / "light-unet-small.onnx"
    assert run_apart(REPORTS, network).strip() == "['1'] None"
    assert list(tmp_path.rglob("onnxruntime.db")) == []


UNCHANGED = """
import os, sys, warnings
from threading import Event, Thread
import cv2, numpy  # these two change some of it themselves
from PIL import Image, TiffImagePlugin

def state():
    return dict(os.environ), list(warnings.filters), TiffImagePlugin.ImageFileDirectory_v2, Image.MAX_IMAGE_PIXELS

before, formats = state(), (Image.preinit(), Image.init(), set(Image.OPEN))[2]
from lowlight import enhance, load_photo
assert state() == before and set(Image.OPEN) == formats, "importing"
from lowlight.files.decoder import opened

first, second = Event(), Event()
def hold():
    with opened(sys.argv[1]):
        first.set()
        second.wait()
thread = Thread(target=hold)
thread.start()
first.wait()
inside = state()
with opened(sys.argv[1]):
    pass
assert state() == inside != before, "one is still open"
second.set()
thread.join()
assert state() == before, "none is open"
"""


def test_importing_the_library_changes_nothing():
    """Pillow, warnings and the environment stay as they were; while photos are open Pillow is bounded, then no more."""
    run_apart(UNCHANGED, DARK)
