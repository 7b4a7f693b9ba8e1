"""Works on a job and yields its steps; what a step changes on the page, `view.reduced` says."""

import time
from collections.abc import Generator, Iterator
from contextlib import closing
from dataclasses import dataclass, replace

import numpy as np

from lowlight import limits
from lowlight.arrays import Uint8Image, Uint16Image
from lowlight.errors import LowlightError
from lowlight.files.photo import Photo, enhanced_name, load_photo
from lowlight.files.results import ResultFormat, save_photo
from lowlight.messages import NOTHING, Message
from lowlight.pipeline import Clean, Plan, Stage, steps
from lowlight.web.i18n import texts
from lowlight.web.jobs import crop, phases, summary
from lowlight.web.jobs.cards import Cards, Drawing
from lowlight.web.jobs.first_look import PREVIEWED_PIXELS, first_look, previewed
from lowlight.web.jobs.job import Choices, Job, left_until
from lowlight.web.jobs.kept import Kept
from lowlight.web.jobs.live import Live, prepared, taken_over
from lowlight.web.jobs.memory import give_back
from lowlight.web.jobs.queue import QUEUE
from lowlight.web.jobs.storage import save_preview
from lowlight.web.jobs.view import (
    Failed,
    Finished,
    LiveReady,
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
                yield replace(waiting(count), left=left_until(*QUEUE.before(job), job))
            try:
                yield from _in_time(job, deadline)
            finally:
                give_back()
        return
    except LowlightError as error:
        reason = error.message
    except MemoryError:
        reason = texts.NO_MEMORY
    except OSError as error:
        yield Failed(no_room(error), opened=Kept(job.folder).opened)
        return
    yield Failed(Message(texts.ABOUT, name=job.name, sentence=reason), opened=Kept(job.folder).opened)


def out_of_turn(job: Job) -> None:
    """Work on a photo that nobody waits for, beside whatever else is worked on.

    Raises:
        LowlightError: it cannot be done.
    """
    for _ in _work(job):
        pass


def _in_time(job: Job, deadline: float) -> Generator[Step]:
    ends = time.monotonic() + deadline
    with closing(_work(job)) as work:
        for step in work:
            yield step
            if time.monotonic() > ends and not isinstance(step, Finished | Stopped | LiveReady):
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
        settings = settings if clean else replace(settings, denoise=0.0)
        made = steps(photo.rgb, settings, clean=clean, deep=photo.deep)
        *_, result = (step.picture for step in made if isinstance(step, Stage))
        job.folder.mkdir(parents=True)
        return PreviewReady(save_preview(result, job.folder / "at-once.jpg"))
    except (OSError, ValueError, LowlightError):
        return None


def has_deep_format(job: Job, choices: Choices) -> bool:
    """Whether a job's result would be a file of more than 8 bits; what was deleted meanwhile would not.

    Args:
        job: a job that is done.
        choices: the ones to come.
    """
    try:
        return choices.result_format(Kept(job.folder).usual_format).deep
    except OSError:
        return False


def offered(job: Job, choices: Choices) -> Offer:
    """Write a finished job's result as another file of 8 bits.

    Args:
        job: a job that is done.
        choices: the job's, but for the file's format and what it keeps.

    Raises:
        LowlightError: the result has been deleted meanwhile or cannot be written.
    """
    try:
        _, result = Kept(job.folder).pictures()
        return _offer(replace(job, choices=choices), np.asarray(result))
    except OSError as error:
        raise LowlightError(texts.GONE) from error


def looked_at(job: Job, look: crop.Look) -> Looked:
    """Return the part of a finished job's photo that is looked at closely, in its own pixels.

    Args:
        job: a job that is done.
        look: which part.

    Raises:
        LowlightError: the result has been deleted meanwhile.
    """
    try:
        return Looked(crop.detail(job.folder, *_pictures(job), look))
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
    cards: Cards
    began: float
    known: Clean | None = None
    denoised: bool = False
    sentence: Message = NOTHING

    @property
    def format(self) -> ResultFormat:
        """The format of the result's file."""
        return _format(self.job)

    def expect(self, *, preview: bool) -> None:
        """Tell the forecast what is to be done, now that the photo is read."""
        cleaned = self.known is not None
        self.job.forecast.expect(phases.ahead(self.plan, self.format.suffix, preview=preview, cleaned=cleaned))


def _work(job: Job) -> Generator[Step]:
    began = time.monotonic()
    if job.cancelled.is_set():
        yield Stopped()
        return
    yield phases.opening(job.forecast, job.name)
    seen = yield from first_look(job)
    if job.cancelled.is_set():
        yield Stopped()
        return
    if seen:
        yield phases.opening(job.forecast, job.name)
    work = _opened(job, began)
    previewed_late = not seen and job.earlier is None and job.forecast.pixels > PREVIEWED_PIXELS
    work.expect(preview=previewed_late)
    result = None
    for step in _steps(work):
        if isinstance(step, Stage):
            result, work.sentence = step, step.sentence
            yield _ready(work, step)
            if step.name == "original":
                if previewed_late and not job.cancelled.is_set():
                    yield previewed(job, work.plan.rgb, work.plan.deep)
                yield phases.looking(job.forecast)
        else:
            yield step
    if job.cancelled.is_set() or result is None:
        yield Stopped()
        return
    yield _drawn(work, "sure", work.cards.certainty())
    yield phases.saving(job.forecast, work.format.suffix)
    finished = _finished(work, result)
    job.forecast.end()
    job.forecast.learn()
    yield finished
    if live := _live(job):
        yield LiveReady(live)


def _live(job: Job) -> Live | None:
    """Return what the browser needs to make the picture itself while a control is moved; None if it cannot."""
    settings = job.choices.settings
    known = taken_over(job.folder, settings, job.earlier) if job.earlier else None
    return known or prepared(job.folder, settings)


def _opened(job: Job, began: float) -> _Work:
    """Read a job's photo."""
    photo, kept = load_photo(job.source), Kept(job.folder)
    small = kept.begin(photo)
    job.forecast.pixels = photo.rgb.shape[0] * photo.rgb.shape[1]
    known = kept.take_over(job.earlier) if job.earlier else None
    plan = Plan(small.rgb, job.choices.settings, deep=small.deep)
    cards = Cards(job.folder, small.rgb, plan.survey)
    denoised = known is not None and job.choices.settings.denoise > 0
    return _Work(job, photo, kept, plan, cards, began, known, denoised)


def _steps(work: _Work) -> Iterator[Stage | Tick]:
    """Yield the stages, and the network's progress now and then.

    The network's picture is kept beside the job's other files: other settings on the same photo need no tile anew.
    """
    last, forecast = time.monotonic(), work.job.forecast
    photo, settings = work.photo, work.job.choices.settings
    with closing(steps(photo.rgb, settings, clean=work.known, deep=photo.deep)) as recipe:
        for step in recipe:
            if isinstance(step, Clean):
                work.kept.keep_clean(step)
            elif isinstance(step, Stage):
                yield step
                if tick := phases.after(step.name, forecast):
                    yield tick
            else:
                work.denoised = True
                tick, now = phases.denoising(forecast, step), time.monotonic()
                if step.share == 1:
                    yield phases.finishing(forecast)
                elif now - last > _TICK_SECONDS:
                    last = now
                    yield tick
            if work.job.cancelled.is_set():
                return


def _ready(work: _Work, stage: Stage) -> StageReady:
    return _drawn(work, stage.name, work.cards.of(stage), _facts_after(stage, work))


def _drawn(work: _Work, name: str, drawing: Drawing, facts: tuple[Message, ...] = ()) -> StageReady:
    height, width = work.photo.rgb.shape[:2]
    return StageReady(name, drawing.card, drawing.picture, facts, (width, height))


def _facts_after(stage: Stage, work: _Work) -> tuple[Message, ...]:
    """Return what can be said about a photo once a stage is ready; with other choices it is still the same photo."""
    if work.job.again and work.job.earlier and Kept(work.job.earlier).cleaned:
        return ()  # all was said
    return summary.facts_after(stage, work.photo, work.plan, work.cards.shares)


def _finished(work: _Work, stage: Stage) -> Finished:
    """Write the result and return what there is to say and to see of it."""
    job, rgb, result = work.job, work.photo.rgb, stage.picture
    same = np.array_equal(rgb, result)
    offer = _offer(job, stage.deep if work.format.deep else result)
    work.kept.keep_result(rgb, result)
    seconds = time.monotonic() - work.began
    return Finished(
        offer=offer,
        histograms=(summary.histogram(rgb), summary.histogram(result)),
        took=Message(texts.TOOK, seconds=seconds),
        message=summary.left_alone(work.plan, same=same),
        how=NOTHING if work.denoised or same else work.sentence,
        network=summary.weights_line(),
        same=same,
        seconds=seconds,
    )


def _offer(job: Job, result: Uint8Image | Uint16Image) -> Offer:
    """Write the result in the format that the person wants."""
    path = job.folder / enhanced_name(job.name, _format(job).suffix)
    save_photo(result, path, **job.choices.beside(Kept(job.folder).told(), job.source))
    return Offer(path, summary.about_file(path))


def _format(job: Job) -> ResultFormat:
    """Return the format of the result's file, as the person wants it or as it suits the photo."""
    return job.choices.result_format(Kept(job.folder).usual_format)
