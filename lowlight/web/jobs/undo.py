"""What the controls stood at, one after the other: back to what was, and forward again."""

from dataclasses import dataclass, field

MOST = 100
"""How many steps back there are, at most."""

Values = tuple[object, ...]
"""What each control stands at, in their order on the page."""


@dataclass
class Undo:
    """The controls' values now, those before, and those that were taken back.

    Attributes:
        now: None before anything was set.
    """

    now: Values | None = None
    _past: list[Values] = field(default_factory=list)
    _future: list[Values] = field(default_factory=list)

    def put(self, values: Values) -> None:
        """Note what the controls stand at; what was taken back is forgotten, unless nothing changed."""
        if values == self.now:
            return
        if self.now is not None:
            self._past = [*self._past, self.now][-MOST:]
        self.now, self._future = values, []

    def back(self) -> Values | None:
        """Return what the controls stood at before, and stand there; None if there is nothing before."""
        if not self._past or self.now is None:
            return None
        self._future.append(self.now)
        self.now = self._past.pop()
        return self.now

    def forward(self) -> Values | None:
        """Return what was taken back last, and stand there; None if nothing was."""
        if not self._future or self.now is None:
            return None
        self._past.append(self.now)
        self.now = self._future.pop()
        return self.now

    @property
    def can(self) -> tuple[bool, bool]:
        """Whether there is a way back, and one forward."""
        return bool(self._past), bool(self._future)
