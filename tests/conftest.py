"""The running page and a real browser, for the tests that need them."""

import os
import re
import shutil
import socket
import subprocess
import sys
import time
from contextlib import contextmanager
from pathlib import Path

import pytest
from hypothesis import settings
from PIL import Image

PROJECT = Path(__file__).resolve().parent.parent
EXAMPLES = PROJECT / "lowlight" / "examples"
DARK = EXAMPLES / "dark-shelf.png"

settings.register_profile("untimed", deadline=None)  # a slow machine is no fault
settings.load_profile("untimed")

_ARGUMENTS = (
    *("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"),
    *("--disable-component-update", "--disable-sync", "--use-fake-device-for-media-stream"),
    "--use-fake-ui-for-media-stream",
)
_START_SECONDS = 90


_SLOW = {
    *("test_breakdowns", "test_docker", "test_fetch", "test_install", "test_mcp", "test_notebooks", "test_shield"),
    "test_withstands",
}


def pytest_collection_modifyitems(items):
    """Mark what `make check` leaves out: whatever uses the running page, and whole files that start processes."""
    for item in items:
        if "address" in item.fixturenames or item.module.__name__ in _SLOW:
            item.add_marker("slow")


@pytest.fixture
def dark_jpeg(tmp_path):
    """A small dark JPEG."""
    from test_denoise import dark_photo

    path = tmp_path / "IMG 1234.jpg"
    Image.fromarray(dark_photo(60, 90)).save(path, quality=95)
    return path


@pytest.fixture(scope="session")
def address(tmp_path_factory):
    """The address of a page started as people start it: ``python app.py``, with the bundled weights."""
    with serving(tmp_path_factory.mktemp("page") / "page.log", "app.py") as found:
        yield found


@contextmanager
def serving(log, *command, folder=PROJECT, **environment):
    """Start Python on a command that serves the page, and stop it at the end.

    Args:
        log: where its output goes.
        command: what to run, as after ``python``.
        folder: where to run it.
        environment: variables beside the usual ones.
    """
    kept = {key: value for key, value in os.environ.items() if not key.startswith(("GRADIO_", "LOWLIGHT_", "HF_"))}
    whole = {**kept, "GRADIO_SERVER_PORT": str(_free_port()), "PYTHONUNBUFFERED": "1", **environment}
    with log.open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, *command], cwd=folder, env=whole, stdout=output, stderr=subprocess.STDOUT
        )
    try:
        yield _announced(process, log)
    finally:
        process.terminate()
        process.wait(20)


def _free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def _announced(process, log):
    """Wait until the page says where it listens."""
    deadline = time.monotonic() + _START_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        if found := re.search(r"http://127\.0\.0\.1:\d+", log.read_text()):
            return found[0]
        time.sleep(0.1)
    pytest.fail(f"The page did not start within {_START_SECONDS} seconds. It said:\n{log.read_text()}")


@pytest.fixture(scope="session")
def chromium():
    """A real Chromium, or Chrome."""
    with browser() as found:
        yield found


@pytest.fixture
def visit(chromium, address, size):
    """A visit at the size that the test is marked with."""
    from tests.helpers.visits import visiting

    with visiting(chromium, address, size) as visit:
        yield visit


@contextmanager
def browser():
    """Start Chromium, or Chrome."""
    from playwright.sync_api import sync_playwright

    names = ("chromium", "chromium-browser", "google-chrome")
    path = os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, names)), None)
    if not path or not Path(path).exists():
        pytest.fail(
            "The browser tests need Chromium. Install it (Debian, Ubuntu: apt-get install chromium) or set CHROMIUM to "
            f"the path of a Chromium or Chrome; looked for {path or ', '.join(names)}."
        )
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=list(_ARGUMENTS))
        yield browser
        browser.close()
