"""The parts of the page that change, and how a visitor's view is put on them."""

from dataclasses import dataclass
from typing import Any

import gradio as gr
from gradio.components import Component

from lowlight.messages import Message
from lowlight.web.i18n import texts
from lowlight.web.i18n.catalogue import translate
from lowlight.web.jobs.session import Session
from lowlight.web.jobs.view import Looked, Offer, Step, Tick, View
from lowlight.web.ui import markup

Updates = dict[Component, Any]


def unchanged() -> Updates:
    """Return what leaves every output as it is; an empty dictionary would not."""
    skipped: Updates = gr.skip()
    return skipped


@dataclass(frozen=True)
class Outputs:
    """The components that show a view, and the one that keeps the visitor's session.

    The session is never another one. It is set all the same, since Gradio forgets only what was set when a visitor is
    gone for an hour.
    """

    session: gr.State
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

    @property
    def all(self) -> list[Component]:
        """Every component that may be set."""
        return list(vars(self).values())

    def start(self, session: Session) -> Updates:
        """Put a visitor's view on the page; the upload is empty again, ready for the next photo."""
        fresh: Updates = {} if session.view.pair else {self.position: 50}
        return {self.session: session, self.photo: None, **fresh, **self.whole(session)}

    def keep(self, view: View) -> Updates:
        """Leave all as it is but for what there is to say about another file; the upload is empty again."""
        return {self.photo: None, self.note: markup.note(view)}

    def after(self, step: Step, session: Session) -> Updates:
        """Show what a step changed: the bar alone, the loupe alone, the download alone, or the whole view."""
        match step:
            case Tick():
                return {self.progress: markup.progress(step)}
            case Looked():
                return {self.loupe: markup.loupe(session.view)}
            case Offer():
                return {self.download: _download(session.view)}
            case _:
                return self.whole(session)

    def whole(self, session: Session) -> Updates:
        """Show all of a view."""
        view = session.view
        return {
            self.note: markup.note(view),
            self.compare: _pair(view),
            self.progress: markup.progress(view.tick),
            self.seen: markup.seen(view),
            self.facts: markup.facts(view, session.job.name if session.job else ""),
            self.download: _download(view),
            self.stages: markup.stages(view),
            self.loupe: markup.loupe(view),
        }


def _pair(view: View) -> gr.ImageSlider | tuple[str, str]:
    """Return what the before/after picture shows; without a picture its line goes back to the middle."""
    if view.pair is None:
        return gr.ImageSlider(value=None, slider_position=50)
    return (str(view.pair[0]), str(view.pair[1]))


def _download(view: View) -> gr.DownloadButton:
    if view.offer is None:
        return gr.DownloadButton(label=translate(texts.DOWNLOAD), value=None, interactive=False)
    label = translate(Message(texts.DOWNLOAD_DETAILS, details=view.offer.details))
    return gr.DownloadButton(label=label, value=str(view.offer.path), interactive=True)
