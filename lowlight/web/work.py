"""Works on a job and yields what the page shows: a `View` when there is something new to see, a `Tick` for the bar."""

import os
import time
from collections.abc import Generator, Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np

from lowlight import limits
from lowlight.errors import LowlightError
from lowlight.photo import Photo, enhanced_name, load_photo, output_suffix, save_photo
from lowlight.pipeline import Clean, Plan, Progress, Stage, enhance, steps
from lowlight.tone import HalfImage, Uint8Image, from_half, to_half
from lowlight.web import facts, loupe, texts
from lowlight.web.files import new_folder, save_preview, smaller
from lowlight.web.jobs import SAME, Job
from lowlight.web.languages import fill
from lowlight.web.line import LINE
from lowlight.web.speed import SPEED
from lowlight.web.views import Card, Phase, Tick, View, failed

_TICK_SECONDS = 0.1
_WORTH_TELLING_SECONDS = 2.0
_SEEN = {"brightened": texts.SEEN_BRIGHTENED, "denoised": texts.SEEN_RESULT}
_CLEAN = "clean.npy"
_SMALL, _SMALL_CLEAN = "small.npy", "small-clean.npy"
_WANTED = "wanted.txt"
_PREVIEW_SIDE = 1000
_PREVIEWED_PIXELS = 3_000_000  # smaller photos are done as soon


def run(job: Job | None, *, deadline: float = limits.DEADLINE_SECONDS) -> Iterator[View | Tick]:
    """Work on a job, unless somebody already does, and yield what the page shows.

    A failure is a view too: it says in a sentence what was wrong. The work ends between tiles when the job is stopped,
    the generator closed, or the time is up.

    Args:
        job: the photo to be worked on.
        deadline: seconds that it may take.
    """
    if job is None or not job.claim():
        return
    try:
        ends = time.monotonic() + deadline
        with LINE.at_work(job), closing(_work(job)) as work:
            for shown in work:
                yield shown
                if job.view.phase is Phase.WORKING and time.monotonic() > ends:
                    raise LowlightError(texts.TOO_LONG.format(seconds=deadline))
        return
    except LowlightError as error:
        sentence = fill(texts.ABOUT, name=job.name, sentence=str(error))
        if not job.give_back(sentence):
            job.view = failed(sentence)
    except MemoryError:
        job.view = failed(fill(texts.ABOUT, name=job.name, sentence=texts.NO_MEMORY))
    except OSError as error:
        job.view = failed(texts.NO_ROOM.format(reason=error.strerror or "unknown"))
    yield job.view


def at_once(job: Job) -> View:
    """Return the view of a job for a photo that is shown already, with a small preview of what the new settings make.

    The network's picture of the job before is used; where there is none, the preview still has its noise in it. So it
    takes a fraction of a second.
    """
    before = job.before
    if before is None or before.folder is None or before.source != job.source:
        return job.view
    try:
        photo, clean, settings = np.load(before.folder / _SMALL), None, job.choices.settings
        if (before.folder / _SMALL_CLEAN).exists():
            clean = _kept(before.folder, np.load(before.folder / _SMALL_CLEAN))
        made = steps(photo, settings if clean else replace(settings, denoise=0.0), clean=clean)
        *_, result = (step.picture for step in made if isinstance(step, Stage))
        job.folder = new_folder(job.root)
        picture = save_preview(result, job.folder / "at-once.jpg")
    except (OSError, ValueError, LowlightError):
        return job.view
    job.view = replace(job.view, pair=(job.view.cards[0].picture, picture), seen=texts.SEEN_PREVIEW)
    return job.view


def stopped(job: Job) -> View:
    """Return the view of a job that was stopped, with what there is so far."""
    seen = texts.SEEN_PREVIEW_ONLY if job.view.seen == texts.SEEN_PREVIEW else job.view.seen
    job.view = replace(job.view, phase=Phase.STOPPED, message=texts.STOPPED, tick=None, seen=seen)
    return job.view


def in_format(job: Job, form: str) -> View:
    """Write a finished job's result in another format and return the view that offers it.

    Raises:
        LowlightError: the result has been deleted meanwhile or cannot be written.
    """
    job.choices = replace(job.choices, form=form)
    if job.view.phase is Phase.DONE and job.folder:
        try:
            result = np.load(job.folder / loupe.RESULT)
        except OSError as error:
            raise LowlightError(texts.GONE) from error
        job.view = _offered(job, result)
    return job.view


def looked_at(job: Job, x: float, y: float) -> View:
    """Return a finished job's view with the part around a point under the loupe; it stays there for other settings.

    Raises:
        LowlightError: the result has been deleted meanwhile.
    """
    if job.view.phase is Phase.DONE and job.folder:
        try:
            job.view = replace(job.view, detail=loupe.detail(job.folder, x, y))
        except OSError as error:
            raise LowlightError(texts.GONE) from error
        job.looked_at = (x, y)
    return job.view


def _work(job: Job) -> Generator[View | Tick]:
    started = time.monotonic()
    if not job.stopped:
        job.view = replace(job.view, tick=Tick(fill(texts.OPENING, name=job.name)))
        yield job.view
        photo = load_photo(job.source)
        job.folder, job.suffix, job.exif = job.folder or new_folder(job.root), output_suffix(photo), photo.exif
        pixels = photo.rgb.shape[0] * photo.rgb.shape[1]
        yield _announced(job, SPEED.expected(pixels))
        result, small = photo.rgb, smaller(photo.rgb, _PREVIEW_SIDE)
        np.save(job.folder / _SMALL, small)
        plan = Plan(small, job.choices.settings)
        for step in _until_stopped(job, job.folder, photo.rgb):
            if isinstance(step, Stage):
                result = step.picture
                job.view = _with_stage(job, job.folder, step)
                job.view = replace(job.view, facts=_facts_after(step, job.view.facts, photo.rgb, plan))
            if not job.superseded:
                yield job.view if isinstance(step, Stage) else step
            if isinstance(step, Stage) and step.name == "original" and _worth_a_preview(job, photo.rgb):
                job.view = _with_preview(job, job.folder, small)
                yield job.view
    if job.superseded:
        return
    if job.stopped:
        yield stopped(job)
        return
    yield Tick(texts.SAVING, 1.0)
    job.view = _finished(job, photo, result, plan, started)
    if job.before is None or job.before.source != job.source:  # with the network at rest it would be no measure
        SPEED.learn(pixels, time.monotonic() - started)
    yield job.view


def _announced(job: Job, seconds: float | None) -> Tick:
    """Say how long a photo will take, if that is known and worth saying."""
    worth_telling = seconds is not None and seconds >= _WORTH_TELLING_SECONDS
    tick = Tick(texts.EXPECTED.format(seconds=seconds) if worth_telling else texts.PREPARING)
    job.view = replace(job.view, tick=tick)
    return tick


def _until_stopped(job: Job, folder: Path, rgb: Uint8Image) -> Iterator[Stage | Tick]:
    """Yield the stages, and the network's progress now and then, until the job is stopped.

    The network's picture is kept beside the job's other files: other settings on the same photo need no tile anew.
    """
    last = began = time.monotonic()
    kept = _taken_over(job, folder)
    job.denoised = kept is not None
    with closing(steps(rgb, job.choices.settings, clean=kept)) as work:
        for step in work:
            now = time.monotonic()
            if isinstance(step, Clean):
                np.save(folder / _CLEAN, step.picture)
                np.save(folder / _SMALL_CLEAN, _small(step))
                (folder / _WANTED).write_text(str(step.wanted))
            elif isinstance(step, Stage):
                began = now
                yield step
            else:
                job.denoised = True
                if now - last > _TICK_SECONDS:
                    last = now
                    yield _denoising(step, now - began)
            if job.stopped:
                return


def _small(clean: Clean) -> HalfImage:
    """Return the network's picture at the size of a preview."""
    height, width = clean.picture.shape[:2]
    every = max(1, max(height, width) // (2 * _PREVIEW_SIDE))
    thinned = from_half(np.ascontiguousarray(clean.picture[::every, ::every]))
    scale = min(_PREVIEW_SIDE / max(height, width), 1)
    size = max(1, round(width * scale)), max(1, round(height * scale))
    return to_half(np.asarray(cv2.resize(thinned, size, interpolation=cv2.INTER_AREA), np.float32))


def _taken_over(job: Job, folder: Path) -> Clean | None:
    """Return the network's picture that the job before left for this photo, and keep it for the next one."""
    before = job.before
    if before is None or before.folder is None or before.source != job.source:
        return None
    try:
        for name in (_WANTED, _SMALL_CLEAN, _CLEAN):
            os.link(before.folder / name, folder / name)
        return _kept(folder, np.load(folder / _CLEAN, mmap_mode="r"))
    except (OSError, ValueError):  # there is none, or it has been deleted meanwhile
        return None


def _kept(folder: Path, picture: HalfImage) -> Clean:
    return Clean(picture, float((folder / _WANTED).read_text()))


def _worth_a_preview(job: Job, rgb: Uint8Image) -> bool:
    """Say whether the photo takes long enough, and there is nothing to see of it yet."""
    before = job.before
    seen = before is not None and before.source == job.source
    return rgb.shape[0] * rgb.shape[1] > _PREVIEWED_PIXELS and not seen and not job.stopped


def _with_preview(job: Job, folder: Path, small: Uint8Image) -> View:
    """Return the view with a small version of the result, made at once; the full one takes its place."""
    *_, result = enhance(small, job.choices.settings)
    picture = save_preview(result.picture, folder / "preview.jpg")
    original = job.view.cards[0].picture
    return replace(job.view, pair=(original, picture), seen=texts.SEEN_PREVIEW)


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
    view = replace(job.view, cards=cards)
    if stage.name == "original":
        height, width = stage.picture.shape[:2]
        view = replace(view, ratio=width / height)
        return view if view.pair else replace(view, pair=(picture, picture), seen=texts.SEEN_ORIGINAL)
    if stage.name in _SEEN and not (stage.name == "brightened" and view.seen == texts.SEEN_PREVIEW):
        return replace(view, pair=(cards[0].picture, picture), seen=_SEEN[stage.name])
    return view


def _facts_after(stage: Stage, known: tuple[str, ...], rgb: Uint8Image, plan: Plan) -> tuple[str, ...]:
    """Return what there is to say about a photo once a stage is ready.

    Args:
        stage: the one that is ready.
        known: what was said before.
        rgb: the photo, height x width x 3, uint8.
        plan: a small version's.
    """
    if stage.name == "original":
        return (facts.about(rgb),)
    if stage.name == "light" and (kind := facts.taken_for(plan)):
        return (*known, kind)
    return (*known, facts.verdict(rgb, stage.picture)) if stage.name == "brightened" else known


def _finished(job: Job, photo: Photo, result: Uint8Image, plan: Plan, started: float) -> View:
    """Return the view with the result in it, at full size."""
    same = np.array_equal(photo.rgb, result)
    view, message = _offered(job, result), facts.left_alone(plan, same=same)
    if job.folder:
        np.save(job.folder / loupe.RESULT, result)
        np.save(job.folder / loupe.PHOTO, photo.rgb)
        view = replace(view, detail=loupe.detail(job.folder, *(job.looked_at or loupe.busiest(result))))
    denoised = job.denoised and plan.settings.denoise > 0 and not same
    how = facts.weights_line() if denoised else view.cards[-1].sentence
    return replace(
        view,
        phase=Phase.DONE,
        message=message,
        tick=None,
        seen=texts.SEEN_SAME if same else view.seen,
        histograms=(facts.histogram(photo.rgb), facts.histogram(result)),
        facts=(
            f"{view.facts[0]}, {texts.TOOK.format(seconds=time.monotonic() - started)}",
            *view.facts[1:],
            *(() if message else (how,)),
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
