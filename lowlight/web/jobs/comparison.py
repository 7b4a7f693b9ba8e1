"""Ours beside the steps alone and the original network, on one photo; measured where there is a reference."""

import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path

from lowlight.arrays import Uint8Image, smaller
from lowlight.errors import LowlightError
from lowlight.files.photo import load_photo
from lowlight.measure.metrics import Score, score
from lowlight.messages import Message
from lowlight.network import weights
from lowlight.network.session import Network, open_network
from lowlight.pipeline import Settings, enhance
from lowlight.web.i18n import texts
from lowlight.web.jobs.storage import new_folder, save_preview

METHODS = 3
"""How many are compared."""

SIDE = 1600
"""The long side, in pixels, at which methods are compared at most: the original network needs a second a megapixel."""


@dataclass(frozen=True)
class Method:
    """A way to enhance the photo, done.

    Attributes:
        title: what it is called, for people.
        picture: its result, for the screen.
        seconds: what it took.
        score: how close it comes to the reference, if there is one.
    """

    title: Message
    picture: Path
    seconds: float
    score: Score | None = None


def compare(photo: Path, settings: Settings, reference: Path | None, root: Path) -> Iterator[tuple[Method, ...]]:
    """Enhance a photo in three ways; yield those that are done, after each.

    Args:
        photo: the photo's file.
        settings: for ours as they are; the published method knows brightness, clip limit and tile grid alone.
        reference: a bright photo of the same, of the same size, if there is one.
        root: where to make a folder for the pictures.

    Raises:
        LowlightError: a file cannot be taken, or the two differ in size.
    """
    whole = load_photo(photo).rgb
    wanted = None if reference is None else load_photo(reference).rgb
    if wanted is not None and wanted.shape != whole.shape:
        sizes = [Message(texts.SIZE, width=rgb.shape[1], height=rgb.shape[0]) for rgb in (whole, wanted)]
        raise LowlightError(texts.OTHER_SIZE, photo=sizes[0], reference=sizes[1])
    rgb, folder = smaller(whole, SIDE), new_folder(root)
    target = None if wanted is None else smaller(wanted, SIDE)
    done: tuple[Method, ...] = ()
    for index, (title, network, chosen) in enumerate(_methods(settings)):
        began = time.monotonic()
        *_, result = enhance(rgb, chosen, network=network)
        seconds = time.monotonic() - began
        picture = save_preview(result.picture, folder / f"{index}.jpg")
        done = (*done, Method(title, picture, seconds, _score(result.picture, target)))
        yield done


def _methods(settings: Settings) -> tuple[tuple[Message, Network | None, Settings], ...]:
    """Return what is compared: title, network (None is the one that serves) and settings."""
    published = replace(settings, denoise=1.0, strength=1.0)
    return (
        (texts.METHOD_STEPS, _original(), replace(published, denoise=0.0)),
        (texts.METHOD_ORIGINAL, _original(), published),
        (texts.METHOD_OURS, None, settings),
    )


@lru_cache(maxsize=1)
def _original() -> Network:
    return open_network(weights.bundled(name=weights.ORIGINAL_NAME).data)


def _score(picture: Uint8Image, reference: Uint8Image | None) -> Score | None:
    return None if reference is None else score(picture, reference)
