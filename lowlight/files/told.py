"""What a photo's file says beside its pixels, as far as it may go on to a result."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TypedDict

from lowlight.files.vips import Picture
from lowlight.files.xmp import Description, packet


class Beside(TypedDict):
    """What `results.save_photo` is given beside the picture."""

    exif: bytes
    xmp: bytes
    profile: bytes
    own: Picture | None


@dataclass(frozen=True)
class Told:
    """What a photo's file says.

    Attributes:
        exif: camera, lens, exposure, date and copyright; empty if there are none. No location.
        exif_with_place: the same, with where the photo was taken; empty if the file does not say.
        description: rating, caption and copyright.
        profile: the ICC profile of the photo's own colours; empty if they are sRGB's, grey or of a printer.
    """

    exif: bytes = b""
    exif_with_place: bytes = b""
    description: Description = field(default_factory=Description)
    profile: bytes = b""

    def of_result(self, made: Mapping[str, str], *, place: bool = False, own: Picture | None = None) -> Beside:
        """Return what `results.save_photo` is to be given beside the picture.

        Args:
            made: how it was made, as `history.made_with` says.
            place: whether the file is to say where the photo was taken.
            own: the photo in its own colours (`photo.own_pixels`), if the file is to have them instead of sRGB.
        """
        exif = self.exif_with_place if place and self.exif_with_place else self.exif
        profile = b"" if own is None else self.profile
        return {"exif": exif, "xmp": packet(self.description, made), "profile": profile, "own": own}
