"""The parts of the page that change, and how a view is put on them."""

from dataclasses import dataclass
from typing import Any

import gradio as gr
from gradio.components import Component

from lowlight.web import markup, texts
from lowlight.web.jobs import Job, waiting
from lowlight.web.languages import translate
from lowlight.web.views import Tick, View

Updates = dict[Component, Any]


@dataclass(frozen=True)
class Screen:
    """The components that show a view, and the one that keeps the person's job."""

    job: gr.State
    photo: gr.Image
    note: gr.HTML
    compare: gr.ImageSlider
    position: gr.Slider
    progress: gr.HTML
    seen: gr.HTML
    facts: gr.HTML
    download: gr.DownloadButton
    stages: gr.HTML
    loupe: gr.HTML
    pulse: gr.Timer

    @property
    def outputs(self) -> list[Component]:
        """Every component that `show` and `start` may set."""
        return list(vars(self).values())

    def start(self, job: Job | None, view: View) -> Updates:
        """Put a view on the page with its job; the upload is empty again, ready for the next photo."""
        fresh: Updates = {} if view.pair else {self.position: 50}
        pulse = gr.Timer(active=job is not None and waiting(job) is not None)
        return {self.job: job, self.photo: None, self.pulse: pulse, **fresh, **self.show(view, job)}

    def keep(self, job: Job) -> Updates:
        """Leave all as it is but for what there is to say about another file; the upload is empty again."""
        return {self.photo: None, self.note: markup.note(job.view)}

    def wait(self, job: Job | None) -> Updates:
        """Say how many photos are before this one, as long as there are any."""
        tick = waiting(job) if job else None
        return {self.progress: markup.progress(tick)} if tick else {self.pulse: gr.Timer(active=False)}

    def show(self, shown: View | Tick, job: Job | None) -> Updates:
        """Put a view on the page, or move the bar alone."""
        if isinstance(shown, Tick):
            return {self.progress: markup.progress(shown)}
        return {
            self.note: markup.note(shown),
            self.compare: _pair(shown),
            self.progress: markup.progress(shown.tick),
            self.seen: markup.seen(shown),
            self.facts: markup.facts(shown, job.name if job else ""),
            self.download: _download(shown),
            self.stages: markup.stages(shown),
            self.loupe: markup.loupe(shown),
        }


def _pair(view: View) -> gr.ImageSlider | tuple[str, str]:
    """Return what the before/after picture shows; without a picture its line goes back to the middle."""
    if view.pair is None:
        return gr.ImageSlider(value=None, slider_position=50)
    return (str(view.pair[0]), str(view.pair[1]))


def _download(view: View) -> gr.DownloadButton:
    label = texts.DOWNLOAD_DETAILS.format(details=view.details) if view.download else texts.DOWNLOAD
    value = str(view.download) if view.download else None
    return gr.DownloadButton(label=translate(label), value=value, interactive=value is not None)
