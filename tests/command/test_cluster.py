"""``lowlight --ray``: photos on several machines, one of which dies; storage elsewhere; a run that is stopped."""

import csv
import json
import os
import signal
import subprocess
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pyarrow.parquet as pq
import pytest
from PIL import Image
from pyarrow.fs import FileSystem

from lowlight.command.main import main
from tests.command.test_command_line import command, environment, run
from tests.helpers.clusters import MACHINE, cluster, storage
from tests.helpers.photos import cut_png, dark_photo

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def bucket():
    """An empty bucket."""
    with storage("photos") as address:
        yield address


@pytest.fixture(scope="module")
def machines(bucket):
    """A cluster of one machine, which sees the bucket."""
    with cluster() as running:
        assert bucket
        yield running


@pytest.fixture
def here(tmp_path, monkeypatch):
    """A folder with a tree of 24 dark photos, one that is cut short and one with an odd name."""
    monkeypatch.chdir(tmp_path)
    Path("in/deep").mkdir(parents=True)
    for number in range(24):
        Image.fromarray(dark_photo(200, 300, number)).save(f"in/{'deep/' if number % 3 else ''}{number} #.png")
    Path("in/0 #.png").rename(os.fsdecode(b"in/o\xffd.png"))
    cut_png(Path("in/deep"))


def results(folder):
    """Return the files below a folder by their paths in it; the folder for a run's own things is gone."""
    return {path.relative_to(folder): path.read_bytes() for path in Path(folder).rglob("*") if path.is_file()}


def rows(report):
    """Return a report's rows in the order of their photos, without the seconds."""
    with Path(report).open(newline="", encoding="utf-8") as file:
        return sorted(tuple(row.items()) for row in csv.DictReader(file) if row.pop("seconds") or True)


def started(machines, *arguments):
    """Start the command on the cluster."""
    line = command("in", "-r", "--ray", machines.address, *arguments)
    streams = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    return subprocess.Popen(line, env=environment(), text=True, start_new_session=True, **streams)


def wait_for(work, happened):
    """Wait until something has happened while the command works."""
    ends = time.monotonic() + 120
    while not happened():
        assert work.poll() is None, work.stderr.read()
        assert time.monotonic() < ends
        time.sleep(0.02)


@pytest.mark.usefixtures("here")
def test_two_machines_give_what_one_process_gives_and_one_may_die(machines):
    """The same bytes under the same names, and the same report, though a machine is killed in the middle."""
    assert main(["in", "-r", "--out", "one", "--report", "one.csv"]) == 1
    second = machines.add_node(**MACHINE)
    work = started(machines, "--out", "two", "--report", "two.csv")
    wait_for(work, lambda: len(list(Path("two").rglob("*_enhanced.png"))) >= 6)
    machines.remove_node(second, allow_graceful=False)
    _, err = work.communicate(timeout=240)
    assert work.returncode == 1
    assert "Ray: 2 machines, 2 cores; 2 photos at once" in err
    assert err.splitlines()[-1] == "24 of 25 photos enhanced, 1 not."
    assert "Traceback" not in err
    assert results("two") == results("one")
    assert [[value.replace("two/", "one/") for _, value in row] for row in rows("two.csv")] == [
        [value for _, value in row] for row in rows("one.csv")
    ]


@pytest.mark.usefixtures("here")
def test_a_run_that_is_stopped_goes_on(machines):
    """SIGTERM ends it with a report of what is done; the same line again does what is missing and tells of all."""
    work = started(machines, "--out", "out", "--report", "report.jsonl")
    written = Path("out/.lowlight-run/checkpoint")
    wait_for(work, lambda: written.exists() and any("pending" not in one.name for one in written.iterdir()))
    work.send_signal(signal.SIGTERM)
    _, err = work.communicate(timeout=60)
    assert work.returncode == 130
    assert "Traceback" not in err
    first = [json.loads(line)["path"] for line in Path("report.jsonl").read_text().splitlines()]
    made = {path: path.stat().st_mtime_ns for path in Path("out").rglob("*_enhanced.png")}
    assert 1 <= len(first) < 25
    code, _, err = run("in", "-r", "--out", "out", "--ray", machines.address, "--report", "report.parquet", cwd=".")
    assert code == 1
    assert "The run that was stopped here goes on." in err
    assert all(path.stat().st_mtime_ns == before for path, before in made.items())
    told = pq.read_table("report.parquet").to_pylist()
    assert len({row["path"] for row in told}) == len(told) == 25
    assert {row["status"] for row in told} <= {"done", "skipped", "refused"}
    assert len(results("out")) == 24


@pytest.mark.usefixtures("here")
def test_photos_and_results_may_lie_in_storage(machines, bucket):
    """Both are in S3: the same bytes as on this machine, and a second call passes over them."""
    assert main(["in", "-r", "--out", "one"]) == 1
    system = FileSystem.from_uri(bucket)[0]
    for number in (1, 3):
        with system.open_output_stream(f"photos/in/a b/{number} #.png") as file:
            file.write(Path(f"in/{'deep/' if number % 3 else ''}{number} #.png").read_bytes())
    with system.open_output_stream("photos/in/notes.jpg") as file:
        file.write(b"no photo")
    line = [f"{bucket}/in", "-r", "--out", f"{bucket}/out", "--ray", machines.address, "--skip-existing"]
    code, out, err = run(*line, cwd=".")
    assert code == 1
    assert sorted(out.splitlines()) == [
        f"{bucket}/out/a b/{number} #_enhanced.png".replace("#", "_") for number in (1, 3)
    ]
    assert f"{bucket}/in/notes.jpg: This is a text file" in err
    for name in ("deep/1 __enhanced.png", "3 __enhanced.png"):
        with system.open_input_stream(f"photos/out/a b/{Path(name).name}") as file:
            assert file.read() == Path("one", name).read_bytes()
    code, out, err = run(*line, cwd=".")
    assert (code, out) == (1, "")
    assert "0 of 3 photos enhanced, 2 done before, 1 not." in err


@pytest.mark.usefixtures("here")
def test_a_cluster_that_is_not_there_is_told():
    """In one sentence, at once, and no photo is touched; so is what listens there and is something else."""
    with ThreadingHTTPServer(("127.0.0.1", 0), BaseHTTPRequestHandler) as web:
        Thread(target=web.serve_forever, daemon=True).start()
        for port, why in ((1, "Connection refused"), (web.server_port, "what answers at this address is not Ray")):
            code, out, err = run("in", "-r", "--out", "out", "--ray", f"127.0.0.1:{port}", cwd=".")
            assert (code, out) == (1, "")
            assert f"There is no Ray cluster to work with: {why}." in err
        web.shutdown()
    assert "Traceback" not in err
    assert results("out") == {}


@pytest.mark.parametrize(
    ("line", "words"),
    [
        (["--ray", "in", "--out", "out"], "in is no address of a cluster"),
        (["s3://[photos/in", "--out", "out", "--ray", "local"], "An address cannot be read (Invalid IPv6 URL)"),
        (["s3://key:secret@photos/in", "--out", "out"], "s3://photos/in: what lies"),
        (["s3://photos/in", "--out", "out"], "what lies in storage elsewhere is worked on with --ray"),
        (["in", "--out", "s3://photos/out"], "what lies in storage elsewhere is worked on with --ray"),
    ],
)
def test_lines_that_cannot_be_followed(line, words, tmp_path):
    """Each is told what to write in its place."""
    (tmp_path / "in").mkdir()
    code, _, err = run(*line, cwd=tmp_path)
    assert code == 2
    assert words in err
