"""The page is started where something is missing or in the way: it works, or ends with one sentence."""

import os
import socket
import subprocess
import sys
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread

import pytest

from tests.helpers.places import DARK, PROJECT
from tests.helpers.running import result_of
from tests.helpers.serving import serving

PROXIES = [upper for name in ("http_proxy", "https_proxy", "all_proxy") for upper in (name, name.upper())]


class Refusing(BaseHTTPRequestHandler):
    """A proxy that answers 502 and notes what it was asked for."""

    def do_GET(self):
        self.server.asked.append(self.path)
        self.send_error(502)

    do_HEAD = do_POST = do_CONNECT = do_GET  # noqa: N815

    def log_message(self, *words):
        """Say nothing."""


@contextmanager
def refusing():
    """Run a proxy that answers 502; give its address and what it was asked for."""
    server = HTTPServer(("127.0.0.1", 0), Refusing)
    server.asked = []
    Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}", server.asked
    server.shutdown()
    server.server_close()


def ended(**environment):
    """Start the page where it cannot; return its exit code and what it said."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("GRADIO_", "LOWLIGHT_"))}
    start = [sys.executable, "app.py"]
    answer = subprocess.run(
        start, cwd=PROJECT, env={**kept, **environment}, capture_output=True, text=True, timeout=90, check=False
    )
    return answer.returncode, answer.stdout + answer.stderr


def refused(said, *words):
    """Say whether a start ended with one sentence that has these words in it."""
    code, text = said
    return code == 1 and "Traceback" not in text and len(text.splitlines()) == 1 and all(word in text for word in words)


@pytest.mark.parametrize("proxy", ["socks5://127.0.0.1:9", "socks://127.0.0.1:9", "http://127.0.0.1:9"])
def test_a_proxy_that_is_not_there_is_in_nobodys_way(tmp_path, proxy):
    """With a proxy in the environment that nobody can reach, or of a kind unknown here, the page enhances a photo."""
    with serving(tmp_path / "page.log", "app.py", **dict.fromkeys(PROXIES, proxy), NO_PROXY="", no_proxy="") as address:
        assert result_of(address, DARK)


def test_no_proxy_is_asked_for_the_page_itself(tmp_path):
    """A proxy that answers 502 is asked for nothing, from the start to the result."""
    with refusing() as (proxy, asked):
        environment = {**dict.fromkeys(PROXIES, proxy), "NO_PROXY": "", "no_proxy": ""}
        with serving(tmp_path / "page.log", "app.py", **environment) as address:
            assert result_of(address, DARK)
        assert asked == []


def test_weights_on_the_hub_are_not_fetched_past_a_proxy():
    """Where weights must be fetched and the proxy cannot be used, the page does not go without it but says so."""
    assert refused(ended(ALL_PROXY="socks4://127.0.0.1:9", LOWLIGHT_WEIGHTS="me/net"), "ALL_PROXY", "socks5://")


@pytest.mark.parametrize("place", ["file", "file/below", "/proc/nowhere"])
def test_a_folder_that_cannot_be_written_is_named(tmp_path, place):
    """Where photos and results cannot be written, the start ends with the folder's name and what to do."""
    (tmp_path / "file").touch()
    folder = str(tmp_path / place)
    assert refused(ended(GRADIO_TEMP_DIR=folder), folder, "GRADIO_TEMP_DIR")


def test_a_folder_that_is_read_only_is_named(tmp_path):
    """On a file system that is read-only, the start ends with the folder's name and what to do."""
    script = 'mount --bind "$0" "$0" && mount -o remount,ro,bind "$0" && exec "$@"'
    root = [] if os.geteuid() == 0 else ["--map-root-user"]
    inside = ["unshare", "--mount", *root, "sh", "-c", script, tmp_path, sys.executable, "app.py"]
    environment = {**os.environ, "GRADIO_TEMP_DIR": str(tmp_path)}
    answer = subprocess.run(inside, cwd=PROJECT, env=environment, capture_output=True, text=True, check=False)
    assert refused((answer.returncode, answer.stdout + answer.stderr), str(tmp_path), "GRADIO_TEMP_DIR")


def test_a_port_that_is_taken_is_named():
    """Where another program listens at the port, the start ends with its number and what to do."""
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = str(other.getsockname()[1])
        assert refused(ended(GRADIO_SERVER_PORT=port), port, "GRADIO_SERVER_PORT")


@pytest.mark.parametrize("port", ["web", "0", "65536", "78 60", "-1"])
def test_a_port_that_is_none_is_named(port):
    """What is no port ends the start with the words that it was given, and the numbers that are ports."""
    assert refused(ended(GRADIO_SERVER_PORT=port), port, "65535")


def test_an_address_that_is_not_this_machines_is_named():
    """A name that is no address of this machine ends the start with it."""
    assert refused(ended(GRADIO_SERVER_NAME="203.0.113.5"), "203.0.113.5", "GRADIO_SERVER_NAME")
