"""What each machine of a cluster does: the rows of a plan come in, and what became of each photo goes out."""

import os
import platform
import secrets
import shutil
import tempfile
import time
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import pyarrow as pa

from lowlight.command import storage
from lowlight.command.columns import DONE, as_text, text
from lowlight.command.inputs import is_address
from lowlight.command.outcome import Outcome, Status
from lowlight.command.pool import Worker, first_ended, not_begun
from lowlight.command.work import Existing, Task, Wish, decided, enhance_file
from lowlight.errors import LowlightError
from lowlight.files.formats import RESULT_FORMATS
from lowlight.files.whole import remove_unfinished
from lowlight.version import __version__

_SCRATCH = "lowlight-"


@dataclass(frozen=True)
class Row:
    """A photo of a plan.

    Attributes:
        source: the photo's whole path, or its address.
        named: the photo, as people named it.
        target: the result's whole path or its address, but for the suffix.
        named_target: the same, as people named it.
        there: how many bytes the results have that were there before the run, by their suffixes.
        made: the same of those that the run had made before it was stopped.
        again: how often the photo was tried before, by a run that was stopped.
    """

    source: str
    named: str
    target: str
    named_target: str
    there: Mapping[str, int]
    made: Mapping[str, int]
    again: int = 0

    @property
    def id(self) -> str:
        """What Ray's checkpoint knows the row by; a photo that is tried again has another one."""
        return row_id(self.source, self.again)

    def as_dict(self) -> dict[str, object]:
        """Return the row as `columns.PLAN` has it."""
        return {
            "id": self.id,
            "source": os.fsencode(self.source),
            "named": text(self.named),
            "target": os.fsencode(self.target),
            "named_target": text(self.named_target),
            "there": list(self.there.items()),
            "made": list(self.made.items()),
        }


@dataclass(frozen=True)
class Order:
    """What is the same for all rows.

    Attributes:
        wish: how photos are to be treated.
        threads: how many each process may take.
        environment: variables that choose the network, as they are where the command was called.
        shared: paths on this machine that all machines must see.
        grants: what `storage.grants` returns where the command was called.
        version: that of the package where the command was called.
    """

    wish: Wish
    threads: int
    environment: Mapping[str, str]
    shared: tuple[str, ...]
    grants: Mapping[str, str]
    version: str = __version__


class UnfitMachineError(Exception):
    """A machine of the cluster cannot do the work; says why."""


class Enhancer:
    """Does the work of rows, in one process of its own that holds the network.

    A photo that kills that process costs that photo alone: another process takes the next.

    Raises:
        UnfitMachineError: this machine has another version, or does not see what it must.
    """

    def __init__(self, order: Order) -> None:
        name = platform.node()
        if order.version != __version__:
            raise UnfitMachineError(f"{name} has lowlight {__version__}, and {order.version} is needed.")
        for path in order.shared:
            if not os.path.lexists(path):
                raise UnfitMachineError(
                    f"{name} does not see {path}. Several machines need a folder that all of them share, or S3."
                )
        _sweep()
        storage.take_grants(order.grants)
        os.environ.update(order.environment)
        self._order = order
        self._worker = Worker(order.threads)

    def __call__(self, batch: pa.Table) -> pa.Table:
        """Do the work of a batch of a plan; return what became of its photos, as `columns.DONE` has it."""
        done = [{"id": values["id"], **as_text(asdict(self._outcome(_row(values))))} for values in batch.to_pylist()]
        return pa.Table.from_pylist(done, DONE)

    def _outcome(self, row: Row) -> Outcome:
        folder = Path(tempfile.gettempdir(), f"{_SCRATCH}{os.getpid()}-{secrets.token_hex(4)}")
        try:
            self._worker.begin(row.named, work_on, row, self._order, folder)
        except OSError as error:
            return not_begun(row.named, error)
        first_ended([self._worker])
        outcome, alive = self._worker.outcome()
        shutil.rmtree(folder, ignore_errors=True)
        if not alive and not is_address(row.target):
            for kind in RESULT_FORMATS.values():
                remove_unfinished(Path(row.target + kind.suffix))
        return outcome


def work_on(row: Row, order: Order, folder: Path) -> Outcome:
    """Do the work of one row; whatever goes wrong is in what comes back.

    Args:
        row: the photo.
        order: what is the same for all.
        folder: for the photo and the result, where these are in storage elsewhere; it is not there before and after.
    """
    begun = time.monotonic()
    storage.take_grants(order.grants)
    try:
        outcome = _worked_on(row, order.wish, folder)
    finally:
        shutil.rmtree(folder, ignore_errors=True)  # here, since Ray may have ended the process that gave the work
    if outcome.status is Status.DONE:
        outcome.result = f"{row.named_target}{Path(str(outcome.result)).suffix}"
    return replace(outcome, path=row.named, seconds=round(time.monotonic() - begun, 3))


def _worked_on(row: Row, wish: Wish, folder: Path) -> Outcome:
    try:
        photo = _brought(row.source, folder)
    except LowlightError as error:
        return Outcome(row.named, Status.REFUSED, sentence=str(error))
    except (OSError, ValueError) as error:
        return Outcome(row.named, Status.FAILED, sentence=f"The photo cannot be read ({storage.reason(error)}).")
    target = folder / "result" if is_address(row.target) else Path(row.target)
    wish, there = (replace(wish, existing=Existing.SKIP), row.made) if row.made else (wish, row.there)
    task = decided(photo, target, row.named_target, wish, there.get)
    if not isinstance(task, Task):
        return task
    outcome = enhance_file(task)
    if outcome.status is Status.DONE and is_address(row.target):
        try:
            storage.stored(task.target, row.target + task.target.suffix)
        except (OSError, ValueError) as error:
            outcome.status, outcome.result, outcome.bytes_out = Status.FAILED, None, None
            outcome.sentence = f"The result cannot be written ({storage.reason(error)})."
    return outcome


def _brought(source: str, folder: Path) -> Path:
    """Return where a photo is on this machine, to which it is brought if need be."""
    if not is_address(source):
        return Path(source)
    folder.mkdir(mode=0o700)
    return storage.fetched(source, folder)


def row_id(source: str, again: int) -> str:
    """Return what a row is known by: its photo, and how often that was tried before."""
    return f"{text(source)}\0{again}" if again else text(source)


def _sweep() -> None:
    """Remove what processes left that were killed; others' are still at work."""
    for folder in Path(tempfile.gettempdir()).glob(f"{_SCRATCH}*"):
        owner = folder.name.removeprefix(_SCRATCH).partition("-")[0]
        if owner.isdigit() and not _alive(int(owner)):
            shutil.rmtree(folder, ignore_errors=True)


def _alive(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except OSError:
        return True
    return True


def _row(values: dict[str, Any]) -> Row:
    source, target = os.fsdecode(values["source"]), os.fsdecode(values["target"])
    return Row(source, values["named"], target, values["named_target"], dict(values["there"]), dict(values["made"]))
