"""The steps as cards, as HTML. The script that opens them large (steps.js) reads what stands here."""

from html import escape

from lowlight.light.shown import GREYS
from lowlight.messages import Message
from lowlight.web.i18n import texts
from lowlight.web.jobs.storage import thumbnail_of
from lowlight.web.jobs.view import Beside, Card, Phase, View
from lowlight.web.ui.markup import address, say

STEPS = 6
"""How many cards there are once all are there: the recipe's five stages, and how sure the photo is."""


def stages(view: View) -> str:
    """Return the steps as cards, with room kept for those that are not ready."""
    if view.phase is Phase.EMPTY:
        return ""
    waiting = "<li><div class='picture'></div></li>" * (STEPS - len(view.cards))
    cards = "".join(_card(card) for card in view.cards)
    return (
        f"<h2>{say(texts.STAGES)}</h2><p>{say(texts.STAGES_HINT)}</p>"
        f'<ol style="--ratio: {view.size[0] / view.size[1]:.4f}">{cards}{waiting}</ol>'
    )


def _card(card: Card) -> str:
    label = say(Message(texts.OPEN_STAGE, title=card.title))
    beside = f' data-large="{escape(address(card.picture))}"'
    beside += _beside("before", card.before) + _beside("change", card.change)
    note = f"<small>{say(card.note)}</small>" if card.note else ""
    return (
        f'<li class="{"stale" if card.stale else "ready"}">'
        f'<button type="button" class="picture" aria-label="{label}"{beside}>'
        f'<img src="{escape(address(thumbnail_of(card.picture)))}" alt="" decoding="async"></button>'
        f'<div class="words"><h3>{say(card.title)}</h3><p>{say(card.sentence)}</p>{note}{_legend(card)}</div></li>'
    )


def _beside(name: str, beside: Beside | None) -> str:
    """Return where another picture lies, and its caption, as attributes."""
    if beside is None:
        return ""
    return f' data-{name}="{escape(address(beside.picture))}" data-{name}-caption="{say(beside.caption)}"'


def _legend(card: Card) -> str:
    """Return what the greys of a map mean; nothing for a photo."""
    if card.scale:
        return _scale(*card.scale)
    marks = "".join(f'<span class="{one.name.lower()}">{say(texts.SURE_MARKS[one])}</span>' for one in card.marks)
    return f'<div class="legend marks">{marks}</div>' if len(card.marks) > 1 else ""


def _scale(low: int, high: int) -> str:
    """Return a bar of a light map's greys, with the stops below it."""
    stops = "".join(f"<span>{f'{stop:+d}' if stop else 0}</span>" for stop in range(low, high + 1))
    dark, light = (f"rgb({grey} {grey} {grey})" for grey in GREYS)
    return (
        f'<div class="legend scale" role="img" aria-label="{say(texts.SCALE)}: {low} \N{EN DASH} {high}">'
        f'<i style="background: linear-gradient(to right, {dark}, {light})"></i><b>{stops}</b></div>'
    )
