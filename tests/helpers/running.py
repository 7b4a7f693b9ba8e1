"""Ways to ask a running page over plain HTTP, and to run a copy of it with other weights."""

import json
import re
import secrets
import shutil
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path

import httpx

from tests.helpers.places import PROJECT
from tests.helpers.serving import serving

USUAL = [0.0, 1.0, 2.0, 8, "same"]
"""What the endpoint's first settings stand at, those of version 0.9; the others may be left out."""

START = "import os; print('process', os.getpid()); exec(open('app.py').read())"
"""What Python runs to serve the page and say first in which process; `process_of` reads it."""


def upload(address, path, name=None, client=httpx):
    """Upload a file; return it as an event takes it. A client of httpx keeps cookies."""
    with Path(path).open("rb") as file:
        form = {"files": (name or path.name, file)}
        answer = client.post(f"{address}/gradio_api/upload", files=form, timeout=60).raise_for_status()
    return {"path": answer.json()[0], "orig_name": name or path.name, "meta": {"_type": "gradio.FileData"}}


def enhance(address, photo, controls=USUAL, timeout=120, client=httpx):
    """Ask the endpoint for programs; return the result's address, and the sentence if there is none."""
    body = {"data": [photo, *controls]}
    answer = client.post(f"{address}/gradio_api/call/enhance", json=body, timeout=timeout)
    if answer.status_code != 200:
        return "", str(answer.json())
    event = answer.json()["event_id"]
    text = client.get(f"{address}/gradio_api/call/enhance/{event}", timeout=timeout).text
    found = json.loads(text.rpartition("data: ")[2])
    return (found[0]["url"], "") if "event: complete" in text else ("", str(found))


def result_of(address, path, controls=USUAL):
    """Upload a photo and have it enhanced; return the result's bytes."""
    url, sentence = enhance(address, upload(address, path), controls)
    assert url, sentence
    return httpx.get(url).raise_for_status().content


class Visit:
    """One person's visit to the page: its events in a session, as the browser sends them."""

    def __init__(self, address):
        self.address, self.session = address, secrets.token_hex(8)
        config = httpx.get(f"{address}/config").json()
        self.parts = {part["id"]: part for part in config["components"]}
        self.events = {}
        for event in config["dependencies"]:
            self.events.setdefault(event["api_name"], event)

    def event(self, name, photo=None):
        """Send an event, with the photo that it brings and every control as it stands; return what comes back."""
        self._send(name, photo)
        return httpx.get(self._stream, params={"session_hash": self.session}, timeout=120).text

    def leave(self, name, *, after):
        """Send an event and hang up as soon as a text has come back."""
        self._send(name)
        with httpx.stream("GET", self._stream, params={"session_hash": self.session}, timeout=120) as answer:
            assert any(after in line for line in answer.iter_lines())

    @property
    def _stream(self):
        return f"{self.address}/gradio_api/queue/data"

    def _send(self, name, photo=None):
        event = self.events[name]
        inputs = [self.parts[number] for number in event["inputs"]]
        data = [part["props"].get("value") for part in inputs]
        body = {"data": data, "fn_index": event["id"], "session_hash": self.session, "event_data": photo}
        httpx.post(f"{self.address}/gradio_api/queue/join", json=body).raise_for_status()


@contextmanager
def copy_serving(folder, change, **environment):
    """Serve a copy of the project after ``change`` was at its folder of bundled weights; give its address and log."""
    shutil.copytree(PROJECT / "lowlight", folder / "lowlight", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(PROJECT / "app.py", folder)
    change(folder / "lowlight" / "bundled")
    log = folder / "page.log"
    with serving(log, str(folder / "app.py"), **environment) as address:
        yield address, log


def put_network(bundled, data, name="light-unet"):
    """Put a network in the place of a bundled one, with its checksum."""
    (bundled / f"{name}.onnx").write_bytes(data)
    (bundled / f"{name}.sha256").write_text(f"{sha256(data).hexdigest()}  {name}.onnx\n")


def process_of(log):
    """Return the process of a page that was started by `START`, from its log."""
    return int(re.search(r"process (\d+)", log.read_text())[1])


def memory(process, line="VmRSS"):
    """Return the memory that a process holds, or with "VmHWM" the most it held, in MiB."""
    return int(re.search(rf"{line}:\s+(\d+) kB", Path(f"/proc/{process}/status").read_text())[1]) / 1024
