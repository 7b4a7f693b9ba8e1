"""How long a photo will take: learned from what this process did, and renewed from the work itself while it goes on.

A photo's work has parts, and each has a speed of its own. What a part takes changes with whatever else the machine
does, so the parts of a photo that are done say how slow the machine is at present, and the rest is told accordingly.
"""

import threading
import time
from collections.abc import Callable, Iterable
from enum import StrEnum

FEWEST_PIXELS = 1_000_000
"""Smaller photos say little: most of their time is not spent on pixels."""

WORTH_TELLING_SECONDS = 3.0
"""Of a photo that takes less in all, no time is told."""

_WEIGHT = 0.5  # of the newest measurement
_FEWEST_PREVIEWED = 300_000
_PNG_TIMES = 4.0  # as long as a JPEG, at 48 MP, as long as no PNG was written
_SHORTEST_PROBE = 0.05  # seconds; less says nothing about the machine
_SLOWNESS = (0.1, 20.0)
_SEED = 0.1  # what was expected of the network counts as much as a tenth of its tiles
_NEWEST_TILE = 0.2
_OVERDUE = 0.1  # what is late takes so much of its time again
_UNKNOWN_SHARE = 0.05  # of the network's time, for a part after it that was never measured


class Part(StrEnum):
    """What is done with a photo, in this order; `PREVIEW` may also come after `OPENING`."""

    PREVIEW = "preview"
    OPENING = "opening"
    LIGHT = "light"
    NETWORK = "network"
    FINISH = "finish"
    JPEG = "jpeg"
    PNG = "png"


WITH_JPEG = (Part.PREVIEW, Part.OPENING, Part.LIGHT, Part.NETWORK, Part.FINISH, Part.JPEG)
"""All there is to be done for a JPEG."""

_PROBES = (Part.PREVIEW, Part.LIGHT, Part.NETWORK)  # in the others the file's format decides as well


class _Speed:
    """A part's seconds: some for every photo, learned from small ones, and some a pixel, learned from the others."""

    def __init__(self, fewest: int) -> None:
        self._fewest, self._fixed, self._a_pixel = fewest, 0.0, None

    _a_pixel: float | None

    def learn(self, pixels: int, seconds: float) -> None:
        if pixels >= self._fewest:
            found = max(seconds - self._fixed, seconds / 2) / pixels
            self._a_pixel = found if self._a_pixel is None else self._a_pixel + _WEIGHT * (found - self._a_pixel)
        elif self._a_pixel is not None:
            self._fixed += _WEIGHT * (max(seconds - self._a_pixel * pixels, 0.0) - self._fixed)

    def expected(self, pixels: int) -> float | None:
        return None if self._a_pixel is None else self._fixed + self._a_pixel * pixels


class Estimate:
    """The speed of each part, an average in which the newest photos count most. Safe to use from several threads."""

    def __init__(self) -> None:
        self._speeds = {part: _Speed(_FEWEST_PREVIEWED if part is Part.PREVIEW else FEWEST_PIXELS) for part in Part}
        self._lock = threading.Lock()

    def learn(self, part: Part, pixels: int, seconds: float) -> None:
        """Note how long a part took for a photo of so many pixels; small photos teach only what any photo takes."""
        with self._lock:
            self._speeds[part].learn(pixels, seconds)

    def expected(self, part: Part, pixels: int) -> float | None:
        """Return how many seconds a part takes for a photo of so many pixels; None before any was measured."""
        with self._lock:
            found = self._speeds[part].expected(pixels)
            if found is None and part is Part.PNG:
                as_jpeg = self._speeds[Part.JPEG].expected(pixels)
                return None if as_jpeg is None else as_jpeg * _PNG_TIMES
            return found


ETA = Estimate()
"""This process's."""


class Forecast:
    """How long one photo will still take. Several threads may ask; one works.

    Args:
        pixels: the photo's.
        parts: what is to be done with it.
        estimate: what is known of this machine.
        clock: seconds.

    Attributes:
        pixels: the photo's.
    """

    def __init__(
        self,
        pixels: int = 0,
        parts: Iterable[Part] = WITH_JPEG,
        estimate: Estimate | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.pixels = pixels
        self._estimate, self._clock = estimate or ETA, clock
        self._ahead = list(parts)
        self._part: Part | None = None
        self._began: dict[Part, float] = {}
        self._took: dict[Part, float] = {}
        self._sizes: dict[Part, int] = {}
        self._start: float | None = None
        self._probed = (0.0, 0.0)  # seconds that parts took, and were expected to take
        self._share, self._reported, self._pace = 0.0, 0.0, None
        self._lock = threading.RLock()

    _pace: float | None

    def begin(self, part: Part, pixels: int | None = None) -> None:
        """Note that a part begins, and with it that the one before is done.

        Args:
            part: is not to come any more, whether it was expected or not.
            pixels: how many it is about; the photo's if None.
        """
        with self._lock:
            self.end()
            now = self._clock()
            self._start = now if self._start is None else self._start
            self._part, self._began[part] = part, now
            self._sizes[part] = self.pixels if pixels is None else pixels
            if part in self._ahead:
                self._ahead.remove(part)
            if part is Part.NETWORK:
                self._share, self._reported, self._pace = 0.0, now, self._scaled(part)

    def end(self) -> None:
        """Note that the part at work is done."""
        with self._lock:
            if self._part is None:
                return
            part, self._part = self._part, None
            took = self._clock() - self._began[part]
            self._took[part] = self._took.get(part, 0.0) + took
            expected = self._estimate.expected(part, self._sizes[part])
            if part in _PROBES and expected is not None and expected >= _SHORTEST_PROBE:
                self._probed = (self._probed[0] / 2 + self._took[part], self._probed[1] / 2 + expected)

    def expect(self, parts: Iterable[Part]) -> None:
        """Note what is to come after the part at work, in place of what was expected."""
        with self._lock:
            self._ahead = list(parts)

    def expects(self, part: Part) -> bool:
        """Return whether a part is to come."""
        with self._lock:
            return part in self._ahead

    def progress(self, share: float) -> None:
        """Note how far the network is: ``share`` of its tiles, in (0, 1]."""
        with self._lock:
            now, step = self._clock(), share - self._share
            if step <= 0:
                return
            found = (now - self._reported) / step
            weight = max(step / (share + _SEED), _NEWEST_TILE)
            self._pace = found if self._pace is None else self._pace + weight * (found - self._pace)
            self._share, self._reported = share, now

    def whole(self) -> float | None:
        """Return how many seconds are to come, work that has not begun included; None if that is not known."""
        with self._lock:
            if self._part is None and not self._ahead:
                return 0.0
            at_work = self._left_of_part()
            later = [self._scaled(part) for part in self._ahead]
            if self._pace is not None:  # the network's own speed is known: what comes after it is short
                later = [self._pace * _UNKNOWN_SHARE if seconds is None else seconds for seconds in later]
            known = [seconds for seconds in (at_work, *later) if seconds is not None]
            return sum(known) if len(known) == 1 + len(later) else None

    def left(self) -> float | None:
        """Return how many seconds are to come; None before the machine's speed at present is known, or not worth it."""
        with self._lock:
            seen = self._probed[1] > 0 or self._share > 0
            seconds = self.whole() if seen else None
            if seconds is None or self._start is None:
                return None
            return seconds if self._clock() - self._start + seconds >= WORTH_TELLING_SECONDS else None

    def learn(self) -> None:
        """Teach the estimate what the parts took that are done; the network only if all of its tiles were made."""
        with self._lock:
            for part, took in self._took.items():
                if part is not Part.NETWORK or self._share == 1.0:
                    self._estimate.learn(part, self._sizes[part], took)

    def _slowness(self) -> float:
        """Return how many times as long as usual the machine takes at present."""
        took, expected = self._probed
        usual = self._estimate.expected(Part.NETWORK, self.pixels)
        if self._share and self._pace and usual:
            times = self._pace / usual
        else:  # a short look that finds the machine quicker than usual is believed by half: too long is better
            times = took / expected if expected else 1.0
            times = times**0.5 if times < 1 else times
        return min(max(times, _SLOWNESS[0]), _SLOWNESS[1])

    def _scaled(self, part: Part) -> float | None:
        seconds = self._estimate.expected(part, self._sizes.get(part, self.pixels))
        return None if seconds is None else seconds * self._slowness()

    def _left_of_part(self) -> float | None:
        if self._part is None:
            return 0.0
        if self._part is Part.NETWORK and self._pace is not None:
            still, since = (1 - self._share) * self._pace, self._clock() - self._reported
        else:
            expected, since = self._scaled(self._part), self._clock() - self._began[self._part]
            if expected is None:
                return None
            still = expected
        return max(still - since, _OVERDUE * min(since, still))
