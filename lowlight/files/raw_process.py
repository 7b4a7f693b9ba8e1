"""The process in which LibRaw develops a camera raw file. Files from strangers have broken such readers before.

`raw.py` starts this file as a script of its own, without the rest of the library. It takes the raw file from standard
input and answers on standard output, a line of ASCII at a time:

- ``size WIDTH HEIGHT``, as the file stores it;
- ``picture WIDTH HEIGHT``, upright, and after it the pixels: RGB in linear light, uint16, in the machine's byte order;
- ``refused REASON``: "unsupported", "damaged" or "memory".
"""

import ctypes
import os
import struct
import sys
from contextlib import suppress

import numpy as np
import rawpy
from numpy.typing import NDArray

if sys.platform != "win32":
    import resource

_STRIP_ROWS = 256
"""How many rows are written at once."""

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


def develop(most_pixels: int) -> None:
    """Read a raw file from standard input and answer as the module says; beyond so many pixels with the size alone.

    White balance is the camera's, or daylight where the file has none. Highlights are clipped to white. Of LibRaw's
    demosaicing DHT keeps most in noise: at four stops too dark 2 dB more than AHD.
    """
    with rawpy.RawPy() as raw:
        raw.open_buffer(sys.stdin.buffer)
        sizes = raw.sizes
        _say(f"size {sizes.width} {sizes.height}")
        if sizes.width * sizes.height > most_pixels:
            return
        raw.unpack()
        has_white = min(raw.camera_whitebalance[:3]) > 0  # without, LibRaw would take the photo's mean for grey
        picture = raw.postprocess(
            demosaic_algorithm=rawpy.DemosaicAlgorithm.DHT,
            use_camera_wb=has_white,
            no_auto_bright=True,
            highlight_mode=rawpy.HighlightMode.Clip,
            output_color=rawpy.ColorSpace.sRGB,
            output_bps=16,
            gamma=(1, 1),
        )
        _write(np.asarray(picture, np.uint16))


def _write(picture: NDArray[np.uint16]) -> None:
    height, width, colours = picture.shape
    if colours not in (1, 3):
        _say("refused unsupported")
        return
    _say(f"picture {width} {height}")
    for top in range(0, height, _STRIP_ROWS):
        strip = np.broadcast_to(picture[top : top + _STRIP_ROWS], (min(_STRIP_ROWS, height - top), width, 3))
        sys.stdout.buffer.write(np.ascontiguousarray(strip).data)
    sys.stdout.buffer.flush()


def _say(line: str) -> None:
    sys.stdout.buffer.write(line.encode("ascii") + b"\n")
    sys.stdout.buffer.flush()


def main() -> None:
    """Do what the command line says: how many bytes of memory, seconds and pixels there may be."""
    memory, seconds, most_pixels = map(int, sys.argv[1:])
    confine(memory, seconds)
    try:
        develop(most_pixels)
    except _NO_MEMORY:
        _say("refused memory")
    except _UNSUPPORTED:
        _say("refused unsupported")
    except (rawpy.LibRawError, OSError, ValueError):
        _say("refused damaged")


if __name__ == "__main__":
    main()
