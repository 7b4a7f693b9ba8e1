"""Many people at once, for minutes: ``make soak``. Prints a table; returns 1 for a wrong answer or memory that grows.

``python -m tests.soak [REQUESTS]`` (default: 200).

Eight clients on this machine send photos, good and bad, each with a mark of its own in it, and look whether what comes
back is theirs.
"""

import re
import statistics
import sys
import tempfile
import threading
import time
from collections import Counter
from pathlib import Path

import numpy as np
from gradio_client import Client, handle_file
from PIL import Image

from tests.conftest import serving

CLIENTS, REQUESTS = 8, 200
SIZES = ((400, 600), (300, 400), (120, 90), (1000, 1500))
GROWTH_MIB = 200
"""How much the page's memory may grow from the first quarter to the last."""

BAD = {"text.jpg": b"no photo " * 40, "cut.png": b"\x89PNG\r\n\x1a\n" + bytes(60), "empty.webp": b""}


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
        self.outcomes, self.seconds, self.wrong = Counter(), [], []

    def client(self):
        """Send requests until there are none left."""
        client = Client(self.address, verbose=False)
        while (number := self._next()) is not None:
            began = time.monotonic()
            kind = self._request(client, number)
            with self.lock:
                self.outcomes[kind] += 1
                self.seconds.append(time.monotonic() - began)

    def _next(self):
        with self.lock:
            return next(self.numbers, None)

    def _request(self, client, number):
        if number % 5 == 4:
            name, content = list(BAD.items())[number % len(BAD)]
            path = self.folder / f"{number}-{name}"
            path.write_bytes(content)
        else:
            rgb = photo(number, *SIZES[number % len(SIZES)])
            path = self.folder / f"{number}.png"
            Image.fromarray(rgb).save(path)
        try:
            result = client.predict(handle_file(path), api_name="/enhance")
        except Exception as error:  # noqa: BLE001 -- every kind of failure is counted
            return self._failed(number, str(error))
        if number % 5 == 4:
            self.wrong.append(f"{number}: a bad file was taken")
            return "wrong"
        return self._checked(number, rgb, Path(result))

    def _failed(self, number, sentence):
        if number % 5 == 4 and re.search(r"not a photo|empty|damaged|cut|cannot be read", sentence):
            return "refused in words"
        if re.search(r"[Qq]ueue|waiting|full", sentence):
            return "told that it is busy"
        self.wrong.append(f"{number}: {sentence[:120]}")
        return "wrong"

    def _checked(self, number, rgb, result):
        made = np.asarray(Image.open(result).convert("RGB")).astype(float)
        half = rgb.shape[1] // 2
        if made.shape != rgb.shape:
            self.wrong.append(f"{number}: {made.shape} came back for {rgb.shape}")
            return "wrong"
        if made.mean() < rgb.mean() + 10 or made[:, :half].mean() < made[:, half:].mean():
            self.wrong.append(f"{number}: the result is not this photo's")
            return "wrong"
        return "enhanced"


def memory(process):
    """Return the memory that a process holds, in MiB."""
    return int(re.search(r"VmRSS:\s+(\d+) kB", Path(f"/proc/{process}/status").read_text())[1]) / 1024


def main():
    """Start the page, let the clients loose, print the table."""
    requests = int(sys.argv[1]) if sys.argv[1:] else REQUESTS
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        log = folder / "page.log"
        start = "import os; print('process', os.getpid()); exec(open('app.py').read())"
        with serving(log, "-c", start) as address:
            process = int(re.search(r"process (\d+)", log.read_text())[1])
            soak = Soak(address, folder, requests)
            threads = [threading.Thread(target=soak.client) for _ in range(CLIENTS)]
            began = time.monotonic()
            for thread in threads:
                thread.start()
            held = []
            while any(thread.is_alive() for thread in threads):
                held.append(memory(process))
                time.sleep(0.5)
            elapsed = time.monotonic() - began
        print(f"{requests} requests of {CLIENTS} clients in {elapsed:.0f} s")
        for kind, count in soak.outcomes.most_common():
            print(f"{count:6}  {kind}")
        quarter = max(len(held) // 4, 1)
        first, last = statistics.median(held[:quarter]), statistics.median(held[-quarter:])
        longest = max(soak.seconds)
        print(f"seconds a request: median {statistics.median(soak.seconds):.1f}, longest {longest:.1f}")
        print(f"memory: {first:.0f} MiB in the first quarter, {last:.0f} MiB in the last, {max(held):.0f} MiB at most")
        for line in soak.wrong:
            print(f"WRONG {line}")
    return int(bool(soak.wrong) or last - first > GROWTH_MIB)


if __name__ == "__main__":
    sys.exit(main())
