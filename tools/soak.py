"""Many people at once, for minutes: ``make soak``. Prints a table; returns 1 for a wrong answer or memory that grows.

``python -m tools.soak [REQUESTS]`` (default: 200).

Eight clients on this machine send photos, each with a mark of its own in it, and look whether what comes back is
theirs. In between come bad files, wrong settings, bodies that are none, and visitors who leave in the middle.
"""

import io
import json
import re
import statistics
import sys
import tempfile
import threading
import time
from collections import defaultdict
from pathlib import Path

import httpx
import numpy as np
from PIL import Image

from tests.helpers.running import USUAL, enhance, memory, upload
from tests.helpers.serving import serving

CLIENTS, REQUESTS = 8, 200
SIZES = ((400, 600), (300, 400), (120, 90), (1000, 1500))
GROWTH_MIB = 200
"""How much the page's memory may grow from the first quarter to the last."""

PATIENCE_SECONDS = 300
START = "import os; print('process', os.getpid()); exec(open('app.py').read())"

BAD = {"text.jpg": b"no photo " * 40, "cut.png": b"\x89PNG\r\n\x1a\n" + bytes(60), "empty.webp": b""}
WRONG_SETTINGS = ("NaN", "1e999", '"many"', "null", "99", "[[]]", '{"a": 1}', "true")
WRONG_BODIES = (b"", b"{", b"[]", b'{"data": 7}', b'{"data": []}', b"\xff" * 500, b"[" * 20_000, b"x" * 80_000)
REFUSED = r"not a photo|empty|damaged|cut|cannot be read|bytes"
BUSY = r"[Qq]ueue|waiting|full"


def photo(number, height, width):
    """Return a dark photo that tells whose it is: its left half has a level of its own."""
    random = np.random.default_rng(number)
    rgb = random.normal(18, 5, (height, width, 3))
    rgb[:, : width // 2] += 8 + number % 5 * 9
    return np.clip(rgb, 0, 255).astype(np.uint8)


class Soak:
    """The requests, shared out among the clients, and what became of them."""

    def __init__(self, address, folder, requests):
        self.address, self.folder = address, folder
        self.numbers, self.lock = iter(range(requests)), threading.Lock()
        self.seconds, self.wrong = defaultdict(list), []
        self.kinds = {4: self._bad_file, 6: self._wrong_settings, 7: self._wrong_body, 9: self._leave}

    def client(self):
        """Send requests until there are none left."""
        while (number := self._next()) is not None:
            began = time.monotonic()
            try:
                outcome, fault = self.kinds.get(number % 10, self._good)(number)
            except Exception as error:  # noqa: BLE001 -- every kind of failure is counted
                outcome, fault = "WRONG", f"{type(error).__name__}: {error}"
            with self.lock:
                self.seconds[outcome].append(time.monotonic() - began)
                if fault:
                    self.wrong.append(f"{number}: {fault[:200]}")

    def _next(self):
        with self.lock:
            return next(self.numbers, None)

    def saved(self, number):
        """Save a photo that belongs to this number; return it and its path."""
        rgb, path = photo(number, *SIZES[number % len(SIZES)]), self.folder / f"{number}.png"
        Image.fromarray(rgb).save(path)
        return rgb, path

    def _good(self, number):
        rgb, path = self.saved(number)
        url, sentence = enhance(self.address, upload(self.address, path), timeout=PATIENCE_SECONDS)
        if not url:
            return _told(sentence, BUSY, "told that it is busy")
        with Image.open(io.BytesIO(httpx.get(url, timeout=60).content)) as result:
            made = np.asarray(result.convert("RGB")).astype(float)
        half = rgb.shape[1] // 2
        if made.shape != rgb.shape:
            return "WRONG", f"{made.shape} came back for {rgb.shape}"
        if made.mean() < rgb.mean() + 10 or made[:, :half].mean() < made[:, half:].mean():
            return "WRONG", "the result is not this photo's"
        return "enhanced", ""

    def _bad_file(self, number):
        name, content = list(BAD.items())[number % len(BAD)]
        path = self.folder / f"{number}-{name}"
        path.write_bytes(content)
        url, sentence = enhance(self.address, upload(self.address, path), timeout=PATIENCE_SECONDS)
        return ("WRONG", "a bad file was taken") if url else _told(sentence, REFUSED, "bad file refused in words")

    def _wrong_settings(self, number):
        controls = [json.dumps(value) for value in USUAL]
        controls[number // 10 % 5] = WRONG_SETTINGS[number // 10 % len(WRONG_SETTINGS)]
        given = json.dumps(upload(self.address, self.saved(number)[1]))
        answer = self._post(f'{{"data": [{given}, {", ".join(controls)}]}}'.encode())
        if answer.status_code != 200:
            return _status(answer, {400, 422, 503}, "wrong setting refused")
        text = self._get(answer.json()["event_id"])
        return ("wrong setting refused", "") if "event: error" in text else ("WRONG", f"{controls} were taken")

    def _wrong_body(self, number):
        body = WRONG_BODIES[number // 10 % len(WRONG_BODIES)]
        answer = self._post(body)
        if answer.status_code == 200:
            text = self._get(answer.json()["event_id"])
            return ("wrong body refused", "") if "event: error" in text else ("WRONG", f"{body[:40]} was taken")
        return _status(answer, {400, 413, 422, 500, 503}, "wrong body refused")

    def _leave(self, number):
        """Ask for a photo's work and hang up before it can be done."""
        given = upload(self.address, self.saved(number)[1])
        answer = self._post(json.dumps({"data": [given, *USUAL]}).encode())
        if answer.status_code == 200:
            url = f"{self.address}/gradio_api/call/enhance/{answer.json()['event_id']}"
            try:
                httpx.get(url, timeout=0.2 + number % 3 * 0.2)
            except httpx.TimeoutException:
                return "left in the middle", ""
        return "left too late, or the queue was full", ""

    def _post(self, body):
        headers = {"content-type": "application/json"}
        address = f"{self.address}/gradio_api/call/enhance"
        return httpx.post(address, content=body, headers=headers, timeout=PATIENCE_SECONDS)

    def _get(self, event):
        return httpx.get(f"{self.address}/gradio_api/call/enhance/{event}", timeout=PATIENCE_SECONDS).text


def _told(sentence, pattern, outcome):
    """Return the outcome of a request that was answered with a sentence, which must be one of these or "busy"."""
    if re.search(pattern, sentence):
        return outcome, ""
    if re.search(BUSY, sentence):
        return "told that it is busy", ""
    return "WRONG", f"said {sentence!r}"


def _status(answer, allowed, outcome):
    if answer.status_code in allowed:
        return outcome, ""
    return "WRONG", f"status {answer.status_code}: {answer.text[:100]}"


def run(soak, process):
    """Let the clients loose; return the seconds that it took and the memory that the page held, over time."""
    threads = [threading.Thread(target=soak.client) for _ in range(CLIENTS)]
    began, held = time.monotonic(), [memory(process)]
    for thread in threads:
        thread.start()
    while any(thread.is_alive() for thread in threads):
        held.append(memory(process))
        time.sleep(0.5)
    return time.monotonic() - began, held


def table(seconds):
    """Return the outcomes as a Markdown table: how many, which share, and how long they took."""
    total = sum(map(len, seconds.values()))
    lines = ["| outcome | count | share | seconds: p50 | p95 | max |", "|---|---:|---:|---:|---:|---:|"]
    for outcome, took in sorted(seconds.items(), key=lambda pair: -len(pair[1])):
        middle, most = np.percentile(took, [50, 95])
        share = len(took) / total
        lines.append(f"| {outcome} | {len(took)} | {share:.0%} | {middle:.1f} | {most:.1f} | {max(took):.1f} |")
    return "\n".join(lines)


def main():
    """Start the page, soak it, print what came of it."""
    requests = int(sys.argv[1]) if sys.argv[1:] else REQUESTS
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        log = folder / "page.log"
        with serving(log, "-c", START) as address:
            process = int(re.search(r"process (\d+)", log.read_text())[1])
            soak = Soak(address, folder, requests)
            for number in range(len(SIZES)):  # what the page needs for a photo of each size is no growth
                enhance(address, upload(address, soak.saved(number)[1]))
            elapsed, held = run(soak, process)
            alive = bool(enhance(address, upload(address, soak.saved(0)[1]))[0])
        tracebacks = log.read_text().count("Traceback")
    quarter = max(len(held) // 4, 1)
    growth = statistics.median(held[-quarter:]) - statistics.median(held[:quarter])
    print(f"{requests} requests of {CLIENTS} clients in {elapsed:.0f} s\n\n{table(soak.seconds)}\n")
    print(f"memory in MiB: {held[0]:.0f} at the start, {max(held):.0f} at most, {held[-1]:.0f} at the end;")
    print(f"{growth:+.0f} from the first quarter to the last, of {GROWTH_MIB} allowed")
    print(f"wrong answers: {len(soak.wrong)}; tracebacks in the log: {tracebacks}")
    print("a photo after all that: " + ("enhanced" if alive else "WRONG"))
    for line in soak.wrong:
        print(f"WRONG {line}")
    return int(bool(soak.wrong) or growth > GROWTH_MIB or not alive)


if __name__ == "__main__":
    sys.exit(main())
