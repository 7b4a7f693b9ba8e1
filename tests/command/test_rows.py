"""What each machine of a cluster does with the rows of a plan; no cluster is needed for it."""

import os
import signal
import threading
import time
from dataclasses import replace
from pathlib import Path

import pyarrow as pa
import pytest
from PIL import Image

from lowlight.command.columns import PLAN
from lowlight.command.main import main
from lowlight.command.rows import Enhancer, Order, Row, UnfitMachineError
from lowlight.command.work import Existing, Wish
from lowlight.files.photo import enhanced_name
from lowlight.settings import Settings
from tests.command.test_several_at_once import children
from tests.helpers.photos import cut_png, dark_photo

pytestmark = pytest.mark.slow
WISH = Wish(Settings(), None, Existing.REFUSE, place=False, own_colours=False)


def row(source, there=(), target=None):
    """Return a row for a photo in this folder."""
    named = target or f"out/{enhanced_name(source.name, '')}"
    return Row(str(source.absolute()), str(source), str(Path(named).absolute()), named, dict(there), {})


def done(enhancer, *rows):
    """Give rows to an enhancer as Ray does; return what became of them."""
    return enhancer(pa.Table.from_pylist([one.as_dict() for one in rows], PLAN)).to_pylist()


@pytest.fixture
def here(tmp_path, monkeypatch):
    """A folder with two dark photos, one of them with an odd name, and one that is cut short."""
    monkeypatch.chdir(tmp_path)
    Image.fromarray(dark_photo(60, 90, 0)).save("bridge.v1.png")
    Path("bridge.v1.png").rename(os.fsdecode(b"bri\xffdge.v1.png"))
    Image.fromarray(dark_photo(600, 900, 1)).save("street.jpg")
    return cut_png(tmp_path)


def test_rows_are_worked_on_as_the_command_does_it(here):
    """The same bytes, the same sentences; a bad file is a row like the others, and so is a name that is no text."""
    bridge = Path(os.fsdecode(b"bri\xffdge.v1.png"))
    enhancer = Enhancer(Order(WISH, 2, {}, (str(Path.cwd()),), {}))
    first, second, third, there = done(
        enhancer, row(bridge), row(Path("street.jpg")), row(Path(here.name)), row(Path("street.jpg"), {".jpg": 7})
    )
    assert main([str(bridge), "street.jpg", here.name, "--out", "one"]) == 1
    for path in Path("one").iterdir():
        assert (Path("out") / path.name).read_bytes() == path.read_bytes()
    assert [one["status"] for one in (first, second, third, there)] == ["done", "done", "refused", "refused"]
    assert first["path"] == "bri\\udcffdge.v1.png"
    assert second["result"] == str(Path("out/street_enhanced.jpg"))
    assert (second["width"], second["height"], second["path"]) == (900, 600, "street.jpg")
    assert third["sentence"]
    assert there["sentence"].startswith("out/street_enhanced.jpg is there already")


@pytest.mark.usefixtures("here")
def test_what_was_there_before_counts_and_not_what_another_try_left():
    """A row that is done again, as after a machine's death, gives the same result; one that was done before is kept."""
    enhancer = Enhancer(Order(replace(WISH, existing=Existing.SKIP), 2, {}, (), {}))
    again = [done(enhancer, row(Path("street.jpg")))[0] for _ in range(2)]
    assert [one["status"] for one in again] == ["done", "done"]
    (skipped,) = done(enhancer, row(Path("street.jpg"), {".jpg": 7, ".png": 9}))
    assert (skipped["status"], skipped["bytes_out"]) == ("skipped", 7)


@pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="needs Linux to find the process")
@pytest.mark.usefixtures("here")
def test_a_photo_that_kills_its_process_costs_that_photo():
    """The next is done by another process, and nothing is left of the one that was written."""
    before = children(os.getpid())
    enhancer = Enhancer(Order(WISH, 2, {}, (), {}))
    done(enhancer, row(Path("street.jpg")))
    Path("out/.street_enhanced.01234567.part.jpg").touch()
    (worker,) = set(children(os.getpid())) - set(before)

    def kill():
        time.sleep(0.1)
        os.kill(worker, signal.SIGKILL)

    Image.fromarray(dark_photo(3000, 4000, 1)).save("large.jpg")
    threading.Thread(target=kill).start()
    killed, after = done(enhancer, row(Path("large.jpg"), target="out/street_enhanced"), row(Path("street.jpg")))
    assert killed["status"] == "failed"
    assert "ended in the middle" in killed["sentence"]
    assert after["status"] == "done"
    assert [path.name for path in Path("out").iterdir()] == ["street_enhanced.jpg"]


@pytest.mark.parametrize(
    ("order", "words"),
    [
        (Order(WISH, 1, {}, ("/nowhere/photos",), {}), "does not see /nowhere/photos. Several machines need a folder"),
        (Order(WISH, 1, {}, (), {}, "0.1.0"), "and 0.1.0 is needed"),
    ],
)
def test_a_machine_that_cannot_do_the_work_says_why(order, words):
    """It has another version, or lacks the folder: no photo is refused for that."""
    with pytest.raises(UnfitMachineError, match=words):
        Enhancer(order)
