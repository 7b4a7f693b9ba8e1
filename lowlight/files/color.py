"""A decoded picture of any kind becomes upright sRGB, strip by strip, so that little memory is needed.

Colours are converted by the embedded ICC profile, relative colorimetric with black point compensation, as photo editors
do; without one, or with a broken one, they are taken for sRGB. Transparency is laid over black: over white, a dark
photo with a clear surround would count as bright, and under clear pixels most files hold black anyhow.
"""

import io
import math
from collections.abc import Callable, Iterator, Mapping

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageCms

from lowlight.arrays import Levels, Uint8Image
from lowlight.files.decoder import DECODER_FAILURES

_STRIP_PIXELS = 1 << 20
_PROFILE_MODES = {"GRAY": "L", "RGB": "RGB", "CMYK": "CMYK"}
_WHITES = {"F": (1.0, 255.0, 65535.0), "I": (65535.0, 2.0**31 - 1, 2.0**32 - 1)}
_BITS, _PHOTOMETRIC, _SAMPLE_FORMAT = 258, 262, 339  # TIFF's tags
_Values = Callable[[Image.Image], NDArray[np.float64]]
_SRGB = ImageCms.createProfile("sRGB")


def upright_srgb(image: Image.Image, orientation: int) -> Uint8Image:
    """Return a picture as height x width x 3, uint8 sRGB, turned as its orientation says.

    Values of 16 bits are scaled and not clipped. Whole numbers of 32 bits are scaled from 65535 where none is higher,
    otherwise from the type's highest; floating-point numbers from 1, or from 255 or 65535 where some are far higher.

    Args:
        image: of any of Pillow's modes.
        orientation: EXIF's, 1 to 8; 1 is upright.

    Raises:
        ValueError and others: `decoder.DECODER_FAILURES`, where the picture cannot be decoded.
    """
    image.load()
    width, height = image.size
    rgb = np.empty((width, height, 3) if orientation > 4 else (height, width, 3), np.uint8)
    stored = as_stored(rgb, orientation)
    to_rgb = _converter(image)
    for rows, strip in _strips(image):
        stored[rows] = to_rgb(strip)
    return rgb


def turned(stored: Levels, orientation: int) -> Levels:
    """Return a picture upright that is stored under an EXIF orientation."""
    if orientation == 1:
        return stored
    height, width = stored.shape[:2]
    upright = np.empty((width, height, 3) if orientation > 4 else (height, width, 3), stored.dtype)
    as_stored(upright, orientation)[:] = stored
    return upright


def as_stored(upright: Levels, orientation: int) -> Levels:
    """Return a view of an upright picture as it is stored under an EXIF orientation (CIPA DC-008, tag 274)."""
    across = upright.transpose(1, 0, 2) if orientation > 4 else upright
    rows = slice(None, None, -1 if orientation in (3, 4, 6, 7) else 1)
    columns = slice(None, None, -1 if orientation in (2, 3, 7, 8) else 1)
    return across[rows, columns]


def own_profile(image: Image.Image) -> bytes:
    """Return a picture's ICC profile, if it is one of colours other than sRGB's; empty otherwise.

    One that leads from its colours alone and not to them, as scanners have, is none that a result can be written in.
    """
    profile = image.info.get("icc_profile") or b""
    if _colour_mode(image.mode) != "RGB" or image.mode.startswith(("I", "F")):
        return b""
    return bytes(profile) if srgb_transform(profile, "RGB")[1] and _leads_there(profile) else b""


def _leads_there(profile: bytes) -> bool:
    try:
        ImageCms.buildTransform(_SRGB, ImageCms.ImageCmsProfile(io.BytesIO(profile)), "RGB", "RGB")
    except DECODER_FAILURES:
        return False
    return True


def srgb_transform(profile_bytes: bytes, mode: str) -> tuple[str, ImageCms.ImageCmsTransform | None]:
    """Return the transform of an ICC profile to sRGB, and the mode it takes: ``mode``, or "RGB" for a grey picture.

    The transform is None where there is nothing to do or to be done: the profile is broken, is meant for other kinds of
    pictures, or changes no colour by more than 1 of 255, as sRGB itself does.

    Args:
        profile_bytes: the profile; empty if there is none.
        mode: "L", "RGB", "CMYK" or "LAB". For LAB the profile does not matter.
    """
    try:
        if mode == "LAB":
            return mode, _build(ImageCms.ImageCmsProfile(ImageCms.createProfile("LAB")), mode)
        if not profile_bytes:
            return mode, None
        profile = ImageCms.ImageCmsProfile(io.BytesIO(profile_bytes))
        wanted = _PROFILE_MODES.get(profile.profile.xcolor_space.strip(), "")
        if wanted != mode and (mode, wanted) != ("L", "RGB"):
            return mode, None
        transform = _build(profile, wanted)
        return (mode, None) if _changes_little(transform, wanted) else (wanted, transform)
    except DECODER_FAILURES:
        return mode, None


def _build(profile: ImageCms.ImageCmsProfile, mode: str) -> ImageCms.ImageCmsTransform:
    return ImageCms.buildTransform(
        profile,
        _SRGB,
        mode,
        "RGB",
        ImageCms.Intent.RELATIVE_COLORIMETRIC,
        ImageCms.Flags.BLACKPOINTCOMPENSATION,
    )


def _changes_little(transform: ImageCms.ImageCmsTransform, mode: str) -> bool:
    """Whether a transform leaves a grid of 17 x 17 x 17 colours, greys among them, within 1 of 255."""
    if mode == "CMYK":
        return False
    levels = np.rint(np.linspace(0, 255, 17)).astype(np.uint8)
    grid = np.stack(np.meshgrid(levels, levels, levels), -1).reshape(1, -1, 3)
    picture = Image.fromarray(grid).convert(mode)
    before = np.asarray(picture.convert("RGB"), np.int16)
    return bool(np.abs(np.asarray(transform.apply(picture), np.int16) - before).max() <= 1)


def _converter(image: Image.Image) -> Callable[[Image.Image], Uint8Image]:
    """Decide how strips of this picture become sRGB arrays."""
    to_grey = _deep_to_grey(image)
    mode, transform = srgb_transform(image.info.get("icc_profile") or b"", "L" if to_grey else _colour_mode(image.mode))
    clear = to_grey is None and image.has_transparency_data

    def to_rgb(strip: Image.Image) -> Uint8Image:
        if to_grey:
            strip = to_grey(strip)
        if clear:
            strip = strip.convert("LA") if strip.mode == "La" else strip
            strip = strip.convert("RGBA")
        colours = strip.convert(mode) if strip.mode != mode else strip
        colours = transform.apply(colours) if transform else colours.convert("RGB")
        return _over_black(colours, strip.getchannel("A")) if clear else np.asarray(colours)

    return to_rgb


def _colour_mode(mode: str) -> str:
    """Return which of the four kinds of colour a Pillow mode holds, transparency apart."""
    if mode in ("1", "L", "LA", "La"):
        return "L"
    return mode if mode in ("CMYK", "LAB") else "RGB"


def _over_black(colours: Image.Image, alpha: Image.Image) -> Uint8Image:
    rgb = np.asarray(colours)
    if alpha.getextrema() == (255, 255):
        return rgb
    return ((rgb * np.asarray(alpha, np.uint16)[..., np.newaxis] + 127) // 255).astype(np.uint8)


def _deep_to_grey(image: Image.Image) -> Callable[[Image.Image], Image.Image] | None:
    """Return how a grey picture of more than 8 bits becomes one of 8; None for every other picture."""
    if not image.mode.startswith(("I", "F")):
        return None
    tags = getattr(image, "tag_v2", {})
    values = _as_unsigned if _is_unsigned(tags) else _as_float
    scale = 255 / _white(image, values)
    lowest_is_white = tags.get(_PHOTOMETRIC) == 0

    def to_grey(strip: Image.Image) -> Image.Image:
        levels = np.nan_to_num(values(strip) * scale, posinf=255, neginf=0)
        grey = np.clip(np.rint(levels), 0, 255).astype(np.uint8)
        return Image.fromarray(255 - grey if lowest_is_white else grey)

    return to_grey


def _white(image: Image.Image, values: _Values) -> float:
    """Return the value that means white in a grey picture of more than 8 bits."""
    if image.mode not in _WHITES:
        return 4095.0 if getattr(image, "tag_v2", {}).get(_BITS) == (12,) else 65535.0
    finite = ((array := values(strip))[np.isfinite(array)] for _, strip in _strips(image))
    highest = max(float(array.max(initial=0)) for array in finite)
    slack = 2 if image.mode == "F" else 1
    return next((white for white in _WHITES[image.mode] if highest <= white * slack), highest)


def _is_unsigned(tags: Mapping[int, object]) -> bool:
    """Whether a TIFF holds unsigned whole numbers of 32 bits, which Pillow hands over as signed ones."""
    return tags.get(_BITS) == (32,) and tags.get(_SAMPLE_FORMAT, (1,)) == (1,)


def _as_float(strip: Image.Image) -> NDArray[np.float64]:
    return np.asarray(strip).astype(np.float64)


def _as_unsigned(strip: Image.Image) -> NDArray[np.float64]:
    return np.asarray(strip).view(np.uint32).astype(np.float64)


def _strips(image: Image.Image) -> Iterator[tuple[slice, Image.Image]]:
    """Yield the picture from top to bottom in strips of about a million pixels, with the rows each one covers."""
    width, height = image.size
    count = math.ceil(width * height / _STRIP_PIXELS)
    rows = math.ceil(height / count)
    for top in range(0, height, rows):
        bottom = min(top + rows, height)
        yield slice(top, bottom), image.crop((0, top, width, bottom))
