"""What another decoder makes of a file: OpenCV, and tifffile where OpenCV reads no TIFF. ``make corpus AGAINST=1``.

OpenCV has libraries of its own and parses BMP and GIF itself; tifffile is written in Python. Neither reads HEIC.
"""

import io

import cv2
import numpy as np
import tifffile
from PIL import Image, ImageCms

from lowlight.files.color import srgb_transform
from lowlight.files.decoder import opened

FAR = 8
"""A pixel is off where a channel is further apart than this, of 255: rounding and the ways to spread chroma are not."""

MOST_OFF = 0.001
MOST_MEAN = 1.0

KNOWN = {
    "mode-LAB": "OpenCV takes L*a*b* for another white and another range",
    "runs-jump-4": "OpenCV loses its place in half bytes; Chromium has the loader's picture",
    "offset-0": "OpenCV takes the header for pixels",
    "masks-5": "OpenCV leaves 5 bits a little dark",
    "bits-16": "OpenCV leaves 5 bits a little dark",
    "16.bmp": "OpenCV leaves 5 bits a little dark",
    "animated-1000": "OpenCV waits for frames that are not there",
    "preview-first": "OpenCV shows the preview",
}
"""Where the second decoder is wrong, by a part of the file's name: the right picture is known."""

_RGBA = {1: [0], 2: [0, 1], 3: [2, 1, 0], 4: [2, 1, 0, 3]}
"""Where OpenCV keeps red, green, blue and alpha, by the number of channels."""


def beside(path, rgb):
    """Return what the second decoder makes of a file, and how that compares.

    Args:
        path: the file.
        rgb: height x width x 3, uint8, as the loader has it; None if it refused the file.

    Returns:
        "same" or "different ..." where both read it, "alone" where the second does not, "read" where it alone does, and
        "nothing" where neither does.
    """
    seen = _pictures(path.read_bytes())
    if rgb is None:
        return "read" if seen else "nothing"
    if not seen:
        return "alone"
    convert = _as_described(path)
    told = [_compared(rgb, convert(picture)) for picture in seen]
    return "same" if "same" in told else told[0]


def _compared(rgb, seen):
    """Return "same", or in which way two pictures are different."""
    if seen.shape != rgb.shape:
        return f"different in size: {rgb.shape[1]} x {rgb.shape[0]}, beside {seen.shape[1]} x {seen.shape[0]}"
    apart = cv2.absdiff(rgb, np.ascontiguousarray(seen))
    off = (apart.max(2) > FAR).mean()
    if off <= MOST_OFF and apart.mean() <= MOST_MEAN:
        return "same"
    ours, theirs = ("/".join(f"{value:.0f}" for value in one.reshape(-1, 3).mean(0)) for one in (rgb, seen))
    return f"different in {off:.1%} of pixels: mean {ours}, beside {theirs}"


def _pictures(data):
    """Return what OpenCV makes of a file with alpha and depth, and without: each height x width x 3, uint8.

    Without them it turns a JPEG upright and reads the palettes of OS/2, with them it does neither.
    """
    found = [_decoded(data, flags) for flags in (cv2.IMREAD_UNCHANGED, cv2.IMREAD_COLOR) if data]
    if data[:2] in (b"II", b"MM") and all(picture is None for picture in found):
        found = [_from_tifffile(data)]
    return [picture for picture in found if picture is not None]


def _decoded(data, flags):
    try:
        seen = cv2.imdecode(np.frombuffer(data, np.uint8), flags)
    except cv2.error:
        return None
    seen = None if seen is None else _in_bytes(seen)
    return None if seen is None else _over_black(seen[..., _RGBA[seen.shape[2]]])


def _from_tifffile(data):
    """Return what tifffile makes of the first picture; None for kinds that it hands over undone."""
    try:
        with tifffile.TiffFile(io.BytesIO(data)) as tiff:
            page = tiff.pages[0]
            pixels, kind = page.asarray(), page.photometric.name
            if page.planarconfig == 2 and pixels.ndim == 3:
                pixels = np.moveaxis(pixels, 0, -1)
    except Exception:  # noqa: BLE001 -- a second opinion that is not to be had
        return None
    pixels = _in_bytes(pixels) if pixels.ndim in (2, 3) and pixels.size else None
    if pixels is None or kind not in ("MINISBLACK", "MINISWHITE", "RGB"):
        return None
    return _over_black(255 - pixels if kind == "MINISWHITE" else pixels)


def _in_bytes(pixels):
    """Return height x width x 1 to 4, uint8; None for numbers that have no set white."""
    pixels = pixels if pixels.ndim == 3 else pixels[..., None]
    if pixels.shape[2] not in _RGBA:
        return None
    if pixels.dtype == np.bool_:
        return pixels.astype(np.uint8) * 255
    if pixels.dtype == np.uint16:
        return ((pixels.astype(np.uint32) + 128) // 257).astype(np.uint8)
    finite = np.nan_to_num(pixels, nan=0, posinf=1, neginf=0)
    if pixels.dtype.kind == "f" and finite.max(initial=0) <= 1:
        return np.rint(np.clip(finite, 0, 1) * 255).astype(np.uint8)
    return pixels if pixels.dtype == np.uint8 else None


def _over_black(pixels):
    """Return RGB of grey or RGB with or without alpha."""
    count = pixels.shape[2]
    colours = pixels[..., :1].repeat(3, 2) if count < 3 else pixels[..., :3]
    if count in (2, 4):
        colours = ((colours.astype(np.uint16) * pixels[..., -1:] + 127) // 255).astype(np.uint8)
    return colours


def _as_described(path):
    """Return what converts a picture as the file's colours ask for: what is compared is how pixels are decoded."""
    with opened(path) as image:
        mode, transform = srgb_transform(image.info.get("icc_profile") or b"", "RGB")
    if transform is None or mode != "RGB":
        return lambda pixels: pixels
    return lambda pixels: np.asarray(ImageCms.applyTransform(Image.fromarray(pixels), transform))
