"""How much memory photos take, and how much there is."""

from functools import lru_cache
from pathlib import Path

from lowlight import limits
from lowlight.errors import LowlightError
from lowlight.files.photo import read_header
from lowlight.files.raw import is_raw

FIXED = 0.65e9
"""What a process takes in bytes whatever the photo's size, the network's work on one tile included."""

PER_PIXEL = 24
"""What it takes in bytes for each pixel; measured at 12, 50 and 100 megapixels."""

PER_DEEP_PIXEL = 40
"""The same for a photo of more than 8 bits; measured at 49 megapixels, AVIF of 10 bits to TIFF in its own colours."""

_MAYBE_DEEP = ("TIFF", "PNG", "HEIF", "AVIF")


@lru_cache(maxsize=10_000)
def need_of(path: Path, *, deep_result: bool = False) -> float:
    """Return about how many bytes the work on a photo takes at its peak; what cannot be read takes next to nothing.

    Args:
        path: the photo's.
        deep_result: whether the result has more than 8 bits, or colours of its own.
    """
    try:
        if is_raw(path):  # to ask for its size takes a process
            return FIXED + PER_DEEP_PIXEL * limits.MAX_PIXELS / 2
        header = read_header(path)
    except (LowlightError, OSError):
        return FIXED
    deep = deep_result or header.format in _MAYBE_DEEP
    return FIXED + (PER_DEEP_PIXEL if deep else PER_PIXEL) * header.width * header.height


def available() -> float | None:
    """Return how many bytes of memory are free, a container's limit counted; None where the system does not say."""
    found = [free for free in (_of_machine(), _of_container()) if free is not None]
    return min(found, default=None)


def _of_machine() -> float | None:
    try:
        lines = Path("/proc/meminfo").read_text(encoding="ascii").splitlines()
        return next(float(line.split()[1]) * 1024 for line in lines if line.startswith("MemAvailable:"))
    except (OSError, ValueError, StopIteration):
        return None


def _of_container() -> float | None:
    """Return what control groups of version 2 leave; None where there is no limit."""
    group = Path("/sys/fs/cgroup")
    try:
        most, used = (float((group / name).read_text(encoding="ascii")) for name in ("memory.max", "memory.current"))
    except (OSError, ValueError):  # "max" is no number
        return None
    return max(0.0, most - used)
