"""How the work on a folder grows with processes and machines: ``make scale DIR=...``, or one part of it.

``python -m tools.scale folder DIR`` takes the photos of a folder by one and two jobs, and by Ray on one and on two
machines (processes here); kills a machine in the middle; stops a run and goes on.
``python -m tools.scale model SECONDS`` reckons a million photos from the core-seconds that one takes.
``python -m tools.scale stand-in SECONDS`` lets actors sleep as long as a photo takes, and compares with the model;
then it looks how many rows and blocks Ray's driver gets through when they take no time at all.
``python -m tools.scale plan`` finds and plans a hundred thousand photos.

It prints Markdown, and returns 1 if two ways gave two results. Nothing else should run beside it.
"""

import csv
import hashlib
import os
import resource
import subprocess
import sys
import tempfile
import threading
import time
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path

import pyarrow as pa

from lowlight.command.cluster import enhanced_on_cluster
from lowlight.command.columns import DONE, as_text
from lowlight.command.inputs import Found, find
from lowlight.command.outcome import Outcome, Status
from lowlight.command.run_state import STATE, Asked, RunState
from lowlight.command.work import Existing, Wish
from lowlight.settings import Settings
from tests.helpers.clusters import MACHINE, cluster
from tests.helpers.places import PROJECT

PHOTOS = 1_000_000
PRICE = 0.05
"""What a core costs in an hour, in dollars: about what large clouds ask for one of a general machine, on demand."""

MEGABYTES = {"a photo of 12 megapixels": 5, "its result": 6}
_KINDS = {"MapWorker": "actor", "raylet/raylet": "raylet", "gcs_server": "control store", "ray::": "other worker"}
WISH = Wish(Settings(), None, Existing.OVERWRITE, place=False, own_colours=False)


class StandIn:
    """Sleeps for each row as long as a photo would take, and says that it was done."""

    def __init__(self, order):
        self.seconds = float(order.environment["LOWLIGHT_STAND_IN"])

    def __call__(self, batch):
        time.sleep(self.seconds * len(batch))
        done = Outcome("photo", Status.DONE, seconds=self.seconds)
        return pa.Table.from_pylist([{"id": name.as_py(), **as_text(asdict(done))} for name in batch["id"]], DONE)


def command(folder, out, *more):
    """Return the command for a folder's photos."""
    report = ["--report", out.with_suffix(".csv")]
    return [sys.executable, "-m", "lowlight", folder, "--recursive", "--out", out, *report, *more]


def started(line):
    """Start a command; its words go nowhere."""
    own = {**os.environ, "PYTHONPATH": str(PROJECT)}
    streams = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    return subprocess.Popen(line, env=own, start_new_session=True, **streams)


def results(out):
    """Return the results' hashes by their paths."""
    files = (path for path in out.rglob("*") if path.is_file() and STATE not in path.parts)
    return {path.relative_to(out): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


def committed(out):
    """Return how many blocks are done and noted."""
    return len(list((out / STATE / "rows").glob("*.parquet")))


class Memory(threading.Thread):
    """Watches how much memory the command's processes take, by what they are."""

    def __init__(self, process):
        super().__init__(daemon=True)
        self.process, self.most, self.running = process, {}, True

    def run(self):
        while self.running:
            for path in Path("/proc").glob("[0-9]*"):
                try:
                    words = (path / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
                    pages = int((path / "statm").read_text().split()[1])
                except OSError:
                    continue
                if kind := self._kind(int(path.name), words):
                    self.most[kind] = max(self.most.get(kind, 0), pages * resource.getpagesize() / 1e6)
            time.sleep(0.5)

    def _kind(self, number, words):
        if number == self.process:
            return "command"
        if "spawn_main" in words:
            return "process of a photo"
        return next((name for mark, name in _KINDS.items() if mark in words), None)


def timed(line, out, meanwhile=None):
    """Run a command; return its seconds, its results and what its processes took at most."""
    began, process = time.monotonic(), started(line)
    memory = Memory(process.pid)
    memory.start()
    if meanwhile:
        meanwhile(process)
    process.wait()
    memory.running = False
    return time.monotonic() - began, results(out), memory.most


def wait_for(happened):
    """Wait until something has happened."""
    while not happened():
        time.sleep(0.05)


def reported(out):
    """Return how many rows a report has, and how many of them are done."""
    with out.with_suffix(".csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    return len(rows), sum(row["status"] == "done" for row in rows)


@contextmanager
def machines(count, cores):
    """Start a cluster of so many machines of so many cores; give it, and the machines but the first."""
    has = {**MACHINE, "num_cpus": cores, "memory": 4e9 * cores}
    with cluster(**has) as running:
        yield running, [running.add_node(**has) for _ in range(count - 1)]


def folder(source, scratch):
    """Take a folder's photos in each way, print a table; return whether all ways gave the same."""
    print("| way | seconds | photos a minute | memory at most, MB |\n|---|---:|---:|---|")
    first = None
    for way, options, count, cores in (
        ("1 job", ["--jobs", "1"], 0, 0),
        ("2 jobs", ["--jobs", "2"], 0, 0),
        ("Ray, one machine of 2 cores", [], 1, 2),
        ("Ray, two machines of 1 core", [], 2, 1),
    ):
        out = scratch / way.replace(" ", "-").replace(",", "")
        if count:
            with machines(count, cores) as (running, _):
                seconds, made, most = timed(command(source, out, "--ray", running.address, *options), out)
        else:
            seconds, made, most = timed(command(source, out, *options), out)
        first = first or made
        told = ", ".join(f"{kind} {size:.0f}" for kind, size in most.items())
        rows, _ = reported(out)
        print(f"| {way} | {seconds:.1f} | {rows / seconds * 60:.0f} | {told} |", flush=True)
        if not same(made, first):
            return False
    return killed(source, scratch / "killed", first) and stopped(source, scratch / "stopped", first)


def same(made, wanted):
    """Return whether two runs gave the same; print what only one has, or each has otherwise."""
    for path in sorted({path for path, _ in made.items() ^ wanted.items()}):
        print(f"WRONG: {path}")
    return made == wanted


def killed(source, out, wanted):
    """Kill a machine in the middle of a run; return whether all is done all the same."""
    with machines(2, 1) as (running, (second,)):

        def kill(_):
            wait_for(lambda: len(results(out)) >= len(wanted) // 3)
            running.remove_node(second, allow_graceful=False)

        seconds, made, _ = timed(command(source, out, "--ray", running.address), out, kill)
    rows, done = reported(out)
    print(f"\none of two machines killed after a third: {seconds:.1f} s, {rows} rows, {done} done")
    return same(made, wanted)


def stopped(source, out, wanted):
    """Stop a run in the middle and call again; return whether all is done, and nothing twice."""
    with machines(1, 2) as (running, _):
        line = command(source, out, "--ray", running.address)

        def stop(process):
            wait_for(lambda: committed(out) >= 5)
            process.terminate()

        first, before, _ = timed(line, out, stop)
        noted = reported(out)[0]
        times = {path: (out / path).stat().st_mtime_ns for path in before}
        second, made, _ = timed(line, out)
    twice = sum((out / path).stat().st_mtime_ns != then for path, then in times.items())
    rows, _ = reported(out)
    print(
        f"stopped after {first:.1f} s with {len(before)} results, {noted} of them noted; again {second:.1f} s: "
        f"{rows} rows, made twice: {twice}"
    )
    return same(made, wanted) and rows >= len(wanted)


def model(seconds):
    """Print what a million photos take, by the core-seconds of one."""
    print("| machines | cores of each | photos a second | hours | dollars | MB a second, read and written |")
    print("|---:|---:|---:|---:|---:|---:|")
    for count in (1, 10, 100):
        for cores in (2, 16):
            rate = count * cores / seconds
            hours = PHOTOS / rate / 3600
            moved = rate * sum(MEGABYTES.values())
            cost = hours * count * cores * PRICE
            print(f"| {count} | {cores} | {rate:.1f} | {hours:,.1f} | {cost:,.0f} | {moved:,.0f} |")


def stand_in(seconds):
    """Let actors sleep in place of photos; print how long it took beside what the model says."""
    print("| actors | photos | s each | seconds by the model | measured, with start and end | ratio |")
    print("|---:|---:|---:|---:|---:|---:|")
    for actors, photos in ((8, 320), (16, 640), (32, 1280)):
        _row_of_stand_in(actors, photos, seconds)
    print("\nno work at all: what the driver gets through\n")
    for photos in (3200, 12800):
        took = _slept(8, photos, 0)
        print(f"{photos} rows in {took:.1f} s: {photos / took:.0f} a second", flush=True)


def _row_of_stand_in(actors, photos, seconds):
    wanted, took = photos * seconds / actors, _slept(actors, photos, seconds)
    print(f"| {actors} | {photos} | {seconds:g} | {wanted:.1f} | {took:.1f} | {took / wanted:.2f} |", flush=True)


def _slept(actors, photos, seconds):
    os.environ["LOWLIGHT_STAND_IN"] = str(seconds)
    found = [Found(Path(f"/photos/{number}.jpg"), Path()) for number in range(photos)]
    has = {**MACHINE, "num_cpus": actors, "memory": 4e9 * actors}
    with cluster(**has) as running, tempfile.TemporaryDirectory() as out:
        asked = Asked([], Path(out), "enhanced", False, WISH)
        began = time.monotonic()
        work = enhanced_on_cluster(found, asked, running.address, None, print_nothing, worker=StandIn)
        count = sum(outcome.status is Status.DONE for outcome in work)
        took = time.monotonic() - began
    if count != photos:
        raise SystemExit(f"WRONG: {count} of {photos} rows came back")
    return took


def print_nothing(line):
    """Take a line and do nothing with it."""


def plan(count=100_000):
    """Find and plan photos; print the seconds and the memory that each takes."""
    with tempfile.TemporaryDirectory() as name:
        photos = Path(name, "photos")
        for number in range(count):
            path = photos / f"{number // 1000}" / f"{number}.jpg"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.touch()
        before, began = _memory(), time.monotonic()
        out = Path(name, "out")
        search = find([str(photos)], out, recursive=True, added="enhanced")
        found = time.monotonic() - began
        state = RunState(search.photos, Asked([str(photos)], out, "enhanced", True, WISH), print_nothing)
        blocks = state.write_plan(32)
        planned = time.monotonic() - began - found
    print(
        f"{count:,} photos: found in {found:.1f} s, planned in {planned:.1f} s as {len(blocks):,} blocks; "
        f"{(_memory() - before) * 1e6 / count:.0f} bytes of memory for each"
    )


def _memory():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e3


def main():
    """Do what the arguments say."""
    what, *more = sys.argv[1:] or ["help"]
    if what == "folder" and more:
        with tempfile.TemporaryDirectory() as scratch:
            return int(not folder(Path(more[0]), Path(scratch)))
    if what in ("model", "stand-in") and more:
        {"model": model, "stand-in": stand_in}[what](float(more[0]))
        return 0
    if what == "plan":
        plan()
        return 0
    print(__doc__)
    return 2


if __name__ == "__main__":
    sys.exit(main())
