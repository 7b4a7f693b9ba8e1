"""One person's photo that is to be worked on: which it is, how it is to be treated, and a way to have the work end."""

import shutil
from dataclasses import dataclass, field
from pathlib import Path
from threading import Event, Lock

from lowlight.errors import LowlightError
from lowlight.files.photo import own_pixels, read_header
from lowlight.files.results import RESULT_FORMATS, ResultFormat
from lowlight.files.told import Beside, Told
from lowlight.history import made_with
from lowlight.pipeline import Settings
from lowlight.web.i18n import texts
from lowlight.web.jobs.eta import WORTH_TELLING_SECONDS, Forecast
from lowlight.web.jobs.kept import Kept
from lowlight.web.jobs.storage import folder_name

SAME = "same"
FORMATS = (SAME, *RESULT_FORMATS)
"""The formats that a result can be had in; "same" is PNG for lossless photos and JPEG for others."""

PLACE, COLOURS = "place", "colours"
KEEPS = (PLACE, COLOURS)
"""What of a photo can be kept for its result: where it was taken, and its own colour space."""


@dataclass(frozen=True)
class Choices:
    """What a person chose.

    Attributes:
        settings: the pipeline's.
        file_format: the result's, as `results.RESULT_FORMATS` names it, or "same" for one that suits the photo.
        keep: some of `KEEPS`.

    Raises:
        LowlightError: there is no such format, or no such thing to keep.
    """

    settings: Settings = field(default_factory=Settings)
    file_format: str = SAME
    keep: frozenset[str] = frozenset()

    def __post_init__(self) -> None:
        if self.file_format not in FORMATS:
            raise LowlightError(texts.NO_FORMAT, formats=", ".join(FORMATS), format=repr(self.file_format)[:40])
        if not self.keep <= set(KEEPS):
            raise LowlightError(texts.NO_KEEP, keeps=", ".join(KEEPS), keep=", ".join(sorted(self.keep))[:40])

    def result_format(self, usual: str) -> ResultFormat:
        """Return the result's format; ``usual`` is the one that suits the photo, as `usual_format` names it."""
        return RESULT_FORMATS[usual if self.file_format == SAME else self.file_format]

    def beside(self, told: Told, source: Path) -> Beside:
        """Return what `save_photo` is given beside the picture.

        Args:
            told: what the photo's file said.
            source: that file.

        Raises:
            LowlightError: it has been deleted meanwhile, and the result is to have its colours.
        """
        own = own_pixels(source) if COLOURS in self.keep else None
        return told.of_result(made_with(self.settings), place=PLACE in self.keep, own=own)


@dataclass(frozen=True)
class FileWanted:
    """What a person chose of the result's file alone.

    Attributes:
        format: as `Choices.file_format`.
        keep: as `Choices.keep`.
    """

    format: str
    keep: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Among:
    """Which of many photos a job is about.

    Attributes:
        batch: all of them; compared by identity.
        index: the place among them, from 0.
    """

    batch: object
    index: int


@dataclass(frozen=True, eq=False)
class Job:
    """A photo to be worked on, once.

    Attributes:
        source: the photo's file.
        name: what the person calls it.
        choices: how to treat it.
        folder: where its files go; made for a preview, or when the photo could be read.
        earlier: the folder of a job on the same photo, whose network's picture is taken over if it has one.
        again: whether it is the photo that is shown already, with other choices.
        result: the result's file, where nothing else was kept: a photo out of many, opened.
        among: which of many photos it is; None for a photo by itself.
        cancelled: set to have the work end at the next tile.
        forecast: how long it will still take, also while it waits for its turn.
    """

    source: Path
    name: str
    choices: Choices
    folder: Path
    earlier: Path | None = None
    again: bool = False
    result: Path | None = None
    among: Among | None = None
    cancelled: Event = field(default_factory=Event)
    forecast: Forecast = field(default_factory=Forecast)
    _claimed: Lock = field(default_factory=Lock)

    def claim(self) -> bool:
        """Return True to the first who asks: a job is worked on once."""
        return self._claimed.acquire(blocking=False)

    def cancel(self) -> None:
        """Have the work end at the next tile; a job that still waits leaves the queue."""
        self.cancelled.set()

    def delete(self) -> None:
        """Delete the job's files."""
        shutil.rmtree(self.folder, ignore_errors=True)


def begin(source: Path, name: str, choices: Choices, root: Path, before: Job | None = None) -> Job:
    """Return the job for a photo that just arrived.

    Args:
        source: the photo's file.
        name: what the person calls it.
        choices: how to treat it.
        root: where the page's folders are made.
        before: the person's job so far, if there is one.

    Raises:
        LowlightError: the file cannot be taken as a photo.
    """
    header = read_header(source)
    earlier = _latest(before) if before and before.source == source else None
    forecast = Forecast(header.width * header.height)
    return Job(source, name, choices, folder_name(root), earlier, forecast=forecast)


def begin_again(before: Job, choices: Choices) -> Job:
    """Return a job for the photo of the one before with other choices.

    Args:
        before: the person's job so far.
        choices: how to treat the photo from now on.

    Raises:
        LowlightError: the photo has been deleted meanwhile.
    """
    if not before.source.exists():
        raise LowlightError(texts.GONE)
    folder, forecast = folder_name(before.folder.parent), Forecast(before.forecast.pixels)
    known = _latest(before)
    return Job(before.source, before.name, choices, folder, known, again=True, among=before.among, forecast=forecast)


def left_until(*owners: object) -> float | None:
    """Return in how many seconds all of these are done, one after the other; None if that is not known of one."""
    whole = [owner.forecast.whole() if isinstance(owner, Job) else None for owner in owners]
    known = [seconds for seconds in whole if seconds is not None]
    return sum(known) if len(known) == len(whole) and sum(known) >= WORTH_TELLING_SECONDS else None


def _latest(before: Job) -> Path | None:
    """Return where a job's photo and the network's picture of it lie: its own folder, if they are there yet."""
    kept = Kept(before.folder)
    return before.folder if kept.cleaned or (kept.opened and before.earlier is None) else before.earlier
