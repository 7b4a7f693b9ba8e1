"""What the page shows at one moment, as plain data, and how each step of a job's work changes it."""

from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import Path

from lowlight.messages import NOTHING, Message, joined
from lowlight.web.i18n import texts
from lowlight.web.jobs.crop import Detail


class Phase(StrEnum):
    """What the page is doing."""

    EMPTY = "empty"
    WORKING = "working"
    DONE = "done"
    STOPPED = "stopped"


@dataclass(frozen=True)
class Card:
    """A stage as the page shows it; ``stale`` while the choices that made it are no longer the person's."""

    title: Message
    sentence: Message
    picture: Path
    stale: bool = False


# -- Steps: what a job yields while it is worked on ------------------------------------------------------------------


@dataclass(frozen=True)
class Tick:
    """How far the work is: ``share`` in [0, 1], or None while that is not known."""

    label: Message
    share: float | None = None


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
        name: as `lowlight.stages.Stage` has it.
        card: what the page shows of it.
        facts: what can be said about the photo from now on.
        ratio: the photo's width over its height.
    """

    name: str
    card: Card
    facts: tuple[Message, ...]
    ratio: float


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
        detail: the part under the loupe.
        histograms: the photo's and the result's, each 64 heights in [0, 1] from black to white.
        took: how long it took.
        message: why nothing was done, where that is so.
        how: what denoised it.
        same: whether the result is the photo.
        seconds: how long it took, as a number.
    """

    offer: Offer
    detail: Detail
    histograms: tuple[tuple[float, ...], ...]
    took: Message
    message: Message
    how: Message
    same: bool
    seconds: float = 0.0


@dataclass(frozen=True)
class Looked:
    """The loupe was moved.

    Attributes:
        detail: the part that is under it now.
        place: where the person put it, as shares of width and height.
    """

    detail: Detail
    place: tuple[float, float]


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


Step = Tick | StageReady | PreviewReady | Finished | Stopped | Failed | Offer | Looked | Refused
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
        facts: short lines about the photo and its result.
        histograms: as in `Finished`.
        seen: what the before and after pictures show.
        pair: the before and after pictures.
        cards: the stages so far.
        ratio: the photo's width over its height.
        detail: the part under the loupe.
        place: where the person put it, as shares of width and height.
        offer: the result's file.
        seconds: how long the result took.
    """

    phase: Phase
    message: Message = NOTHING
    wrong: bool = False
    notice: Message = NOTHING
    tick: Tick | None = None
    facts: tuple[Message, ...] = ()
    histograms: tuple[tuple[float, ...], ...] = ()
    seen: Message = NOTHING
    pair: tuple[Path, Path] | None = None
    cards: tuple[Card, ...] = ()
    ratio: float = 1.5
    detail: Detail | None = None
    place: tuple[float, float] | None = None
    offer: Offer | None = None
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
        facts=before.facts[:1],
        offer=None,
    )


def reduced(view: View, step: Step) -> View:
    """Return the view after a step: the one place where work becomes something to see."""
    match step:
        case Tick():
            return replace(view, tick=step)
        case StageReady():
            return _with_stage(view, step)
        case PreviewReady():
            return _with_preview(view, step)
        case Finished():
            return _with_result(view, step)
        case Stopped():
            seen = texts.SEEN_PREVIEW_ONLY if view.seen == texts.SEEN_PREVIEW else view.seen
            return replace(view, phase=Phase.STOPPED, message=texts.STOPPED, tick=None, seen=seen)
        case Failed():
            return failed(step.sentence)
        case Offer():
            return replace(view, offer=step)
        case Looked():
            return replace(view, detail=step.detail, place=step.place)
        case Refused():
            return failed(step.sentence) if view.phase is Phase.EMPTY else replace(view, notice=step.sentence)


_SEEN = {"brightened": texts.SEEN_BRIGHTENED, "denoised": texts.SEEN_RESULT}


def _with_stage(view: View, step: StageReady) -> View:
    """Return the view with a stage that is ready; those of the job before keep their places until theirs are."""
    ready = sum(not shown.stale for shown in view.cards)
    cards = (*view.cards[:ready], step.card, *view.cards[ready + 1 :])
    facts = step.facts if step.name == "original" else (*view.facts, *step.facts)
    view = replace(view, cards=cards, facts=facts, ratio=step.ratio)
    picture = step.card.picture
    if step.name == "original":
        return view if view.pair else replace(view, pair=(picture, picture), seen=texts.SEEN_ORIGINAL)
    if step.name in _SEEN and not (step.name == "brightened" and view.seen == texts.SEEN_PREVIEW):
        return replace(view, pair=(cards[0].picture, picture), seen=_SEEN[step.name])
    return view


def _with_preview(view: View, step: PreviewReady) -> View:
    """Return the view with a preview beside the photo, if that is shown already."""
    if not view.cards:
        return view
    return replace(view, pair=(view.cards[0].picture, step.picture), seen=texts.SEEN_PREVIEW)


def _with_result(view: View, step: Finished) -> View:
    first = joined(view.facts[0], step.took, between=", ")
    return replace(
        view,
        phase=Phase.DONE,
        message=step.message,
        tick=None,
        seen=texts.SEEN_SAME if step.same else view.seen,
        histograms=step.histograms,
        facts=(first, *view.facts[1:], *(() if step.message else (step.how,))),
        detail=step.detail,
        offer=step.offer,
        seconds=step.seconds,
    )
