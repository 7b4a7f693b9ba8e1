"""What the page keeps of one visitor. A new job stops the one before it: the last one wins."""

from dataclasses import replace

from lowlight.messages import Message
from lowlight.web.i18n import texts
from lowlight.web.jobs.job import Job, waiting
from lowlight.web.jobs.kept import Kept
from lowlight.web.jobs.view import Failed, Phase, Step, Tick, View, failed, reduced, started


class Session:
    """One visitor's job and what is seen of it.

    Attributes:
        job: the one that is shown.
        view: what the page shows.
        before: the job that this one took over from, with its view: it comes back if the new photo cannot be read. Its
            files go when the next one takes over.
    """

    def __init__(self) -> None:
        self.job: Job | None = None
        self.view = View(Phase.EMPTY)
        self.before: tuple[Job, View] | None = None

    def start(self, job: Job, *, again: bool = False) -> None:
        """Let a job take over.

        Args:
            job: the new one.
            again: whether it is the same photo with other choices, whose pictures stay until the new ones are there.
        """
        if self.job:
            self.job.cancel()
            if Kept(self.job.folder).opened:  # else its turn never came, and the one before it is still the last
                self._forget()
                self.before = (self.job, self.view)
        tick = waiting(job) or Tick(Message(texts.STARTING, name=job.name))
        self.job, self.view = job, started(tick, self.view if again else None)

    def take(self, job: Job, step: Step) -> bool:
        """Take a step into the view; return False, and change nothing, if another job has taken over."""
        if self.job is not job:
            return False
        if isinstance(step, Failed) and not step.opened and self.before and self.before[1].phase is Phase.DONE:
            self.job, shown = self.before
            self.view, self.before = replace(shown, notice=step.sentence), None
        else:
            self.view = reduced(self.view, step)
        return True

    def fail(self, sentence: Message) -> None:
        """End the work and empty the page, with a sentence."""
        if self.job:
            self.job.cancel()
        self._forget()
        self.job, self.before, self.view = None, None, failed(sentence)

    def _forget(self) -> None:
        """Delete the files of the job before."""
        if self.before:
            self.before[0].delete()
