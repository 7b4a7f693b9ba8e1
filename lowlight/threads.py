"""How many threads the work may take: all cores that this process has, or fewer where several processes share them."""

import os

import cv2

_bound: int | None = None


def threads() -> int:
    """Return how many threads the work on one photo is to take."""
    if _bound is not None:
        return _bound
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def bind(count: int) -> None:
    """Let this process take so many threads from now on; to be called before a network is opened."""
    global _bound  # noqa: PLW0603 -- it is the process's, as OpenCV's own number is
    _bound = count
    cv2.setNumThreads(count)
