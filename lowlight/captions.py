"""The sentences that stages are shown with: what was done and why, for somebody who has never heard of LAB."""

from lowlight.light.scene import Kind
from lowlight.messages import NOTHING, Message, joined
from lowlight.settings import Settings

ORIGINAL = Message("Your photo as it came, upright and in standard colours.")
LIGHTNESS = Message("How light each point is, without its colour (the L of LAB).")
LIGHTNESS_ALONE = Message("The next step works on this alone, so colours stay true.")
LIGHT_MAP = Message("How light each part is to be.")
CONTRAST = Message("Each part gets its own contrast (CLAHE).")
BRIGHT = Message("This photo is bright already, so it stays as it is.")
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
ASKED_LIGHT = Message("The photo in the light that you asked for.")
NO_MORE_LIGHT = Message("No part of this photo needed more light.")
FOUND, AS_ASKED = Message("found from the photo itself"), Message("as you asked")
NIGHT_KEPT = Message("Kept as a night: it was lifted by little more than a stop.")
STILL_NOISY = Message("This is the brightened photo, its noise still in it.")


def lightness(shown: float) -> Message:
    """Say what the first stage shows, and how much lighter than it is."""
    if shown == 1:
        return LIGHTNESS
    scaled = Message("It is shown {factor:.0f} times as light as it is, since it is too dark to be seen.", factor=shown)
    return joined(LIGHTNESS, scaled)


def light_map(settings: Settings, kind: Kind, most: float) -> Message:
    """Say what the light map does to the photo."""
    if most < 0.05:
        return SEEN[kind]
    if kind in (Kind.FINE, Kind.BLACK):
        return joined(LIGHT_MAP, ASKED_ALONE)
    seen = NIGHT_KEPT if settings.look == "night" else SEEN[kind]
    return joined(LIGHT_MAP, seen, CONTRAST if settings.clip_limit > 1 else NOTHING)


def brightened(most: float, *, by_hand: bool) -> Message:
    """Say by how much the photo was brightened."""
    if most < 0.05:
        return ASKED_LIGHT if by_hand else NO_MORE_LIGHT
    return Message(
        "The photo in that light: up to {stops:.1f} stops more, {how}. Red, green and blue get the same, so colours "
        "stay true; only near white they give way, as on film. The noise that hid in the dark shows now.",
        stops=most,
        how=AS_ASKED if by_hand else FOUND,
    )


def clahe(settings: Settings, need: float) -> Message:
    """Say what the published method's CLAHE did."""
    if need == 0:
        return BRIGHT
    return Message(
        "Each part of the photo gets its own contrast (CLAHE, {grid} x {grid} tiles), held back at clip limit "
        "{limit:g} so that noise is not blown up.",
        grid=settings.tile_grid,
        limit=settings.clip_limit,
    )


def multiplied(settings: Settings, factor: float, need: float) -> Message:
    """Say what the published method's brightening did."""
    if need == 0 and factor == 1:
        return BRIGHT
    return Message(
        "Every value times {factor:.2f}, {how}. The noise that hid in the dark shows now.",
        factor=factor,
        how=FOUND if settings.automatic and settings.exposure == 0 else AS_ASKED,
    )


def denoised(settings: Settings, *, fine: bool, same: bool, black: bool = False) -> Message:
    """Say what the last stage did.

    Args:
        settings: as people chose them.
        fine: whether the photo asked for nothing.
        same: whether nothing was changed.
        black: whether there is nothing in the photo.
    """
    if settings.strength == 0:
        return Message("The strength is 0: this is the photo as it came.")
    if fine and same:
        return BLACK if black else BRIGHT
    if settings.denoise == 0:
        return Message("Denoising is switched off: this is the brightened photo.")
    if black:
        return Message("This photo is black: only what you asked for was done.")
    if fine:
        return Message("This photo is bright already: only what you asked for was done.")
    if settings.denoise == 1:
        return Message("A small neural network, trained on pairs of dark and bright photos, takes the noise out.")
    return Message(
        "A small neural network, trained on pairs of dark and bright photos, takes the noise out, at {share:.0%} of "
        "its strength.",
        share=settings.denoise,
    )
