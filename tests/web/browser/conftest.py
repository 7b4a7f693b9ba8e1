"""The static page, built once for the tests of a process."""

import pytest

from tools.static_site import __main__ as site


@pytest.fixture(scope="session")
def built(tmp_path_factory):
    """The folder of the static page, as `make static` writes it."""
    folder = tmp_path_factory.mktemp("static") / "site"
    site.build(folder)
    return folder
