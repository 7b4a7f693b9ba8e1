"""Photos on many machines, by Ray Data: their paths go through its plan, never their pixels.

Ray reads the plan's blocks, gives their rows to actors (`rows.Enhancer`), writes what became of them as Parquet, and
keeps the ids of the rows that are written (its checkpoint). A row may be worked on twice, where a machine died with it;
its result is the same.
"""

import logging
import os
import re
import signal
import socket
import sys
import threading
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from typing import Any

os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")  # photos and what is done with them are nobody's business

import pyarrow as pa
import pyarrow.parquet as pq
import ray
from pyarrow.fs import FileSystem
from ray.data import ActorPoolStrategy, DataContext, Datasource, ReadTask, SaveMode
from ray.data.block import BlockMetadata
from ray.data.checkpoint import CheckpointConfig

from lowlight.command import storage
from lowlight.command.inputs import Found
from lowlight.command.outcome import Outcome, RunError
from lowlight.command.rows import Enhancer
from lowlight.command.run_state import Asked, RunState

MEMORY = 2e9
"""How many bytes of a machine are set aside for a photo: enough for one of 50 megapixels of 8 bits."""

_MOST_ROWS = 32  # in a block: what is done anew where a machine dies
_BLOCKS_EACH = 8  # for each actor, so that they end at about the same time
_PATIENCE_SECONDS = 10
_FRAME_HEAD, _FRAME_KIND, _SETTINGS = 9, 3, b"\x04"
_HTTP2_GREETING = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + bytes(3) + _SETTINGS + bytes(5)  # RFC 9113, 3.4
_OBJECT_BYTES = 200e6  # for Ray's own store on this machine: only paths go through it


def enhanced_on_cluster(
    photos: Sequence[Found],
    asked: Asked,
    address: str,
    jobs: int | None,
    tell: Callable[[str], None],
    worker: type = Enhancer,
) -> Generator[Outcome]:
    """Do the work of many photos on a Ray cluster, and yield what became of each when all are done or it was stopped.

    Args:
        photos: what was found.
        asked: what was asked for.
        address: the cluster's, as `ray.init` takes it; "" for one that is known on this machine, or a new one on it.
        jobs: how many photos are worked on at once; None for as many as there are cores.
        tell: is given a line about the work as a whole.
        worker: what does the work of rows.

    Raises:
        RunError: there is no cluster, or it cannot do the work. What was done before is yielded first.
    """
    if not photos:
        return
    address = address or os.environ.get("RAY_ADDRESS", "")
    with _connected(address, tell), _prepared(photos, asked, tell) as state:
        actors = jobs or _room()
        tell(_beforehand(actors))
        try:
            blocks = state.write_plan(max(1, min(_MOST_ROWS, len(photos) // (actors * _BLOCKS_EACH))))
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
def _prepared(photos: Sequence[Found], asked: Asked, tell: Callable[[str], None]) -> Iterator[RunState]:
    """Give a run's state, on which nobody else works in the meantime."""
    try:
        state = RunState(photos, asked, tell)
    except (OSError, ValueError) as error:
        raise RunError(f"The folder for the results cannot be used ({storage.reason(error)}).") from error
    with state.at_work():
        yield state


@contextmanager
def _connected(address: str, tell: Callable[[str], None]) -> Iterator[None]:
    if address not in ("", "local"):
        tell(f"Ray: looking for the cluster {address}.")
    stopping = signal.getsignal(signal.SIGTERM)
    try:
        _connect(address)
        if threading.current_thread() is threading.main_thread():
            signal.signal(signal.SIGTERM, stopping)  # Ray puts its own in its place, which ends the process at once
    except (OSError, RuntimeError, ValueError) as error:
        told = f"There is no Ray cluster to work with: {storage.reason(error)}."
        if ":" in address:
            told += " If it asks for a token: RAY_AUTH_MODE=token, and its own in ~/.ray/auth_token."
        raise RunError(told) from error
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
    """See that what listens at HOST:PORT speaks HTTP/2, as Ray does: Ray itself would try for minutes.

    Raises:
        OSError: nobody listens there, or it is something else.
    """
    host, _, port = address.rpartition(":")
    if not host:
        return
    with socket.create_connection((host.strip("[]"), int(port)), _PATIENCE_SECONDS) as line:
        line.sendall(_HTTP2_GREETING)
        answer = line.makefile("rb").read(_FRAME_HEAD)
    if answer[_FRAME_KIND : _FRAME_KIND + 1] != _SETTINGS and os.environ.get("RAY_USE_TLS", "0") == "0":
        raise OSError("what answers at this address is not Ray")


def _machines() -> list[dict[str, float]]:
    """Return what each machine has."""
    return [node["Resources"] for node in ray.nodes() if node["Alive"]]  # type: ignore[no-untyped-call]


def _room() -> int:
    """Return how many photos can be worked on at once, by cores and memory."""
    room = sum(min(has.get("CPU", 0), max(1, has.get("memory", 0) // _memory())) for has in _machines())
    return max(1, int(room))


def _memory() -> float:
    """Return how many bytes are set aside for a photo; no more than the largest machine has."""
    return min(MEMORY, max(has.get("memory", MEMORY) for has in _machines()))


def _beforehand(actors: int) -> str:
    machines = _machines()
    cores = int(sum(has.get("CPU", 0) for has in machines))
    told = "1 machine" if len(machines) == 1 else f"{len(machines)} machines"
    free = ray.available_resources()  # type: ignore[no-untyped-call]
    taken = "" if free.get("CPU", 0) >= 1 else " All cores are taken: the work waits for one."
    each = f"{min(actors, _room())} photos at once, with {_memory() / 1e9:.1f} GB of memory for each"
    return f"Ray: {told}, {cores} cores; {each}.{taken}"


def _work(state: RunState, actors: int, blocks: list[tuple[str, int]], worker: type) -> None:
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
    plan = _Plan(state.system, blocks)
    rows = ray.data.read_datasource(plan, override_num_blocks=len(blocks), concurrency=1, num_cpus=0)
    done = rows.map_batches(
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
    told = re.sub(r"\x1b\[[0-9;]*m", "", str(error)).strip() or type(error).__name__
    if unfit := re.findall(r"UnfitMachineError: (.+)", told):
        return str(unfit[-1])
    if missing := re.search(r"No module named '([\w.]+)'", told):
        return f"A machine of the cluster has no package {missing[1]}. Install the same packages on all of them."
    last = told.splitlines()[-1].strip().rstrip(".")
    return f"The work on the cluster broke off: {last}. Call the same line again to go on."


class _Plan(Datasource):
    """Reads the plan's blocks."""

    def __init__(self, system: FileSystem, blocks: list[tuple[str, int]]) -> None:
        self._system, self._blocks = system, blocks

    def estimate_inmemory_data_size(self) -> int | None:
        """Return nothing: what is read is small."""
        return None

    def get_read_tasks(self, parallelism: int, *_: object, **__: object) -> list[ReadTask]:
        """Return a task for each block."""
        del parallelism
        unknown = BlockMetadata(num_rows=None, size_bytes=None, input_files=None, exec_stats=None)
        return [ReadTask(partial(_block, self._system, file, group), unknown) for file, group in self._blocks]


def _block(system: FileSystem, path: str, group: int) -> list[pa.Table]:
    with system.open_input_file(path) as file:
        return [pq.ParquetFile(file).read_row_group(group)]
