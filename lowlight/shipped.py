"""Files that come with the library: networks, and the forest that says how light a photo ought to be.

Each has a checksum beside it and is read once: the bytes that were checked are those that are used.
"""

from hashlib import sha256
from pathlib import Path

from lowlight.errors import LowlightError
from lowlight.limits import MAX_WEIGHTS_BYTES

BUNDLED_FOLDER = Path(__file__).parent / "bundled"


def bundled_file(name: str, suffix: str, folder: Path = BUNDLED_FOLDER) -> tuple[bytes, str]:
    """Return a file that comes with the project and its SHA-256, checked against the checksum beside it.

    Raises:
        LowlightError: a file is missing or damaged.
    """
    try:
        listed = (folder / f"{name}.sha256").read_text(encoding="utf-8", errors="replace").split()[:1]
        data = read_bounded(folder / f"{name}{suffix}")
    except OSError as error:
        raise LowlightError("The bundled weights are missing. Fetch the project's files again.") from error
    digest = sha256(data).hexdigest()
    if listed != [digest]:
        raise LowlightError(
            "The bundled weights are damaged: {bytes:,} bytes that do not match their checksum. "
            "Fetch the project's files again.",
            bytes=len(data),
        )
    return data, digest


def read_bounded(path: Path) -> bytes:
    """Return a file's content, cut just above the limit, so that no file fills the memory."""
    with path.open("rb") as file:
        return file.read(MAX_WEIGHTS_BYTES + 1)
