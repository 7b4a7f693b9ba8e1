"""What a visit feels like, in figures from a real browser: ``make experience``.

Time until the page can be used and what it weighs; from a drop to the preview and to the result, at 600x400 and 12 MP;
from a moved slider to the picture that the browser makes, and to the server's first one; how far the layout jumps
(cumulative layout shift: below 0.1 is called good).
At 48 MP: from the drop to the photo itself, to the preview and to the result, and the first time told beside the truth;
once on a quiet machine, and once with a busy loop on every core.
"""

import os
import statistics
import subprocess
import sys
import tempfile
import time
from contextlib import contextmanager
from pathlib import Path

import numpy as np
from PIL import Image

from tests.helpers.places import DARK
from tests.helpers.serving import browser, serving
from tests.helpers.visits import AFTER, DESKTOP, PHONE, Visit

VISITS = 3

# Half a second after a click or a key, browsers count no shift: it was asked for. Here a dropped photo asks for it too.
WATCH = """
window.shift = 0;
window.given = -1e9;
new PerformanceObserver((list) => {
  for (const entry of list.getEntries())
    if (!entry.hadRecentInput && entry.startTime > window.given + 500) window.shift += entry.value;
}).observe({ type: "layout-shift", buffered: true });
"""
BYTES = """() => performance.getEntriesByType("resource").concat(performance.getEntriesByType("navigation"))
  .reduce((sum, entry) => sum + entry.transferSize, 0)"""
READY = "#browser-events [data-ready]"
STANDS = f"(name) => {AFTER}?.src.includes(name)"
MOVED = f"(before) => {AFTER}.src !== before"
# From the next `input` event until the browser's own picture is on the screen: two frames after it was put there.
WATCH_LIVE = """() => {
  window.live = null;
  const after = document.querySelector("#view").shadowRoot.querySelector(".pane.after");
  const began = () => {
    const start = performance.now();
    const end = () => (window.live ??= (performance.now() - start) / 1000);
    const look = () => {
      if (after.querySelector("canvas")) requestAnimationFrame(() => requestAnimationFrame(end));
      else if (performance.now() - start < 10_000) requestAnimationFrame(look);
    };
    look();
  };
  addEventListener("input", began, { capture: true, once: true });
}"""
FIRST_TOLD = """() => {
  window.told = undefined;
  window.dropped = performance.now();
  new MutationObserver(() => {
    const left = document.querySelector("#progress [data-left]");
    if (left && !window.told) window.told = [(performance.now() - window.dropped) / 1000, Number(left.dataset.left)];
  }).observe(document.body, { childList: true, subtree: true });
}"""


def large_photo(folder, megapixels=12):
    """Write a dark photo of so many megapixels with noise in it."""
    height = round((megapixels * 1e6 / 1.5) ** 0.5)
    rgb = np.asarray(Image.open(DARK).convert("RGB").resize((round(1.5 * height), height)), np.int16)
    noise = np.random.default_rng(0).integers(-6, 7, rgb.shape, np.int16)
    path = folder / f"{megapixels}.jpg"
    Image.fromarray(np.clip(rgb + noise, 0, 255).astype(np.uint8)).save(path, quality=90)
    return path


class Stopwatch:
    """Seconds by name, several of each."""

    def __init__(self):
        self.taken, self._began = {}, 0.0

    def start(self):
        """Begin to count."""
        self._began = time.monotonic()

    def note(self, name):
        """Enter the seconds since the start."""
        self.enter(name, time.monotonic() - self._began)

    def enter(self, name, seconds):
        """Enter seconds that were measured elsewhere."""
        self.taken.setdefault(name, []).append(seconds)


def visit_page(chromium, address, size, watch, photos):
    """Visit the page once; return how many bytes it took and how far the layout jumped, empty and with a result."""
    context = chromium.new_context(**size)
    page = context.new_page()
    page.add_init_script(WATCH)
    watch.start()
    page.goto(address)
    page.wait_for_selector(READY, state="attached")
    watch.note("until the page can be used")
    page.wait_for_timeout(1500)  # what is fetched late
    weight, empty = page.evaluate(BYTES), page.evaluate("window.shift")
    visit = Visit(page, size)
    for name, path in photos.items():
        page.evaluate("window.given = performance.now()")
        watch.start()
        with visit.renewed():
            visit.give(path)
            if name == "12 MP":
                page.wait_for_function(STANDS, arg="/preview.", timeout=60_000)
                watch.note(f"{name}: drop to preview")
        watch.note(f"{name}: drop to result")
        page.wait_for_function("Boolean(lowlight.shown.live)", timeout=60_000)
        page.wait_for_timeout(2000)  # the browser gets ready to make the picture itself
        for control in ("Strength", "Brightness", "Shadows", "Denoise"):
            move(visit, control, f"{name}: {control.lower()}", watch)
    shift = page.evaluate("window.shift")
    context.close()
    return weight, empty, shift - empty


def move(visit, control, name, watch):
    """Move a control by a step; note when the browser's picture and the server's first one are there."""
    page, before = visit.page, visit.shown()
    slider = page.get_by_label(f"range slider for {control}")
    slider.focus()
    page.evaluate(WATCH_LIVE)
    with visit.renewed():
        watch.start()
        slider.press("ArrowLeft")
        page.wait_for_function(MOVED, arg=before, timeout=60_000)
        watch.note(f"{name} to the server's picture")
    if (seconds := page.evaluate("window.live")) is not None:
        watch.enter(f"{name} to the live picture", seconds)


def watch_large(chromium, address, path):
    """Give one large photo; return seconds from the drop to photo, preview and result, and what was told first."""
    context = chromium.new_context(**DESKTOP)
    page = context.new_page()
    page.goto(address)
    page.wait_for_selector(READY, state="attached")
    page.evaluate(FIRST_TOLD)
    watch = Stopwatch()
    page.set_input_files("#file", path)
    watch.start()
    for name, there in (("photo", "/glimpse."), ("preview", "/preview.")):
        page.wait_for_function(STANDS, arg=there, timeout=180_000)
        watch.note(name)
    page.wait_for_selector("#note [data-phase=done]", state="attached", timeout=180_000)
    watch.note("result")
    told = page.evaluate("window.told")
    context.close()
    return {name: seconds[0] for name, seconds in watch.taken.items()}, told


@contextmanager
def busy():
    """Keep every core busy."""
    loops = [subprocess.Popen([sys.executable, "-c", "while True: pass"]) for _ in range(os.cpu_count())]
    try:
        yield
    finally:
        for loop in loops:
            loop.kill()
            loop.wait()


def print_large(chromium, address, path, how):
    """Give one large photo and print how it went."""
    seconds, told = watch_large(chromium, address, path)
    at = "; ".join(f"{name} after {one:.2f} s" for name, one in seconds.items())
    first = (
        f"told after {told[0]:.1f} s: {told[1]:.0f} s left, in truth {seconds['result'] - told[0]:.0f}" if told else ""
    )
    print(f"{path.stem} MP, {how}: {at}; {first}", flush=True)


def main():
    """Measure and print."""
    with tempfile.TemporaryDirectory() as name, serving(Path(name) / "log", "app.py") as address, browser() as chromium:
        photos = {"600x400": DARK, "12 MP": large_photo(Path(name))}
        time.sleep(5)  # the network is warmed up
        for label, size in (("desktop", DESKTOP), ("phone", PHONE)):
            watch = Stopwatch()
            found = [visit_page(chromium, address, size, watch, photos) for _ in range(VISITS)]
            weights, empty, shifts = zip(*found, strict=True)
            empty_page, at_work = (f"{statistics.median(one):.3f} (at most {max(one):.3f})" for one in (empty, shifts))
            print(f"{label}: {weights[0] / 1e6:.2f} MB; layout shift {empty_page} empty, {at_work} at work")
            for what, seconds in watch.taken.items():
                print(f"  {what}: {statistics.median(seconds):.2f} s (at most {max(seconds):.2f})")
        largest = large_photo(Path(name), 48)
        print_large(chromium, address, largest, "quiet")
        with busy():
            print_large(chromium, address, largest, "busy")


if __name__ == "__main__":
    main()
