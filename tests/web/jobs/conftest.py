"""A visitor for the tests of jobs."""

import pytest

from tests.helpers.sessions import Visitor


@pytest.fixture
def visitor(tmp_path):
    """Somebody who just came."""
    return Visitor(tmp_path / "page")
