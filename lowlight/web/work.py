"""Works on a job and yields what the page shows: a `View` when there is something new to see, a `Tick` for the bar."""

import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import numpy as np

from lowlight.errors import LowlightError
from lowlight.photo import Photo, enhanced_name, load_photo, output_suffix, save_photo
from lowlight.pipeline import Progress, Stage, steps
from lowlight.tone import Uint8Image
from lowlight.web import facts, texts
from lowlight.web.files import new_folder, save_preview
from lowlight.web.jobs import SAME, Job
from lowlight.web.views import Card, Phase, Tick, View, failed

_TICK_SECONDS = 0.1
_SEEN = {"brightened": texts.SEEN_BRIGHTENED, "denoised": texts.SEEN_RESULT}
_PIXELS = "result.npy"


def run(job: Job | None) -> Iterator[View | Tick]:
    """Work on a job, unless somebody already does, and yield what the page shows.

    A failure is a view too: it says in a sentence what was wrong. The work ends between tiles when the job is stopped
    or the generator closed.
    """
    if job is None or not job.claim():
        return
    try:
        yield from _work(job)
    except LowlightError as error:
        yield failed(texts.ABOUT.format(name=job.name, sentence=error))
    except MemoryError:
        yield failed(texts.ABOUT.format(name=job.name, sentence=texts.NO_MEMORY))
    except OSError as error:
        yield failed(texts.NO_ROOM.format(reason=error.strerror or "unknown"))


def stopped(job: Job) -> View:
    """Return the view of a job that was stopped, with what there is so far."""
    job.view = replace(job.view, phase=Phase.STOPPED, message=texts.STOPPED, tick=None)
    return job.view


def in_format(job: Job, form: str) -> View:
    """Write a finished job's result in another format and return the view that offers it.

    Raises:
        LowlightError: the result has been deleted meanwhile or cannot be written.
    """
    job.choices = replace(job.choices, form=form)
    if job.view.phase is Phase.DONE and job.folder:
        try:
            result = np.load(job.folder / _PIXELS)
        except OSError as error:
            raise LowlightError(texts.GONE) from error
        job.view = _offered(job, result)
    return job.view


def _work(job: Job) -> Iterator[View | Tick]:
    started = time.monotonic()
    if not job.stopped:
        job.view = replace(job.view, tick=Tick(texts.OPENING.format(name=job.name)))
        yield job.view
        photo = load_photo(job.source)
        job.folder, job.suffix, job.exif = new_folder(job.root), output_suffix(photo), photo.exif
        result = photo.rgb
        for step in _until_stopped(job, photo.rgb):
            if isinstance(step, Stage):
                result = step.picture
                job.view = _with_stage(job, job.folder, step)
            if not job.superseded:
                yield job.view if isinstance(step, Stage) else step
    if job.superseded:
        return
    if job.stopped:
        yield stopped(job)
        return
    yield Tick(texts.SAVING, 1.0)
    job.view = _finished(job, photo, result, started)
    yield job.view


def _until_stopped(job: Job, rgb: Uint8Image) -> Iterator[Stage | Tick]:
    """Yield the stages, and the denoiser's progress now and then, until the job is stopped."""
    last = began = time.monotonic()
    with closing(steps(rgb, job.choices.settings)) as work:
        for step in work:
            now = time.monotonic()
            if isinstance(step, Stage):
                began = now
                yield step
            else:
                job.denoised = True
                if now - last > _TICK_SECONDS:
                    last = now
                    yield _denoising(step, now - began)
            if job.stopped:
                return


def _denoising(progress: Progress, elapsed: float) -> Tick:
    left = elapsed / progress.share * (1 - progress.share)
    label = texts.DENOISING if left < 1 else texts.DENOISING_LEFT
    return Tick(label.format(share=progress.share, seconds=left), progress.share)


def _with_stage(job: Job, folder: Path, stage: Stage) -> View:
    """Return the view with a stage that is ready; those of the job before keep their places until theirs are."""
    picture = save_preview(stage.picture, folder / f"{stage.name}.jpg")
    card = Card(stage.title, stage.sentence, picture)
    ready = sum(not shown.stale for shown in job.view.cards)
    cards = (*job.view.cards[:ready], card, *job.view.cards[ready + 1 :])
    view = replace(job.view, cards=cards, tick=Tick(texts.PREPARING))
    if stage.name == "original":
        height, width = stage.picture.shape[:2]
        view = replace(view, ratio=width / height, facts=(facts.about(stage.picture),))
        return view if view.pair else replace(view, pair=(picture, picture), seen=texts.SEEN_ORIGINAL)
    if stage.name in _SEEN:
        return replace(view, pair=(cards[0].picture, picture), seen=_SEEN[stage.name])
    return view


def _finished(job: Job, photo: Photo, result: Uint8Image, started: float) -> View:
    """Return the view with the result in it, at full size."""
    bright = facts.left_alone(photo.rgb, job.choices.settings)
    if job.folder:
        np.save(job.folder / _PIXELS, result)
    view = _offered(job, result)
    how = facts.weights_line() if job.denoised else view.cards[-1].sentence
    return replace(
        view,
        phase=Phase.DONE,
        message=texts.BRIGHT if bright else "",
        tick=None,
        seen=texts.SEEN_SAME if bright else view.seen,
        facts=(
            f"{view.facts[0]}, {texts.TOOK.format(seconds=time.monotonic() - started)}",
            *(() if bright else (how,)),
        ),
    )


def _offered(job: Job, result: Uint8Image) -> View:
    """Write the result in the format that the person wants and return the view that offers it."""
    if not job.folder:
        return job.view
    suffix = job.suffix if job.choices.form == SAME else f".{job.choices.form}"
    path = job.folder / enhanced_name(job.name, suffix)
    save_photo(result, path, exif=job.exif)
    return replace(job.view, download=path, details=facts.about_file(path))
