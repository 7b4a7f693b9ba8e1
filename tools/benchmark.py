"""Seconds and peak memory of the whole pipeline, arrays in and arrays out, beside the original network's, as ratios.

``python -m tools.benchmark [MEGAPIXELS ...]`` (default: 0.24 12 24). Each figure comes from a process of its own, so
that one's memory does not hide in another's; the networks take turns at each size. Last comes the page's start.
"""

import re
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

from lowlight import Settings, enhance
from lowlight.network import weights
from lowlight.network.session import open_network

NAMES = (weights.ORIGINAL_NAME, weights.BUNDLED_NAME, weights.SMALL_NAME)
"""What is measured; ratios are to the first."""


def measure(name: str, megapixels: float) -> tuple[float, float]:
    """Enhance a made-up dark photo of 3:2; return seconds without the network's opening, and peak memory in MiB."""
    height = round((megapixels * 1e6 / 1.5) ** 0.5)
    random = np.random.default_rng(0)
    tile = np.clip(random.normal(20, 8, (500, 500, 3)), 0, 255).astype(np.uint8)
    rgb = np.tile(tile, (height // 500 + 1, height * 3 // 2 // 500 + 1, 1))[:height, : height * 3 // 2].copy()
    network = open_network(weights.bundled(name=name).data)
    list(enhance(rgb[:400, :600], network=network))
    runs = []
    for _ in range(9 if megapixels < 1 else 1):
        start = time.perf_counter()
        for _stage in enhance(rgb, Settings(), network=network):
            pass
        runs.append(time.perf_counter() - start)
    peak = re.search(r"VmHWM:\s+(\d+) kB", Path("/proc/self/status").read_text())
    return sorted(runs)[len(runs) // 2], int(peak[1]) / 1024 if peak else float("nan")


def main() -> None:
    """Measure each network at each size and print a Markdown table."""
    sizes = [float(size) for size in sys.argv[1:]] or [0.24, 12.0, 24.0]
    print("| megapixels | network | s | MiB | time | memory |\n|---:|---|---:|---:|---:|---:|")
    for size in sizes:
        measured = [measured_apart(name, size) for name in NAMES]
        first_seconds, first_memory = measured[0]
        for name, (seconds, memory) in zip(NAMES, measured, strict=True):
            print(
                f"| {size:g} | {name} | {seconds:.3g} | {memory:,.0f} | {seconds / first_seconds:.2f} x | "
                f"{memory / first_memory:.2f} x |"
            )
    print(f"\nfrom the start of the page to its first answer: {start_seconds():.1f} s")


def start_seconds() -> float:
    """Return how long it takes from the start of the page's process to its first answer."""
    import httpx  # not where memory is measured

    from tests.helpers.serving import serving

    with tempfile.TemporaryDirectory() as folder:
        began = time.perf_counter()
        with serving(Path(folder, "page.log"), "app.py") as address:
            httpx.get(address, timeout=60).raise_for_status()
            return time.perf_counter() - began


def measured_apart(name: str, size: float) -> tuple[float, float]:
    """Return `measure` of a fresh process."""
    script = f"from tools.benchmark import measure; print(*measure({name!r}, {size}))"
    answer = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    seconds, memory = map(float, answer.stdout.split())
    return seconds, memory


if __name__ == "__main__":
    main()
