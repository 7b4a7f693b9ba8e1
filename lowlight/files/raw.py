"""Camera raw files: developed by LibRaw, in a process of its own that has nothing but the file.

A reader of so many formats is hostile ground. So it gets the file and no name, no other file, no network, and limits of
memory and time; whatever becomes of it, there is a picture or a sentence.
"""

import os
import subprocess
import sys
import threading
from io import BufferedReader
from pathlib import Path
from typing import BinaryIO, Self, cast

import cv2
import numpy as np
from numpy.typing import NDArray

from lowlight import limits
from lowlight.arrays import Uint16Image
from lowlight.errors import LowlightError
from lowlight.files import raw_tags
from lowlight.files.decoder import NO_MEMORY, Header, check_size, open_file
from lowlight.files.formats import HEAD_BYTES, is_camera_raw, is_x3f, undeveloped
from lowlight.files.told import Told
from lowlight.messages import Message

_SCRIPT = Path(__file__).with_name("raw_process.py")
_STRIP_ROWS = 256
_LONGEST_LINE = 100
_KNEE = 0.5

_UNSUPPORTED = Message("its kind is not known here")
_DAMAGED = Message("it is damaged or cut off")
_BROKE_OFF = Message("its reader broke off")
_X3F = Message("X3F files of Sigma cameras cannot be read")

_THREADS = 2
_ENVIRONMENT = {"OMP_NUM_THREADS": str(_THREADS), "OPENBLAS_NUM_THREADS": "1", "MALLOC_ARENA_MAX": "1"}
_PASSED_ON = ("LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH", "SYSTEMROOT")


def is_raw(path: str | os.PathLike[str]) -> bool:
    """Whether a file is a camera's raw file: by its first bytes, its suffix, or its tags where it is a TIFF.

    Raises:
        LowlightError: there is no such file, it cannot be opened, or it is too large.
    """
    with open_file(path) as file:
        head = file.read(HEAD_BYTES)
        return is_camera_raw(head, Path(path).suffix.lower()) or raw_tags.tell_raw(file, head)


def raw_header(path: str | os.PathLike[str]) -> Header:
    """Return the size of a raw file, as "RAW"; no pixel is decoded.

    Raises:
        LowlightError: LibRaw does not know it, or its size is beyond a limit.
    """
    with _Reader(path, most_pixels=0) as reader:
        return Header("RAW", *reader.size())


def developed(path: str | os.PathLike[str], *, half: bool = False) -> tuple[Uint16Image, Told]:
    """Develop a raw file: the camera's white balance, nothing brightened but by what the file itself asks for.

    That is DNG's BaselineExposure. It is met as `_curve` says.

    Args:
        path: the file.
        half: at half its width and height, in a third of the time.

    Returns:
        height x width x 3, uint16 sRGB (65535 is white), upright; and what the file says.

    Raises:
        LowlightError: it cannot be developed, or its size is beyond a limit.
    """
    with open_file(path) as file:
        told, stops = raw_tags.told_and_baseline(file)
    try:
        with _Reader(path, most_pixels=limits.MAX_PIXELS, half=half) as reader:
            reader.size()
            return reader.picture(stops), told
    except MemoryError as error:
        raise LowlightError(NO_MEMORY) from error


def _curve(stops: float, black: int = 0) -> NDArray[np.uint16]:
    """Return what becomes of each of 65536 levels of linear light, black's known: sRGB (IEC 61966-2-1) in 16 bits.

    A photo that is to be so many stops lighter is, up to half of white. From there a shoulder leads to the sensor's
    white, so that lights keep what there is in them. Darker it never becomes: white would be grey.
    """
    gain = 2.0 ** min(max(0.0, stops), 4)  # what is no number counts as 0
    light = np.maximum(np.arange(65536) - black, 0) / (65535 - black) * gain
    slope, above = (gain - _KNEE) / (1 - _KNEE), (light - _KNEE) / (gain - _KNEE)
    shoulder = _KNEE + (1 - _KNEE) * slope * above / (1 + (slope - 1) * above)
    light = np.where(light > _KNEE, shoulder, light)
    srgb = np.where(light <= 0.0031308, light * 12.92, 1.055 * np.maximum(light, 0.0031308) ** (1 / 2.4) - 0.055)
    return np.asarray(np.rint(srgb * 65535), np.uint16)


class _Reader:
    """`raw_process.py` at work on a file. Leaving the block ends it, whatever it does."""

    def __init__(self, path: str | os.PathLike[str], *, most_pixels: int, half: bool = False) -> None:
        with open_file(path) as file:
            if is_x3f(file.read(HEAD_BYTES)):
                raise LowlightError(undeveloped(_X3F))
            os.lseek(file.fileno(), 0, os.SEEK_SET)
            seconds = round(_THREADS * limits.RAW_SECONDS)
            try:
                self._process = _started(file, limits.MAX_RAW_MEMORY, seconds, most_pixels, int(half))
            except OSError as error:
                raise LowlightError(undeveloped(_BROKE_OFF)) from error
        self._output = cast("BufferedReader", self._process.stdout)
        self._late = False
        self._watch = threading.Timer(limits.RAW_SECONDS, self._end_late)
        self._watch.daemon = True

    def __enter__(self) -> Self:
        self._watch.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._watch.cancel()
        self._watch.join()
        self._process.kill()
        self._process.wait()
        self._output.close()

    def _end_late(self) -> None:
        self._late = True
        self._process.kill()

    def size(self) -> tuple[int, int]:
        """Return width and height as the file stores them, within the limits."""
        width, height = self._numbers("size", 2)
        return width, height

    def picture(self, stops: float) -> Uint16Image:
        """Return the picture in sRGB, made so many stops lighter as `_curve` says."""
        width, height, black = self._numbers("picture", 3)
        curve = _curve(stops, min(black, 65534))
        picture: Uint16Image = np.empty((height, width, 3), np.uint16)
        for top in range(0, height, _STRIP_ROWS):
            strip = picture[top : top + _STRIP_ROWS]
            if self._output.readinto(strip.data.cast("B")) < strip.nbytes:
                raise self._failure()
            cv2.LUT(strip, curve, dst=strip)
        return picture

    def _numbers(self, name: str, count: int) -> list[int]:
        """Return the numbers of a line that begins with a name; the first two are a size within the limits."""
        said, *rest = self._output.readline(_LONGEST_LINE).split() or [b""]
        if said == name.encode() and len(rest) == count and all(word.isdigit() for word in rest):
            numbers = [int(word) for word in rest]
            check_size(numbers[0], numbers[1])
            return numbers
        raise self._failure(rest[0].decode("ascii", "replace") if said == b"refused" and rest else "")

    def _failure(self, word: str = "") -> LowlightError:
        """Return why there is no picture, from the word that the process said, or from how it ended."""
        if self._late:
            reason = Message("it takes longer than {limit:g} seconds", limit=limits.RAW_SECONDS)
        elif word == "memory":
            reason = Message("it needs more memory than {limit:g} GB", limit=limits.MAX_RAW_MEMORY / 2**30)
        else:
            reason = {"unsupported": _UNSUPPORTED, "damaged": _DAMAGED}.get(word, _BROKE_OFF)
        return LowlightError(undeveloped(reason))


def _started(file: BinaryIO, *numbers: int) -> subprocess.Popen[bytes]:
    """Start `raw_process.py` on a file, with its numbers: it gets the open file and no name."""
    return subprocess.Popen(  # noqa: S603 -- our own script, and numbers
        [sys.executable, "-S", "-P", "-B", str(_SCRIPT), *map(str, numbers)],
        stdin=file,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env=_environment(),
    )


def _environment() -> dict[str, str]:
    """Return what the process is told of the world: where packages are, and how many threads to start."""
    passed_on = {name: os.environ[name] for name in _PASSED_ON if name in os.environ}
    return {**passed_on, **_ENVIRONMENT, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
