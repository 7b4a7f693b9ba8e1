"""What happens when something happens on the page: from a person's input to a job and the view that goes with it."""

import math
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import gradio as gr
from gradio.components import Component

from lowlight import limits
from lowlight.errors import LowlightError
from lowlight.files.formats import LARGE_SUFFIXES
from lowlight.messages import Message
from lowlight.settings import LOOKS, Settings
from lowlight.web.i18n import texts
from lowlight.web.jobs.batch import begin_batch
from lowlight.web.jobs.comparison import METHODS, Method, compare
from lowlight.web.jobs.crop import Look
from lowlight.web.jobs.job import Choices, FileWanted, begin, begin_again
from lowlight.web.jobs.keepsake import Kind, keepsake
from lowlight.web.jobs.queue import QUEUE
from lowlight.web.jobs.session import Session
from lowlight.web.jobs.storage import root
from lowlight.web.jobs.undo import Values
from lowlight.web.jobs.view import Finished, Phase, Refused, Stopped, failed, waiting
from lowlight.web.jobs.visits import VISITS, there
from lowlight.web.jobs.worker import has_deep_format, looked_at, offered, preview, run
from lowlight.web.ui import markup, sliders
from lowlight.web.ui.examples import find
from lowlight.web.ui.gallery import ManyOutputs
from lowlight.web.ui.outputs import Outputs, Updates, unchanged
from lowlight.web.ui.sliders import SLIDERS, whole
from lowlight.web.uploads import as_upload


def choices(look: object, *controls: object) -> Choices:
    """Return what the controls say; whatever a program sends in their place is checked in `Settings` and `Choices`.

    Args:
        look: one of `LOOKS`.
        controls: what each of `SLIDERS` stands at, the file format, and what of the photo is kept.

    Raises:
        LowlightError: a value is none of its control's.
    """
    *values, file_format, keep = controls
    named: dict[str, Any] = {one.name: one.setting(value) for one, value in zip(SLIDERS, values, strict=True)}
    return Choices(Settings(look=str(look), **named), str(file_format), kept_of(keep))


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
        form: the result's format, "jpg", "png", "png16" or "tif" (16 bits), "jxl", "avif" (10 bits), or "same" for PNG
            where the photo came without loss, otherwise JPEG.
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


def compare_methods(session: Session) -> Iterator[Any]:
    """Compare methods on the visitor's photo, and yield what there is so far."""
    upload, job = session.reference, session.job
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
                if session.job is None or session.job.source != job.source:
                    break  # another photo is there by now
                yield markup.comparison(done, whole=len(done) == METHODS)
    except LowlightError as error:
        yield markup.note(failed(error.message))
    yield gr.skip()


class ManyCallbacks:
    """The page's answers to events with many photos, which the visitor's session keeps."""

    def __init__(self, outputs: ManyOutputs) -> None:
        self._outputs = outputs

    def gathered(self, event: gr.EventData, session: Session, *controls: object) -> Updates:
        """Several photos arrived: the event's ``files``, each with path and orig_name."""
        files = _told(event).get("files")
        given = [one for one in files if isinstance(one, dict)] if isinstance(files, list) else []
        uploads = [upload for one in given if (upload := as_upload(one))]
        try:
            session.batch = begin_batch(session.batch, uploads, choices(*controls), root())
        except LowlightError as error:
            return self._outputs.refuse(error.message)
        VISITS.keep(session)
        return {self._outputs.shown: markup.shown(session), **self._outputs.after(session.batch.view)}

    def work_many(self, session: Session) -> Iterator[Updates]:
        """Work on the photos that wait; see `Callbacks.work` for the last yield."""
        before, batch = None, session.batch
        with closing(batch.run() if batch else (_ for _ in ())) as views:
            for view in views:
                if session.batch is not batch:
                    break
                yield self._outputs.after(view, before) if view != before else unchanged()
                before = view
        yield unchanged()

    def stop_many(self, session: Session) -> None:
        """End the work; what is done so far is kept."""
        if session.batch:
            session.batch.cancelled.set()

    def again_many(self, session: Session, *controls: object) -> Updates:
        """All get the look of the photo that is open among them; where none is, the controls as they stand."""
        batch, job = session.batch, session.job
        if batch is None:
            return unchanged()
        try:
            opened = job is not None and job.among is not None and job.among.batch is batch
            batch.again(job.choices if job and opened else choices(*controls))
        except LowlightError as error:
            return self._outputs.refuse(error.message)
        return self._outputs.after(batch.view)

    def replaced(self, session: Session) -> Updates:
        """Work ended: if it was on a photo among them, its new result is in the zip too."""
        if session.batch is None:
            return unchanged()
        session.batch.renew_zip()
        return self._outputs.after(session.batch.view)

    def resumed_many(self, session: Session) -> Updates:
        """Somebody came back: what there is of their photos is shown again."""
        return self._outputs.after(session.batch.view) if session.batch else unchanged()


class Callbacks:
    """The page's answers to events; each returns what becomes of the page.

    Args:
        outputs: the parts of the page that change.
        controls: the look, the sliders, the file's format and what it keeps, in the order of `sliders.NAMED`.
    """

    def __init__(self, outputs: Outputs, controls: Sequence[Component]) -> None:
        self._outputs = outputs
        self._controls = controls

    def arrived(self, event: gr.EventData, session: Session, *controls: object) -> Updates:
        """A photo was dropped, pasted, chosen or shot."""
        upload = as_upload(_told(event))
        if upload is None:
            return self._refuse(session, texts.NO_PHOTO)
        return self._begin(session, upload.path, upload.name, controls)

    def picked(self, event: gr.EventData, session: Session, *controls: object) -> Updates:
        """An example was clicked."""
        try:
            sample = find(_told(event)["file"])
        except (KeyError, TypeError):
            return self._refuse(session, texts.NO_PHOTO)
        return self._begin(session, sample.path, sample.file, controls)

    def opened(self, event: gr.EventData, session: Session) -> Updates:
        """One of many photos was clicked: its result is shown as if it had been made alone."""
        index, batch = _told(event).get("index"), session.batch
        try:
            found = batch.open(index) if batch and isinstance(index, int) else None
        except LowlightError as error:
            return self._refuse(session, error.message)
        if found is None:
            return unchanged()
        session.show(*found)
        values = _values(found[0].choices)
        _remember(session, values)
        return {**self._outputs.arrive(session), **self._show(values)}

    def refused(self, event: gr.EventData, session: Session) -> Updates:
        """The browser kept back a file that is too large."""
        told = _told(event)
        name, count = str(told.get("name")), told.get("bytes")
        if not isinstance(count, int):
            return unchanged()
        limit = limits.MAX_LARGE_BYTES if name.lower().endswith(LARGE_SUFFIXES) else limits.MAX_FILE_BYTES
        found = {"name": name[:80], "megabytes": count / 2**20, "limit": limit / 2**20}
        return self._refuse(session, Message(texts.TOO_LARGE, **found))

    def settled(self, session: Session, *controls: object) -> Updates:
        """A control came to rest."""
        _remember(session, controls)
        return self._again(session, controls)

    def undo(self, session: Session) -> Updates:
        """Back to what the controls stood at before."""
        return self._set(session, session.controls.back())

    def redo(self, session: Session) -> Updates:
        """Forward to what was taken back."""
        return self._set(session, session.controls.forward())

    def resumed(self, event: gr.EventData, session: Session, *controls: object) -> Updates:
        """Somebody comes back, with the token of a visit, or comes by a link with settings, or both."""
        told = _told(event)
        found = VISITS.find(str(told.get("visit")))
        link = str(told.get("link") or "")
        if found is None or (found.job is None and found.batch is None):
            fresh: Updates = {self._outputs.shown: markup.shown(session, gone=True)}
            if told.get("visit"):
                fresh[self._outputs.note] = markup.note(failed(texts.VISIT_GONE))
            return {**fresh, **self._show(sliders.from_link(link) if link else controls)}
        if found.job and not there(found):
            found.fail(texts.GONE)
            return {**self._outputs.start(found), self._outputs.shown: markup.shown(found, gone=True)}
        values = tuple(sliders.from_link(link)) if link else found.controls.now or controls
        reference = markup.reference(found.reference.name if found.reference else "")
        also = {**self._show(values), self._outputs.reference: reference}
        if link or found.view.phase is Phase.WORKING:  # the work of a visit that broke off was ended
            _remember(found, values)
            return {**self._again(found, values), **also}
        return {**self._outputs.start(found), **also}

    def referenced(self, event: gr.EventData, session: Session) -> Updates:
        """A reference photo was chosen or dropped, to compare methods with; it takes the place of the one before."""
        session.reference = as_upload(_told(event))
        return {self._outputs.reference: markup.reference(session.reference.name if session.reference else "")}

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
                if isinstance(step, Finished) and (updates := self._enter(session)):
                    yield updates
                yield self._outputs.after(step, session)
        wanted = session.file_wanted
        if wanted and session.job is job and session.view.phase is Phase.DONE:
            session.file_wanted = None
            yield from self._refile(session, wanted)
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
        """A part of the picture is looked at closely."""
        job, told = session.job, _told(event)
        try:
            x, y, width, height = (min(max(float(told[name]), 0.0), 1.0) for name in ("x", "y", "width", "height"))
            if job is None or session.view.phase is not Phase.DONE or math.isnan(x + y + width + height):
                return unchanged()
            step = looked_at(job, Look(x, y, width, height))
        except LowlightError as error:
            return self._fail(session, error.message)
        except (KeyError, TypeError, ValueError):
            return unchanged()
        session.take(job, step)
        return self._outputs.after(step, session)

    def reformat(self, session: Session, file_format: str, keep: object) -> Iterator[Updates]:
        """Another file format was chosen, or that the file is to keep something else of the photo.

        Gradio's list tells of each choice twice. The second one is passed over: it would take the download away again
        that the first one brought, just when somebody clicks it.
        """
        if now := session.controls.now:  # who comes back finds it chosen, and undo takes nothing else back with it
            _remember(session, (*now[:-2], file_format, keep))
            yield self._outputs.history(session)
        wanted = FileWanted(file_format, kept_of(keep))
        if session.asks(wanted):
            yield from self._refile(session, wanted)
        yield unchanged()

    def _refile(self, session: Session, wanted: FileWanted) -> Iterator[Updates]:
        job = session.job
        if job is None or session.view.phase is not Phase.DONE:
            session.file_wanted = wanted
        else:
            try:
                chosen = replace(job.choices, file_format=wanted.format, keep=wanted.keep)
                # a photo out of many has no pixels that were kept, and kept ones have 8 bits
                if job.result or has_deep_format(job, chosen):
                    yield self._begin_again(session, chosen)
                    yield from self.work(session)
                    return
                with QUEUE.turn(object()) as before:
                    yield from (unchanged() for _ in before)
                    yield self._outputs.saving()
                    yield self._reformat(session, wanted)
            except LowlightError as error:
                session.forget_asked()
                yield self._refuse(session, error.message)

    def _reformat(self, session: Session, wanted: FileWanted) -> Updates:
        job = session.job
        if job is None or session.view.phase is not Phase.DONE:
            return unchanged()
        try:
            step = offered(job, replace(job.choices, file_format=wanted.format, keep=wanted.keep))
        except LowlightError as error:
            return self._fail(session, error.message)
        session.take(job, step)
        return {**self._outputs.after(step, session), **self._enter(session)}

    def _enter(self, session: Session) -> Updates:
        """Enter a result among the many photos, if it is of one: before the page shows it, and another is opened."""
        batch, job = session.batch, session.job
        if batch and job and job.among and job.among.batch is batch and not job.result:
            try:
                batch.replace(job.among.index, job, session.view)
            except LowlightError as error:
                return self._refuse(session, error.message)
        return {}

    def keepsake(self, event: gr.EventData, session: Session) -> Any:  # noqa: ANN401 -- HTML, or nothing new
        """The person wants a picture or a film to take along: return where it lies, or why it could not be made."""
        job = session.job
        try:
            kind = Kind(_told(event).get("kind", ""))
            return markup.keepsake(kind, keepsake(job, session.view, kind)) if job else gr.skip()
        except LowlightError as error:
            return markup.keepsake(kind, error.message)
        except ValueError:
            return gr.skip()

    def broke_off(self, session: Session) -> Updates:
        """The queue was full, or something broke that nobody foresaw."""
        return self._fail(session, texts.BROKE_OFF)

    def _begin(self, session: Session, path: Path, name: str, controls: tuple[object, ...]) -> Updates:
        try:
            job = begin(path, name, choices(*controls), root(), session.job)
        except LowlightError as error:
            return self._refuse(session, Message(texts.ABOUT, name=name, sentence=error.message))
        _remember(session, controls)
        session.start(job)
        session.reference = None
        VISITS.keep(session)
        return self._outputs.arrive(session)

    def _again(self, session: Session, controls: Sequence[object]) -> Updates:
        """Make the photo that is shown anew, as the controls stand."""
        try:
            return self._begin_again(session, choices(*controls))
        except LowlightError as error:
            return self._fail(session, error.message)

    def _begin_again(self, session: Session, wanted: Choices) -> Updates:
        if session.job is None:
            return self._outputs.start(session)
        job = begin_again(session.job, wanted)
        session.start(job, again=True)
        VISITS.keep(session)
        if step := preview(job):
            session.take(job, step)
        return self._outputs.start(session)

    def _set(self, session: Session, values: Values | None) -> Updates:
        """Set the controls to values, and make the photo anew."""
        if values is None:
            return unchanged()
        session.link = sliders.as_link(values)
        return {**self._again(session, values), **self._show(values)}

    def _show(self, values: Sequence[object]) -> Updates:
        return dict(zip(self._controls, values, strict=True))

    def _refuse(self, session: Session, sentence: Message) -> Updates:
        """Say why a file is not taken; the photo that is shown, and the work on it, stay as they are."""
        if session.job is None or session.view.wrong:
            return self._fail(session, sentence)
        session.take(session.job, Refused(sentence))
        return self._outputs.keep(session.view)

    def _fail(self, session: Session, sentence: Message) -> Updates:
        session.fail(sentence)
        return self._outputs.start(session)


def kept_of(value: object) -> frozenset[str]:
    """Return what the page's choice of what is kept says; what is no such choice keeps nothing."""
    return frozenset(str(one) for one in value) if isinstance(value, list | tuple) else frozenset()


def _told(event: gr.EventData) -> dict[str, Any]:
    """Return what the page's script tells with an event; what is no such thing tells nothing."""
    data = event._data
    return data if isinstance(data, dict) else {}


def _values(made: Choices) -> tuple[object, ...]:
    """Return what the controls stand at for these choices: the other way round than `choices`."""
    sliders_ = (one.shown(getattr(made.settings, one.name)) for one in SLIDERS)
    return made.settings.look, *sliders_, made.file_format, sorted(made.keep)


def _remember(session: Session, controls: Sequence[object]) -> None:
    values = (*controls[:-1], sorted(kept_of(controls[-1])))
    session.controls.put(values)
    session.link = sliders.as_link(values)
