"""The process that develops raw files, as it goes wrong: hungry, endless, crashed, lying. People get a sentence."""

import ctypes
import os
import subprocess
import sys
import threading
import time
from pathlib import Path

import numpy as np
import pytest

from lowlight import limits
from lowlight.errors import LowlightError
from lowlight.files import raw
from lowlight.files.photo import load_photo
from tests.helpers.dngs import counted, dng, mosaic

FOLDER = Path(raw.__file__).parent
ON_LINUX = pytest.mark.skipif(sys.platform != "linux", reason="other systems lack these limits")

ITSELF = f"""
import ctypes, os, sys, time
sys.path.insert(0, {str(FOLDER)!r})
import raw_process
out = sys.stdout.buffer
"""
"""The real script, ready to be told something else."""


@pytest.fixture
def shot(tmp_path):
    """A raw file of 64 x 48 pixels."""
    path = tmp_path / "shot.dng"
    path.write_bytes(dng(mosaic(counted(np.full((48, 64, 3), 0.2)))))
    return path


@pytest.fixture
def instead(monkeypatch, tmp_path):
    """Have another script run in place of the one that develops."""

    def become(code):
        script = tmp_path / "script.py"
        script.write_text(ITSELF + code)
        monkeypatch.setattr(raw, "_SCRIPT", script)

    return become


def children():
    """Return the numbers of this process's own, those that ended and were not waited for among them."""
    told = subprocess.run(["ps", "-o", "pid=", "--ppid", str(os.getpid())], capture_output=True, text=True, check=False)
    return [int(number) for number in told.stdout.split() if Path(f"/proc/{number}").exists()]


def refusal(path):
    """Return the sentence with which a file is refused; nothing of the process is left."""
    before = threading.active_count(), children()
    with pytest.raises(LowlightError) as caught:
        load_photo(path)
    assert (threading.active_count(), children()) == before
    assert "Export a JPEG" in str(caught.value)
    return str(caught.value)


LIES = {
    "nothing": "",
    "garbage": "out.write(os.urandom(100_000))",
    "no end of a line": "out.write(b'size' * 100_000)",
    "no numbers": "out.write(b'size many more\\n')",
    "no picture": "out.write(b'size 64 48\\n')",
    "another word": "out.write(b'refused \\xff\\n')",
    "half a picture": "out.write(b'size 64 48\\npicture 64 48 0\\n' + bytes(64 * 48 * 3))",
    "a fault": "ctypes.string_at(0)",
    "a fault in the picture": "out.write(b'size 64 48\\npicture 64 48 0\\n123'); out.flush(); ctypes.string_at(0)",
    "an error": "raise SystemError",
}


@pytest.mark.parametrize("lie", LIES)
def test_whatever_it_says_there_is_a_sentence(lie, shot, instead):
    """Garbage, half a picture or a crash is told as a reader that broke off."""
    instead(LIES[lie])
    assert "its reader broke off" in refusal(shot)


@pytest.mark.parametrize("size", [b"9000 6000", b"0 0", b"99999999999 1"])
def test_a_size_beyond_the_limits_is_refused(size, shot, instead):
    """A picture of another size than a photo may have is refused before any memory is taken for it."""
    instead(f"out.write(b'size 64 48\\npicture ' + {size!r} + b' 0\\n')")
    with pytest.raises(LowlightError, match=r"megapixels can be taken|nothing in it"):
        load_photo(shot)


@ON_LINUX
def test_memory_has_a_limit(shot, instead):
    """Who asks for 10 GB is told the limit, and the machine's memory stays."""
    instead("raw_process.develop = lambda *_: bytearray(10 * 2**30)\nraw_process.main()")
    assert "it needs more memory than 1.5 GB" in refusal(shot)


@ON_LINUX
def test_too_little_memory_for_a_photo_is_told(tmp_path, monkeypatch):
    """A real raw file that does not fit is told so, by LibRaw itself."""
    (tmp_path / "shot.dng").write_bytes(dng(np.full((3000, 4000), 2000, np.uint16)))
    monkeypatch.setattr(limits, "MAX_RAW_MEMORY", 160 * 2**20)
    assert "more memory than" in refusal(tmp_path / "shot.dng")


@pytest.mark.parametrize("endless", ["while True: pass", "while True: os.write(1, b'0')", "time.sleep(60)"])
def test_time_has_a_limit(endless, shot, instead, monkeypatch):
    """Who does not come to an end, or says nothing, is ended, and the person is told how long was waited."""
    monkeypatch.setattr(limits, "RAW_SECONDS", 0.7)
    instead(f"out.write(b'size 64 48\\npicture 8000 6000 0\\n'); out.flush()\n{endless}")
    began = time.monotonic()
    assert "it takes longer than 0.7 seconds" in refusal(shot)
    assert time.monotonic() - began < 10


def test_being_interrupted_leaves_nothing(shot, instead):
    """Where the work is broken off, the process is ended with it."""
    instead("time.sleep(60)")
    before = children()

    def interrupted():
        with raw._Reader(shot, most_pixels=1):
            assert len(children()) == len(before) + 1
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupted()
    assert children() == before


def test_where_nothing_can_be_started_there_is_a_sentence(shot, monkeypatch):
    """Where the system starts no process, the person is told that it broke off."""
    monkeypatch.setattr(sys, "executable", "/nowhere/python")
    assert "its reader broke off" in refusal(shot)


FORBIDDEN = {
    "reading a file": ("open('/etc/hostname')", 0),
    "writing a file": ("open({place!r}, 'w')", 0),
    "a connection": ("socket.socket()", 0),
    "deleting a file": ("os.unlink({place!r})", 1),
    "moving a file": ("os.rename({place!r}, {place!r} + '2')", 1),
    "a folder": ("os.mkdir({place!r} + '3')", 1),
    "a program": ("os.execv('/bin/true', ['true'])", 1),
    "ending who started it": ("os.kill(os.getppid(), 0)", 6),
}
"""What it might try, and which version of the kernel's Landlock keeps it from it."""


@ON_LINUX
@pytest.mark.parametrize("deed", FORBIDDEN)
def test_it_reaches_nothing_but_the_file(deed, tmp_path):
    """Once confined, it reads, writes and deletes no file, calls nobody, starts nothing and ends nobody."""
    deed, landlock = FORBIDDEN[deed]
    if ctypes.CDLL(None).syscall(444, None, ctypes.c_size_t(0), 1) < landlock:
        pytest.skip("this kernel cannot be asked for it")
    place = tmp_path / "kept.txt"
    place.write_text("kept")
    tried = deed.format(place=str(place))
    code = f"{ITSELF}\nimport socket\nraw_process.confine(2 * 2**30, 10)\ntry: {tried}\nexcept OSError: os._exit(42)"
    done = subprocess.run([sys.executable, "-B", "-c", code], capture_output=True, check=False)
    assert done.returncode == 42, done.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["kept.txt"]
    assert place.read_text() == "kept"


def test_it_is_told_no_secrets(monkeypatch):
    """What stands in the environment, as the Hub's token does, is not passed on."""
    monkeypatch.setenv("HF_TOKEN", "secret")
    assert "secret" not in str(raw._environment())


def test_libraw_is_loaded_in_its_own_process_alone():
    """No other module of the library names the package that LibRaw comes in."""
    sources = [*FOLDER.parent.rglob("*.py"), FOLDER.parent.parent / "app.py"]
    assert [path.name for path in sources if "rawpy" in path.read_text()] == ["raw_process.py"]


def test_two_at_once_get_their_own(tmp_path):
    """Raw files developed at the same time do not mix."""
    found = {}
    paths = []
    for share in (1, 2, 4):
        path = tmp_path / f"{share}.dng"
        path.write_bytes(dng(mosaic(counted(np.full((48, 64, 3), share / 8)))))
        paths.append(path)
    threads = [threading.Thread(target=lambda path=path: found.update({path: load_photo(path)})) for path in paths]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    levels = [int(found[path].rgb[24, 32, 1]) for path in paths]
    assert levels == pytest.approx([99, 137, 188], abs=1)
