"""Many people at once, for minutes: ``make soak``. Prints a table; returns 1 for a wrong answer or memory that grows.

``python -m tools.soak [REQUESTS [COPIES]]`` (default: 200 requests of one page). Several copies stand behind nginx, by
the manual's file for it, and share this machine's cores.

Eight clients on this machine send photos, each with a mark of its own in it, and look whether what comes back is
theirs. In between come bad files, wrong settings, bodies that are none, and visitors who leave in the middle. A client
is a new visitor now and then, who opens the page and keeps its cookies, as a browser does.
"""

import io
import json
import re
import statistics
import sys
import tempfile
import threading
import time
from collections import Counter, defaultdict
from contextlib import contextmanager
from itertools import islice
from pathlib import Path

import httpx
import numpy as np
from PIL import Image

from tests.helpers.copies import copies
from tests.helpers.proxies import passed_on
from tests.helpers.running import START, USUAL, enhance, memory, process_of, upload
from tests.helpers.serving import serving

CLIENTS, REQUESTS = 8, 200
STAYS = 5
"""How many requests a visitor sends before a client becomes another one."""
SIZES = ((400, 600), (300, 400), (120, 90), (1000, 1500))
GROWTH_MIB = 200
"""How much the page's memory may grow from the first quarter to the last."""

PATIENCE_SECONDS = 300

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
        self.own = threading.local()
        self.kinds = {4: self._bad_file, 6: self._wrong_settings, 7: self._wrong_body, 9: self._leave}

    def client(self):
        """Send requests until there are none left, as one visitor after the other."""
        numbers = iter(self._next, None)
        for number in numbers:
            with httpx.Client(trust_env=False) as self.own.http:
                self._count(self._open, number)
                for one in (number, *islice(numbers, STAYS - 1)):
                    self._count(self.kinds.get(one % 10, self._good), one)

    def _count(self, send, number):
        """Send a request, and count what became of it."""
        began = time.monotonic()
        try:
            outcome, fault = send(number)
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

    def _open(self, _number):
        return _status(self.own.http.get(f"{self.address}/", timeout=PATIENCE_SECONDS), {200}, "page opened")

    def _enhance(self, path):
        given = upload(self.address, path, client=self.own.http)
        return enhance(self.address, given, timeout=PATIENCE_SECONDS, client=self.own.http)

    def _good(self, number):
        rgb, path = self.saved(number)
        url, sentence = self._enhance(path)
        if not url:
            return _told(sentence, BUSY, "told that it is busy")
        with Image.open(io.BytesIO(self.own.http.get(url, timeout=60).content)) as result:
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
        url, sentence = self._enhance(path)
        return ("WRONG", "a bad file was taken") if url else _told(sentence, REFUSED, "bad file refused in words")

    def _wrong_settings(self, number):
        controls = [json.dumps(value) for value in USUAL]
        controls[number // 10 % 5] = WRONG_SETTINGS[number // 10 % len(WRONG_SETTINGS)]
        given = json.dumps(upload(self.address, self.saved(number)[1], client=self.own.http))
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
        given = upload(self.address, self.saved(number)[1], client=self.own.http)
        answer = self._post(json.dumps({"data": [given, *USUAL]}).encode())
        if answer.status_code == 200:
            url = f"{self.address}/gradio_api/call/enhance/{answer.json()['event_id']}"
            try:
                self.own.http.get(url, timeout=0.2 + number % 3 * 0.2)
            except httpx.TimeoutException:
                return "left in the middle", ""
        return "left too late, or the queue was full", ""

    def _post(self, body):
        headers = {"content-type": "application/json"}
        address = f"{self.address}/gradio_api/call/enhance"
        return self.own.http.post(address, content=body, headers=headers, timeout=PATIENCE_SECONDS)

    def _get(self, event):
        return self.own.http.get(f"{self.address}/gradio_api/call/enhance/{event}", timeout=PATIENCE_SECONDS).text


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


@contextmanager
def pages(folder, count):
    """Serve one page, or copies of it; give the address to ask, and each page's own address, process and log."""
    if count > 1:
        with copies(folder, count) as (address, made):
            yield address, [(copy.address, copy.process, copy.log) for copy in made.values()]
    else:
        log = folder / "page.log"
        with serving(log, "-c", START) as address:
            yield address, [(address, process_of(log), log)]


def run(soak, processes):
    """Let the clients loose; return the seconds that it took and the memory that each page held, over time."""
    threads = [threading.Thread(target=soak.client) for _ in range(CLIENTS)]
    began, held = time.monotonic(), [[memory(one)] for one in processes]
    for thread in threads:
        thread.start()
    while any(thread.is_alive() for thread in threads):
        for one, so_far in zip(processes, held, strict=True):
            so_far.append(memory(one))
        time.sleep(0.5)
    return time.monotonic() - began, held


def growth(held):
    """Return by how much memory grew from the first quarter of the time to the last, in MiB."""
    quarter = max(len(held) // 4, 1)
    return statistics.median(held[-quarter:]) - statistics.median(held[:quarter])


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
    """Start the page, or its copies, soak it, print what came of it."""
    requests, count = map(int, (*sys.argv[1:], *(REQUESTS, 1)[len(sys.argv) - 1 :]))
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        with pages(folder, count) as (address, each):
            soak = Soak(address, folder, requests)
            for one, _, _ in each:
                for number in range(len(SIZES)):  # what the page needs for a photo of each size is no growth
                    enhance(one, upload(one, soak.saved(number)[1]))
            elapsed, held = run(soak, [process for _, process, _ in each])
            alive = [bool(enhance(one, upload(one, soak.saved(0)[1]))[0]) for one, _, _ in each]
        served = Counter(port for _, port in passed_on(folder)) if count > 1 else {}
        tracebacks = sum(log.read_text().count("Traceback") for _, _, log in each)
    print(f"{requests} requests of {CLIENTS} clients in {elapsed:.0f} s\n\n{table(soak.seconds)}\n")
    for (one, _, _), mine in zip(each, held, strict=True):
        port = one.rpartition(":")[2]
        print(f"copy {port}, which answered {served[port]} requests:" if served else "the page:")
        print(f"memory in MiB: {mine[0]:.0f} at the start, {max(mine):.0f} at most, {mine[-1]:.0f} at the end;")
        eighths = " ".join(f"{statistics.median(part):.0f}" for part in np.array_split(mine, 8))
        print(f"medians of the eighths of the time: {eighths};")
        print(f"{growth(mine):+.0f} from the first quarter to the last, of {GROWTH_MIB} allowed")
    print(f"wrong answers: {len(soak.wrong)}; tracebacks in the log: {tracebacks}")
    print("a photo after all that: " + ("enhanced" if all(alive) else "WRONG"))
    for line in soak.wrong:
        print(f"WRONG {line}")
    return int(bool(soak.wrong) or any(growth(mine) > GROWTH_MIB for mine in held) or not all(alive))


if __name__ == "__main__":
    sys.exit(main())
