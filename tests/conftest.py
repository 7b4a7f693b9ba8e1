"""The running page and a real browser, for the tests that need them."""

import pytest
from hypothesis import HealthCheck, settings
from PIL import Image

from tests.helpers.serving import browser, serving

# A slow machine is no fault.
settings.register_profile("untimed", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("untimed")


_SLOW = {
    *("test_breakdowns", "test_docker", "test_fetch", "test_install", "test_mcp", "test_notebooks", "test_security"),
    "test_odd_places",
    "test_copies",
    "test_proxies",
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
    from tests.helpers.photos import dark_photo

    path = tmp_path / "IMG 1234.jpg"
    Image.fromarray(dark_photo(60, 90)).save(path, quality=95)
    return path


@pytest.fixture(scope="session")
def address(tmp_path_factory):
    """The address of a page started as people start it: ``python app.py``, with the bundled weights."""
    with serving(tmp_path_factory.mktemp("page") / "page.log", "app.py") as found:
        yield found


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
