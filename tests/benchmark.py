"""Seconds and peak memory of the whole pipeline, arrays in and arrays out, each size in a process of its own.

``python -m tests.benchmark [MEGAPIXELS ...]`` (default: 0.24 12 50). Prints a line a size.
"""

import resource
import subprocess
import sys
import time

import numpy as np

from lowlight import Settings, enhance
from lowlight.engine import default_network


def measure(megapixels: float) -> tuple[float, float]:
    """Enhance a made-up dark photo of 3:2; return seconds without the network's opening, and peak memory in MiB."""
    height = round((megapixels * 1e6 / 1.5) ** 0.5)
    random = np.random.default_rng(0)
    tile = np.clip(random.normal(20, 8, (500, 500, 3)), 0, 255).astype(np.uint8)
    rgb = np.tile(tile, (height // 500 + 1, height * 3 // 2 // 500 + 1, 1))[:height, : height * 3 // 2].copy()
    default_network()
    list(enhance(rgb[:64, :64], Settings()))
    runs = []
    for _ in range(3 if megapixels < 1 else 1):
        start = time.perf_counter()
        for _stage in enhance(rgb, Settings()):
            pass
        runs.append(time.perf_counter() - start)
    return sorted(runs)[len(runs) // 2], resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def main() -> None:
    """Measure each size in a fresh process, so that one's memory does not hide in another's."""
    sizes = [float(size) for size in sys.argv[1:]] or [0.24, 12.0, 50.0]
    first = None
    for size in sizes:
        script = f"from tests.benchmark import measure; print(*measure({size}))"
        answer = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
        seconds, memory = map(float, answer.stdout.split())
        first = first or seconds / size
        ratio = seconds / size / first
        print(f"{size:6.2f} MP: {seconds:7.2f} s, {memory:6.0f} MiB peak, {ratio:.2f} x the first's time a pixel")


if __name__ == "__main__":
    main()
