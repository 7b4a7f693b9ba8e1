"""The work on one photo, and every way in which it can end."""

import logging
import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
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


@dataclass(frozen=True)
class Task:
    """A photo whose work is to be done.

    Attributes:
        path: the photo's.
        target: where its result goes.
        wish: how it is to be treated.
    """

    path: Path
    target: Path
    wish: Wish


def planned(found: Found, targets: Targets, wish: Wish) -> Task | Outcome:
    """Return what is to be done for a photo, or what became of it where nothing is.

    Args:
        found: the photo.
        targets: gives the result its name.
        wish: how it is to be treated.
    """
    target = targets.reserve(found)
    return decided(found.path, target, str(target), wish, lambda suffix: _size(Path(f"{target}{suffix}")))


def decided(photo: Path, target: Path, named: str, wish: Wish, there: Callable[[str], int | None]) -> Task | Outcome:
    """Return what is to be done for a photo whose result has a place, or what became of it where nothing is.

    Args:
        photo: the photo's file.
        target: the result's path but for its suffix.
        named: the same, as people are told it.
        wish: how it is to be treated.
        there: returns how many bytes a result with this suffix has that is there already; None if there is none.
    """
    outcome, tasks = _outcome_of(photo), list[Task]()
    with _told(outcome):
        suffix = RESULT_FORMATS[wish.file_format].suffix if wish.file_format else planned_suffix(photo)
        size = None if wish.existing is Existing.OVERWRITE else there(suffix)
        if size is None:
            tasks.append(Task(photo, Path(f"{target}{suffix}"), wish))
        else:
            outcome.result, outcome.bytes_out = f"{named}{suffix}", size
            outcome.sentence = f"{outcome.result} is there already."
            if wish.existing is Existing.SKIP:
                outcome.status = Status.SKIPPED
            else:
                outcome.sentence += " Add --overwrite to write over it, or --skip-existing to leave it."
    return tasks[0] if tasks else outcome


def enhance_file(task: Task, told: Callable[[float], None] = lambda _: None) -> Outcome:
    """Enhance one photo; whatever goes wrong is in what comes back.

    Args:
        task: the photo, and what is to be done.
        told: is given how far the work is, in (0, 1].
    """
    outcome = _outcome_of(task.path)
    with _told(outcome):
        photo = load_photo(task.path)
        outcome.status = Status.FAILED
        outcome.height, outcome.width = photo.rgb.shape[:2]
        task.target.parent.mkdir(parents=True, exist_ok=True)
        _save(photo, task.path, task.target, task.wish, told)
        outcome.result, outcome.bytes_out = str(task.target), task.target.stat().st_size
        outcome.status = Status.DONE
    return outcome


def _size(path: Path) -> int | None:
    return path.lstat().st_size if os.path.lexists(path) else None


def _outcome_of(path: Path) -> Outcome:
    """Return what is known of a photo that is not read yet: what comes as a `LowlightError` until then is a refusal."""
    outcome = Outcome(str(path), Status.REFUSED)
    with suppress(OSError):  # reading it says what is wrong
        outcome.bytes_in = path.stat().st_size
    return outcome


@contextmanager
def _told(outcome: Outcome) -> Iterator[None]:
    """Write into an outcome how the block ends, and how long it takes."""
    begun = time.monotonic()
    try:
        yield
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
