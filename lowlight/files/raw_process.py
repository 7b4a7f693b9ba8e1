"""The process in which LibRaw develops a camera raw file. Files from strangers have broken such readers before.

`raw.py` starts this file as a script of its own, without the rest of the library. It takes the raw file from standard
input and answers on standard output, a line of ASCII at a time:

- ``size WIDTH HEIGHT``, as the file stores it;
- ``picture WIDTH HEIGHT BLACK``, upright, and after it the pixels: RGB in linear light, uint16 in the machine's byte
  order, black at the level told and white at 65535;
- ``refused REASON``: "unsupported", "damaged" or "memory".
"""

import ctypes
import os
import struct
import sys
from contextlib import suppress

import numpy as np
import rawpy
from numpy.random import default_rng  # once confined, nothing can be imported
from numpy.typing import NDArray

if sys.platform != "win32":
    import resource

PEDESTAL = 256
"""Where black is to lie, of 65535, while colours are made of what the sensor counted."""

_STRIP_ROWS = 256
_LEAST_HIGHEST = 0.75  # LibRaw's own: a photo whose highest count is beyond this share of white has its white there

_UNSUPPORTED = (rawpy.LibRawFileUnsupportedError, rawpy.LibRawNotImplementedError, rawpy.NotSupportedError)
_NO_MEMORY = (
    MemoryError,
    rawpy.LibRawUnsufficientMemoryError,
    rawpy.LibRawTooBigError,
    rawpy.LibRawMemPoolOverflowError,
)


def confine(memory: int, seconds: int) -> None:
    """Give up, for good, what developing does not need; limits that a system does not have are left out.

    No file, socket or process can be opened from now on, and nothing is written when the process crashes.

    Args:
        memory: address space, in bytes.
        seconds: of processor time.
    """
    if sys.platform == "linux":
        _no_files_by_name()
    if sys.platform != "win32":
        for kind, most in (
            (resource.RLIMIT_CORE, 0),
            (resource.RLIMIT_FSIZE, 0),
            (resource.RLIMIT_CPU, seconds),
            (resource.RLIMIT_AS, memory),
            (resource.RLIMIT_NOFILE, 0),
        ):
            with suppress(OSError, ValueError):
                resource.setrlimit(kind, (most, most))


def _no_files_by_name() -> None:
    """Ask Linux's Landlock to deny every path, program, TCP port and signal to others; kernels before 5.13 lack it."""
    libc = ctypes.CDLL(None)
    libc.syscall.restype = ctypes.c_long
    no_new_privileges, create, restrict = 38, 444, 446
    libc.prctl(no_new_privileges, 1, 0, 0, 0)
    version = libc.syscall(create, None, ctypes.c_size_t(0), 1)
    if version < 1:
        return
    files = (1 << (13 if version < 2 else 14 if version < 3 else 15 if version < 5 else 16)) - 1
    denied = struct.pack("=QQQ", files, 3, 3)[: 8 if version < 4 else 16 if version < 6 else 24]
    ruleset = libc.syscall(create, denied, ctypes.c_size_t(len(denied)), 0)
    if ruleset >= 0:
        libc.syscall(restrict, ctypes.c_long(ruleset), 0)
        os.close(ruleset)


def develop(most_pixels: int, half: bool) -> None:
    """Read a raw file from standard input and answer as the module says; beyond so many pixels with the size alone.

    At half its size four pixels of the sensor make one of the picture, and nothing has to be demosaiced.

    White balance is the camera's, or daylight's where the file has none: LibRaw would make the mean grey. Highlights
    are clipped to white. Of LibRaw's ways of demosaicing DHT keeps most in noise: four stops too dark 2 dB more than
    AHD.
    """
    with rawpy.RawPy() as raw:
        raw.open_buffer(sys.stdin.buffer)
        sizes = raw.sizes
        _say(f"size {sizes.width} {sizes.height}")
        if sizes.width * sizes.height > most_pixels:
            return
        raw.unpack()
        known = raw.camera_whitebalance, raw.daylight_whitebalance
        balance = next(weights for weights in (*known, [1.0] * 4) if min(weights[:3]) > 0)
        saturation = _raise(raw, balance)
        picture = raw.postprocess(
            half_size=half,
            demosaic_algorithm=rawpy.DemosaicAlgorithm.DHT,
            user_wb=balance,
            user_sat=saturation,
            adjust_maximum_thr=0 if saturation else _LEAST_HIGHEST,
            no_auto_bright=True,
            highlight_mode=rawpy.HighlightMode.Clip,
            output_color=rawpy.ColorSpace.sRGB,
            output_bps=16,
            gamma=(1, 1),
        )
        _write(np.asarray(picture, np.uint16), PEDESTAL if saturation else 0)


def _raise(raw: rawpy.RawPy, balance: list[float]) -> int | None:
    """Add to what the sensor counted, each colour by as much as makes `PEDESTAL` once it is balanced.

    LibRaw cuts off what is below black: in the shadows of a dark photo half of the noise, and the other half then has a
    mean above black, in red and blue most of all. With a pedestal the colours are made of all of it. At four stops too
    dark and a high ISO the darkest third's colours are wrong by a third less, and the photo gains 0.4 dB.

    Fractions of a count are added to so many pixels, drawn by chance.

    Returns:
        How many counts white is above black now; None where nothing is added, for want of three colours or of room.
    """
    pattern, white = raw.raw_pattern, raw.white_level
    if pattern is None or len(pattern) == 1 or raw.num_colors != 3:
        return None
    black, highest = min(raw.black_level_per_channel[:3]), int(raw.raw_image_visible.max())
    if _LEAST_HIGHEST * (white - black) < highest - black < white - black:
        white = highest
    added = (white - black) * PEDESTAL / (65535 - PEDESTAL)
    if white <= black or white + added > 65535:
        return None
    random, side, counts = default_rng(0), len(pattern), raw.raw_image
    for (row, column), colour in np.ndenumerate(pattern):
        share = added * min(balance[:3]) / (balance[colour] or balance[1])
        plane = counts[row::side, column::side]
        np.minimum(plane, 65535 - int(share) - 1, out=plane)
        plane += (random.random(plane.shape, np.float32) + np.float32(share)).astype(np.uint16)
    return round(white - black + added)


def _write(picture: NDArray[np.uint16], black: int) -> None:
    height, width, colours = picture.shape
    if colours not in (1, 3):
        _say("refused unsupported")
        return
    _say(f"picture {width} {height} {black}")
    for top in range(0, height, _STRIP_ROWS):
        strip = np.broadcast_to(picture[top : top + _STRIP_ROWS], (min(_STRIP_ROWS, height - top), width, 3))
        sys.stdout.buffer.write(np.ascontiguousarray(strip).data)
    sys.stdout.buffer.flush()


def _say(line: str) -> None:
    sys.stdout.buffer.write(line.encode("ascii") + b"\n")
    sys.stdout.buffer.flush()


def main() -> None:
    """Do what the command line says: how many bytes of memory, seconds and pixels there may be, and 1 for half size."""
    memory, seconds, most_pixels, half = map(int, sys.argv[1:])
    confine(memory, seconds)
    try:
        develop(most_pixels, half == 1)
    except _NO_MEMORY:
        _say("refused memory")
    except _UNSUPPORTED:
        _say("refused unsupported")
    except (rawpy.LibRawError, OSError, ValueError):
        _say("refused damaged")


if __name__ == "__main__":
    main()
