"""What the recipe hands out while it works."""

from collections.abc import Callable
from dataclasses import dataclass, field

from lowlight import arrays
from lowlight.arrays import HalfImage, Uint8Image, Uint16Image
from lowlight.light import shown
from lowlight.messages import Message


@dataclass(frozen=True)
class Stage:
    """A stage of the recipe that is ready.

    Attributes:
        name: "original", "lightness", "light" (under the published method "clahe"), "brightened" or "denoised".
        title: the same for people.
        picture: height x width x 3, uint8 RGB. Not to be written into: stages may share memory.
        sentence: what was done and why, for somebody who has never heard of LAB.
        times: how many times as light as it is the picture is to be shown, so that it can be seen: a power of two.
        scale: of the light map alone: the stops that its darkest and its lightest grey stand for (`shown.GREYS`).
        make_deep: makes the picture in 16 bits; None where it has no more than 8.
    """

    name: str
    title: Message
    picture: Uint8Image
    sentence: Message
    times: int = 1
    scale: tuple[int, int] | None = None
    make_deep: Callable[[], Uint16Image] | None = field(default=None, repr=False, compare=False)

    @property
    def visible(self) -> Uint8Image:
        """The picture so many times as light that it can be seen: height x width x 3, uint8 RGB."""
        return shown.lighter(self.picture, self.times)

    @property
    def deep(self) -> Uint16Image:
        """The picture in 16 bits: height x width x 3, uint16, sRGB. It is made when it is asked for, in a second or so.

        The network's picture is kept in floating point of 11 bits, so that is what a result holds at least.
        """
        return self.make_deep() if self.make_deep else arrays.to_uint16(self.picture)


@dataclass(frozen=True)
class Progress:
    """How far the network is: ``share`` of the tiles, in (0, 1]."""

    share: float


@dataclass(frozen=True)
class Clean:
    """The clean photo in the light that it asks for itself, before any control: no control changes it.

    Attributes:
        picture: height x width x 3, float16, sRGB in [0, 1].
        wanted: the mean luma that the photo was found to want, in (0, 1). A smaller copy of it, which looks smoother,
            is not asked anew.
    """

    picture: HalfImage
    wanted: float
