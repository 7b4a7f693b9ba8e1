"""Measures the static page in Chromium: `python -m tools.static_site.figures PHOTO...`, or `--speed`.

With photos: how far the browser's pictures are from Python's. With `--speed`: the size of a first visit, seconds, and
the memory of the browser's process, at 600x400 and 12 megapixels, for both networks, on one thread and two.
"""

import argparse
import base64
import gzip
import io
import os
import tempfile
import time
from contextlib import suppress
from pathlib import Path

import numpy as np
from PIL import Image

from lowlight import Settings, arrays, load_photo
from lowlight.network.session import open_network
from lowlight.pipeline import Clean, Stage, steps
from tests.helpers.photos import dark_photo
from tests.helpers.serving import browser
from tests.helpers.static_page import hosting, made
from tools.static_site import page as markup
from tools.static_site import recipe
from tools.static_site.__main__ import build, contents
from tools.static_site.runtime import PROCESSOR

SIDE = 600  # pixels
TILE = 768  # as the page has it
WISHES = ({}, {"exposure": 1.0, "shadows": 0.5}, {"look": "night", "detail": 0.5}, {"denoise": 0.5, "warmth": 0.5})

WORK = """async ([wishes, jpeg, tile]) => {
  const { Asked } = await import("./work/ask.js");
  const worker = new Asked();
  const found = {};
  const timed = async (name, act, wishes) => {
    const began = performance.now();
    const done = await worker.ask(act, wishes);
    found[name] = (performance.now() - began) / 1000;
    return done;
  };
  await timed("ready", "prepare", wishes);
  const bytes = Uint8Array.from(atob(jpeg), (one) => one.charCodeAt(0));
  const file = new File([bytes], "photo.jpg", { type: "image/jpeg" });
  await timed("open", "open", { file, most: 5e7 });
  await timed("preview", "preview", { settings: {} });
  await timed("control", "redraw", { settings: { exposure: 1 } });
  await timed("whole", "whole", { settings: {}, format: "jpg", tile });
  await timed("again", "whole", { settings: { exposure: 0.5 }, format: "jpg", tile });
  return found;
}"""


def compare(address: str, chromium, photos: list[Path]) -> None:
    """Print for each photo the greatest and the mean difference, over all wishes."""
    shipped = recipe.networks()["small"]
    network, page = open_network(shipped.data), chromium.new_page()
    page.goto(f"{address}/LICENSES.txt")
    print("| photo | kind | brightened, at most | result, at most | mean | with controls, at most |")
    print("|---|---|---:|---:|---:|---:|")
    for path in photos:
        rgb = arrays.smaller(load_photo(path).rgb, SIDE)
        found = made(page, shipped, rgb, WISHES, size=TILE)
        brightened, results = _in_python(rgb, network)
        apart = [np.abs(one.astype(int) - other) for one, other in zip(found["results"], results, strict=True)]
        most = [one.max() for one in apart]
        raised = np.abs(found["brightened"].astype(int) - brightened).max()
        name = f"{path.parent.name}/{path.name}"
        print(
            f"| {name} | {found['kind']} | {raised} | {most[0]} | {apart[0].mean():.3f} | {max(most[1:])} |", flush=True
        )


def _in_python(rgb, network):
    clean, brightened, results = None, None, []
    for wish in WISHES:
        for step in steps(rgb, Settings(**wish), network=network, clean=clean):
            if isinstance(step, Clean):
                clean = step
            elif isinstance(step, Stage):
                last = step.picture.astype(int)
                brightened = last if step.name == "brightened" and not wish else brightened
        results.append(last)
    return brightened, results


def sizes() -> None:
    """Print what a first visit fetches, as it is and packed by gzip."""
    large = {PROCESSOR.file: "what runs the network", **{one.file: "network" for one in recipe.networks().values()}}
    found: dict[str, list[bytes]] = {}
    for name, data in contents().items():
        if not name.startswith("examples/"):
            found.setdefault(f"{large[name]}: {name}" if name in large else "page", []).append(data)
    print("| part | MB | MB by gzip |\n|---|---:|---:|")
    for part, files in found.items():
        packed = sum(len(gzip.compress(data, 6)) for data in files)
        print(f"| {part} | {sum(map(len, files)) / 1e6:.2f} | {packed / 1e6:.2f} |")


def speed(address: str) -> None:
    """Print seconds and megabytes for each size, network and number of threads; each in a browser of its own."""
    print("| photo | network | threads | ready, cold | preview | control | whole | again | MB | Python |")
    print("|---|---|---:|---:|---:|---:|---:|---:|---:|---:|")
    ran = PROCESSOR.facts
    for height, width in ((400, 600), (3000, 4000)):
        file = io.BytesIO()
        Image.fromarray(dark_photo(height, width)).save(file, "JPEG", quality=92)
        jpeg = base64.b64encode(file.getvalue()).decode()
        for name, network in markup.offered(recipe.networks()).items():
            for threads in (1, 2):
                wishes = {"threads": threads, "runtime": ran, "facts": network, "all": [network]}
                with browser() as chromium:
                    page = chromium.new_page()
                    page.goto(f"{address}/LICENSES.txt")
                    found = page.evaluate(WORK, [wishes, jpeg, TILE])
                    memory = _most_memory()
                taken = " | ".join(f"{found[step]:.1f}" for step in ("ready", "preview", "control", "whole", "again"))
                server = _in_python_seconds(file, recipe.networks()[name].data)
                print(f"| {width}x{height} | {name} | {threads} | {taken} | {memory:.0f} | {server:.1f} |", flush=True)


def _in_python_seconds(file: io.BytesIO, network: bytes) -> float:
    """Return how long Python takes for the same, on all cores, right afterwards: who else works there slows both."""
    opened, rgb = open_network(network), np.asarray(Image.open(file))
    began = time.perf_counter()
    *_, _ = steps(rgb, network=opened)
    return time.perf_counter() - began


def _most_memory() -> float:
    """Return the most memory that one of the browser's processes has had, in MB."""
    parents = {}
    for status in Path("/proc").glob("[0-9]*/status"):
        with suppress(OSError):
            facts = dict(line.split(":\t", 1) for line in status.read_text().splitlines() if ":\t" in line)
            parents[int(status.parent.name)] = int(facts["PPid"]), int(facts.get("VmHWM", "0 kB").split()[0])
    ours = {os.getpid()}
    while more := {process for process, (parent, _) in parents.items() if parent in ours} - ours:
        ours |= more
    return max(parents[process][1] for process in ours - {os.getpid()}) / 1000


def main() -> None:
    """Measure what is asked for."""
    parser = argparse.ArgumentParser(prog="python -m tools.static_site.figures", description=__doc__)
    parser.add_argument("photos", nargs="*", type=Path)
    parser.add_argument("--speed", action="store_true", help="measure sizes, seconds and memory")
    wanted = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        build(Path(folder))
        with hosting(folder) as host:
            if wanted.photos:
                with browser() as chromium:
                    compare(host.address, chromium, wanted.photos)
            if wanted.speed:
                sizes()
                speed(host.address)


if __name__ == "__main__":
    main()
