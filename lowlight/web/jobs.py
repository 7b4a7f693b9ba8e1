"""One person's photo that is to be worked on. A new job stops the one before it: the last one wins."""

import shutil
from dataclasses import dataclass, field, replace
from pathlib import Path
from threading import Event, Lock

from lowlight.errors import LowlightError
from lowlight.photo import read_header
from lowlight.pipeline import Settings
from lowlight.web import texts
from lowlight.web.languages import fill
from lowlight.web.line import LINE
from lowlight.web.views import Phase, Tick, View

SAME = "same"
FORMS = (SAME, "jpg", "png")
"""The formats that a result can be had in; "same" is PNG for lossless photos and JPEG for others."""


@dataclass(frozen=True)
class Choices:
    """What a person chose.

    Attributes:
        settings: the pipeline's.
        form: the result's format, "jpg" or "png", or "same" for one that suits the photo.

    Raises:
        LowlightError: there is no such format.
    """

    settings: Settings = field(default_factory=Settings)
    form: str = SAME

    def __post_init__(self) -> None:
        if self.form not in FORMS:
            raise LowlightError(texts.NO_FORM.format(form=repr(self.form)[:40]))


@dataclass(eq=False)
class Job:
    """A photo to be worked on.

    Attributes:
        source: the photo's file.
        name: what the person calls it.
        choices: how to treat it.
        root: where the job makes its folder.
        view: what the page shows.
        before: the job that this one took over from; its files go when the next one takes over.
        folder: where the job's files lie, once there are any.
        suffix: the result's, unless the person wants another format.
        exif: what the result's file says about camera and date.
        denoised: whether the network was at work.
        looked_at: where the person put the loupe, as shares of width and height.
    """

    source: Path
    name: str
    choices: Choices
    root: Path
    view: View
    before: "Job | None" = None
    folder: Path | None = None
    suffix: str = ".jpg"
    exif: bytes = b""
    denoised: bool = False
    looked_at: tuple[float, float] | None = None
    _stopped: Event = field(default_factory=Event)
    _superseded: Event = field(default_factory=Event)
    _claimed: Lock = field(default_factory=Lock)

    def claim(self) -> bool:
        """Return True to the first who asks: a job is worked on once."""
        return self._claimed.acquire(blocking=False)

    @property
    def claimed(self) -> bool:
        """Whether the work has begun."""
        return self._claimed.locked()

    def stop(self) -> None:
        """Have the work end at the next tile; what there is so far stays to be seen."""
        self._stopped.set()
        if not self.claimed:
            LINE.leave(self)

    def supersede(self) -> None:
        """Have the work end at the next tile without a word, since another job takes over; tidy up before it."""
        self._superseded.set()
        self.stop()
        if self.before:
            self.before.delete()
            self.before = None

    def give_back(self, sentence: str) -> bool:
        """Become the job before again, whose result is still there, since this photo cannot be read.

        Args:
            sentence: what is wrong with it.

        Returns:
            Whether there was such a job; else nothing is changed.
        """
        before = self.before
        if self.folder or before is None or before.folder is None or before.view.phase is not Phase.DONE:
            return False
        for name in ("source", "name", "choices", "folder", "suffix", "exif", "denoised", "looked_at"):
            setattr(self, name, getattr(before, name))
        self.view, self.before = replace(before.view, notice=sentence), None
        return True

    @property
    def stopped(self) -> bool:
        """Whether the work is to end."""
        return self._stopped.is_set()

    @property
    def superseded(self) -> bool:
        """Whether another job has taken over."""
        return self._superseded.is_set()

    def delete(self) -> None:
        """Delete the job's files."""
        if self.folder:
            shutil.rmtree(self.folder, ignore_errors=True)


def begin(old: Job | None, source: Path, name: str, choices: Choices, root: Path) -> Job:
    """Return the job for a photo that just arrived; the old one is stopped.

    Raises:
        LowlightError: the file cannot be taken as a photo; the old job goes on.
    """
    read_header(source)
    if old:
        old.supersede()
    view = View(Phase.WORKING, tick=Tick(fill(texts.STARTING, name=name)))
    return _in_line(Job(source, name, choices, root, view, before=old))


def begin_again(old: Job, choices: Choices) -> Job:
    """Return a job for the old one's photo with other choices; the old one is stopped, its pictures stay for now.

    Raises:
        LowlightError: the photo has been deleted meanwhile.
    """
    old.supersede()
    if not old.source.exists():
        raise LowlightError(texts.GONE)
    view = replace(
        old.view,
        phase=Phase.WORKING,
        message="",
        notice="",
        tick=Tick(fill(texts.STARTING, name=old.name)),
        cards=tuple(replace(card, stale=True) for card in old.view.cards),
        facts=old.view.facts[:1],
        download=None,
    )
    return _in_line(Job(old.source, old.name, choices, old.root, view, before=old, looked_at=old.looked_at))


def waiting(job: Job) -> Tick | None:
    """Return how many photos are before a job that waits for its turn; None if none is, or its turn has come."""
    ahead = 0 if job.claimed else LINE.ahead(job)
    if not ahead:
        return None
    return Tick(texts.WAITING_FOR_ONE if ahead == 1 else texts.WAITING.format(count=ahead))


def _in_line(job: Job) -> Job:
    """Let a job stand at the end of the line, and its view say how long that is."""
    LINE.join(job)
    job.view = replace(job.view, tick=waiting(job) or job.view.tick)
    return job
