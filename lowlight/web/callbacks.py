"""What happens when something happens on the page: from a person's input to a job and the view that goes with it."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import gradio as gr

from lowlight import limits
from lowlight.errors import LowlightError
from lowlight.settings import LOOKS, Settings
from lowlight.web import markup, texts
from lowlight.web.batch import Batch, begin_batch, run_batch
from lowlight.web.components import as_upload
from lowlight.web.jobs import Choices, Job, begin, begin_again
from lowlight.web.languages import fill
from lowlight.web.line import LINE
from lowlight.web.samples import find
from lowlight.web.screen import Screen, Updates
from lowlight.web.server import root
from lowlight.web.sliders import SLIDERS, whole
from lowlight.web.versus import METHODS, Method, compare
from lowlight.web.views import View, failed
from lowlight.web.work import at_once, in_format, looked_at, run, stopped


def choices(look: object, *controls: object) -> Choices:
    """Return what the controls say; whatever a program sends in their place is checked in `Settings` and `Choices`.

    Args:
        look: one of `LOOKS`.
        controls: what each of `SLIDERS` stands at, and the file format.

    Raises:
        LowlightError: a value is none of its control's.
    """
    *values, form = controls
    named: dict[str, Any] = {one.name: one.setting(value) for one, value in zip(SLIDERS, values, strict=True)}
    return Choices(Settings(look=str(look), **named), str(form))


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
) -> str:
    """Make a dark photo bright and clean and return the result's path: the page's one endpoint for programs.

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
    view = failed(texts.NO_PHOTO)
    try:
        wanted = Settings(look=look, **settings)
        for shown in run(begin(None, upload.path, upload.name, Choices(wanted, str(form)), root())):
            view = shown if isinstance(shown, View) else view
    except LowlightError as error:
        raise gr.Error(str(error), print_exception=False) from error
    if view.download is None:
        raise gr.Error(view.message, print_exception=False)
    return str(view.download)


def compare_methods(job: Job | None, reference: dict[str, Any] | None) -> Iterator[Any]:
    """Compare methods on the person's photo, and yield what there is so far."""
    upload = as_upload(reference)
    if job is None or not job.source.exists():
        yield f"<p>{markup.say(texts.VERSUS_NOTHING)}</p>"
        return
    done: tuple[Method, ...] = ()
    yield markup.versus(done, whole=False)
    try:
        with LINE.at_work(object()):
            for done in compare(job.source, job.choices.settings, upload.path if upload else None, root()):
                yield markup.versus(done, whole=len(done) == METHODS)
    except LowlightError as error:
        yield markup.note(failed(str(error)))
    yield gr.skip()


def arrived_many(
    payload: list[dict[str, Any]] | None, old: Batch | None, *controls: object
) -> tuple[Batch | None, str, gr.DownloadButton]:
    """Several photos were chosen or dropped: return their batch, what there is to say, and an empty download."""
    uploads = [upload for one in payload or [] if (upload := as_upload(one))]
    try:
        return begin_batch(old, uploads, choices(*controls), root()), "", gr.DownloadButton(interactive=False)
    except LowlightError as error:
        sentence = markup.note(failed(str(error)))
        return None, sentence, gr.DownloadButton(interactive=False)


def work_many(batch: Batch | None) -> Iterator[tuple[Any, Any]]:
    """Work on the photos that arrived and yield the gallery and the download."""
    for view in run_batch(batch) if batch else ():
        archive = str(view.archive) if view.archive else None
        yield markup.batch(view), gr.DownloadButton(value=archive, interactive=archive is not None)
    yield gr.skip(), gr.skip()


def stop_many(batch: Batch | None) -> None:
    """End the batch; what is done so far is kept."""
    if batch:
        batch.stop()


class Callbacks:
    """The page's answers to events; each returns what becomes of the screen."""

    def __init__(self, screen: Screen) -> None:
        self._screen = screen

    def arrived(self, photo: dict[str, Any] | None, job: Job | None, *controls: object) -> Updates:
        """A photo was dropped, pasted, chosen or shot."""
        upload = as_upload(photo)
        if upload is None:
            return self._refuse(job, texts.NO_PHOTO)
        return self._begin(job, upload.path, upload.name, controls)

    def picked(self, event: gr.EventData, job: Job | None, *controls: object) -> Updates:
        """An example was clicked."""
        try:
            sample = find(event.file)
        except (AttributeError, KeyError, TypeError):
            return self._refuse(job, texts.NO_PHOTO)
        return self._begin(job, sample.path, sample.file, controls)

    def refused(self, event: gr.EventData, job: Job | None) -> Updates:
        """The browser kept back a file that is too large."""
        name, count = str(event.name)[:80], int(event.bytes)
        sentence = fill(texts.TOO_LARGE, name=name, megabytes=count / 2**20, limit=limits.MAX_FILE_BYTES / 2**20)
        return self._refuse(job, sentence)

    def settled(self, job: Job | None, *controls: object) -> Updates:
        """A control came to rest."""
        if job is None:
            return {self._screen.job: None}
        try:
            again = begin_again(job, choices(*controls))
        except LowlightError as error:
            return self._fail(job, str(error))
        return self._screen.start(again, at_once(again))

    def work(self, job: Job | None) -> Iterator[Updates]:
        """Work on the job that was begun.

        It ends with a yield that changes nothing: Gradio sends the last one again when a generator ends, which could
        put this job's picture beside the next one's photo, and clears every output of one that never yielded.
        """
        for shown in run(job):
            yield self._screen.show(shown, job)
        yield gr.skip()

    def waited(self, job: Job | None) -> Updates:
        """The page asks how far its photo is in the line."""
        return self._screen.wait(job)

    def stop(self, job: Job | None) -> Updates:
        """Stop was pressed; a job that still waits for its turn is never begun."""
        if job is None:
            return {self._screen.job: None}
        job.stop()
        return self._screen.show(stopped(job), job) if job.claim() else {self._screen.job: job}

    def looked(self, event: gr.EventData, job: Job | None) -> Updates:
        """The loupe was moved."""
        try:
            x, y = (min(max(float(value), 0.0), 1.0) for value in (event.x, event.y))
            if job is None or x != x or y != y:  # NaN
                return {self._screen.job: job}
            return {self._screen.loupe: markup.loupe(looked_at(job, x, y))}
        except (AttributeError, TypeError, ValueError):
            return {self._screen.job: job}
        except LowlightError as error:
            return self._fail(job, str(error))

    def reformat(self, job: Job | None, form: str) -> Updates:
        """Another file format was chosen."""
        if job is None:
            return {self._screen.job: None}
        try:
            return self._screen.show(in_format(job, form), job)
        except LowlightError as error:
            return self._fail(job, str(error))

    def broke_off(self, job: Job | None) -> Updates:
        """The queue was full, or something broke that nobody foresaw."""
        return self._fail(job, texts.BROKE_OFF)

    def _begin(self, old: Job | None, path: Path, name: str, controls: tuple[object, ...]) -> Updates:
        try:
            job = begin(old, path, name, choices(*controls), root())
        except LowlightError as error:
            return self._refuse(old, fill(texts.ABOUT, name=name, sentence=str(error)))
        return self._screen.start(job, job.view)

    def _refuse(self, old: Job | None, sentence: str) -> Updates:
        """Say why a file is not taken; the photo that is shown, and the work on it, stay as they are."""
        if old is None or old.view.wrong:
            return self._fail(old, sentence)
        old.view = replace(old.view, notice=sentence)
        return self._screen.keep(old)

    def _fail(self, old: Job | None, sentence: str) -> Updates:
        if old:
            old.supersede()
        return self._screen.start(None, failed(sentence))
