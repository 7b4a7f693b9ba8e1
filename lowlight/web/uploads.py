"""Files that visitors bring: taken as they are, without being decoded on the way."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

from lowlight.web.gradio_internals import upload_folder


class Upload(NamedTuple):
    """A photo that arrived: where its file lies, untouched, and what the person calls it."""

    path: Path
    name: str


def as_upload(payload: Mapping[str, Any] | None) -> Upload | None:
    """Return where an uploaded file lies; None for whatever is no upload of this page.

    This stands in for `gr.Image.preprocess`, which decodes: the events that take a photo are wired with
    ``preprocess=False``. A subclass with a preprocess of its own is no way: Gradio writes a stub beside its module, and
    a method put on the instance is lost when Gradio makes the component anew for a session.

    Where the path lies is looked at here and not left to Gradio, which takes any file of this machine for a
    `gradio.Image` if only the payload has no ``meta``.

    Args:
        payload: `gradio.data_classes.ImageData` as a dictionary, as a visitor sent it.
    """
    if payload is None or not payload.get("path"):
        return None
    path = Path(payload["path"])
    if not is_upload(path):
        return None
    return Upload(path, payload.get("orig_name") or path.name)


def is_upload(path: Path) -> bool:
    """Say whether a path leads into the folder that uploads are put into; there need be no file."""
    try:
        return path.resolve().is_relative_to(upload_folder())
    except (OSError, ValueError):  # a name with a zero byte, or a circle of links
        return False
