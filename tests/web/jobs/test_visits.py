"""Visits by their tokens."""

import time

from lowlight.web.jobs.session import Session
from lowlight.web.jobs.visits import Visits, there
from tests.helpers.sessions import Visitor


def test_a_session_is_found_by_its_token_alone():
    """Each has a token of 128 bits of its own; another one finds nothing."""
    visits, sessions = Visits(), [Session() for _ in range(3)]
    for session in sessions:
        visits.keep(session)
    assert len({session.token for session in sessions}) == 3
    assert all(len(session.token) == 32 for session in sessions)
    assert visits.find(sessions[1].token) is sessions[1]
    assert visits.find("0" * 32) is None
    assert visits.find("") is None


def test_a_session_that_nobody_asks_for_is_forgotten():
    """After its minutes, here a few hundredths of a second, it is not found; one that was kept anew is."""
    visits, old, young = Visits(seconds=0.3), Session(), Session()
    visits.keep(old)
    visits.keep(young)
    time.sleep(0.2)
    visits.keep(young)
    time.sleep(0.2)
    assert visits.find(old.token) is None
    assert visits.find(young.token) is young


def test_a_visit_is_there_as_long_as_its_files(dark_jpeg, tmp_path):
    """Once the photo or a picture of it is deleted, there is nothing to come back to."""
    visitor = Visitor(tmp_path / "page")
    assert not there(visitor.session)
    visitor.give(dark_jpeg)
    assert there(visitor.session)
    visitor.work()
    assert there(visitor.session)
    visitor.view.pair[1].unlink()
    assert not there(visitor.session)
