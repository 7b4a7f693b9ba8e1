"""The sentences that stages are shown with: what was done and why, for somebody who has never heard of LAB."""

from lowlight.scene import Kind
from lowlight.settings import Settings

LIGHTNESS = (
    "How light each point is, without its colour (the L of LAB). The next step works on this alone, "
    "so colours stay true."
)
LIGHT_MAP = "How light each part is to be."
CONTRAST = "Each part gets its own contrast (CLAHE)."
BRIGHT = "This photo is bright already, so it stays as it is."
BLACK = "This photo is black: there is nothing in it that could be brought back."

SEEN = {
    Kind.NIGHT: "A dark photo with bright parts: the dark was lifted, its bright parts and its black stay.",
    Kind.BACKLIT: "Backlit: the shadows were lifted, what is bright behind them stays.",
    Kind.DIM: "A dim photo: most of it was lifted, its brightest parts the least.",
    Kind.FINE: BRIGHT,
    Kind.BLACK: BLACK,
}
"""What a photo was taken for, and what followed from that."""

ASKED_ALONE = "The photo itself asked for no more light: this is what you asked for."
NIGHT_KEPT = "Kept as a night: it was lifted by little more than a stop."


def lightness(shown: float) -> str:
    """Say what the first stage shows, and how much lighter than it is."""
    if shown == 1:
        return LIGHTNESS
    return f"{LIGHTNESS} It is shown {shown:.0f} times as light as it is, since it is too dark to be seen."


def light_map(settings: Settings, kind: Kind, most: float) -> str:
    """Say what the light map does to the photo."""
    if most < 0.05:
        return SEEN[kind]
    if kind in (Kind.FINE, Kind.BLACK):
        return " ".join([LIGHT_MAP, ASKED_ALONE])
    seen = NIGHT_KEPT if settings.look == "night" else SEEN[kind]
    sentences = [LIGHT_MAP, seen] if settings.clip_limit <= 1 else [LIGHT_MAP, seen, CONTRAST]
    return " ".join(sentences)


def brightened(most: float, *, by_hand: bool) -> str:
    """Say by how much the photo was brightened."""
    if most < 0.05:
        return "The photo in the light that you asked for." if by_hand else "No part of this photo needed more light."
    how = "as you asked" if by_hand else "found from the photo itself"
    return (
        f"The photo in that light: up to {most:.1f} stops more, {how}. Red, green and blue get the same, so colours "
        "stay true; only near white they give way, as on film. The noise that hid in the dark shows now."
    )


def clahe(settings: Settings, need: float) -> str:
    """Say what the published method's CLAHE did."""
    if need == 0:
        return BRIGHT
    grid = f"{settings.tile_grid} x {settings.tile_grid}"
    return (
        f"Each part of the photo gets its own contrast (CLAHE, {grid} tiles), held back at clip limit "
        f"{settings.clip_limit:g} so that noise is not blown up."
    )


def multiplied(settings: Settings, factor: float, need: float) -> str:
    """Say what the published method's brightening did."""
    if need == 0 and factor == 1:
        return BRIGHT
    how = "found from the photo itself" if settings.automatic and settings.exposure == 0 else "as you asked"
    return f"Every value times {factor:.2f}, {how}. The noise that hid in the dark shows now."


def denoised(settings: Settings, *, fine: bool, same: bool, black: bool = False) -> str:
    """Say what the last stage did.

    Args:
        settings: as people chose them.
        fine: whether the photo asked for nothing.
        same: whether nobody else asked for anything.
        black: whether there is nothing in the photo.
    """
    if settings.strength == 0:
        return "The strength is 0: this is the photo as it came."
    if fine and same:
        return BLACK if black else BRIGHT
    if settings.denoise == 0:
        return "Denoising is switched off: this is the brightened photo."
    if black:
        return "This photo is black: only what you asked for was done."
    if fine:
        return "This photo is bright already: only what you asked for was done."
    if settings.denoise == 1:
        return "A small neural network, trained on pairs of dark and bright photos, takes the noise out."
    return (
        "A small neural network, trained on pairs of dark and bright photos, takes the noise out, at "
        f"{settings.denoise:.0%} of its strength."
    )
