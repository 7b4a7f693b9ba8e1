"""What the page shows at one moment, as plain data."""

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from lowlight.web.loupe import Detail


class Phase(StrEnum):
    """What the page is doing."""

    EMPTY = "empty"
    WORKING = "working"
    DONE = "done"
    STOPPED = "stopped"


@dataclass(frozen=True)
class Card:
    """A stage as the page shows it; ``stale`` while the choices that made it are no longer the person's."""

    title: str
    sentence: str
    picture: Path
    stale: bool = False


@dataclass(frozen=True)
class Tick:
    """How far the work is: ``share`` in [0, 1], or None while that is not known."""

    label: str
    share: float | None = None


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
        histograms: the photo's and the result's, each 64 heights in [0, 1] from black to white.
        seen: what the before and after pictures show.
        pair: the before and after pictures.
        cards: the stages so far.
        ratio: the photo's width over its height.
        detail: the part under the loupe.
        download: the result at full size.
        details: its format and size, for people.
    """

    phase: Phase
    message: str = ""
    wrong: bool = False
    notice: str = ""
    tick: Tick | None = None
    facts: tuple[str, ...] = ()
    histograms: tuple[tuple[float, ...], ...] = ()
    seen: str = ""
    pair: tuple[Path, Path] | None = None
    cards: tuple[Card, ...] = ()
    ratio: float = 1.5
    detail: Detail | None = None
    download: Path | None = None
    details: str = ""


def failed(sentence: str) -> View:
    """Return the view that says what went wrong; the page is then as empty as at the start."""
    return View(Phase.EMPTY, sentence, wrong=True)
