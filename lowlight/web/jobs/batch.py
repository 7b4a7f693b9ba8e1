"""Many photos, one after the other: a gallery that grows, what went wrong by name, and one zip at the end."""

import shutil
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from threading import Event

from lowlight import limits
from lowlight.arrays import Uint8Image, smaller
from lowlight.errors import LowlightError
from lowlight.files.photo import enhanced_name, free_path, load_photo, output_suffix, save_photo
from lowlight.messages import Message
from lowlight.pipeline import Stage, steps
from lowlight.web.i18n import texts
from lowlight.web.jobs.job import SAME, Choices
from lowlight.web.jobs.queue import QUEUE
from lowlight.web.jobs.storage import new_folder
from lowlight.web.jobs.worker import no_room
from lowlight.web.uploads import Upload

THUMBNAIL_SIDE = 480
ARCHIVE = "enhanced.zip"


@dataclass(frozen=True)
class Done:
    """A photo that is done: what its result is called, and a small picture of it."""

    name: str
    thumbnail: Path


@dataclass(frozen=True)
class BatchView:
    """How far the photos are.

    Attributes:
        total: how many there are.
        done: those that are enhanced, in their order.
        failed: a sentence for each that could not be.
        current: the name of the one under way; empty at the end.
        archive: the zip with all results, at the end.
        stopped: whether somebody ended it.
    """

    total: int
    done: tuple[Done, ...] = ()
    failed: tuple[Message, ...] = ()
    current: str = ""
    archive: Path | None = None
    stopped: bool = False


@dataclass(eq=False)
class Batch:
    """Photos of one person that are to be worked on.

    Attributes:
        uploads: the photos' files.
        choices: how to treat them.
        root: where the batch makes its folder.
        folder: where its files lie, once there are any.
        cancelled: set to have the work end at the next tile; what is done so far is zipped.
    """

    uploads: Sequence[Upload]
    choices: Choices
    root: Path
    folder: Path | None = None
    cancelled: Event = field(default_factory=Event)

    def delete(self) -> None:
        """End the work and delete its files."""
        self.cancelled.set()
        if self.folder:
            shutil.rmtree(self.folder, ignore_errors=True)


def begin_batch(old: Batch | None, uploads: Sequence[Upload], choices: Choices, root: Path) -> Batch:
    """Return the batch for photos that just arrived; the old one is ended and its files go.

    Raises:
        LowlightError: there are more than `limits.MAX_BATCH` of them, or none.
    """
    if old:
        old.delete()
    if not uploads:
        raise LowlightError(texts.NO_PHOTO)
    if len(uploads) > limits.MAX_BATCH:
        raise LowlightError(texts.TOO_MANY, count=len(uploads), limit=limits.MAX_BATCH)
    return Batch(uploads, choices, root)


def run_batch(batch: Batch) -> Iterator[BatchView]:
    """Enhance the photos one by one; yield how far they are, at the start, after each, and at the end.

    A photo that cannot be taken is named with the reason, and the others go on.
    """
    with QUEUE.at_work(batch):
        yield from _run(batch)


def _run(batch: Batch) -> Iterator[BatchView]:
    batch.folder = new_folder(batch.root)
    view = BatchView(len(batch.uploads))
    results: dict[str, Path] = {}
    for upload in batch.uploads:
        if batch.cancelled.is_set():
            break
        yield (view := replace(view, current=upload.name))
        try:
            view = replace(view, done=(*view.done, _enhance(batch, batch.folder, upload, results)))
        except _StoppedError:
            break
        except LowlightError as error:
            view = _failed(view, upload, error.message)
        except MemoryError:
            view = _failed(view, upload, texts.NO_MEMORY)
        except OSError as error:
            view = _failed(view, upload, no_room(error))
    archive = _zipped(batch.folder / ARCHIVE, results) if results and batch.folder.exists() else None
    yield replace(view, current="", archive=archive, stopped=batch.cancelled.is_set())


class _StoppedError(Exception):
    """Somebody ended the batch in the middle of a photo."""


def _enhance(batch: Batch, folder: Path, upload: Upload, results: dict[str, Path]) -> Done:
    """Enhance one photo and write its result; enter it into ``results`` by the name it has in the zip."""
    photo = load_photo(upload.path)
    suffix = output_suffix(photo) if batch.choices.file_format == SAME else f".{batch.choices.file_format}"
    name = free_path(Path(enhanced_name(upload.name, suffix)), lambda path: path.name in results).name
    path = folder / f"{len(results):04d}{suffix}"
    result = _result(batch, photo.rgb)
    save_photo(result, path, exif=photo.exif)
    thumbnail = folder / f"{len(results):04d}-small.jpg"
    save_photo(smaller(result, THUMBNAIL_SIDE), thumbnail)
    results[name] = path
    return Done(name, thumbnail)


def _result(batch: Batch, rgb: Uint8Image) -> Uint8Image:
    result = rgb
    for step in steps(rgb, batch.choices.settings):
        if batch.cancelled.is_set():
            raise _StoppedError
        if isinstance(step, Stage):
            result = step.picture
    return result


def _zipped(path: Path, results: dict[str, Path]) -> Path:
    """Write the results into one zip, as they are: pictures are compressed already."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_STORED) as archive:
        for name, result in results.items():
            archive.write(result, name)
    return path


def _failed(view: BatchView, upload: Upload, sentence: Message) -> BatchView:
    return replace(view, failed=(*view.failed, Message(texts.ABOUT, name=upload.name, sentence=sentence)))
