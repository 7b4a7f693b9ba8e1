"""Work on a made-up photo before anybody comes: the first person is told how long theirs will take."""

import numpy as np
from PIL import Image

from lowlight.pipeline import enhance
from lowlight.web.jobs.eta import Forecast
from lowlight.web.jobs.job import Choices, Job
from lowlight.web.jobs.storage import new_folder, root
from lowlight.web.jobs.worker import out_of_turn

SIDES = (1600, 2048)
"""Height and width of the photo: just large enough that it gets a preview, which is measured too."""


def rehearse() -> None:
    """Open the network and measure each part of the work.

    Raises:
        LowlightError: there is no network.
    """
    list(enhance(np.full((256, 256, 3), 20, np.uint8)))  # the first run is slower than those that follow
    folder = new_folder(root())
    source, height, width = folder / "rehearsal.jpg", *SIDES
    dark = np.random.default_rng(0).integers(8, 32, (height, width, 3), np.uint8)
    Image.fromarray(dark).save(source)
    job = Job(source, source.name, Choices(), folder, forecast=Forecast(height * width))
    try:
        out_of_turn(job)
    finally:
        job.delete()
