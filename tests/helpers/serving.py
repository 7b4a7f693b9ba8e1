"""The page as people start it, and a real browser."""

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

from tests.helpers.places import PROJECT

_ARGUMENTS = (
    *("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"),
    *("--disable-component-update", "--disable-sync", "--use-fake-device-for-media-stream"),
    "--use-fake-ui-for-media-stream",
)
_START_SECONDS = 90


@contextmanager
def serving(log, *command, folder=PROJECT, inside=(), **environment):
    """Start Python on a command that serves the page, and stop it at the end.

    Args:
        log: where its output goes.
        command: what to run, as after ``python``.
        folder: where to run it.
        inside: a command that runs another one, which then is Python's.
        environment: variables beside the usual ones.
    """
    kept = {key: value for key, value in os.environ.items() if not key.startswith(("GRADIO_", "LOWLIGHT_", "HF_"))}
    whole = {**kept, "GRADIO_SERVER_PORT": str(free_port()), "PYTHONUNBUFFERED": "1", **environment}
    with log.open("wb") as output:
        process = subprocess.Popen(
            [*inside, sys.executable, *command], cwd=folder, env=whole, stdout=output, stderr=subprocess.STDOUT
        )
    try:
        yield _announced(process, log)
    finally:
        process.terminate()
        process.wait(20)


def free_port():
    """Return a port that nobody listens at."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def _announced(process, log):
    """Wait until the page says where it listens."""
    deadline = time.monotonic() + _START_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        if found := re.search(r"http://(?:127\.0\.0\.1|0\.0\.0\.0):\d+", log.read_text()):
            return found[0].replace("0.0.0.0", "127.0.0.1")
        time.sleep(0.1)
    pytest.fail(f"The page did not start within {_START_SECONDS} seconds. It said:\n{log.read_text()}")


def patient(page):
    """Give a page's waits the time that they may need where other tests take the cores; return the page."""
    page.set_default_timeout(90_000)
    return page


@contextmanager
def browser():
    """Start Chromium, or Chrome."""
    from playwright.sync_api import sync_playwright

    path = _chromium()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=list(_ARGUMENTS))
        yield browser
        browser.close()


@contextmanager
def another(browser, *more):
    """Start one more beside a browser, with more arguments."""
    other = browser.browser_type.launch(executable_path=_chromium(), args=[*_ARGUMENTS, *more])
    yield other
    other.close()


def _chromium():
    """Return where Chromium, or Chrome, is."""
    names = ("chromium", "chromium-browser", "google-chrome")
    path = os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, names)), None)
    if not path or not Path(path).exists():
        pytest.fail(
            "The browser tests need Chromium. Install it (Debian, Ubuntu: apt-get install chromium) or set CHROMIUM to "
            f"the path of a Chromium or Chrome; looked for {path or ', '.join(names)}."
        )
    return path
