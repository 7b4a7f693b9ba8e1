"""Memory that is free goes back to the system."""

import os
import platform

import pytest

from lowlight.web.jobs.memory import give_back
from tests.helpers.running import memory


def test_what_is_free_goes_back():
    """Of blocks whose neighbours are still used too, which the C library would keep."""
    if platform.libc_ver()[0] != "glibc":
        pytest.skip("another C library gives back by itself, or never")
    blocks = [bytes([number % 256]) * 100_000 for number in range(3000)]
    used = [blocks[number] for number in range(0, 3000, 100)]
    del blocks
    before = memory(os.getpid())
    give_back()
    assert before - memory(os.getpid()) > 200
    assert all(block[0] == number * 100 % 256 for number, block in enumerate(used))
