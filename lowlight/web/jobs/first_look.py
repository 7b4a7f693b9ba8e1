"""What there is to see of a large photo within a second: the photo small, and a preview of its result."""

from collections.abc import Generator

from lowlight.arrays import Uint8Image, Uint16Image, smaller
from lowlight.errors import LowlightError
from lowlight.files.photo import glimpse
from lowlight.pipeline import enhance
from lowlight.web.jobs.eta import Part
from lowlight.web.jobs.job import Job
from lowlight.web.jobs.kept import PREVIEW_SIDE
from lowlight.web.jobs.storage import save_preview
from lowlight.web.jobs.view import Glimpse, PreviewReady

PREVIEWED_PIXELS = 3_000_000
"""Photos up to this size are done as soon as a preview of them."""


def first_look(job: Job) -> Generator[Glimpse | PreviewReady, None, bool]:
    """Yield a large photo small and a preview of its result, before all of it is read.

    Returns:
        Whether that could be done: other formats than JPEG and raw cannot be read small. What is wrong with a file is
        told by who reads all of it.
    """
    if job.earlier is not None or job.forecast.pixels <= PREVIEWED_PIXELS:
        return False
    try:
        rgb = glimpse(job.source, PREVIEW_SIDE)
    except LowlightError:
        return False
    if rgb is None:
        return False
    job.folder.mkdir(parents=True, exist_ok=True)
    height, width = rgb.shape[:2]
    scale = (job.forecast.pixels / (height * width)) ** 0.5
    yield Glimpse(save_preview(rgb, job.folder / "glimpse.jpg"), (round(width * scale), round(height * scale)))
    if not job.cancelled.is_set():
        yield previewed(job, smaller(rgb, PREVIEW_SIDE))
    return True


def previewed(job: Job, small: Uint8Image, deep: Uint16Image | None = None) -> PreviewReady:
    """Return what becomes of a photo, small; how long that takes says how slow the machine is at present.

    Args:
        job: the photo's.
        small: the photo, with a long side of `PREVIEW_SIDE`.
        deep: the same in 16 bits, where there are more than 8.
    """
    job.forecast.begin(Part.PREVIEW, small.shape[0] * small.shape[1])
    *_, made = enhance(small, job.choices.settings, deep=deep)
    ready = PreviewReady(save_preview(made.picture, job.folder / "preview.jpg"))
    job.forecast.end()
    return ready
