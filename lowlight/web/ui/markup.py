"""Views as HTML. Whatever comes from a person or a file is escaped."""

import json
import secrets
from collections.abc import Collection, Sequence
from hashlib import sha256
from html import escape
from pathlib import Path
from urllib.parse import quote

from lowlight import limits
from lowlight.messages import NOTHING, Message
from lowlight.web.i18n import texts
from lowlight.web.i18n.catalogue import translate
from lowlight.web.jobs.comparison import SIDE, Method
from lowlight.web.jobs.job import Job
from lowlight.web.jobs.keepsake import Kind
from lowlight.web.jobs.live import Live
from lowlight.web.jobs.session import Session
from lowlight.web.jobs.view import Phase, Tick, View
from lowlight.web.ui import icons
from lowlight.web.ui.examples import Sample, Scene

PROCESS = secrets.token_hex(4)
"""What tells this process from any other that answers under the same address, before it or beside it."""


def say(text: str) -> str:
    """Return a text of the page in the language that is spoken, as HTML. What comes from people is only escaped."""
    return escape(translate(text))


def header() -> str:
    """Return the page's head: a way past it, its name, and the ways in for the next photo."""
    return (
        f'<a class="skip" href="#look">{say(texts.SKIP)}</a><h1>{icons.MARK}{say(texts.TITLE)}</h1>'
        f'<p class="tagline">{say(texts.TAGLINE)}</p><div class="ways">{_ways(texts.NEXT_PHOTO)}</div>'
    )


def _ways(first: Message) -> str:
    """Return the ways in as buttons: a file, the camera, the clipboard."""
    ways = (
        ("choose", first, icons.ADD),
        ("camera", texts.CAMERA, icons.CAMERA),
        ("paste", texts.PASTE, icons.PASTE),
    )
    return "".join(
        f'<button type="button" data-way="{way}" aria-label="{say(title)}">{icon}<span>{say(title)}</span></button>'
        for way, title, icon in ways
    )


def hero(scenes: Sequence[Scene], promise: Message = texts.PROMISE) -> str:
    """Return the landing page: what it does, the ways in, and the effect itself, to be dragged at once."""
    pictures = [{"before": one.before, "after": one.after, "width": one.width, "height": one.height} for one in scenes]
    dots = "".join(
        f'<button type="button" data-scene="{index}" aria-pressed="{str(index == 0).lower()}">{say(one.title)}</button>'
        for index, one in enumerate(scenes)
    )
    return (
        f'<div class="say"><h2>{say(texts.HERO)}</h2><div class="drop"><button type="button" class="choose"'
        f' data-way="choose">{icons.ADD}<span>{say(texts.CHOOSE)}</span></button><p>{say(texts.DROP)}</p>'
        f'<div class="ways">{_ways(texts.NEXT_PHOTO)}</div></div><p class="promise">{say(promise)}</p></div>'
        f'<div class="demo"><before-after id="demo" plain data-scenes="{escape(json.dumps(pictures))}"></before-after>'
        f'<div id="scenes" role="group" aria-label="{say(texts.SCENES)}">{dots}</div></div>'
    )


def shown(session: Session, *, gone: bool = False) -> str:
    """Return what the page's scripts are to show, as JSON in an element's attribute.

    Args:
        session: the visitor's.
        gone: whether the browser is to forget its token.
    """
    job, view = session.job, session.view
    data = {
        "process": PROCESS,
        "visit": session.token if (job or session.batch) and not gone else "",
        "gone": gone,
        "done": view.phase is Phase.DONE,
        "key": _key(job) if job else "",
        "size": {"width": view.size[0], "height": view.size[1]},
        "pair": view.pair and {"before": address(view.pair[0]), "after": address(view.pair[1])},
        "part": view.detail
        and {
            **{name: getattr(view.detail, name) for name in ("left", "top", "width", "height")},
            **{name: address(getattr(view.detail, name)) for name in ("before", "after")},
        },
        "result": view.offer and {"url": address(view.offer.path), "name": view.offer.path.name},
        "live": job and view.live and _live(job, view.live),
        "link": session.link,
    }
    return f'<div data-shown="{escape(json.dumps(data))}"></div>'


def footer(privacy: Message = texts.PRIVACY) -> str:
    """Return the line about privacy."""
    return f"<p>{say(privacy)}</p>"


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
        f'<p class="label">{say(tick.label)}{time_left(tick.left)}</p>'
        f'<div class="bar" role="progressbar" aria-label="{say(texts.PROGRESS)}" aria-valuemin="0"'
        f' aria-valuemax="100"{value}><div{width}></div></div>'
    )


def outcome(view: View) -> str:
    """Return what is said where the bar was, once the work has ended; only narrow windows have room for it."""
    said = view.message or view.took
    return f'<p class="label">{say(said)}</p>' if view.phase in (Phase.DONE, Phase.STOPPED) and said else ""


def time_left(seconds: float | None) -> str:
    """Return the place where the browser writes how long it still takes, and counts down (time.js)."""
    return "" if seconds is None else f'<span class="left" data-left="{seconds:.1f}"></span>'


def facts(view: View, name: str) -> str:
    """Return the photo's name, what the picture shows, and the lines about the photo and its result."""
    if view.phase is Phase.EMPTY:
        return ""
    message = f'<p class="message">{say(view.message)}</p>' if view.message else ""
    seen = f'<p class="seen">{say(view.seen)}</p>' if view.seen else ""
    lines = "".join(f"<li>{say(line)}</li>" for line in (*view.facts, view.took, view.how) if line)
    return f'<div class="told"><h2>{escape(name)}</h2><ul>{lines}</ul>{seen}{message}</div>{histogram(view)}'


def histogram(view: View) -> str:
    """Return the photo's lightness and the result's as one drawing, black on the left and white on the right."""
    if len(view.histograms) != 2:
        return ""
    before, after = (_outline(heights) for heights in view.histograms)
    axis = "".join(f"<span>{say(word)}</span>" for word in texts.HISTOGRAM_AXIS)
    return (
        f'<figure class="histogram"><svg viewBox="0 0 128 40" preserveAspectRatio="none" role="img"'
        f' aria-label="{say(texts.HISTOGRAM_LABEL)}"><path class="before" d="{before}"/>'
        f'<path class="after" d="{after}"/></svg><div class="axis">{axis}</div>'
        f'<figcaption><span class="before">{say(texts.BEFORE)}</span>'
        f'<span class="after">{say(texts.AFTER)}</span></figcaption></figure>'
    )


def _outline(heights: Sequence[float]) -> str:
    """Return an area of 128 x 40 under these heights as an SVG path."""
    step = 128 / len(heights)
    points = (f"{(index + 0.5) * step:.1f} {40 - 39 * height:.1f}" for index, height in enumerate(heights))
    return f"M0 40 L{' L'.join(points)} L128 40 Z"


def _live(job: Job, live: Live) -> dict[str, str | None]:
    """Return where the browser finds what it needs to make the picture itself, and for what it serves."""
    settings = job.choices.settings
    return {
        "key": f"{_key(job)} {settings.clip_limit:g} {settings.tile_grid}",
        "photo": address(live.photo),
        "clean": address(live.clean) if live.clean else None,
        "maps": address(live.maps),
    }


def _key(job: Job) -> str:
    """Return what tells a photo from others, and not where it lies."""
    return sha256(str(job.source).encode()).hexdigest()[:12]


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
    """Return what a method took, and how close it comes to the reference, if there is one, as a small table."""
    rows = [(texts.COMPARISON_TIME, Message("{seconds:.2f} s", seconds=method.seconds), NOTHING)]
    if found := method.score:
        rows.append((texts.COMPARISON_AS_IT_IS, *_score(found.psnr, found.ssim)))
        rows.append((texts.COMPARISON_GIVEN, *_score(found.gt_mean_psnr, found.gt_mean_ssim)))
    lines = "".join(
        f"<tr><th scope='row'>{say(title)}</th>{''.join(f'<td>{say(cell)}</td>' for cell in cells if cell)}</tr>"
        for title, *cells in rows
    )
    return f"<table>{lines}</table>"


def _score(psnr: float, ssim: float) -> tuple[Message, Message]:
    return Message("PSNR {psnr:.2f} dB", psnr=psnr), Message("SSIM {ssim:.3f}", ssim=ssim)


def take(acts: Collection[str] = texts.TAKEN) -> str:
    """Return the buttons for what can be taken along beside the download."""
    return "".join(
        f'<button type="button" data-take="{act}" title="{say(whole)}" aria-label="{say(whole)}">'
        f"{icons.TAKEN[act]}<span>{say(word)}</span></button>"
        for act, (word, whole) in texts.TAKEN.items()
        if act in acts
    )


def many() -> str:
    """Return the way in for many photos."""
    return (
        f"<h2>{say(texts.MANY)}</h2><p>{say(Message(texts.MANY_HELP, limit=limits.MAX_BATCH))}</p>"
        f'<div class="ways"><button type="button" data-way="choose">{icons.ADD}'
        f"<span>{say(texts.MANY_CHOOSE)}</span></button></div>"
    )


def reference(name: str) -> str:
    """Return the way in for a reference photo, and what the one that is there is called."""
    told = f"<p>{say(Message(texts.REFERENCE_GIVEN, name=name))}</p>" if name else f"<p>{say(texts.REFERENCE_DROP)}</p>"
    button = f'<button type="button" data-way="reference">{say(texts.REFERENCE_CHOOSE)}</button>'
    return f'<div id="reference">{told}{button}</div>'


def samples(choices: Sequence[Sample]) -> str:
    """Return the example photos as buttons."""
    cards = "".join(
        f'<li><button type="button" data-sample="{escape(sample.file)}">'
        f'<img src="{sample.address}" alt="" loading="lazy">'
        f"<span>{say(sample.title)}</span></button><small>{say(sample.credit)}</small></li>"
        for sample in choices
    )
    return f"<h2>{say(texts.EXAMPLES)}</h2><p>{say(texts.EXAMPLES_HINT)}</p><ol>{cards}</ol>"


def keepsake(kind: Kind, made: Path | Message) -> str:
    """Return what the page's script finds of a picture or a film to take along: a link with its name, or a sentence.

    Args:
        kind: which of them.
        made: the file, or why there is none.
    """
    if isinstance(made, Message):
        return f'<p data-kind="{kind}">{say(made)}</p>'
    return f'<a data-kind="{kind}" href="{escape(address(made))}" download="{escape(made.name)}"></a>'


def address(path: Path) -> str:
    """Return where the browser finds one of the page's files, relative to the page."""
    return f"gradio_api/file={quote(str(path))}"
