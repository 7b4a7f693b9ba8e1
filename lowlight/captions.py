"""The sentences that stages are shown with: what was done and why, for somebody who has never heard of LAB."""

from collections.abc import Mapping

from lowlight.light.scene import Kind
from lowlight.measure.certainty import Sure
from lowlight.messages import NOTHING, Message, joined
from lowlight.settings import Settings

ORIGINAL = Message("Your photo as it came, upright and in standard colours.")
LIGHTNESS = Message("How light each point is, without its colour (the L of LAB).")
LIGHTNESS_ALONE = Message("The next step works on this alone, so colours stay true.")
LIGHT_MAP = Message("By how many stops each part is raised; one stop is twice the light.")
CONTRAST = Message("Each part gets its own contrast (CLAHE).")
BRIGHT = Message("This photo is bright already, so it stays as it is.")
BRIGHT_RAISED = Message("This photo is bright already: no part of it is raised.")
BLACK = Message("This photo is black: there is nothing in it that could be brought back.")

SEEN = {
    Kind.NIGHT: Message("A dark photo with bright parts: the dark was lifted, its bright parts and its black stay."),
    Kind.BACKLIT: Message("Backlit: the shadows were lifted, what is bright behind them stays."),
    Kind.DIM: Message("A dim photo: most of it was lifted, its brightest parts the least."),
    Kind.FINE: BRIGHT,
    Kind.BLACK: BLACK,
}
"""What a photo was taken for, and what followed from that."""

ASKED_ALONE = Message("The photo itself asked for no more light: this is what you asked for.")
ASKED_TOO = Message("Then it was changed as you asked.")
ASKED_LESS = Message("No part is raised: this is what you asked for.")
ASKED_LIGHT = Message("The photo in the light that you asked for.")
NO_MORE_LIGHT = Message("No part of this photo needed more light.")
FOUND, AS_ASKED = Message("found from the photo itself"), Message("as you asked")
FOUND_AND_ASKED = Message("found from the photo itself, then changed as you asked")
EVERY_COLOUR = Message(
    "Red, green and blue get the same, so colours stay true; only near white they give way, as on film."
)
NOISE_SHOWS = Message("The noise that hid in the dark shows now.")
NIGHT_KEPT = Message("Kept as a night: the photo itself is lifted by little more than a stop at most.")
STILL_NOISY = Message("This is the brightened photo, its noise still in it.")

STRENGTH_0 = Message("The strength is 0: this is the photo as it came.")
NOT_DENOISED = Message("Denoising is switched off: this is the brightened photo.")
BLACK_ASKED = Message("This photo is black: only what you asked for was done.")
BRIGHT_ASKED = Message("This photo is bright already: only what you asked for was done.")
DENOISED = Message("A small neural network, trained on pairs of dark and bright photos, takes the noise out.")
HARDLY_RAISED = Message("Where the photo was hardly raised, it keeps its own grain.")
UNKNOWN = Message("The published method knows no looks, and no other controls than those of its method and strength.")

LEAST_STOPS = 0.05
"""Below this no part of a photo was raised, in stops, and nobody is told that it was."""

NOISY_STOPS, NOISY_FACTOR = 1.0, 2 ** (1 / 2.2)
"""From these on noise that could not be seen can be: stops, and the published method's factor of sRGB values."""

SAID_FROM = 0.005
"""Shares of a photo below this are not mentioned."""


def shown(times: int) -> Message:
    """Say how many times as light as it is a picture is shown; nothing if it is shown as it is."""
    if times == 1:
        return NOTHING
    return Message("Shown {times} times as light, so that it can be seen.", times=times)


def light_map(settings: Settings, kind: Kind, most: float) -> Message:
    """Say what the light map does to the photo.

    Args:
        settings: as people chose them.
        kind: what the photo was taken for.
        most: by how many stops it is raised where it is raised most.
    """
    if most < LEAST_STOPS:
        return BLACK if kind is Kind.BLACK else ASKED_LESS if _moved(settings) else BRIGHT_RAISED
    if kind in (Kind.FINE, Kind.BLACK):
        return joined(LIGHT_MAP, ASKED_ALONE)
    contrast = CONTRAST if settings.clip_limit > 1 else NOTHING
    return joined(LIGHT_MAP, taken_for(settings, kind), contrast)


def taken_for(settings: Settings, kind: Kind) -> Message:
    """Say what a photo was taken for, and what people's wishes for light made of it."""
    seen = NIGHT_KEPT if settings.look == "night" else SEEN[kind]
    return joined(seen, ASKED_TOO) if _moved(settings) else seen


def _moved(settings: Settings) -> bool:
    """Say whether light was asked for beside what the photo itself is given; a kept night only limits that."""
    return bool(settings.exposure or settings.shadows or settings.highlights) or settings.look == "bright"


def brightened(settings: Settings, kind: Kind, most: float) -> Message:
    """Say by how much the photo was brightened, and who wanted that; arguments as in `light_map`."""
    if most < LEAST_STOPS:
        return BLACK if kind is Kind.BLACK else ASKED_LIGHT if _moved(settings) else NO_MORE_LIGHT
    own = settings.automatic and kind not in (Kind.FINE, Kind.BLACK)
    how = FOUND if not settings.by_hand else FOUND_AND_ASKED if own else AS_ASKED
    raised = Message("The photo in that light: up to {stops:.1f} stops more, {how}.", stops=most, how=how)
    return joined(raised, EVERY_COLOUR, NOISE_SHOWS if most >= NOISY_STOPS else NOTHING)


def clahe(settings: Settings, need: float, *, black: bool = False) -> Message:
    """Say what the published method's CLAHE did.

    Args:
        settings: as people chose them.
        need: the share of the treatment that the photo gets, in [0, 1].
        black: whether there is nothing in the photo.
    """
    if need == 0:
        return BLACK if black else Message("This photo is bright already: its contrast stays as it is.")
    said = Message(
        "Each part of the photo gets its own contrast (CLAHE, {grid} x {grid} tiles), held back at clip limit "
        "{limit:g} so that noise is not blown up.",
        grid=settings.tile_grid,
        limit=settings.clip_limit,
    )
    partly = Message("The photo is not that dark, so it gets {share:.0%} of that.", share=need)
    return said if need == 1 else joined(said, partly)


def multiplied(settings: Settings, factor: float, need: float, *, black: bool = False) -> Message:
    """Say what the published method's brightening did."""
    if factor == 1:
        return NO_MORE_LIGHT if need else BLACK if black else BRIGHT_RAISED
    how = FOUND if settings.automatic and settings.exposure == 0 else AS_ASKED
    said = Message("Every value times {factor:.2f}, {how}.", factor=factor, how=how)
    return joined(said, NOISE_SHOWS if factor >= NOISY_FACTOR else NOTHING)


def denoised(
    settings: Settings,
    *,
    fine: bool,
    same: bool,
    black: bool = False,
    missing: Message = NOTHING,
    hardly: bool = False,
    need: float = 1.0,
) -> Message:
    """Say what the last stage did to the noise; what else it did, `finished` says.

    Args:
        settings: as people chose them.
        fine: whether the photo asked for nothing.
        same: whether nothing was changed.
        black: whether there is nothing in the photo.
        missing: why there is no network, where there is none.
        hardly: whether parts of the photo were raised too little to be denoised.
        need: of the published method: the share of the network's picture that the photo gets.
    """
    if settings.strength == 0:
        return STRENGTH_0
    if fine and same:
        return BLACK if black else BRIGHT
    if fine:
        return BLACK_ASKED if black else BRIGHT_ASKED
    if settings.denoise == 0:
        return NOT_DENOISED
    share = settings.denoise * need
    if missing:
        return missing
    partly = Message(
        "A small neural network, trained on pairs of dark and bright photos, takes the noise out, at {share:.0%} of "
        "its strength.",
        share=share,
    )
    return joined(DENOISED if share == 1 else partly, HARDLY_RAISED if hardly else NOTHING)


def finished(settings: Settings, *, clean: bool) -> Message:
    """Say what the controls of colour, detail and strength made of the picture at the end; nothing if nothing.

    Args:
        settings: as people chose them.
        clean: whether a network's picture is in it.
    """
    said = [
        Message("Fine structure was brought back, and its grain with it.") if clean and settings.detail else NOTHING,
        _coloured(settings),
        Message("The strength is {share:.0%}: the rest is the photo as it came.", share=settings.strength)
        if 0 < settings.strength < 1
        else NOTHING,
    ]
    return joined(*said) if settings.strength and any(said) else NOTHING


def _coloured(settings: Settings) -> Message:
    warm, colour = settings.warmth, settings.colour
    warmer = Message("Its colours were made warmer.") if warm > 0 else Message("Its colours were made cooler.")
    stronger = Message("Its colours were made stronger.") if colour > 0 else Message("Its colours were made paler.")
    grey = Message("Its colours were taken away.")
    said = (warmer if warm and colour > -1 else NOTHING, (grey if colour == -1 else stronger) if colour else NOTHING)
    return joined(*said) if any(said) else NOTHING


def certainty(shares: Mapping[Sure, float]) -> Message:
    """Say of how much of a photo light was measured, and of how much not.

    Args:
        shares: as `lowlight.measure.certainty.shares` returns them.
    """
    said = [Message(UNSURE[one], share=shares[one]) for one in UNSURE if shares[one] >= SAID_FROM]
    if not said:
        return Message("Light was measured in nearly every part of this photo.")
    return joined(Message("In {share:.0%} of this photo light was measured.", share=shares[Sure.MEASURED]), *said)


UNSURE = {
    Sure.LITTLE: Message("In {share:.0%} little was recorded: colour and detail are guesses there."),
    Sure.NOTHING: Message("In {share:.0%} nothing was recorded that could be brought back."),
    Sure.BURNT: Message("{share:.0%} was burnt out: pure white."),
}
"""Where light was not measured well, with the share of the photo."""
