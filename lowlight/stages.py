"""What the recipe hands out while it works."""

from dataclasses import dataclass

from lowlight.arrays import HalfImage, Uint8Image
from lowlight.messages import Message


@dataclass(frozen=True)
class Stage:
    """A stage of the recipe that is ready.

    Attributes:
        name: "original", "lightness", "light" (under the published method "clahe"), "brightened" or "denoised".
        title: the same for people.
        picture: height x width x 3, uint8 RGB. Not to be written into: stages may share memory.
        sentence: what was done and why, for somebody who has never heard of LAB.
    """

    name: str
    title: Message
    picture: Uint8Image
    sentence: Message


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
