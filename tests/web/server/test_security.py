"""What stands before the page: limits of bodies, and headers, on the running page."""

import http.client
import json
import os
import re
import socket
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from lowlight import limits
from lowlight.web.server.security import HEADERS, MULTIPART_BYTES, body_limit
from tests.helpers.serving import serving

COLD = """
import os, app
from lowlight.web.server import launch
print("process", os.getpid())
app.build_page().launch(**launch.launch_options())
"""
"""Serves the page without opening the network beside it, so that its memory is that of what it is asked."""


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    """A page of this module's own, and its process number."""
    log = tmp_path_factory.mktemp("shield") / "page.log"
    with serving(log, "-c", COLD) as address:
        yield urlsplit(address), int(re.search(r"process (\d+)", log.read_text())[1])


def answer(place, method, path, body=None, headers=None):
    """Return a request's status, headers and text."""
    connection = http.client.HTTPConnection(place.hostname, place.port, timeout=60)
    try:
        connection.request(method, path, body, headers or {})
        response = connection.getresponse()
        return response.status, {key.lower(): value for key, value in response.getheaders()}, response.read().decode()
    finally:
        connection.close()


def peak_memory(process):
    """Return the most memory that a process has used so far, in MiB."""
    return int(re.search(r"VmHWM:\s+(\d+) kB", Path(f"/proc/{process}/status").read_text())[1]) / 1024


def chunks(count, size=1 << 20):
    """Yield bytes of which nobody said beforehand how many there are."""
    for _ in range(count):
        yield os.urandom(size)


def test_every_answer_carries_the_headers(server):
    """The page, its files and its refusals say that types are not to be guessed and nothing comes from elsewhere."""
    for path in ("/", "/config", "/nowhere", "/gradio_api/file=/etc/passwd"):
        _, headers, _ = answer(server[0], "GET", path)
        found = {name: headers.get(name, "") for name in HEADERS}
        assert {**found, "vary": found["vary"].rpartition(", ")[2]} == HEADERS, path


@pytest.mark.parametrize("path", ["/gradio_api/queue/join", "/gradio_api/run/enhance", "/gradio_api/call/enhance"])
def test_a_large_body_is_refused_unread(server, path):
    """Beyond 64 KB where no file is brought the answer is 413 in words, whatever the length announced."""
    place, _ = server
    body = json.dumps({"data": ["x" * limits.MAX_BODY_BYTES]})
    status, _, text = answer(place, "POST", path, body, {"content-type": "application/json"})
    assert (status, "larger than" in text) == (413, True)


def test_a_body_without_a_length_is_counted_as_it_comes(server):
    """Four hundred megabytes in pieces, to either kind of address, are cut off, and memory stays flat."""
    place, process = server
    before = peak_memory(process)
    for path in ("/gradio_api/queue/join", "/gradio_api/upload"):
        try:
            status, _, _ = answer(place, "POST", path, chunks(400), {"content-type": "multipart/form-data; boundary=b"})
        except (BrokenPipeError, ConnectionResetError):
            continue  # cut off while it was still being sent
        assert status in {400, 413}
    assert peak_memory(process) < before + 200


def test_a_lie_about_the_length_is_no_way_in(server):
    """A body announced as huge is refused before a byte of it is sent."""
    place, _ = server
    with socket.create_connection((place.hostname, place.port), timeout=30) as connection:
        request = f"POST /gradio_api/upload HTTP/1.1\r\nHost: {place.netloc}\r\nContent-Length: 4000000000\r\n\r\n"
        connection.sendall(request.encode())
        assert b" 413 " in connection.recv(200)


def test_a_file_may_be_as_large_as_promised():
    """The 120 MB of a raw file and what a form puts around them are taken at the one address for files, at no other."""
    assert body_limit("/gradio_api/upload") == limits.MAX_LARGE_BYTES + MULTIPART_BYTES
    assert body_limit("/root/gradio_api/upload/") == limits.MAX_LARGE_BYTES + MULTIPART_BYTES
    assert body_limit("/gradio_api/upload_progress") == body_limit("/") == limits.MAX_BODY_BYTES
