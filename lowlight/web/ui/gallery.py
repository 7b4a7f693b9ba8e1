"""Many photos as HTML: how far they are, and a card for each. Whatever comes from a person or a file is escaped."""

from dataclasses import dataclass
from html import escape
from typing import Any

import gradio as gr
from gradio.components import Component

from lowlight.messages import Message
from lowlight.web.i18n import texts
from lowlight.web.i18n.catalogue import translate
from lowlight.web.jobs.batch import BatchView
from lowlight.web.jobs.item import Item, Status
from lowlight.web.jobs.view import Tick, failed, waiting
from lowlight.web.ui import markup
from lowlight.web.ui.markup import say

Updates = dict[Component, Any]

_ENDED = (Status.DONE, Status.REFUSED)


def progress(view: BatchView) -> str:
    """Return how far many photos are: a bar while they are worked on, otherwise a line."""
    if view.sentence:
        return markup.note(failed(view.sentence))
    line = Message(_words(view), **_figures(view))
    if view.running:
        return markup.progress(Tick(line, view.count(*_ENDED) / len(view.items)))
    return f'<p class="label">{say(line)}</p>'


def _words(view: BatchView) -> Message:
    if view.running:
        return texts.MANY_WAITING if view.ahead else texts.MANY_UNDER_WAY
    return texts.MANY_STOPPED if view.stopped else texts.MANY_DONE


def _figures(view: BatchView) -> dict[str, Any]:
    names = (item.name for item in view.items if item.status is Status.WORKING)
    figures = {"done": view.count(Status.DONE), "total": len(view.items), "name": next(names, "")}
    return figures | ({"waiting": waiting(view.ahead).label} if view.ahead else {})


def cards(view: BatchView) -> str:
    """Return a card for each photo, in their order: those with a result are buttons that open it."""
    return f"<ol>{''.join(_card(index, item) for index, item in enumerate(view.items))}</ol>"


def _card(index: int, item: Item) -> str:
    made, status = item.made, translate(texts.STATUS[item.status])
    name, mark = f'<span class="name">{escape(item.name)}</span>', f'<span class="mark">{escape(status)}</span>'
    if made is None:
        why = f'<p class="why">{say(item.sentence)}</p>' if item.sentence else ""
        return f'<li class="{item.status}"><div class="hole"></div>{name}{mark}{why}</li>'
    label = say(Message(texts.MANY_OPEN, name=item.name, status=texts.STATUS[item.status]))
    return (
        f'<li class="{item.status}"><button type="button" data-index="{index}" aria-label="{label}">'
        f'<img src="{markup.address(made.thumbnail)}" alt="" loading="lazy">{name}{mark}</button>'
        f'<a class="get" href="{markup.address(made.result)}" download="{escape(item.result)}"'
        f' aria-label="{say(Message(texts.MANY_GET, name=item.result))}"></a></li>'
    )


@dataclass(frozen=True)
class ManyOutputs:
    """The components that show many photos, and the one that tells the browser what to come back to."""

    shown: gr.HTML
    progress: gr.HTML
    gallery: gr.HTML
    archive: gr.DownloadButton

    @property
    def all(self) -> list[Component]:
        """Every component that may be set."""
        return list(vars(self).values())

    def refuse(self, sentence: Message) -> Updates:
        """Say why photos are not taken; those that are there stay."""
        return {self.progress: markup.note(failed(sentence))}

    def after(self, view: BatchView, before: BatchView | None = None) -> Updates:
        """Show how far the photos are.

        Args:
            view: what there is to see.
            before: what the page shows; what is the same is not sent again.
        """
        archive = str(view.archive) if view.archive else None
        updates: Updates = {
            self.progress: progress(view),
            self.archive: gr.DownloadButton(value=archive, interactive=archive is not None),
        }
        if before is None or before.items is not view.items:
            updates[self.gallery] = cards(view)
        return updates
