"""Works on a job and yields its steps; what a step changes on the page, `view.reduced` says."""

import time
from collections.abc import Generator, Iterator
from contextlib import closing
from dataclasses import dataclass, replace

import numpy as np

from lowlight import limits
from lowlight.arrays import Uint8Image
from lowlight.errors import LowlightError
from lowlight.files.photo import Photo, enhanced_name, load_photo, save_photo
from lowlight.measure import busiest
from lowlight.messages import NOTHING, Message
from lowlight.pipeline import Clean, Plan, Progress, Stage, enhance, steps
from lowlight.web.i18n import texts
from lowlight.web.jobs import crop, summary
from lowlight.web.jobs.eta import ETA
from lowlight.web.jobs.job import SAME, Job
from lowlight.web.jobs.kept import Kept
from lowlight.web.jobs.queue import QUEUE
from lowlight.web.jobs.storage import save_preview
from lowlight.web.jobs.view import (
    Card,
    Failed,
    Finished,
    Looked,
    Offer,
    PreviewReady,
    StageReady,
    Step,
    Stopped,
    Tick,
    waiting,
)

_TICK_SECONDS = 0.1
_WORTH_TELLING_SECONDS = 2.0
_PREVIEWED_PIXELS = 3_000_000  # smaller photos are done as soon


def run(job: Job | None, *, deadline: float = limits.DEADLINE_SECONDS) -> Generator[Step]:
    """Wait for a job's turn and work on it, unless somebody already does, and yield its steps.

    A failure is a step too: it says in a sentence what was wrong. The work ends between tiles when the job is
    cancelled, the generator closed, or the time is up.

    Args:
        job: the photo to be worked on.
        deadline: seconds that it may take once its turn has come.
    """
    if job is None or not job.claim():
        return
    try:
        with QUEUE.turn(job) as before:
            for count in before:
                if job.cancelled.is_set():
                    break
                yield waiting(count)
            yield from _in_time(job, deadline)
        return
    except LowlightError as error:
        reason = error.message
    except MemoryError:
        reason = texts.NO_MEMORY
    except OSError as error:
        yield Failed(no_room(error), opened=Kept(job.folder).opened)
        return
    yield Failed(Message(texts.ABOUT, name=job.name, sentence=reason), opened=Kept(job.folder).opened)


def _in_time(job: Job, deadline: float) -> Generator[Step]:
    ends = time.monotonic() + deadline
    with closing(_work(job)) as work:
        for step in work:
            yield step
            if time.monotonic() > ends and not isinstance(step, Finished | Stopped):
                raise LowlightError(texts.TOO_LONG, seconds=deadline)


def no_room(error: OSError) -> Message:
    """Return the sentence for a result that the system did not let be written."""
    return Message(texts.NO_ROOM, reason=error.strerror or texts.UNKNOWN)


def preview(job: Job) -> PreviewReady | None:
    """Return a small version of what new settings make of a photo that is shown already; None where that cannot be.

    The network's picture of the job before is used; where there is none, the preview still has its noise in it. So it
    takes a fraction of a second.
    """
    if job.earlier is None:
        return None
    try:
        settings = job.choices.settings
        photo, clean = Kept(job.earlier).small()
        made = steps(photo, settings if clean else replace(settings, denoise=0.0), clean=clean)
        *_, result = (step.picture for step in made if isinstance(step, Stage))
        job.folder.mkdir(parents=True)
        return PreviewReady(save_preview(result, job.folder / "at-once.jpg"))
    except (OSError, ValueError, LowlightError):
        return None


def offered(job: Job, file_format: str) -> Offer:
    """Write a finished job's result in another format.

    Raises:
        LowlightError: the result has been deleted meanwhile or cannot be written.
    """
    try:
        _, result = Kept(job.folder).pictures()
        return _offer(replace(job, choices=replace(job.choices, file_format=file_format)), np.asarray(result))
    except OSError as error:
        raise LowlightError(texts.GONE) from error


def looked_at(job: Job, x: float, y: float) -> Looked:
    """Return the part of a finished job's photo around a point, for the loupe; it stays there for other settings.

    Args:
        job: a job that is done.
        x: the point, as a share of the width.
        y: likewise, of the height.

    Raises:
        LowlightError: the result has been deleted meanwhile.
    """
    try:
        return Looked(crop.detail(job.folder, *_pictures(job), (x, y)), (x, y))
    except OSError as error:
        raise LowlightError(texts.GONE) from error


def _pictures(job: Job) -> tuple[Uint8Image, Uint8Image]:
    """Return the photo and its result, of which only what is looked at is read.

    Of a job that kept its result's file alone, both are read once and kept from then on.
    """
    kept = Kept(job.folder)
    if job.result and not kept.finished:
        if not (job.source.exists() and job.result.exists()):
            raise LowlightError(texts.GONE)
        kept.keep_result(load_photo(job.source).rgb, load_photo(job.result).rgb)
    return kept.pictures()


@dataclass
class _Work:
    """What is known of a photo while it is worked on."""

    job: Job
    photo: Photo
    kept: Kept
    plan: Plan
    began: float
    denoised: bool = False
    sentence: Message = NOTHING


def _work(job: Job) -> Generator[Step]:
    began = time.monotonic()
    if job.cancelled.is_set():
        yield Stopped()
        return
    yield Tick(Message(texts.OPENING, name=job.name))
    photo, kept = load_photo(job.source), Kept(job.folder)
    small = kept.begin(photo)
    work = _Work(job, photo, kept, Plan(small, job.choices.settings), began)
    pixels = photo.rgb.shape[0] * photo.rgb.shape[1]
    yield _announced(ETA.expected(pixels))
    result = photo.rgb
    for step in _steps(work):
        if isinstance(step, Stage):
            result, work.sentence = step.picture, step.sentence
            yield _ready(work, step)
            if (
                step.name == "original"
                and pixels > _PREVIEWED_PIXELS
                and job.earlier is None
                and not job.cancelled.is_set()
            ):
                *_, made = enhance(small, job.choices.settings)
                yield PreviewReady(save_preview(made.picture, job.folder / "preview.jpg"))
        else:
            yield step
    if job.cancelled.is_set():
        yield Stopped()
        return
    yield Tick(texts.SAVING, 1.0)
    finished = _finished(work, result)
    if job.earlier is None:  # with the network at rest it would be no measure
        ETA.learn(pixels, time.monotonic() - began)
    yield finished


def _announced(seconds: float | None) -> Tick:
    """Say how long a photo will take, if that is known and worth saying."""
    if seconds is None or seconds < _WORTH_TELLING_SECONDS:
        return Tick(texts.PREPARING)
    return Tick(Message(texts.EXPECTED, seconds=seconds))


def _steps(work: _Work) -> Iterator[Stage | Tick]:
    """Yield the stages, and the network's progress now and then.

    The network's picture is kept beside the job's other files: other settings on the same photo need no tile anew.
    """
    last = began = time.monotonic()
    known = work.kept.take_over(work.job.earlier) if work.job.earlier else None
    work.denoised = known is not None
    with closing(steps(work.photo.rgb, work.job.choices.settings, clean=known)) as recipe:
        for step in recipe:
            now = time.monotonic()
            if isinstance(step, Clean):
                work.kept.keep_clean(step)
            elif isinstance(step, Stage):
                began = now
                yield step
            else:
                work.denoised = True
                if now - last > _TICK_SECONDS:
                    last = now
                    yield _denoising(step, now - began)
            if work.job.cancelled.is_set():
                return


def _denoising(progress: Progress, elapsed: float) -> Tick:
    left = elapsed / progress.share * (1 - progress.share)
    if left < 1:
        return Tick(Message(texts.DENOISING, share=progress.share), progress.share)
    return Tick(Message(texts.DENOISING_LEFT, share=progress.share, seconds=left), progress.share)


def _ready(work: _Work, stage: Stage) -> StageReady:
    picture = save_preview(stage.picture, work.job.folder / f"{stage.name}.jpg")
    height, width = stage.picture.shape[:2]
    card = Card(stage.title, stage.sentence, picture)
    return StageReady(stage.name, card, summary.facts_after(stage, work.photo.rgb, work.plan), width / height)


def _finished(work: _Work, result: Uint8Image) -> Finished:
    """Write the result and return what there is to say and to see of it."""
    job, rgb = work.job, work.photo.rgb
    same = np.array_equal(rgb, result)
    offer = _offer(job, result)
    work.kept.keep_result(rgb, result)
    detail = crop.detail(job.folder, rgb, result, job.place or busiest.busiest(result))
    seconds = time.monotonic() - work.began
    return Finished(
        offer=offer,
        detail=detail,
        histograms=(summary.histogram(rgb), summary.histogram(result)),
        took=Message(texts.TOOK, seconds=seconds),
        message=summary.left_alone(work.plan, same=same),
        how=summary.how(work.plan.settings, work.sentence, denoised=work.denoised, same=same),
        same=same,
        seconds=seconds,
    )


def _offer(job: Job, result: Uint8Image) -> Offer:
    """Write the result in the format that the person wants."""
    kept = Kept(job.folder)
    suffix = kept.suffix if job.choices.file_format == SAME else f".{job.choices.file_format}"
    path = job.folder / enhanced_name(job.name, suffix)
    save_photo(result, path, exif=kept.exif)
    return Offer(path, summary.about_file(path))
