"""``lowlight --jobs``: several photos at once, in processes of their own."""

import json
import math
import multiprocessing
import os
import resource
import signal
import subprocess
import time
from contextlib import contextmanager
from pathlib import Path

import pytest
from PIL import Image

from lowlight.command.inputs import Found, Search
from lowlight.command.memory import FIXED, available, need_of
from lowlight.command.outcome import Status
from lowlight.command.pool import enhanced_at_once
from lowlight.command.targets import Targets
from lowlight.command.work import Existing, Wish, planned
from lowlight.settings import Settings
from tests.command.test_command_line import command, environment, run
from tests.helpers.photos import dark_photo
from tests.helpers.pictures import save

pytestmark = pytest.mark.slow


@pytest.fixture
def photos(tmp_path):
    """A folder with five dark photos and a file that is no photo."""
    (tmp_path / "in").mkdir()
    for number in range(5):
        Image.fromarray(dark_photo(600, 900, number)).save(tmp_path / "in" / f"{number}.png", compress_level=1)
    (tmp_path / "in" / "notes.jpg").write_text("not a photo")
    return tmp_path


def results(folder):
    """Return the files in a folder by their names."""
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def test_two_at_once_give_the_same_bytes(photos):
    """Results do not depend on how many are made at once; the report has a row for each."""
    assert run("in", "--out", "one", cwd=photos)[0] == 1
    code, out, err = run("in", "--out", "two", "--jobs", "2", "--report", "report.jsonl", cwd=photos)
    assert code == 1
    assert sorted(out.split()) == [f"two/{number}_enhanced.png" for number in range(5)]
    assert err.startswith("2 photos at once")
    assert results(photos / "one") == results(photos / "two")
    rows = [json.loads(line) for line in (photos / "report.jsonl").read_text().splitlines()]
    assert sorted(row["status"] for row in rows) == ["done"] * 5 + ["refused"]


def started(photos, *arguments):
    """Start the command, and wait until a worker has done a photo."""
    work = subprocess.Popen(
        command("in", "--out", "out", "--jobs", "2", *arguments),
        cwd=photos,
        env=environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    assert work.stdout.readline().startswith("out/")
    return work


def children(process):
    """Return the processes that another one started, by what the system says."""
    found = Path(f"/proc/{process}/task/{process}/children").read_text().split()
    return [int(one) for one in found if b"spawn_main" in Path(f"/proc/{one}/cmdline").read_bytes()]


@pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="needs Linux to find the workers")
def test_a_dead_worker_costs_one_photo(photos):
    """One is killed at its work: that photo is named, the others are done, and no part of a file is left."""
    work = started(photos)
    workers = children(work.pid)
    assert len(workers) == 2
    os.kill(workers[0], signal.SIGKILL)
    out, err = work.communicate(timeout=120)
    assert work.returncode == 1
    done = {path.name for path in (photos / "out").iterdir()}
    assert err.count("ended in the middle") == 5 - len(done) <= 1
    assert not any(name.endswith(".part.png") for name in done)
    assert len(out.split()) + 1 == len(done)


def planned_for(photos):
    """Plan the work on the photos of a folder, and on nothing else there."""
    found = Search([Found(photos / "in" / f"{number}.png", Path()) for number in range(5)])
    wish = Wish(Settings(), "png", Existing.REFUSE, place=False, own_colours=False)
    targets = Targets(photos / "out", "enhanced", found.photos)
    return [planned(photo, targets, wish) for photo in found.photos]


@contextmanager
def no_more_files():
    """Let this process open no file, and start no other process, as at the system's limit."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (1, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


def test_where_no_more_processes_can_be_started_those_that_are_there_do_the_rest(photos):
    """Asked for four, it does all photos with one."""
    tasks = planned_for(photos)
    limit = no_more_files()

    def limited():
        yield tasks[0]
        with limit:
            yield from tasks[1:]

    outcomes = list(enhanced_at_once(limited(), 4, math.inf))
    assert [outcome.status for outcome in outcomes] == [Status.DONE] * 5


def test_where_no_process_can_be_started_each_photo_has_a_sentence(photos):
    """The run goes on, and its report has a row for each."""
    tasks = planned_for(photos)
    with no_more_files():
        outcomes = list(enhanced_at_once(tasks, 2, math.inf))
    assert [Path(outcome.path).name for outcome in outcomes] == [f"{number}.png" for number in range(5)]
    assert {outcome.sentence for outcome in outcomes} == {
        "No process for this photo can be started (Too many open files)."
    }


def test_a_few_photos_take_a_few_processes(photos):
    """However many are allowed."""
    work = enhanced_at_once(planned_for(photos)[:1], 50, math.inf)
    assert next(work).status is Status.DONE
    assert len(multiprocessing.active_children()) == 1
    work.close()


@pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="needs Linux to find the workers")
def test_workers_that_die_at_their_start_cost_photos_and_not_the_report(photos):
    """All of them are killed before they have a photo, as for want of memory: others take their place."""
    line = command("in", "--out", "out", "--jobs", "2", "--report", "report.json")
    streams = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
    with subprocess.Popen(line, cwd=photos, env=environment(), **streams) as work:
        ends = time.monotonic() + 30
        while len(workers := children(work.pid)) < 2 and time.monotonic() < ends:
            time.sleep(0.01)
        for worker in workers:
            os.kill(worker, signal.SIGKILL)
        out, err = work.communicate(timeout=120)
    assert work.returncode == 1
    assert "Traceback" not in err
    rows = json.loads((photos / "report.json").read_text())
    assert len(rows) == 6
    assert 1 <= sum(row["status"] == "done" for row in rows) == len(out.split())


def test_who_stops_listening_leaves_no_part_of_a_file(photos):
    """Work that is ended while it writes leaves nothing: here what it writes was there before."""
    work = enhanced_at_once(planned_for(photos)[:2], 2, math.inf)
    next(work)
    for number in range(2):
        (photos / "out" / f".{number}_enhanced.01234567.part.png").touch()
    work.close()
    left = [path.name for path in (photos / "out").iterdir() if ".part" in path.name]
    assert len(left) == 1, "of the one that was done"


def test_ctrl_c_leaves_whole_results_and_a_second_call_does_the_rest(photos):
    """The line ends with 130 and one sentence; what is missing is done by --skip-existing, and nothing twice."""
    work = started(photos, "--report", "report.jsonl")
    assert "done" in (photos / "report.jsonl").read_text()  # a line as soon as its photo is done
    os.killpg(work.pid, signal.SIGINT)
    _, err = work.communicate(timeout=60)
    assert work.returncode == 130
    assert "Traceback" not in err
    first = results(photos / "out")
    assert 1 <= len(first) < 5
    before = time.time_ns()
    code, *_ = run("in", "--out", "out", "--jobs", "2", "--skip-existing", cwd=photos)
    assert code == 1
    after = results(photos / "out")
    assert len(after) == 5
    assert {name: after[name] for name in first} == first
    assert all((photos / "out" / name).stat().st_mtime_ns < before for name in first)


def test_ctrl_c_twice_leaves_no_part_of_a_file(tmp_path):
    """The second one comes while the first is seen to."""
    (tmp_path / "in").mkdir()
    for number in range(4):
        Image.fromarray(dark_photo(2000, 3000, number)).save(tmp_path / "in" / f"{number}.png", compress_level=1)
    line, streams = command("in", "--out", "out", "--jobs", "2"), {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    with subprocess.Popen(line, cwd=tmp_path, env=environment(), text=True, start_new_session=True, **streams) as work:
        while not list((tmp_path / "out").glob(".*.part.png")) and work.poll() is None:
            time.sleep(0.01)
        os.killpg(work.pid, signal.SIGINT)
        time.sleep(0.05)
        os.killpg(work.pid, signal.SIGINT)
        _, err = work.communicate(timeout=60)
    assert work.returncode == 130
    assert err.splitlines()[-1].startswith("Stopped:")
    assert "Traceback" not in err
    assert list((tmp_path / "out").glob(".*")) == []


def test_memory_is_reckoned_by_size(photos):
    """A photo takes more than another with fewer pixels, and what is no photo next to nothing; some memory is free."""
    small = Image.fromarray(dark_photo(60, 90, 0))
    small.save(photos / "small.jpg")
    small.resize((3000, 2000)).save(photos / "large.jpg")
    assert FIXED < need_of(photos / "small.jpg") < need_of(photos / "large.jpg")
    assert need_of(photos / "in" / "notes.jpg") == FIXED
    assert need_of(photos / "small.jpg", deep_result=True) > need_of(photos / "small.jpg")
    for suffix in (".png", ".tif", ".heic", ".avif"):  # what may have more than 8 bits takes more
        path = save(photos / f"small{suffix}", dark_photo(60, 90, 0))
        assert need_of(path) > need_of(photos / "small.jpg")
    assert available() is None or available() > 0


@pytest.mark.parametrize("jobs", ["0", "-1", "two", "1000"])
def test_a_number_of_jobs_is_one(jobs, tmp_path):
    """Or the line is not followed."""
    code, _, err = run("in", "--out", "out", "--jobs", jobs, cwd=tmp_path)
    assert code == 2
    assert "from 1 to 256" in err
