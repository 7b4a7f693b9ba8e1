"""Dark photos back bright, clean and true, every stage to see."""

from lowlight.errors import LowlightError
from lowlight.photo import load_photo, save_photo
from lowlight.pipeline import Settings, Stage, enhance

__all__ = ["LowlightError", "Settings", "Stage", "enhance", "load_photo", "save_photo"]
