"""Dark photos back bright, clean and true, every stage to see."""

from lowlight.errors import LowlightError
from lowlight.files.photo import load_photo
from lowlight.files.results import save_photo
from lowlight.pipeline import enhance
from lowlight.settings import Settings
from lowlight.stages import Stage
from lowlight.version import __version__

__all__ = ["LowlightError", "Settings", "Stage", "__version__", "enhance", "load_photo", "save_photo"]
