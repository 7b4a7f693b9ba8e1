"""What happens when something happens on the page: from a person's input to a job and the view that goes with it."""

from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import gradio as gr

from lowlight import limits
from lowlight.errors import LowlightError
from lowlight.messages import Message
from lowlight.settings import LOOKS, Settings
from lowlight.web.i18n import texts
from lowlight.web.jobs.batch import Batch, begin_batch
from lowlight.web.jobs.comparison import METHODS, Method, compare
from lowlight.web.jobs.job import Choices, Job, begin, begin_again
from lowlight.web.jobs.queue import QUEUE
from lowlight.web.jobs.session import Session
from lowlight.web.jobs.storage import root
from lowlight.web.jobs.view import Finished, Phase, Refused, Stopped, failed, waiting
from lowlight.web.jobs.worker import looked_at, offered, preview, run
from lowlight.web.ui import markup
from lowlight.web.ui.examples import find
from lowlight.web.ui.gallery import ManyOutputs
from lowlight.web.ui.outputs import Outputs, Updates, unchanged
from lowlight.web.ui.sliders import SLIDERS, whole
from lowlight.web.uploads import as_upload


def choices(look: object, *controls: object) -> Choices:
    """Return what the controls say; whatever a program sends in their place is checked in `Settings` and `Choices`.

    Args:
        look: one of `LOOKS`.
        controls: what each of `SLIDERS` stands at, and the file format.

    Raises:
        LowlightError: a value is none of its control's.
    """
    *values, file_format = controls
    named: dict[str, Any] = {one.name: one.setting(value) for one, value in zip(SLIDERS, values, strict=True)}
    return Choices(Settings(look=str(look), **named), str(file_format))


def enhance(
    photo: dict[str, Any] | None,
    exposure: float = 0.0,
    denoise: float = 1.0,
    clip_limit: float = 2.0,
    tile_grid: float = 8,
    form: str = "same",
    strength: float = 1.0,
    shadows: float = 0.0,
    highlights: float = 0.0,
    warmth: float = 0.0,
    colour: float = 0.0,
    detail: float = 0.0,
    look: str = LOOKS[0],
) -> Iterator[Any]:
    """Make a dark photo bright and clean and yield the result's path: the page's one endpoint for programs.

    It yields nothing new until then, so that the work ends when the program is gone.

    Args:
        photo: the uploaded file.
        exposure: stops brighter (to 3) or darker (to -3) than the photo itself asks for; 0 is what it asks for.
        denoise: how much of its grain the photo loses, from 0 (none) to 1 (all).
        clip_limit: local contrast, from 0.5 to 10; 2 is usual, and up to 1 there is none.
        tile_grid: into how many areas a side the photo is cut for it, from 1 to 32.
        form: the result's format, "jpg", "png", or "same" for PNG where the photo came without loss, otherwise JPEG.
        strength: how much of the result is taken, from 0 (the photo as it came, exactly) to 1 (all of it).
        shadows: dark areas deeper (to -1) or lighter (to 1), by a stop and a half at most; 0 leaves them.
        highlights: bright areas darker (to -1) or lighter (to 1), by a stop at most; 0 leaves them.
        warmth: colours bluer (to -1) or more orange (to 1); 0 leaves them.
        colour: colours paler (to -1, which is grey) or stronger (to 1); 0 leaves them.
        detail: how much fine structure comes back after denoising, with its grain, from 0 (none, as usual) to 1 (all).
        look: "natural" as the photo asks for, "bright" a little lighter, "night" for a night that is to stay one.
    """
    upload = as_upload(photo)
    if upload is None:
        raise gr.Error(texts.NO_PHOTO, print_exception=False)
    settings: dict[str, Any] = {
        "strength": strength,
        "exposure": exposure,
        "shadows": shadows,
        "highlights": highlights,
        "warmth": warmth,
        "colour": colour,
        "detail": detail,
        "denoise": denoise,
        "clip_limit": clip_limit,
        "tile_grid": whole(tile_grid),
    }
    session = Session()
    try:
        job = begin(upload.path, upload.name, Choices(Settings(look=look, **settings), str(form)), root())
    except LowlightError as error:
        raise gr.Error(str(error), print_exception=False) from error
    session.start(job)
    with closing(run(job)) as steps:
        for step in steps:
            session.take(job, step)
            yield gr.skip()
    if session.view.offer is None:
        raise gr.Error(session.view.message, print_exception=False)
    yield str(session.view.offer.path)


def compare_methods(session: Session, reference: dict[str, Any] | None) -> Iterator[Any]:
    """Compare methods on the visitor's photo, and yield what there is so far."""
    upload, job = as_upload(reference), session.job
    if job is None or not job.source.exists():
        yield f"<p>{markup.say(texts.COMPARISON_NOTHING)}</p>"
        return
    done: tuple[Method, ...] = ()
    yield markup.comparison(done, whole=False)
    try:
        with QUEUE.turn(object()) as before:
            for count in before:
                yield markup.progress(waiting(count))
            for done in compare(job.source, job.choices.settings, upload.path if upload else None, root()):
                yield markup.comparison(done, whole=len(done) == METHODS)
    except LowlightError as error:
        yield markup.note(failed(error.message))
    yield gr.skip()


def shown_choices(session: Session) -> list[Any]:
    """Return what the controls stand at for the job that is shown: the other way round than `choices`."""
    if session.job is None:
        return [gr.skip() for _ in range(len(SLIDERS) + 2)]
    made = session.job.choices
    return [made.settings.look, *(one.shown(getattr(made.settings, one.name)) for one in SLIDERS), made.file_format]


class ManyCallbacks:
    """The page's answers to events with many photos."""

    def __init__(self, outputs: ManyOutputs) -> None:
        self._outputs = outputs

    def arrived_many(self, payload: list[dict[str, Any]] | None, batch: Batch | None, *controls: object) -> Updates:
        """Several photos were chosen in the place for them."""
        return self._begin(payload or [], batch, controls)

    def gathered(self, event: gr.EventData, batch: Batch | None, *controls: object) -> Updates:
        """Several photos were dropped or chosen elsewhere: the event's ``files``, each with path and orig_name."""
        try:
            files = [file for file in event.files if isinstance(file, dict)]
        except (AttributeError, TypeError):
            files = []
        return self._begin(files, batch, controls)

    def work_many(self, batch: Batch | None) -> Iterator[Updates]:
        """Work on the photos that wait; see `Callbacks.work` for the last yield."""
        before = None
        with closing(batch.run() if batch else (_ for _ in ())) as views:
            for view in views:
                yield self._outputs.after(view, before) if view != before else unchanged()
                before = view
        yield unchanged()

    def stop_many(self, batch: Batch | None) -> None:
        """End the work; what is done so far is kept."""
        if batch:
            batch.cancelled.set()

    def again_many(self, batch: Batch | None, session: Session, *controls: object) -> Updates:
        """All get the look of the photo that is open among them; where none is, the controls as they stand."""
        if batch is None:
            return unchanged()
        job = session.job
        try:
            opened = job is not None and job.among is not None and job.among.batch is batch
            batch.again(job.choices if job and opened else choices(*controls))
        except LowlightError as error:
            return self._outputs.refuse(error.message)
        return self._outputs.after(batch.view)

    def replaced(self, batch: Batch | None, session: Session) -> Updates:
        """The photo that is open among them has another result, which takes the place of the one before."""
        job, view = session.job, session.view
        if batch is None or job is None or job.result or view.phase is not Phase.DONE:
            return unchanged()
        if job.among is None or job.among.batch is not batch:
            return unchanged()
        try:
            batch.replace(job.among.index, job, view)
        except LowlightError as error:
            return self._outputs.refuse(error.message)
        return self._outputs.after(batch.view)

    def _begin(self, files: list[dict[str, Any]], old: Batch | None, controls: tuple[object, ...]) -> Updates:
        uploads = [upload for one in files if (upload := as_upload(one))]
        try:
            return self._outputs.begin(begin_batch(old, uploads, choices(*controls), root()))
        except LowlightError as error:
            return self._outputs.refuse(error.message)


class Callbacks:
    """The page's answers to events; each returns what becomes of the page."""

    def __init__(self, outputs: Outputs) -> None:
        self._outputs = outputs

    def arrived(self, photo: dict[str, Any] | None, session: Session, *controls: object) -> Updates:
        """A photo was dropped, pasted, chosen or shot."""
        upload = as_upload(photo)
        if upload is None:
            return self._refuse(session, texts.NO_PHOTO)
        return self._begin(session, upload.path, upload.name, controls)

    def picked(self, event: gr.EventData, session: Session, *controls: object) -> Updates:
        """An example was clicked."""
        try:
            sample = find(event.file)
        except (AttributeError, KeyError, TypeError):
            return self._refuse(session, texts.NO_PHOTO)
        return self._begin(session, sample.path, sample.file, controls)

    def opened(self, event: gr.EventData, session: Session, batch: Batch | None) -> Updates:
        """One of many photos was clicked: its result is shown as if it had been made alone."""
        try:
            found = batch.open(event.index) if batch and isinstance(event.index, int) else None
        except LowlightError as error:
            return self._refuse(session, error.message)
        except AttributeError:
            return unchanged()
        if found is None:
            return unchanged()
        session.show(*found)
        return self._outputs.start(session)

    def unfolded(self, session: Session) -> Updates:
        """What was opened gets its loupe, where there is most to see: both pictures are read for it."""
        job = session.job
        if job is None or not job.result or not job.place or session.view.detail:
            return unchanged()
        try:
            session.take(job, step := looked_at(job, *job.place))
        except LowlightError:
            return unchanged()
        return self._outputs.after(step, session)

    def refused(self, event: gr.EventData, session: Session) -> Updates:
        """The browser kept back a file that is too large."""
        name, count = str(event.name)[:80], int(event.bytes)
        limit = limits.MAX_FILE_BYTES / 2**20
        return self._refuse(session, Message(texts.TOO_LARGE, name=name, megabytes=count / 2**20, limit=limit))

    def settled(self, session: Session, *controls: object) -> Updates:
        """A control came to rest."""
        if session.job is None:
            return unchanged()
        try:
            return self._again(session, session.job, choices(*controls))
        except LowlightError as error:
            return self._fail(session, error.message)

    def work(self, session: Session) -> Iterator[Updates]:
        """Work on the job that was begun.

        It ends with a yield that changes nothing: Gradio sends the last one again when a generator ends, which could
        put this job's picture beside the next one's photo, and clears every output of one that never yielded.
        """
        job = session.job
        with closing(run(job)) as steps:
            for step in steps:
                if job is None or not session.take(job, step):
                    break
                yield self._outputs.after(step, session)
                if isinstance(step, Finished) and session.file_format:
                    yield self._reformat(session, session.file_format)
        yield gr.skip()

    def stop(self, session: Session) -> Updates:
        """Stop was pressed; a job that still waits for its turn is never begun."""
        job = session.job
        if job is None:
            return unchanged()
        job.cancel()
        if not job.claim():
            return unchanged()
        session.take(job, Stopped())
        return self._outputs.whole(session)

    def looked(self, event: gr.EventData, session: Session) -> Updates:
        """The loupe was moved."""
        job = session.job
        try:
            x, y = (min(max(float(value), 0.0), 1.0) for value in (event.x, event.y))
            if job is None or session.view.phase is not Phase.DONE or x != x or y != y:  # NaN
                return unchanged()
            step = looked_at(job, x, y)
        except LowlightError as error:
            return self._fail(session, error.message)
        except (AttributeError, TypeError, ValueError):
            return unchanged()
        session.take(job, step)
        return self._outputs.after(step, session)

    def reformat(self, session: Session, file_format: str) -> Iterator[Updates]:
        """Another file format was chosen."""
        job = session.job
        if job is None or session.view.phase is not Phase.DONE:
            session.file_format = file_format
        else:
            try:
                if job.result:  # its pixels were not kept, and other files of a JPEG would hold less than they could
                    yield self._again(session, job, replace(job.choices, file_format=file_format))
                    yield from self.work(session)
                    return
                with QUEUE.turn(object()) as before:
                    yield from (unchanged() for _ in before)
                    yield self._reformat(session, file_format)
            except LowlightError as error:
                yield self._refuse(session, error.message)
        yield unchanged()

    def broke_off(self, session: Session) -> Updates:
        """The queue was full, or something broke that nobody foresaw."""
        return self._fail(session, texts.BROKE_OFF)

    def _again(self, session: Session, job: Job, wanted: Choices) -> Updates:
        job = begin_again(job, wanted, session.view.place)
        session.start(job, again=True)
        if step := preview(job):
            session.take(job, step)
        return self._outputs.start(session)

    def _reformat(self, session: Session, file_format: str) -> Updates:
        job = session.job
        if job is None or session.view.phase is not Phase.DONE:
            return unchanged()
        try:
            step = offered(job, file_format)
        except LowlightError as error:
            return self._fail(session, error.message)
        session.take(job, step)
        return self._outputs.after(step, session)

    def _begin(self, session: Session, path: Path, name: str, controls: tuple[object, ...]) -> Updates:
        try:
            job = begin(path, name, choices(*controls), root(), session.job)
        except LowlightError as error:
            return self._refuse(session, Message(texts.ABOUT, name=name, sentence=error.message))
        session.start(job)
        return self._outputs.start(session)

    def _refuse(self, session: Session, sentence: Message) -> Updates:
        """Say why a file is not taken; the photo that is shown, and the work on it, stay as they are."""
        if session.job is None or session.view.wrong:
            return self._fail(session, sentence)
        session.take(session.job, Refused(sentence))
        return self._outputs.keep(session.view)

    def _fail(self, session: Session, sentence: Message) -> Updates:
        session.fail(sentence)
        return self._outputs.start(session)
