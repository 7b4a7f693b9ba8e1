"""A visitor without a browser: photos are given, the work is done, and each view is kept."""

from dataclasses import dataclass, field, replace

from lowlight import Settings
from lowlight.web.jobs.crop import Look
from lowlight.web.jobs.job import Choices, begin, begin_again
from lowlight.web.jobs.session import Session
from lowlight.web.jobs.view import Tick
from lowlight.web.jobs.worker import looked_at, offered, preview, run


@dataclass
class Visitor:
    """One visitor: what the page does with events, without the page."""

    root: object
    session: Session = field(default_factory=Session)

    @property
    def job(self):
        return self.session.job

    @property
    def view(self):
        return self.session.view

    def give(self, path, name=None, **settings):
        """Give a photo; return its job, which is not worked on yet."""
        job = begin(path, name or path.name, Choices(Settings(**settings)), self.root, self.job)
        self.session.start(job)
        return job

    def change(self, choices=None, **settings):
        """Move controls; return the new job."""
        job = begin_again(self.job, choices or Choices(Settings(**settings)))
        self.session.start(job, again=True)
        return job

    def preview(self):
        """Show what the moved controls make at once; return the view."""
        if step := preview(self.job):
            self.session.take(self.job, step)
        return self.view

    def steps(self, **options):
        """Work on the job and yield each step that is shown, once it is taken into the view."""
        job = self.job
        for step in run(job, **options):
            if not self.session.take(job, step):
                return
            yield step

    def work(self):
        """Work on the job to its end; return each view but those that only moved the bar."""
        return [self.view for step in self.steps() if not isinstance(step, Tick)]

    def reformat(self, file_format):
        """Choose another format; return the view."""
        self.session.take(self.job, offered(self.job, replace(self.job.choices, file_format=file_format)))
        return self.view

    def look(self, x, y, width, height):
        """Look closely at a part, in shares of the photo; return the view."""
        self.session.take(self.job, looked_at(self.job, Look(x, y, width, height)))
        return self.view
