"""What a run on many machines keeps in the folder for the results until it has ended, so that it can be stopped.

That is its plan, what became of its photos, and Ray's checkpoint: the ids of the rows that are done. All of it lies in
the folder `STATE`, on this machine or in storage elsewhere.
"""

import hashlib
import json
import os
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from functools import partial
from itertools import count, islice
from pathlib import Path
from typing import Any, NamedTuple

import pyarrow as pa
import pyarrow.dataset
import pyarrow.parquet as pq
from pyarrow.fs import FileSelector, FileSystem, FileType, LocalFileSystem

from lowlight.command import storage
from lowlight.command.columns import DONE, PLAN, text
from lowlight.command.inputs import Found, is_address
from lowlight.command.outcome import Outcome, RunError, Status
from lowlight.command.rows import Order, Row, row_id
from lowlight.command.targets import Targets
from lowlight.command.work import Existing, Wish
from lowlight.version import __version__

STATE = ".lowlight-run"
"""The folder's name, in the folder for the results."""

_BLOCKS_IN_FILE = 32
_SHOW_SECONDS = 5.0


@dataclass(frozen=True)
class Asked:
    """What was asked for. A run that was stopped goes on where the same is asked for again.

    Attributes:
        named: files, folders, patterns and addresses, as on the command line.
        out: the folder for the results, or its address.
        suffix: what is added to the photos' names.
        recursive: whether the folders below a folder count.
        wish: how the photos are to be treated.
    """

    named: Sequence[str]
    out: Path | str
    suffix: str
    recursive: bool
    wish: Wish

    def fingerprint(self) -> str:
        """Return what tells it from anything else, of this version and the chosen network."""
        places = [name if is_address(name) else str(Path(name).absolute()) for name in self.named]
        told = json.dumps([__version__, places, self.suffix, self.recursive, asdict(self.wish), _chosen()], default=str)
        return hashlib.sha256(told.encode("utf-8", "backslashreplace")).hexdigest()


class _Try(NamedTuple):
    """What is known of a photo's last try: the how-manieth it was, how it ended, its result's suffix."""

    number: int
    status: str
    suffix: str


class RunState:
    """A run's plan and what became of it.

    Args:
        photos: what was found.
        asked: what was asked for.
        tell: is given a line about a run that was stopped.

    Attributes:
        system: the storage that it lies in.
        order: what is the same for all rows.

    Raises:
        OSError, ValueError: the folder for the results cannot be used.
        RunError: another run works there.
    """

    def __init__(self, photos: Sequence[Found], asked: Asked, tell: Callable[[str], None]) -> None:
        self._photos, self._asked = photos, asked
        self.system, self._out = _place(asked.out)
        self._refuse_two()
        before, fingerprint = self._read("asked"), asked.fingerprint()
        self._goes_on = before == fingerprint
        if self._goes_on:
            tell("The run that was stopped here goes on.")
        elif before is not None:
            tell("A run that asked for something else was stopped here: this one starts anew.")
            self.system.delete_dir(self.path())
        self.system.create_dir(self.path())
        self._write("asked", fingerprint)
        self._again: dict[str, int] = {}
        shared = [str(Path(name).absolute()) for name in asked.named if os.path.lexists(name)]
        shared += [] if is_address(asked.out) else [self.path()]
        self.order = Order(asked.wish, 1, _chosen(), tuple(shared), storage.grants())

    def path(self, *below: str) -> str:
        """Return the path of something of the run's in its storage."""
        return "/".join([self._out, STATE, *below])

    @contextmanager
    def at_work(self) -> Iterator[None]:
        """Show, for as long as this lasts, that somebody works here."""
        ended = threading.Event()

        def show() -> None:
            while not ended.wait(_SHOW_SECONDS):
                with suppress(OSError):
                    self._write("alive", "")

        self._write("alive", "")
        shower = threading.Thread(target=show, daemon=True)
        shower.start()
        try:
            yield
        finally:
            ended.set()
            shower.join()
            with suppress(OSError):
                self.system.delete_file(self.path("alive"))

    def write_plan(self, rows: int) -> list[tuple[str, int]]:
        """Write the plan, anew where a run goes on.

        Args:
            rows: how many a block has.

        Returns:
            where each block lies: the file, and the number of the row group in it.
        """
        found, tried, there = self._results(), self._tries(), self._there_before()
        if self._is_folder("plan"):
            self.system.delete_dir(self.path("plan"))
        self.system.create_dir(self.path("plan"))
        targets = self._targets()
        planned = (self._row(photo, targets, found, tried, there).as_dict() for photo in self._photos)
        blocks: list[tuple[str, int]] = []
        for number in count():
            part = list(islice(planned, rows * _BLOCKS_IN_FILE))
            if not part:
                break
            file = self.path("plan", f"{number:06}.parquet")
            pq.write_table(pa.Table.from_pylist(part, PLAN), file, row_group_size=rows, filesystem=self.system)
            blocks += [(file, group) for group in range(-(-len(part) // rows))]
        self._write("planned", "")
        return blocks

    def outcomes(self, *, ended: bool = False) -> Iterator[Outcome]:
        """Give what became of the photos whose rows are done, each once.

        Args:
            ended: whether all should be: those of which nobody told anything are given too.
        """
        waited_for = {hash(self._id(photo)) for photo in self._photos}
        for row in self._rows():
            number = hash(row.pop("id"))
            if number in waited_for:
                waited_for.remove(number)
                yield Outcome(**{**row, "status": Status(row["status"])})
        for photo in self._photos if ended and waited_for else ():
            if hash(self._id(photo)) in waited_for:
                yield Outcome(_named(photo), Status.FAILED, sentence="No machine told what became of this photo.")

    def end(self) -> None:
        """Remove what the run needed."""
        self.system.delete_dir(self.path())

    def _refuse_two(self) -> None:
        """See that nobody else is at work here; both times are of the storage's clock."""
        shown = self.system.get_file_info(self.path("alive"))
        if shown.type is not FileType.File:
            return
        self._write("now", "")
        now = self.system.get_file_info(self.path("now"))
        if (now.mtime - shown.mtime).total_seconds() < 3 * _SHOW_SECONDS:
            wait = f"{3 * _SHOW_SECONDS:.0f} seconds"
            raise RunError(f"Another run works on this folder for results. If it was killed, call again in {wait}.")

    def _targets(self) -> Targets:
        out = Path(self._out) if is_address(self._asked.out) else Path(self._asked.out)
        return Targets(out, self._asked.suffix, self._photos)

    def _row(
        self,
        photo: Found,
        targets: Targets,
        found: Mapping[str, Mapping[str, int]],
        tried: Mapping[str, _Try],
        there: Mapping[int, Mapping[str, int]] | None,
    ) -> Row:
        target = targets.reserve(photo)
        if isinstance(self._asked.out, str):
            place = storage.below(self._asked.out, str(target.relative_to(self._out)))
            named, now = storage.told(place), found.get(str(target), {})
        else:
            place, named = str(target.absolute()), str(target)
            now = found.get(place, {})
        source = _source(photo)
        again = self._next_try(text(source), now, tried)
        before = now if there is None else there.get(hash(text(source)), now)
        made = {suffix: size for suffix, size in now.items() if suffix not in before}
        if self._asked.wish.existing is Existing.OVERWRITE:
            before, made = {}, {}
        return Row(source, _named(photo), place, named, before, made, again)

    def _next_try(self, source: str, now: Mapping[str, int], tried: Mapping[str, _Try]) -> int:
        """Return how often a photo was tried before, but for a try that counts: it is known by that one's id."""
        if (last := tried.get(source)) is None:
            return 0
        gone = last.status == Status.DONE and last.suffix not in now
        again = last.number + (last.status == Status.FAILED or gone)
        if again:
            self._again[source] = again
        return again

    def _tries(self) -> dict[str, _Try]:
        """Return the last try of each photo that a run that was stopped has told of."""
        tries: dict[str, _Try] = {}
        for row in self._rows() if self._goes_on else ():
            source, _, number = row["id"].partition("\0")
            this = _Try(int(number or 0), row["status"], Path(row["result"] or "").suffix)
            tries[source] = max(this, tries.get(source, this))
        return tries

    def _there_before(self) -> dict[int, dict[str, int]] | None:
        """Return what results the photos of the stopped run's plan had before it; None if there was no plan."""
        if not self._goes_on or self._read("planned") is None:
            return None
        before = pyarrow.dataset.dataset(self.path("plan"), PLAN, "parquet", self.system)
        return {
            hash(row["id"].partition("\0")[0]): dict(row["there"])
            for batch in before.to_batches(columns=["id", "there"])
            for row in batch.to_pylist()
        }

    def _rows(self) -> Iterator[dict[str, Any]]:
        """Give the rows that are done."""
        if self._is_folder("rows"):
            read = partial(pyarrow.dataset.dataset, format="parquet", filesystem=self.system, schema=DONE)
            for batch in read(self.path("rows"), exclude_invalid_files=True).to_batches():
                yield from batch.to_pylist()

    def _results(self) -> dict[str, dict[str, int]]:
        """Return what there is in the folder for the results: sizes by suffixes, by paths without these."""
        found: dict[str, dict[str, int]] = {}
        for path, size in _listed_there(self.system, self._out) if is_address(self._asked.out) else _listed(self._out):
            if STATE not in path.parts:
                found.setdefault(str(path.with_suffix("")), {})[path.suffix] = size
        return found

    def _id(self, photo: Found) -> str:
        source = text(_source(photo))
        return row_id(source, self._again.get(source, 0))

    def _is_folder(self, name: str) -> bool:
        return bool(self.system.get_file_info(self.path(name)).type is FileType.Directory)

    def _read(self, name: str) -> str | None:
        if self.system.get_file_info(self.path(name)).type is not FileType.File:
            return None
        with self.system.open_input_stream(self.path(name)) as file:
            return bytes(file.read()).decode(errors="replace")

    def _write(self, name: str, content: str) -> None:
        with self.system.open_output_stream(self.path(name)) as file:
            file.write(content.encode())


def _place(out: Path | str) -> tuple[FileSystem, str]:
    return storage.opened(out) if isinstance(out, str) else (LocalFileSystem(), str(out.absolute()))


def _listed(folder: str) -> Iterator[tuple[Path, int]]:
    """Give all that is below a folder on this machine, links that lead nowhere too, with sizes."""
    for place, folders, files in os.walk(folder):
        for name in (*folders, *files):
            path = Path(place, name)
            with suppress(FileNotFoundError):
                yield path, path.lstat().st_size


def _listed_there(system: FileSystem, folder: str) -> Iterator[tuple[Path, int]]:
    for info in system.get_file_info(FileSelector(folder, allow_not_found=True, recursive=True)):
        yield Path(info.path), info.size or 0


def _source(photo: Found) -> str:
    return photo.address or str(photo.path.absolute())


def _named(photo: Found) -> str:
    return storage.told(photo.address) if photo.address else str(photo.path)


def _chosen() -> dict[str, str]:
    """Return the variables that choose the network."""
    return {name: value for name, value in os.environ.items() if name.startswith("LOWLIGHT_")}
