"""What a card says of each of the two kinds of networks: what it is, takes and cannot do."""

from dataclasses import dataclass

from lowlight.network.context import GUIDE_STRIDE, PICTURE_STRIDE, SQUARE


@dataclass(frozen=True)
class Texts:
    """Parts of sentences for the card's template.

    Attributes:
        role: lowlight's stages, and what the network does after them.
        interface: what it takes and gives.
        limit: what it leaves to others.
        judged_by: the figure that chose its weights.
    """

    role: str
    interface: str
    limit: str
    judged_by: str


DENOISER = Texts(
    role="lightness, local contrast (CLAHE), linear brightening, and then this, which takes out the noise that the "
    "brightening brought up",
    interface="It takes and gives float32, batch x height x width x 3, RGB, of any size. The input is the brightened "
    "photo in [0, 1]; clip the output to [0, 1]",
    limit="It removes noise and does not brighten: give it a photo that went through lowlight's stages, as `enhance` "
    "does.",
    judged_by="PSNR",
)

LIGHT_GUIDED = Texts(
    role="a map of how light each part is to be, brightening by it, and then this, which takes out the noise and "
    "brings back the colours, and leaves the light as it is",
    interface="It takes and gives float32. `picture`, batch x height x width x 4, is the brightened photo or a part of "
    "it: sRGB values in [0, 1], and by how many stops each pixel was brightened, over 8; its sides are multiples of "
    f"{PICTURE_STRIDE}. `thumbnail`, batch x {SQUARE} x {SQUARE} x 4, is the whole photo likewise, made a square. "
    f"`vertical`, batch x height/{GUIDE_STRIDE} x {SQUARE // GUIDE_STRIDE}, and `horizontal`, batch x "
    f"width/{GUIDE_STRIDE} x {SQUARE // GUIDE_STRIDE}, place the part in the whole. `lowlight/light/light_map.py` and "
    "`lowlight/network/context.py` make them. It gives the clean part, batch x height x width x 3, sRGB; clip it to "
    "[0, 1]",
    limit="It brightens nothing: how bright a photo becomes is decided before it, by what the photo shows "
    "(`lowlight/light/scene.py`, `lowlight/light/wanted.py`), and that can be wrong about what was meant to be dark.",
    judged_by="PSNR to the bright photo in the light given",
)
