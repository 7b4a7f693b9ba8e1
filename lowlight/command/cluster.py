"""Photos on many machines, by Ray Data: their paths go through its plan, never their pixels.

Ray reads the plan, gives its rows to actors (`rows.Enhancer`), writes what became of them as Parquet, and keeps the ids
of the rows that are written (its checkpoint). All of that lies in the folder for the results, so that a run that was
stopped goes on. A row may be worked on twice, where a machine died with it; its result is the same.
"""

import hashlib
import json
import logging
import os
import re
import signal
import socket
import sys
import threading
from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, replace
from functools import partial
from itertools import count, islice
from pathlib import Path
from typing import Any

os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")  # photos and what is done with them are nobody's business
os.environ.setdefault("RAY_BACKEND_LOG_LEVEL", "fatal")

import pyarrow as pa
import pyarrow.dataset
import pyarrow.parquet as pq
import ray
from pyarrow.fs import FileSelector, FileSystem, FileType, LocalFileSystem
from ray.data import ActorPoolStrategy, DataContext, Datasource, ReadTask, SaveMode
from ray.data.block import BlockMetadata
from ray.data.checkpoint import CheckpointConfig

from lowlight.command import storage
from lowlight.command.columns import DONE, PLAN, text
from lowlight.command.inputs import Found, is_address
from lowlight.command.outcome import Outcome, RunError, Status
from lowlight.command.rows import Enhancer, Order, Row
from lowlight.command.targets import Targets
from lowlight.command.work import Existing, Wish
from lowlight.version import __version__

STATE = ".lowlight-run"
"""The folder, in the one for the results, that a run needs until it has ended."""

MEMORY = 2e9
"""How many bytes of a machine are set aside for a photo: enough for one of 50 megapixels."""

_MOST_ROWS = 32  # in a block: what is done anew where a machine dies
_BLOCKS_EACH = 8  # for each actor, so that they end at about the same time
_BLOCKS_IN_FILE = 32
_PATIENCE_SECONDS = 10
_OBJECT_BYTES = 200e6  # for Ray's own store on this machine: only paths go through it


@dataclass(frozen=True)
class Asked:
    """What was asked for. A run that was stopped goes on where the same is asked for again.

    Attributes:
        named: files, folders, patterns and addresses, as on the command line.
        out: the folder for the results, or its address.
        suffix: what is added to the photos' names.
        recursive: whether the folders below a folder count.
    """

    named: Sequence[str]
    out: Path | str
    suffix: str
    recursive: bool


def enhanced_on_cluster(
    photos: Sequence[Found],
    asked: Asked,
    wish: Wish,
    address: str,
    jobs: int | None,
    tell: Callable[[str], None],
    worker: type = Enhancer,
) -> Generator[Outcome]:
    """Do the work of many photos on a Ray cluster, and yield what became of each when all are done or it was stopped.

    Args:
        photos: what was found.
        asked: what was asked for.
        wish: how the photos are to be treated.
        address: the cluster's, as `ray.init` takes it; "" for one that is known on this machine, or a new one on it.
        jobs: how many photos are worked on at once; None for as many as there are cores.
        tell: is given a line about the work as a whole.
        worker: what does the work of rows.

    Raises:
        RunError: there is no cluster, or it cannot do the work. What was done before is yielded first.
    """
    if not photos:
        return
    with _connected(address):
        actors = _actors(jobs)
        try:
            state = RunState(photos, asked, wish, tell)
            tell(_beforehand(actors))
            blocks = state.write_plan(_rows_in_block(len(photos), actors))
        except (OSError, ValueError) as error:
            raise RunError(f"The folder for the results cannot be used ({storage.reason(error)}).") from error
        try:
            _work(state, actors, blocks, worker)
        except KeyboardInterrupt:
            yield from state.outcomes()
            raise
        except Exception as error:
            yield from state.outcomes()
            raise RunError(_sentence(error)) from error
        yield from state.outcomes(ended=True)
        state.end()


@contextmanager
def _connected(address: str) -> Iterator[None]:
    stopping = signal.getsignal(signal.SIGTERM)
    try:
        _connect(address)
        if threading.current_thread() is threading.main_thread():
            signal.signal(signal.SIGTERM, stopping)  # Ray puts its own in its place, which ends the process at once
    except (OSError, RuntimeError, ValueError) as error:
        raise RunError(f"There is no Ray cluster to work with: {storage.reason(error)}.") from error
    try:
        yield
    finally:
        ray.shutdown()


def _connect(address: str) -> None:
    quiet: dict[str, Any] = {"log_to_driver": False, "logging_level": logging.ERROR}
    if address != "local":
        try:
            _answers(address)
            ray.init(address or "auto", **quiet)
            return
        except ConnectionError:
            if address:
                raise
    ray.init("local", include_dashboard=False, object_store_memory=int(_OBJECT_BYTES), **quiet)


def _answers(address: str) -> None:
    """See that somebody listens at HOST:PORT: Ray itself would try for minutes.

    Raises:
        OSError: nobody does.
    """
    host, _, port = address.removeprefix("ray://").rpartition(":")
    if host:
        socket.create_connection((host.strip("[]"), int(port)), _PATIENCE_SECONDS).close()


def _machines() -> list[dict[str, float]]:
    """Return what each machine has."""
    return [node["Resources"] for node in ray.nodes() if node["Alive"]]  # type: ignore[no-untyped-call]


def _actors(jobs: int | None) -> int:
    """Return how many photos are worked on at once: as many as asked for, or as cores and memory allow."""
    room = sum(min(has.get("CPU", 0), max(1, has.get("memory", 0) // _memory())) for has in _machines())
    return jobs or max(1, int(room))


def _memory() -> float:
    """Return how many bytes are set aside for a photo; no more than the largest machine has."""
    return min(MEMORY, max(has.get("memory", MEMORY) for has in _machines()))


def _beforehand(actors: int) -> str:
    machines = _machines()
    cores = int(sum(has.get("CPU", 0) for has in machines))
    told = "1 machine" if len(machines) == 1 else f"{len(machines)} machines"
    return f"Ray: {told}, {cores} cores; {actors} photos at once, with {_memory() / 1e9:.1f} GB of memory for each."


def _rows_in_block(photos: int, actors: int) -> int:
    return max(1, min(_MOST_ROWS, photos // (actors * _BLOCKS_EACH)))


def _work(state: "RunState", actors: int, blocks: int, worker: type) -> None:
    context = DataContext.get_current()
    context.enable_progress_bars = sys.stderr is not None and sys.stderr.isatty()
    context.enable_rich_progress_bars = True  # the other kind shows nothing on some terminals
    context.use_ray_tqdm = False
    context.print_on_execution_start = False
    context.checkpoint_config = CheckpointConfig(
        "id", state.path("checkpoint"), override_filesystem=state.system, delete_checkpoint_on_success=False
    )
    logging.getLogger("ray.data").setLevel(logging.CRITICAL)
    # Reading and writing take no core, since the actors have them all; and few processes, since each takes memory.
    plan = ray.data.read_datasource(_Plan(state, blocks), override_num_blocks=blocks, concurrency=1, num_cpus=0)
    done = plan.map_batches(
        worker,
        batch_size=None,
        batch_format="pyarrow",
        compute=ActorPoolStrategy(min_size=1, max_size=actors, initial_size=actors),
        fn_constructor_kwargs={"order": state.order},
        num_cpus=1,
        memory=_memory(),
    )
    done.write_parquet(
        state.path("rows"),
        filesystem=state.system,
        mode=SaveMode.APPEND,
        concurrency=1 + actors // 16,
        ray_remote_args={"num_cpus": 0},
    )


def _sentence(error: Exception) -> str:
    """Return why the cluster gave up, out of the many lines of an error of Ray's."""
    said = re.findall(r"UnfitMachineError: (.+)", str(error))
    if missing := re.search(r"No module named '([\w.]+)'", str(error)):
        said = [f"A machine of the cluster has no package {missing[1]}. Install the same packages on all of them."]
    return str(said[-1]) if said else f"Ray gave up ({type(error).__name__}): {storage.reason(error)}."


class RunState:
    """What a run keeps in the folder for the results: its plan, the rows that are done, and Ray's checkpoint."""

    def __init__(self, photos: Sequence[Found], asked: Asked, wish: Wish, tell: Callable[[str], None]) -> None:
        self._photos, self._asked = photos, asked
        self.system, self._out = _place(asked.out)
        self._targets = Targets(Path(self._out) if is_address(asked.out) else Path(asked.out), asked.suffix, photos)
        chosen = {name: value for name, value in os.environ.items() if name.startswith("LOWLIGHT_")}
        told = json.dumps([__version__, asdict(asked), asdict(wish), chosen], default=str)
        told = hashlib.sha256(told.encode("utf-8", "backslashreplace")).hexdigest()  # an address may hold a secret
        before = self._read("asked")
        if before == told:
            tell("The run that was stopped here goes on.")
            wish = replace(wish, existing=Existing.SKIP) if wish.existing is Existing.REFUSE else wish
        elif before is not None:
            tell("A run that asked for something else was stopped here: this one starts anew.")
            self.system.delete_dir(self.path())
        self.system.create_dir(self.path())
        with self.system.open_output_stream(self.path("asked")) as file:
            file.write(told.encode())
        shared = [str(Path(name).absolute()) for name in asked.named if os.path.lexists(name)]
        self.order = Order(wish, 1, chosen, tuple(shared if is_address(asked.out) else [*shared, self.path()]))

    def path(self, *below: str) -> str:
        """Return the path of something of the run's in its storage."""
        return "/".join([self._out, STATE, *below])

    def write_plan(self, rows: int) -> int:
        """Write the plan anew, and return in how many blocks of so many rows it lies."""
        there = {} if self.order.wish.existing is Existing.OVERWRITE else self._results()
        if self.system.get_file_info(self.path("plan")).type is FileType.Directory:
            self.system.delete_dir(self.path("plan"))
        self.system.create_dir(self.path("plan"))
        planned = (self._row(photo, there).as_dict() for photo in self._photos)
        blocks = 0
        for number in count():
            part = list(islice(planned, rows * _BLOCKS_IN_FILE))
            if not part:
                return blocks
            table = pa.Table.from_pylist(part, PLAN)
            pq.write_table(table, self.plan_file(number), row_group_size=rows, filesystem=self.system)
            blocks += -(-len(part) // rows)
        raise AssertionError

    def plan_file(self, number: int) -> str:
        """Return the path of a part of the plan."""
        return self.path("plan", f"{number:06}.parquet")

    def outcomes(self, *, ended: bool = False) -> Iterator[Outcome]:
        """Give what became of the photos whose rows are done, each once.

        Args:
            ended: whether all should be: those of which nobody told anything are given too.
        """
        waited_for = {hash(_id(photo)) for photo in self._photos}
        if self.system.get_file_info(self.path("rows")).type is FileType.Directory:
            done = pyarrow.dataset.dataset(self.path("rows"), DONE, "parquet", self.system)
            for batch in done.to_batches():
                for row in batch.to_pylist():
                    number = hash(row.pop("id"))
                    if number in waited_for:
                        waited_for.remove(number)
                        yield Outcome(**{**row, "status": Status(row["status"])})
        for photo in self._photos if ended and waited_for else ():
            if hash(_id(photo)) in waited_for:
                yield Outcome(_named(photo), Status.FAILED, sentence="No machine told what became of this photo.")

    def end(self) -> None:
        """Remove what the run needed."""
        self.system.delete_dir(self.path())

    def _row(self, photo: Found, there: Mapping[str, Mapping[str, int]]) -> Row:
        target = self._targets.reserve(photo)
        if isinstance(self._asked.out, str):
            place = storage.below(self._asked.out, str(target.relative_to(self._out)))
            named, key = storage.told(place), str(target)
        else:
            place = key = str(target.absolute())
            named = str(target)
        return Row(_source(photo), _named(photo), place, named, there.get(key, {}))

    def _results(self) -> dict[str, dict[str, int]]:
        """Return what files there are: their sizes by their suffixes, by their paths without these."""
        found: dict[str, dict[str, int]] = {}
        for info in self.system.get_file_info(FileSelector(self._out, allow_not_found=True, recursive=True)):
            with suppress(UnicodeDecodeError):  # no result has a name that is no text
                path = Path(info.path)
                if info.type is FileType.File and STATE not in path.parts:
                    found.setdefault(str(path.with_suffix("")), {})[path.suffix] = info.size
        return found

    def _read(self, name: str) -> str | None:
        if self.system.get_file_info(self.path(name)).type is not FileType.File:
            return None
        with self.system.open_input_stream(self.path(name)) as file:
            return bytes(file.read()).decode()


def _place(out: Path | str) -> tuple[FileSystem, str]:
    return storage.opened(out) if isinstance(out, str) else (LocalFileSystem(), str(out.absolute()))


def _source(photo: Found) -> str:
    return photo.address or str(photo.path.absolute())


def _id(photo: Found) -> str:
    return text(_source(photo))


def _named(photo: Found) -> str:
    return storage.told(photo.address) if photo.address else str(photo.path)


class _Plan(Datasource):
    """Reads the plan's blocks."""

    def __init__(self, state: RunState, blocks: int) -> None:
        self._files = [state.plan_file(number) for number in range(-(-blocks // _BLOCKS_IN_FILE))]
        self._system, self._blocks = state.system, blocks

    def estimate_inmemory_data_size(self) -> int | None:
        """Return nothing: what is read is small."""
        return None

    def get_read_tasks(self, parallelism: int, *_: object, **__: object) -> list[ReadTask]:
        """Return a task for each block."""
        del parallelism
        unknown = BlockMetadata(num_rows=None, size_bytes=None, input_files=None, exec_stats=None)
        places = (divmod(block, _BLOCKS_IN_FILE) for block in range(self._blocks))
        return [ReadTask(partial(_block, self._system, self._files[file], group), unknown) for file, group in places]


def _block(system: FileSystem, path: str, group: int) -> list[pa.Table]:
    with system.open_input_file(path) as file:
        return [pq.ParquetFile(file).read_row_group(group)]
