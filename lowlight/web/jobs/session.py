"""What the page keeps of one visitor. A new job stops the one before it: the last one wins."""

from dataclasses import replace
from secrets import token_hex
from threading import Lock
from typing import Self

from lowlight.messages import Message
from lowlight.web.i18n import texts
from lowlight.web.jobs.batch import Batch
from lowlight.web.jobs.job import FileWanted, Job
from lowlight.web.jobs.undo import Undo
from lowlight.web.jobs.view import Failed, Finished, Phase, Step, Tick, View, failed, reduced, started
from lowlight.web.uploads import Upload


class Session:
    """One visitor's job and what is seen of it. Safe to use from several threads, as Gradio does.

    Attributes:
        job: the one that is shown.
        view: what the page shows.
        before: the last job that has a result, with its view, if that is another one: it comes back if a new photo
            cannot be read.
        file_wanted: what was chosen of the file while there was no result yet, for the one to come.
        token: what the browser shows to come back to this session; it cannot be guessed.
        controls: what they stand at, as `Undo` keeps them.
        link: the settings as text for an address.
        batch: many photos, if there are any.
        reference: a bright photo of the same scene, to compare methods with, if there is one.
    """

    def __init__(self) -> None:
        self.token = token_hex(16)
        self.controls = Undo()
        self.link = ""
        self.batch: Batch | None = None
        self.reference: Upload | None = None
        self.job: Job | None = None
        self.view = View(Phase.EMPTY)
        self.before: tuple[Job, View] | None = None
        self.file_wanted: FileWanted | None = None
        self._file_asked: FileWanted | None = None
        self._unfinished: list[Job] = []  # their pictures may still be shown
        self._lock = Lock()

    def __deepcopy__(self, _: object) -> Self:
        """Return a new visitor's: Gradio copies what a page starts with for each of them."""
        return type(self)()

    def start(self, job: Job, *, again: bool = False) -> None:
        """Let a job take over.

        Args:
            job: the new one.
            again: whether it is the same photo with other choices, whose pictures stay until the new ones are there.
        """
        tick = Tick(Message(texts.STARTING, name=job.name))
        with self._lock:
            if self.job:
                self.job.cancel()
                self._put_aside(self.job)
            self.job, self.view = job, started(tick, self.view if again else None)
            self.file_wanted, self._file_asked = None, _file_of(job)

    def show(self, job: Job, view: View) -> None:
        """Let a job take over that is done already: one of many photos, opened.

        Args:
            job: it is claimed, and its files are its own.
            view: what there is to see of it.
        """
        with self._lock:
            if self.job:
                self.job.cancel()
                self._put_aside(self.job)
            self.job, self.view = job, view
            self.file_wanted, self._file_asked = None, _file_of(job)
            self._delete_unfinished()

    def asks(self, wanted: FileWanted) -> bool:
        """Note what is wanted of the result's file; return False if just that is asked for already."""
        with self._lock:
            known, self._file_asked = self._file_asked == wanted, wanted
        return not known

    def forget_asked(self) -> None:
        """Let the same be asked for again: it could not be had."""
        with self._lock:
            self._file_asked = None

    def take(self, job: Job, step: Step) -> bool:
        """Take a step into the view; return False, and change nothing, if another job has taken over."""
        with self._lock:
            if self.job is not job:
                return False
            if isinstance(step, Failed) and not step.opened and self.before:
                self._unfinished.append(job)
                self.job, shown = self.before
                self.view, self.before, self._file_asked = replace(shown, notice=step.sentence), None, None
            else:
                self.view = reduced(self.view, step)
            if self.view.phase is Phase.DONE and isinstance(step, Finished | Failed):
                self._delete_unfinished()
            return True

    def fail(self, sentence: Message) -> None:
        """End the work and empty the page, with a sentence."""
        with self._lock:
            if self.job:
                self.job.cancel()
                self._unfinished.append(self.job)
            if self.before:
                self._unfinished.append(self.before[0])
            self._delete_unfinished()
            self.job, self.before, self.view, self._file_asked = None, None, failed(sentence), None

    def _put_aside(self, job: Job) -> None:
        """Keep a job that has a result as the one to go back to; of others the files go when there is a result."""
        if self.view.phase is not Phase.DONE:
            self._unfinished.append(job)
            return
        if self.before:
            self.before[0].delete()
        self.before = (job, self.view)

    def _delete_unfinished(self) -> None:
        for job in self._unfinished:
            job.delete()
        self._unfinished.clear()


def _file_of(job: Job) -> FileWanted:
    return FileWanted(job.choices.file_format, job.choices.keep)
