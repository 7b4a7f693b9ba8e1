"""The work on one photo, and every way in which it can end."""

import logging
import os
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from enum import Enum, auto
from pathlib import Path

from lowlight.command.inputs import Found
from lowlight.command.outcome import Outcome, Status
from lowlight.command.targets import Targets
from lowlight.errors import LowlightError
from lowlight.files.formats import RESULT_FORMATS
from lowlight.files.photo import Photo, load_photo, own_pixels, planned_suffix, usual_format
from lowlight.files.results import save_photo
from lowlight.history import made_with
from lowlight.pipeline import Progress, Stage, steps
from lowlight.settings import Settings

_log = logging.getLogger(__name__)


class Existing(Enum):
    """What is done about a result that is there already."""

    REFUSE = auto()
    OVERWRITE = auto()
    SKIP = auto()


@dataclass(frozen=True)
class Wish:
    """How the photos are to be treated.

    Attributes:
        settings: light and colour.
        file_format: the results', as `formats.RESULT_FORMATS` names it, or None for one that suits each photo.
        existing: what is done about a result that is there already.
        place: whether results say where the photo was taken.
        own_colours: whether results have the photo's own colour space, not sRGB.
    """

    settings: Settings
    file_format: str | None
    existing: Existing
    place: bool
    own_colours: bool


def enhance_file(found: Found, targets: Targets, wish: Wish, told: Callable[[float], None]) -> Outcome:
    """Enhance one photo; whatever goes wrong is in what comes back.

    Args:
        found: the photo.
        targets: gives the result its name.
        wish: how it is to be treated.
        told: is given how far the work is, in (0, 1].
    """
    begun = time.monotonic()
    outcome = Outcome(str(found.path), Status.REFUSED)
    with suppress(OSError):  # reading it says what is wrong
        outcome.bytes_in = found.path.stat().st_size
    try:
        _work(found, targets, wish, told, outcome)
    except LowlightError as error:
        outcome.sentence = str(error)
    except MemoryError:
        _fail(outcome, "There is not enough memory for a photo of this size.")
    except OSError as error:
        _fail(outcome, f"The result cannot be written ({os.strerror(error.errno or 0)}).")
    except Exception as error:  # noqa: BLE001 -- no photo may keep the others from their turn
        _log.debug("Why a photo failed:", exc_info=error)
        _fail(outcome, f"The work on this photo broke off by a fault of the program ({type(error).__name__}).")
    outcome.seconds = round(time.monotonic() - begun, 3)
    return outcome


def _work(found: Found, targets: Targets, wish: Wish, told: Callable[[float], None], outcome: Outcome) -> None:
    """Do the work and fill in what is known; what comes as a `LowlightError` is a refusal until the photo is read."""
    suffix = RESULT_FORMATS[wish.file_format].suffix if wish.file_format else planned_suffix(found.path)
    target = targets.reserve(found, suffix)
    if wish.existing is not Existing.OVERWRITE and os.path.lexists(target):
        outcome.result, outcome.bytes_out = str(target), target.lstat().st_size
        outcome.sentence = f"{target} is there already."
        if wish.existing is Existing.SKIP:
            outcome.status = Status.SKIPPED
        else:
            outcome.sentence += " Add --overwrite to write over it, or --skip-existing to leave it."
        return
    photo = load_photo(found.path)
    outcome.status = Status.FAILED
    outcome.height, outcome.width = photo.rgb.shape[:2]
    target.parent.mkdir(parents=True, exist_ok=True)
    _save(photo, found.path, target, wish, told)
    outcome.result, outcome.bytes_out = str(target), target.stat().st_size
    outcome.status = Status.DONE


def _save(photo: Photo, source: Path, target: Path, wish: Wish, told: Callable[[float], None]) -> None:
    for step in steps(photo.rgb, wish.settings, deep=photo.deep):
        if isinstance(step, Progress):
            told(step.share)
        elif isinstance(step, Stage):
            result = step
    picture = result.deep if RESULT_FORMATS[wish.file_format or usual_format(photo)].deep else result.picture
    own = own_pixels(source) if wish.own_colours else None
    beside = photo.told.of_result(made_with(wish.settings), place=wish.place, own=own)
    save_photo(picture, target, **beside)


def _fail(outcome: Outcome, sentence: str) -> None:
    outcome.status, outcome.sentence = Status.FAILED, sentence
