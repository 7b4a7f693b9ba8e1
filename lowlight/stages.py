"""What the recipe hands out while it works."""

from dataclasses import dataclass

from lowlight.arrays import HalfImage, Uint8Image
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
    """

    name: str
    title: Message
    picture: Uint8Image
    sentence: Message
    times: int = 1
    scale: tuple[int, int] | None = None

    @property
    def visible(self) -> Uint8Image:
        """The picture so many times as light that it can be seen: height x width x 3, uint8 RGB."""
        return shown.lighter(self.picture, self.times)


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
