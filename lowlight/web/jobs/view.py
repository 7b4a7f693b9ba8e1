"""What the page shows at one moment, as plain data, and how each step of a job's work changes it."""

from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import Path

from lowlight.measure.certainty import Sure
from lowlight.messages import NOTHING, Message
from lowlight.web.i18n import texts
from lowlight.web.jobs.crop import Detail
from lowlight.web.jobs.live import Live


class Phase(StrEnum):
    """What the page is doing."""

    EMPTY = "empty"
    WORKING = "working"
    DONE = "done"
    STOPPED = "stopped"


@dataclass(frozen=True)
class Beside:
    """A picture that a card's own can be compared with, and what it shows."""

    picture: Path
    caption: Message


@dataclass(frozen=True)
class Card:
    """A step as the page shows it.

    Attributes:
        title: what it is called.
        sentence: what was done.
        picture: in a light in which it can be seen.
        stale: whether the choices that made it are no longer the person's.
        note: how much lighter than it is the picture is shown; empty if it is not.
        scale: of a light map: the stops that its darkest and its lightest grey stand for.
        marks: of a map of certainty: what is marked on it.
        before: what there was before the step.
        change: what the step changed.
    """

    title: Message
    sentence: Message
    picture: Path
    stale: bool = False
    note: Message = NOTHING
    scale: tuple[int, int] | None = None
    marks: tuple[Sure, ...] = ()
    before: Beside | None = None
    change: Beside | None = None


# -- Steps: what a job yields while it is worked on ------------------------------------------------------------------


@dataclass(frozen=True)
class Tick:
    """How far the work is.

    Attributes:
        label: what is being done.
        share: how much of it is done, in [0, 1]; None while that is not known.
        left: seconds until the result; None while that is not known or not worth telling.
    """

    label: Message
    share: float | None = None
    left: float | None = None


@dataclass(frozen=True)
class Glimpse:
    """The photo is there small, before all of it is read.

    Attributes:
        picture: the photo as it came.
        size: the photo's width and height, in pixels, nearly.
    """

    picture: Path
    size: tuple[int, int]


def waiting(ahead: int) -> Tick:
    """Return what whoever waits for their turn is told.

    Args:
        ahead: how many are before them, the one at work included.
    """
    return Tick(texts.WAITING_FOR_ONE if ahead == 1 else Message(texts.WAITING, count=ahead))


@dataclass(frozen=True)
class StageReady:
    """A stage is ready.

    Attributes:
        name: as `lowlight.stages.Stage` has it; "sure" is the map of certainty after them.
        card: what the page shows of it among the steps.
        picture: what the stage made, as it is.
        facts: what can be said about the photo from now on.
        size: the photo's width and height, in pixels.
    """

    name: str
    card: Card
    picture: Path
    facts: tuple[Message, ...]
    size: tuple[int, int]


@dataclass(frozen=True)
class PreviewReady:
    """A small version of the result is ready, before the full one."""

    picture: Path


@dataclass(frozen=True)
class Offer:
    """The result as a file.

    Attributes:
        path: where it lies, at full size.
        details: its format and size, for people.
    """

    path: Path
    details: Message


@dataclass(frozen=True)
class Finished:
    """The result is there.

    Attributes:
        offer: what can be downloaded.
        histograms: the photo's and the result's, each 64 heights in [0, 1] from black to white.
        took: how long it took.
        message: why nothing was done, where that is so.
        how: why it was not denoised, where that is so.
        network: which network denoises.
        same: whether the result is the photo.
        seconds: how long it took, as a number.
    """

    offer: Offer
    histograms: tuple[tuple[float, ...], ...]
    took: Message
    message: Message
    how: Message
    network: Message
    same: bool
    seconds: float = 0.0


@dataclass(frozen=True)
class LiveReady:
    """The browser can make the photo's picture itself from now on."""

    live: Live


@dataclass(frozen=True)
class Looked:
    """A part of the photo is looked at closely.

    Attributes:
        detail: the part, sharp.
    """

    detail: Detail


@dataclass(frozen=True)
class Stopped:
    """The work ended because somebody wanted it to; what there is so far stays."""


@dataclass(frozen=True)
class Failed:
    """The work ended without a result.

    Attributes:
        sentence: why.
        opened: whether the photo could be read.
    """

    sentence: Message
    opened: bool


@dataclass(frozen=True)
class Refused:
    """Another file could not be taken; what is shown, and the work on it, stay as they are."""

    sentence: Message


Step = Tick | Glimpse | StageReady | PreviewReady | Finished | LiveReady | Stopped | Failed | Offer | Looked | Refused
"""What changes the view: what the work yields, and the answers to what a person does with the result."""


# -- The view --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class View:
    """All that the page shows at one moment.

    Attributes:
        phase: what the page is doing.
        message: a sentence for the person; empty if there is nothing to say.
        wrong: whether the message is about something that went wrong.
        notice: a sentence about another file that could not be taken while this photo is shown.
        tick: how far the work is.
        facts: short lines about the photo, which no choice changes.
        took: as in `Finished`.
        how: as in `Finished`.
        network: as in `Finished`.
        histograms: as in `Finished`.
        seen: what the before and after pictures show.
        photo: the photo as it came.
        pair: the before and after pictures.
        cards: the steps so far.
        size: the photo's width and height, in pixels.
        detail: the part that is looked at closely, sharp.
        offer: the result's file.
        live: what the browser needs to make the picture itself while a control is moved.
        seconds: how long the result took.
    """

    phase: Phase
    message: Message = NOTHING
    wrong: bool = False
    notice: Message = NOTHING
    tick: Tick | None = None
    facts: tuple[Message, ...] = ()
    took: Message = NOTHING
    how: Message = NOTHING
    network: Message = NOTHING
    histograms: tuple[tuple[float, ...], ...] = ()
    seen: Message = NOTHING
    photo: Path | None = None
    pair: tuple[Path, Path] | None = None
    cards: tuple[Card, ...] = ()
    size: tuple[int, int] = (3, 2)
    detail: Detail | None = None
    offer: Offer | None = None
    live: Live | None = None
    seconds: float = 0.0


def failed(sentence: Message) -> View:
    """Return the view that says what went wrong; the page is then as empty as at the start."""
    return View(Phase.EMPTY, sentence, wrong=True)


def started(tick: Tick, before: View | None = None) -> View:
    """Return the view of a job that begins.

    Args:
        tick: what it says first.
        before: the view of the same photo with other choices, whose pictures stay, marked as stale, until the new ones
            are there.
    """
    if before is None:
        return View(Phase.WORKING, tick=tick)
    stale = tuple(replace(card, stale=True) for card in before.cards)
    return replace(
        before,
        phase=Phase.WORKING,
        message=NOTHING,
        notice=NOTHING,
        tick=tick,
        cards=stale,
        took=NOTHING,
        how=NOTHING,
        offer=None,
        live=None,
    )


def reduced(view: View, step: Step) -> View:
    """Return the view after a step: the one place where work becomes something to see."""
    match step:
        case Tick():
            return replace(view, tick=step)
        case StageReady():
            return _with_stage(view, step)
        case Glimpse() | PreviewReady():
            return _with_preview(view, step)
        case Finished():
            return _with_result(view, step)
        case Stopped():
            seen = texts.SEEN_PREVIEW_ONLY if view.seen == texts.SEEN_PREVIEW else view.seen
            return replace(view, phase=Phase.STOPPED, message=texts.STOPPED, tick=None, seen=seen)
        case Failed():
            return failed(step.sentence)
        case Offer() | Looked() | LiveReady():
            return _with_more(view, step)
        case Refused():
            return failed(step.sentence) if view.phase is Phase.EMPTY else replace(view, notice=step.sentence)


_SEEN = {"brightened": texts.SEEN_BRIGHTENED, "denoised": texts.SEEN_RESULT}


def _with_stage(view: View, step: StageReady) -> View:
    """Return the view with a stage that is ready; those of the job before keep their places until theirs are."""
    ready = sum(not shown.stale for shown in view.cards)
    cards = (*view.cards[:ready], step.card, *view.cards[ready + 1 :])
    facts = tuple(dict.fromkeys((*view.facts, *step.facts)))
    view = replace(view, cards=cards, facts=facts, size=step.size)
    if step.name == "original":
        view = replace(view, photo=step.picture)
        return view if view.pair else replace(view, pair=(step.picture, step.picture), seen=texts.SEEN_ORIGINAL)
    if view.photo and step.name in _SEEN and not (step.name == "brightened" and view.seen == texts.SEEN_PREVIEW):
        return replace(view, pair=(view.photo, step.picture), seen=_SEEN[step.name])
    return view


def _with_preview(view: View, step: Glimpse | PreviewReady) -> View:
    """Return the view with the photo small, or with a preview beside the photo, if that is shown already."""
    if isinstance(step, Glimpse):
        return replace(view, pair=(step.picture, step.picture), seen=texts.SEEN_ORIGINAL, size=step.size)
    if view.pair is None:
        return view
    return replace(view, pair=(view.photo or view.pair[0], step.picture), seen=texts.SEEN_PREVIEW)


def _with_more(view: View, step: Offer | Looked | LiveReady) -> View:
    """Return the view of a result with what came to it later."""
    match step:
        case Offer():
            return replace(view, offer=step)
        case Looked():
            return replace(view, detail=step.detail)
        case LiveReady():
            return replace(view, live=step.live)


def _with_result(view: View, step: Finished) -> View:
    return replace(
        view,
        phase=Phase.DONE,
        message=step.message,
        tick=None,
        seen=texts.SEEN_SAME if step.same else view.seen,
        histograms=step.histograms,
        took=step.took,
        how=NOTHING if step.message else step.how,
        network=step.network,
        detail=None,
        offer=step.offer,
        seconds=step.seconds,
    )
