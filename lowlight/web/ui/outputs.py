"""The parts of the page that change, and how a visitor's view is put on them."""

from dataclasses import dataclass
from typing import Any

import gradio as gr
from gradio.components import Component

from lowlight.messages import Message
from lowlight.web.i18n import texts
from lowlight.web.i18n.catalogue import translate
from lowlight.web.jobs.session import Session
from lowlight.web.jobs.view import LiveReady, Looked, Offer, Step, Tick, View
from lowlight.web.ui import markup, steps

Updates = dict[Component, Any]


def unchanged() -> Updates:
    """Return what leaves every output as it is; an empty dictionary would not."""
    skipped: Updates = gr.skip()
    return skipped


@dataclass(frozen=True)
class Outputs:
    """The components that show a view, and the one that keeps the visitor's session.

    The session is set each time though it mostly is the same, since Gradio forgets only what was set when a visitor is
    gone for an hour.
    """

    session: gr.State
    shown: gr.HTML
    note: gr.HTML
    progress: gr.HTML
    facts: gr.HTML
    network: gr.HTML
    download: gr.DownloadButton
    undo: gr.Button
    redo: gr.Button
    stages: gr.HTML
    reference: gr.HTML
    comparison: gr.HTML

    @property
    def all(self) -> list[Component]:
        """Every component that may be set."""
        return list(vars(self).values())

    def start(self, session: Session) -> Updates:
        """Put a visitor's view on the page."""
        return {self.session: session, **self.history(session), **self.whole(session)}

    def history(self, session: Session) -> Updates:
        """Show whether there is a way back, and one forward."""
        back, forward = session.controls.can
        return {self.undo: gr.Button(interactive=back), self.redo: gr.Button(interactive=forward)}

    def arrive(self, session: Session) -> Updates:
        """Put a new photo's view on the page; what was compared on the one before goes."""
        return {**self.start(session), self.comparison: "", self.reference: markup.reference("")}

    def keep(self, view: View) -> Updates:
        """Leave all as it is but for what there is to say about another file."""
        return {self.note: markup.note(view)}

    def saving(self) -> Updates:
        """Say that the file to download is being written, which takes seconds for a large PNG."""
        return {self.download: gr.DownloadButton(label=translate(texts.SAVING), interactive=False)}

    def after(self, step: Step, session: Session) -> Updates:
        """Show what a step changed: the bar alone, a part of the picture, the download alone, or the whole view."""
        match step:
            case Tick():
                return {self.progress: markup.progress(step)}
            case Looked() | LiveReady():
                return {self.shown: markup.shown(session)}
            case Offer():
                return {self.download: _download(session.view), self.shown: markup.shown(session)}
            case _:
                return self.whole(session)

    def whole(self, session: Session) -> Updates:
        """Show all of a view."""
        view = session.view
        return {
            self.shown: markup.shown(session),
            self.note: markup.note(view),
            self.progress: markup.progress(view.tick) or markup.outcome(view),
            self.facts: markup.facts(view, session.job.name if session.job else ""),
            self.network: f"<p>{markup.say(view.network)}</p>",
            self.download: _download(view),
            self.stages: steps.stages(view),
        }


def _download(view: View) -> gr.DownloadButton:
    if view.offer is None:
        return gr.DownloadButton(label=translate(texts.DOWNLOAD), value=None, interactive=False)
    label = translate(Message(texts.DOWNLOAD_DETAILS, details=view.offer.details))
    return gr.DownloadButton(label=label, value=str(view.offer.path), interactive=True)
