"""A worker's process: killed at any moment, late, exiting, out of Ctrl-C's reach."""

import multiprocessing
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from lowlight.command.outcome import Outcome, Status
from lowlight.command.pool import Worker, first_ended
from tests.command.test_command_line import environment

pytestmark = pytest.mark.slow


@pytest.fixture
def workers():
    """Two workers that give up after two seconds."""
    workers = [Worker(1, longest=2) for _ in range(2)]
    yield workers
    for worker in workers:
        worker.end()


def done(workers):
    """Return what becomes of the photos that workers are at."""
    left, found = list(workers), {}
    while left:
        for worker in first_ended(left):
            left.remove(worker)
            found[worker], _ = worker.outcome()
    return [found[worker] for worker in workers]


def test_who_dies_at_a_photo_or_never_ends_it_takes_the_next(workers):
    """One process ends, one sleeps: a sentence for each, and both do another photo."""
    workers[0].begin("a.png", os._exit, 0)
    workers[1].begin("b.png", time.sleep, 600)
    died, late = done(workers)
    assert (died.path, died.status, late.path, late.status) == ("a.png", Status.FAILED, "b.png", Status.FAILED)
    assert "ended in the middle" in died.sentence
    assert "took longer than 2 seconds" in late.sentence
    for worker, name in zip(workers, "cd", strict=True):
        worker.begin(name, Outcome, name, Status.DONE)
    assert [outcome.path for outcome in done(workers)] == ["c", "d"]


def test_a_worker_may_be_killed_at_any_moment(workers):
    """As it starts, takes a photo or tells of it: that holds up neither the other nor who waits."""
    for milliseconds in (0, 1, 3, 10, 30, 100, 300, 1000):
        for worker, name in zip(workers, "ab", strict=True):
            worker.begin(name, Outcome, name, Status.DONE)
        time.sleep(milliseconds / 1000)
        victim = multiprocessing.active_children()[0]
        victim.kill()
        one, other = done(workers)
        assert (one.path, other.path) == ("a", "b")
        assert Status.DONE in (one.status, other.status)
    victim.join()
    for worker in workers:
        worker.begin("last", Outcome, "last", Status.DONE)
    assert [outcome.status for outcome in done(workers)] == [Status.DONE] * 2


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="needs Linux to see what is blocked")
def test_no_process_is_told_of_ctrl_c(workers):
    """From its first moment on, when it would answer with a traceback."""
    for worker in workers:
        worker.begin("a", Outcome, "a", Status.DONE)
    for process in multiprocessing.active_children():
        blocked = re.search(r"SigBlk:\s+(\w+)", Path(f"/proc/{process.pid}/status").read_text())[1]
        assert int(blocked, 16) >> (signal.SIGINT - 1) & 1
    assert [outcome.status for outcome in done(workers)] == [Status.DONE] * 2


EXITS = """
import sys, time
from pathlib import Path
from lowlight.command.pool import Worker
from lowlight.files.whole import written_whole
def write(target):
    with written_whole(target) as unfinished:
        unfinished.touch()
        time.sleep(60)
if __name__ == "__main__":
    Worker(1).begin("a.png", write, Path("a.png"))
    while not list(Path().glob(".a.*.png")):
        time.sleep(0.05)
"""


def test_who_exits_leaves_no_part_of_a_file(tmp_path):
    """As one of Ray's actors does when its run is stopped: what its process is writing goes with it."""
    (tmp_path / "exits.py").write_text(EXITS)
    subprocess.run([sys.executable, "exits.py"], cwd=tmp_path, env=environment(), check=True, timeout=30)
    assert [path.name for path in tmp_path.iterdir() if path.suffix == ".png"] == []
