"""Dark photos back bright, clean and true, every stage to see."""

from importlib import import_module
from typing import TYPE_CHECKING

from lowlight.errors import LowlightError
from lowlight.settings import Settings
from lowlight.version import __version__

__all__ = ["LowlightError", "Settings", "Stage", "__version__", "enhance", "load_photo", "save_photo"]

if TYPE_CHECKING:
    from lowlight.files.photo import load_photo
    from lowlight.files.results import save_photo
    from lowlight.pipeline import enhance
    from lowlight.stages import Stage
else:
    _HOMES = {"enhance": "pipeline", "load_photo": "files.photo", "save_photo": "files.results", "Stage": "stages"}
    """Where the names are that need NumPy, OpenCV or ONNX Runtime: they are imported when they are asked for."""

    def __getattr__(name: str) -> object:
        """Import a name at its first use."""
        if name not in _HOMES:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        globals()[name] = found = getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
        return found


def __dir__() -> list[str]:
    """List the names that are imported later too."""
    return sorted({*globals(), *__all__})
