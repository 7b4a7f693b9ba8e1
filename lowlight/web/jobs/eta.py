"""How fast this machine is, measured on what it did, so that people are told beforehand how long a photo will take."""

import threading

FEWEST_PIXELS = 1_000_000
"""Smaller photos say little: most of their time is not spent on pixels."""

_WEIGHT = 0.5  # of the newest measurement


class Estimate:
    """Seconds a pixel, an average in which the newest photos count most. Safe to use from several threads."""

    def __init__(self) -> None:
        self._seconds_a_pixel: float | None = None
        self._lock = threading.Lock()

    def learn(self, pixels: int, seconds: float) -> None:
        """Note how long a photo of so many pixels took."""
        if pixels < FEWEST_PIXELS:
            return
        found = seconds / pixels
        with self._lock:
            before = self._seconds_a_pixel
            self._seconds_a_pixel = found if before is None else before + _WEIGHT * (found - before)

    def expected(self, pixels: int) -> float | None:
        """Return how many seconds a photo of so many pixels will take; None before anything was measured."""
        with self._lock:
            return None if self._seconds_a_pixel is None else self._seconds_a_pixel * pixels


ETA = Estimate()
"""This process's."""
