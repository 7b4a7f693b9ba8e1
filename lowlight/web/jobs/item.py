"""One of many photos: how far it is, and what was made of it. Of its pixels only files are kept."""

import os
import shutil
import time
from collections.abc import Generator, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import Path
from threading import Event

import numpy as np

from lowlight import limits
from lowlight.arrays import Uint8Image, smaller
from lowlight.errors import LowlightError
from lowlight.files.photo import Photo, enhanced_name, load_photo, usual_format
from lowlight.files.results import save_photo
from lowlight.measure.certainty import certainty, shares
from lowlight.messages import NOTHING, Message
from lowlight.pipeline import Clean, Plan, Progress, Stage, steps
from lowlight.web.i18n import texts
from lowlight.web.jobs import summary
from lowlight.web.jobs.job import Choices, Job
from lowlight.web.jobs.kept import PREVIEW_SIDE
from lowlight.web.jobs.storage import save_preview
from lowlight.web.jobs.view import Offer, Phase, View

THUMBNAIL_SIDE = 320
STAGES = 5
"""How many stages the recipe has; the page's cards are one more."""

_TICK_SECONDS = 0.5


class Status(StrEnum):
    """How far a photo is."""

    WAITING = "waiting"
    WORKING = "working"
    DONE = "done"
    REFUSED = "refused"
    STOPPED = "stopped"


@dataclass(frozen=True)
class Made:
    """What was made of a photo.

    Attributes:
        choices: how it was treated.
        folder: where the files lie; nothing else is in it.
        result: the result's file, at full size.
        pair: the photo and the result for the page, 1600 pixels at most.
        thumbnail: a small picture of the result.
        size: width and height in pixels.
        seconds: how long it took.
        sentence: what was done, or why nothing was.
        facts: as in `View`.
        how: as in `View`.
        message: as in `View`.
        histograms: as in `View`.
        same: whether the result is the photo.
    """

    choices: Choices
    folder: Path
    result: Path
    pair: tuple[Path, Path]
    thumbnail: Path
    size: tuple[int, int]
    seconds: float
    sentence: Message
    facts: tuple[Message, ...]
    how: Message
    message: Message
    histograms: tuple[tuple[float, ...], ...]
    same: bool

    def view(self, folder: Path) -> View:
        """Return the page's view of it, with files of its own: those that are here may go before the page does.

        Args:
            folder: where to put them; it is made.

        Raises:
            OSError: the files have been deleted meanwhile.
        """
        result, before, after = linked((self.result, *self.pair), folder)
        return View(
            Phase.DONE,
            self.message,
            facts=self.facts,
            took=Message(texts.TOOK, seconds=self.seconds),
            how=self.how,
            network=summary.weights_line(),
            histograms=self.histograms,
            seen=texts.SEEN_SAME if self.same else texts.SEEN_RESULT,
            pair=(before, after),
            size=self.size,
            offer=Offer(result, summary.about_file(result)),
            seconds=self.seconds,
        )


@dataclass(frozen=True)
class Item:
    """A photo among many.

    Attributes:
        name: what the person calls it.
        source: its file.
        status: how far it is.
        sentence: why it was refused.
        made: what was made of it, at first or with the choices before.
        result: what the result is called, among the others; empty without one.
    """

    name: str
    source: Path
    status: Status = Status.WAITING
    sentence: Message = NOTHING
    made: Made | None = None
    result: str = ""


class StoppedError(Exception):
    """Somebody ended the work in the middle of a photo."""


def make(item: Item, choices: Choices, folder: Path, cancelled: Event) -> Generator[Made | None]:
    """Make a photo bright; yield None now and then, and at last what was made. Without that the folder goes again.

    Args:
        item: the photo.
        choices: how to treat it.
        folder: where the files go; it is made.
        cancelled: ends the work at the next tile.

    Raises:
        LowlightError: the photo cannot be taken, or took too long.
        StoppedError: the work was cancelled.
        OSError: the files could not be written.
        MemoryError: the photo is too large for the memory there is.
    """
    whole = False
    try:
        folder.mkdir()
        for made in _made(item, choices, folder, cancelled):
            whole = made is not None  # before it is handed out: who takes it may leave at once
            yield made
    finally:
        if not whole:
            shutil.rmtree(folder, ignore_errors=True)


def taken_over(old: Made, job: Job, view: View, folder: Path) -> Made:
    """Return what a job of its own made of a photo, in the place of what was made of it before.

    Args:
        old: what was made before.
        job: what was worked on.
        view: the view of it at its end.
        folder: where the files go; it is made.

    Raises:
        LowlightError: the job has no result.
        OSError: its files have been deleted meanwhile, or cannot be written.
    """
    if view.offer is None or view.pair is None:
        raise LowlightError(texts.GONE)
    result, before, after = linked((view.offer.path, *view.pair), folder)
    same = view.seen == texts.SEEN_SAME
    return replace(
        old,
        choices=job.choices,
        folder=folder,
        result=result,
        pair=(before, after),
        thumbnail=_thumbnail(load_photo(after).rgb, folder),
        seconds=view.seconds,
        sentence=_sentence(view.message, [card.sentence for card in view.cards[:STAGES]], same=same),
        facts=view.facts,
        how=view.how,
        message=view.message,
        histograms=view.histograms,
        same=same,
    )


def linked(paths: tuple[Path, ...], folder: Path) -> list[Path]:
    """Make a folder and have files in it too, without a copy; return them there."""
    folder.mkdir(parents=True)
    for path in set(paths):
        os.link(path, folder / path.name)
    return [folder / path.name for path in paths]


def _made(item: Item, choices: Choices, folder: Path, cancelled: Event) -> Generator[Made | None]:
    began = last = time.monotonic()
    if not item.source.exists():
        raise LowlightError(texts.GONE)
    photo = load_photo(item.source)
    deep = None if photo.deep is None else smaller(photo.deep, PREVIEW_SIDE)
    plan = Plan(smaller(photo.rgb, PREVIEW_SIDE), choices.settings, deep=deep)
    work = _Work(item.name, item.source, choices, folder, photo, plan)
    with closing(steps(photo.rgb, choices.settings, deep=photo.deep)) as recipe:
        for step in recipe:
            if cancelled.is_set():
                raise StoppedError
            if time.monotonic() - began > limits.DEADLINE_SECONDS:
                raise LowlightError(texts.TOO_LONG, seconds=limits.DEADLINE_SECONDS)
            work.take(step)
            if time.monotonic() - last > _TICK_SECONDS:
                last = time.monotonic()
                yield None
    yield work.finished(began)


@dataclass
class _Work:
    """What is known of a photo while it is worked on."""

    name: str
    source: Path
    choices: Choices
    folder: Path
    photo: Photo
    plan: Plan
    stage: Stage | None = None
    denoised: bool = False
    facts: tuple[Message, ...] = ()
    sentences: tuple[Message, ...] = ()

    def take(self, step: Stage | Progress | Clean) -> None:
        """Note what a step of the recipe says."""
        self.denoised |= isinstance(step, Progress)
        if isinstance(step, Stage):
            self.stage = step
            self.sentences += (step.sentence,)
            sure = shares(certainty(self.plan.rgb, self.plan.survey))
            self.facts += summary.facts_after(step, self.photo, self.plan, sure)

    def finished(self, began: float) -> Made:
        """Write the files; return what was made.

        Raises:
            StoppedError: the recipe handed out no stage.
        """
        if self.stage is None:
            raise StoppedError
        rgb, result = self.photo.rgb, self.stage.picture
        wanted = self.choices.result_format(usual_format(self.photo))
        path = self.folder / enhanced_name(self.name, wanted.suffix)
        beside = self.choices.beside(self.photo.told, self.source)
        save_photo(self.stage.deep if wanted.deep else result, path, **beside)
        pair = save_preview(rgb, self.folder / "before.jpg"), save_preview(result, self.folder / "after.jpg")
        same = np.array_equal(rgb, result)
        seconds = time.monotonic() - began
        message = summary.left_alone(self.plan, same=same)
        return Made(
            choices=self.choices,
            folder=self.folder,
            result=path,
            pair=pair,
            thumbnail=_thumbnail(result, self.folder),
            size=(rgb.shape[1], rgb.shape[0]),
            seconds=seconds,
            sentence=_sentence(message, self.sentences, same=same),
            facts=self.facts,
            how=NOTHING if message or same or self.denoised else self.sentences[-1],
            message=message,
            histograms=(summary.histogram(rgb), summary.histogram(result)),
            same=same,
        )


def _thumbnail(rgb: Uint8Image, folder: Path) -> Path:
    path = folder / "small.jpg"
    save_photo(smaller(rgb, THUMBNAIL_SIDE), path)
    return path


def _sentence(message: Message, stages: Sequence[Message], *, same: bool) -> Message:
    """Return what was done to a photo, or why nothing was, from what its stages say: brightened, then denoised."""
    return message or stages[-1 if same else -2]
