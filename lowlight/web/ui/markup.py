"""Views as HTML. Whatever comes from a person or a file is escaped."""

from collections.abc import Sequence
from html import escape
from pathlib import Path
from urllib.parse import quote

from lowlight.messages import Message
from lowlight.web.i18n import texts
from lowlight.web.i18n.catalogue import translate
from lowlight.web.jobs.comparison import SIDE, Method
from lowlight.web.jobs.view import Card, Phase, Tick, View
from lowlight.web.ui.examples import Sample

STAGES = 5


def say(text: str) -> str:
    """Return a text of the page in the language that is spoken, as HTML. What comes from people is only escaped."""
    return escape(translate(text))


def header() -> str:
    """Return the page's head: its name and what it is for."""
    return f"<h1>{say(texts.TITLE)}</h1><p>{say(texts.TAGLINE)}</p>"


def footer() -> str:
    """Return the line about privacy."""
    return f"<p>{say(texts.PRIVACY)}</p>"


def note(view: View) -> str:
    """Return what went wrong, if anything did; the page's layout follows the phase that is written here."""
    sentence = view.message if view.wrong else view.notice
    message = f"<p>{say(sentence)}</p>" if sentence else ""
    return f'<div class="note" data-phase="{view.phase}">{message}</div>'


def progress(tick: Tick | None) -> str:
    """Return the progress bar; without a share it says only that something is going on."""
    if tick is None:
        return ""
    value = "" if tick.share is None else f' aria-valuenow="{tick.share:.0%}"'.replace("%", "")
    width = "" if tick.share is None else f' style="width: {tick.share:.1%}"'
    return (
        f'<p class="label">{say(tick.label)}</p>'
        f'<div class="bar" role="progressbar" aria-label="{say(texts.PROGRESS)}" aria-valuemin="0"'
        f' aria-valuemax="100"{value}><div{width}></div></div>'
    )


def facts(view: View, name: str) -> str:
    """Return the photo's name, what there is to say about it, and the lines about it and its result."""
    if view.phase is Phase.EMPTY:
        return ""
    message = f'<p class="message">{say(view.message)}</p>' if view.message else ""
    lines = "".join(f"<p>{say(line)}</p>" for line in view.facts)
    return f"<h2>{escape(name)}</h2>{lines}{histogram(view)}{message}"


def histogram(view: View) -> str:
    """Return the photo's lightness and the result's as one drawing, black on the left and white on the right."""
    if len(view.histograms) != 2:
        return ""
    before, after = (_outline(heights) for heights in view.histograms)
    return (
        f'<figure class="histogram"><svg viewBox="0 0 128 40" preserveAspectRatio="none" role="img"'
        f' aria-label="{say(texts.HISTOGRAM_LABEL)}"><path class="before" d="{before}"/>'
        f'<path class="after" d="{after}"/></svg><figcaption><span class="before">{say(texts.BEFORE)}</span>'
        f'<span class="after">{say(texts.AFTER)}</span></figcaption></figure>'
    )


def _outline(heights: Sequence[float]) -> str:
    """Return an area of 128 x 40 under these heights as an SVG path."""
    step = 128 / len(heights)
    points = (f"{(index + 0.5) * step:.1f} {40 - 39 * height:.1f}" for index, height in enumerate(heights))
    return f"M0 40 L{' L'.join(points)} L128 40 Z"


def seen(view: View) -> str:
    """Return the line that says what the before and after pictures show."""
    return f"<p>{say(view.seen)} <span>{say(texts.ZOOM)}</span></p>" if view.seen else ""


def loupe(view: View) -> str:
    """Return a part of the photo at 1:1, before and after, and the whole to choose it on."""
    if view.detail is None or view.pair is None:
        return ""
    part = view.detail
    places = {"x": part.left + part.width / 2, "y": part.top + part.height / 2, "w": part.width, "h": part.height}
    data = " ".join(f'data-{name}="{value:.5f}"' for name, value in places.items())
    frame = f"left: {part.left:.3%}; top: {part.top:.3%}; width: {part.width:.3%}; height: {part.height:.3%}"
    sides = "".join(
        f'<figure><img src="{address(path)}" alt="{say(Message(texts.LOUPE_SIDE, side=side))}">'
        f"<figcaption>{say(side)}</figcaption></figure>"
        for side, path in ((texts.BEFORE, part.before), (texts.AFTER, part.after))
    )
    return (
        f"<h2>{say(texts.LOUPE)}</h2><p>{say(texts.LOUPE_HINT)}</p><div class='parts'>"
        f'<button type="button" class="map" aria-label="{say(texts.LOUPE_MAP)}" {data}>'
        f'<img src="{address(view.pair[1])}" alt=""><span style="{frame}"></span></button>{sides}</div>'
    )


def stages(view: View) -> str:
    """Return the stages as cards, with room kept for those that are not ready; nothing where none were kept."""
    if view.phase is Phase.EMPTY or (view.phase is Phase.DONE and not view.cards):
        return ""
    waiting = "<li><div class='picture'></div></li>" * (STAGES - len(view.cards))
    cards = "".join(_card(card) for card in view.cards)
    return (
        f"<h2>{say(texts.STAGES)}</h2><p>{say(texts.STAGES_HINT)}</p>"
        f'<ol style="--ratio: {view.ratio:.4f}">{cards}{waiting}</ol>'
    )


def _card(card: Card) -> str:
    label = say(Message(texts.OPEN_STAGE, title=card.title))
    return (
        f'<li class="{"stale" if card.stale else "ready"}">'
        f'<button type="button" class="picture" aria-label="{label}">'
        f'<img src="{address(card.picture)}" alt="" decoding="async"></button>'
        f"<h3>{say(card.title)}</h3><p>{say(card.sentence)}</p></li>"
    )


def comparison(done: Sequence[Method], *, whole: bool) -> str:
    """Return the methods that are done side by side, with what each took and how close it comes.

    Args:
        done: at most three methods.
        whole: whether there are no more to come.
    """
    bar = "" if whole else progress(Tick(Message(texts.COMPARISON_BUSY, done=len(done)), len(done) / 3))
    cards = "".join(
        f'<li><img src="{address(one.picture)}" alt="{say(one.title)}" decoding="async">'
        f"<h3>{say(one.title)}</h3>{_figures(one)}</li>"
        for one in done
    )
    small = f"<p>{say(Message(texts.COMPARISON_SMALL, side=SIDE))}</p>" if whole else ""
    return f"{bar}<ol>{cards}</ol>{small}"


def _figures(method: Method) -> str:
    lines = [Message(texts.COMPARISON_TIME, seconds=method.seconds)]
    if method.score:
        lines.append(Message(texts.COMPARISON_SCORE, psnr=method.score.psnr, ssim=method.score.ssim))
        lines.append(Message(texts.COMPARISON_GIVEN, psnr=method.score.gt_mean_psnr, ssim=method.score.gt_mean_ssim))
    return "".join(f"<p>{say(line)}</p>" for line in lines)


def samples(choices: Sequence[Sample], thumbnails: Sequence[str]) -> str:
    """Return the example photos as buttons.

    Args:
        choices: the examples.
        thumbnails: a picture of each, as data address.
    """
    cards = "".join(
        f'<li><button type="button" data-sample="{escape(sample.file)}"><img src="{thumbnail}" alt="">'
        f"<span>{say(sample.title)}</span></button><small>{say(sample.credit)}</small></li>"
        for sample, thumbnail in zip(choices, thumbnails, strict=True)
    )
    return f"<h2>{say(texts.EXAMPLES)}</h2><p>{say(texts.EXAMPLES_HINT)}</p><ol>{cards}</ol>"


def address(path: Path) -> str:
    """Return where the browser finds one of the page's files, relative to the page."""
    return escape(f"gradio_api/file={quote(str(path))}")
