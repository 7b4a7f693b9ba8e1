"""Many photos, one after the other: each has its place and its turn, and all results go into one zip."""

import shutil
import time
from collections.abc import Generator, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path
from secrets import token_hex
from threading import Event, Lock, RLock
from typing import Any

from lowlight import limits
from lowlight.errors import LowlightError
from lowlight.files.photo import free_path
from lowlight.messages import NOTHING, Message
from lowlight.web.i18n import texts
from lowlight.web.jobs.archive import write_archive
from lowlight.web.jobs.eta import Forecast
from lowlight.web.jobs.item import Item, Made, Status, StoppedError, make, taken_over
from lowlight.web.jobs.job import Among, Choices, Job
from lowlight.web.jobs.queue import QUEUE
from lowlight.web.jobs.storage import folder_name
from lowlight.web.jobs.view import View
from lowlight.web.jobs.worker import no_room
from lowlight.web.uploads import Upload

_WATCH_SECONDS = 0.5


@dataclass(frozen=True)
class BatchView:
    """How far many photos are.

    Attributes:
        items: all of them, in the order in which they came.
        running: whether they are worked on.
        ahead: how many of other people are before the next one.
        stopped: whether somebody ended it.
        archive: the zip with all results, while nothing is worked on.
        sentence: why it ended early, or why there is no zip.
    """

    items: tuple[Item, ...]
    running: bool = False
    ahead: int = 0
    stopped: bool = False
    archive: Path | None = None
    sentence: Message = NOTHING

    def count(self, *statuses: Status) -> int:
        """Return how many photos are so far."""
        return sum(item.status in statuses for item in self.items)


class Batch:
    """Photos of one person that are to be worked on. Safe to use from several threads.

    Args:
        uploads: the photos' files.
        choices: how to treat them.
        root: where it makes its folder.

    Attributes:
        cancelled: set to have the work end at the next tile; what is done so far is zipped.
    """

    def __init__(self, uploads: Sequence[Upload], choices: Choices, root: Path) -> None:
        self.cancelled = Event()
        self._root, self._choices, self._folder = root, choices, folder_name(root)
        self._view = BatchView(tuple(Item(upload.name, upload.path) for upload in uploads))
        self._lock = RLock()
        self._zipping = Lock()
        self._outdated = False

    @property
    def view(self) -> BatchView:
        """How far the photos are."""
        return self._view

    @property
    def folder(self) -> Path:
        """Where its files lie, once there are any."""
        return self._folder

    def delete(self) -> None:
        """End the work and delete its files."""
        self.cancelled.set()
        shutil.rmtree(self._folder, ignore_errors=True)

    def again(self, choices: Choices) -> None:
        """Have all photos treated otherwise, those that were refused too; until then what was made of them stays.

        Args:
            choices: how to treat them from now on.
        """
        with self._lock:
            self._choices = choices
            self.cancelled.clear()
            items = tuple(_anew(item, choices) for item in self._view.items)
            self._view = replace(self._view, items=items)

    def open(self, index: int) -> tuple[Job, View] | None:
        """Return a job for one of the photos, claimed, and what there is to see of it; None if it has no result.

        The job's files are its own: it may outlive the batch.

        Raises:
            LowlightError: the files have been deleted meanwhile.
        """
        items = self._view.items
        made = items[index].made if 0 <= index < len(items) else None
        if made is None:
            return None
        item, folder = items[index], folder_name(self._root)
        try:
            view = made.view(folder)
        except OSError as error:
            shutil.rmtree(folder, ignore_errors=True)
            raise LowlightError(texts.GONE) from error
        result = view.offer.path if view.offer else None
        among, forecast = Among(self, index), Forecast(made.size[0] * made.size[1])
        job = Job(item.source, item.name, made.choices, folder, result=result, among=among, forecast=forecast)
        job.claim()
        return job, view

    def replace(self, index: int, job: Job, view: View) -> None:
        """Put a job's result in the place of what was made of one of the photos before; the zip is outdated then.

        Args:
            index: which one.
            job: it was opened here, and begun again with other choices.
            view: the view of it at its end.

        Raises:
            LowlightError: the job has no result any more, or it cannot be written.
        """
        old = self._view.items[index].made
        if old is None:
            return
        folder = self._place(index)
        try:
            made = taken_over(old, job, view, folder)
        except OSError as error:
            shutil.rmtree(folder, ignore_errors=True)
            raise LowlightError(_why(error)) from error
        self._finish(index, made, made.choices)
        self._outdated = True

    def renew_zip(self) -> None:
        """Write the zip anew if a result was replaced since; while photos are worked on, that is done at their end."""
        if self._outdated and not self._view.running:
            self.zip()

    def zip(self) -> None:
        """Write all results into one zip, in place of the one before."""
        with self._zipping:
            self._outdated = False
            old = self._view.archive
            done = any(item.made for item in self._view.items)
            try:
                archive = write_archive(self._view.items, self._folder) if done else None
                sentence = NOTHING
            except OSError as error:
                archive, sentence = None, _why(error)
            with self._lock:
                self._view = replace(self._view, archive=archive, sentence=sentence)
            if old:
                shutil.rmtree(old.parent, ignore_errors=True)

    def run(self) -> Generator[BatchView]:
        """Work on the photos that wait, each when its turn has come; yield how far they are, often without a change.

        A photo that cannot be taken says why, and the others go on. If somebody works on them already, they are waited
        for.

        They are turned away with a sentence where too many wait already.
        """
        while not self._begun():
            yield self._view
            time.sleep(_WATCH_SECONDS)
        full = NOTHING
        try:
            yield from self._work()
        except LowlightError as error:
            full = error.message
        finally:
            self._rest()
        self.zip()
        if full:
            self._view = replace(self._view, sentence=full)
        yield self._view

    def _begun(self) -> bool:
        """Begin a run; say whether that could be: there is one at a time."""
        with self._lock:
            if self._view.running:
                return False
            self._view = replace(self._view, running=True, stopped=False, archive=None, sentence=NOTHING)
            return True

    def _work(self) -> Generator[BatchView]:
        again = False
        while self._next() is not None and not self.cancelled.is_set():
            with QUEUE.turn(self, again=again) as before:
                for ahead in before:
                    if self.cancelled.is_set():
                        return
                    yield replace(self._view, ahead=ahead)
                if (index := self._next()) is not None:
                    yield from self._one(index)
            again = True
            yield self._view

    def _one(self, index: int) -> Generator[BatchView]:
        """Work on one photo; whatever happens, it says how it ended."""
        self._put(index, status=Status.WORKING)
        yield self._view
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            with closing(make(self._view.items[index], self._choices, self._place(index), self.cancelled)) as making:
                for made in making:
                    if made:
                        self._finish(index, made, self._choices)
                    yield self._view
        except StoppedError:
            self._put(index, status=Status.WAITING)
        except LowlightError as error:
            self._refuse(index, error.message)
        except MemoryError:
            self._refuse(index, texts.NO_MEMORY)
        except OSError as error:
            self._refuse(index, no_room(error))

    def _next(self) -> int | None:
        """Return the first photo that waits; None if there is none."""
        return next((index for index, item in enumerate(self._view.items) if item.status is Status.WAITING), None)

    def _place(self, index: int) -> Path:
        """Return a new name for the folder of one photo's files: their addresses are other ones each time."""
        return self._folder / f"{index:03d}-{token_hex(8)}"

    def _put(self, index: int, **changes: Any) -> None:  # noqa: ANN401 -- they are Item's
        """Change what is known of one photo."""
        with self._lock:
            items = list(self._view.items)
            items[index] = replace(items[index], **changes)
            self._view = replace(self._view, items=tuple(items))

    def _finish(self, index: int, made: Made, wanted: Choices) -> None:
        """Enter a result; what was made before goes. It waits again if it is wanted otherwise by now."""
        status = Status.DONE if made.choices == wanted else Status.WAITING
        with self._lock:
            old = self._view.items[index].made
            result = _distinct(made.result.name, self._view.items, index)
            self._put(index, status=status, sentence=NOTHING, made=made, result=result)
        _delete(old)

    def _refuse(self, index: int, sentence: Message) -> None:
        item = self._view.items[index]
        self._put(index, status=Status.REFUSED, sentence=sentence, made=None, result="")
        _delete(item.made)

    def _rest(self) -> None:
        """End a run: what was under way waits again, or is as it was before if somebody ended it."""
        stopped = self.cancelled.is_set()
        with self._lock:
            items = tuple(_at_rest(item, stopped=stopped) for item in self._view.items)
            self._view = replace(self._view, items=items, running=False, stopped=stopped)


def begin_batch(old: Batch | None, uploads: Sequence[Upload], choices: Choices, root: Path) -> Batch:
    """Return the batch for photos that just arrived; the old one is ended and its files go.

    Raises:
        LowlightError: there are more than `limits.MAX_BATCH` of them, or none.
    """
    if not uploads:
        raise LowlightError(texts.NO_PHOTO)
    if len(uploads) > limits.MAX_BATCH:
        raise LowlightError(texts.TOO_MANY, count=len(uploads), limit=limits.MAX_BATCH)
    if old:
        old.delete()
    return Batch(uploads, choices, root)


def _anew(item: Item, choices: Choices) -> Item:
    """Return a photo as it waits to be treated so; one that is under way waits when it ends."""
    done = item.status is Status.DONE and item.made is not None and item.made.choices == choices
    if done or item.status is Status.WORKING:
        return item
    return replace(item, status=Status.WAITING, sentence=NOTHING)


def _at_rest(item: Item, *, stopped: bool) -> Item:
    if item.status not in (Status.WAITING, Status.WORKING):
        return item
    ended = Status.DONE if item.made else Status.STOPPED
    return replace(item, status=ended if stopped else Status.WAITING)


def _distinct(name: str, items: Sequence[Item], index: int) -> str:
    """Return what a result is called in the zip: there are systems for which a.jpg and A.JPG are one file."""
    old = items[index].result
    if old and Path(old).suffix == Path(name).suffix:
        return old
    taken = {item.result.casefold() for place, item in enumerate(items) if place != index}
    return free_path(Path(name), lambda path: path.name.casefold() in taken).name


def _delete(made: Made | None) -> None:
    if made:
        shutil.rmtree(made.folder, ignore_errors=True)


def _why(error: OSError) -> Message:
    """Return the sentence for files that are gone, or that the system did not let be written."""
    return texts.GONE if isinstance(error, FileNotFoundError) else no_room(error)
