"""Pictures and files for tests, made by hand where no library here writes them: PNG, TIFF, ICC profiles."""

import struct
import zlib

import numpy as np
import pillow_heif
from PIL import Image

pillow_heif.register_heif_opener()  # for tests that write HEIC; the library lets Pillow know it when it opens a file

FROM_UPRIGHT = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_90,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_270,
}
"""How an upright picture is laid down so that the EXIF orientation says to turn it back."""

ADOBE_RGB = ((0.60974, 0.31111, 0.01947), (0.20528, 0.62567, 0.06087), (0.14919, 0.06322, 0.74457))
"""X, Y, Z of Adobe RGB (1998)'s red, green and blue, adapted to D50 (its specification, annex C)."""

ADOBE_GAMMA = 563 / 256
D50 = (0.9642, 1.0, 0.8249)

XYZ_TO_SRGB = np.array(
    [
        [3.1338561, -1.6168667, -0.4906146],
        [-0.9787684, 1.9161415, 0.0334540],
        [0.0719453, -0.2289914, 1.4052427],
    ]
)
"""D50 XYZ to linear sRGB, Bradford-adapted (B. Lindbloom's tables)."""


def scene(height=48, width=64):
    """Return a smooth picture none of whose eight orientations looks like another: uint8 RGB."""
    y, x = np.mgrid[:height, :width]
    red, green, blue = 40 + 180 * x / width, 200 - 150 * y / height, 60 + 120 * (x / width) * (y / height)
    return np.rint(np.stack([red, green, blue], -1)).astype(np.uint8)


def lay_down(upright, orientation):
    """Return a Pillow picture that shows ``upright`` once it is turned as the EXIF orientation says."""
    picture = Image.fromarray(upright)
    return picture.transpose(FROM_UPRIGHT[orientation]) if orientation > 1 else picture


def save(path, picture, **options):
    """Save a Pillow picture or an array of one; return the path."""
    picture = picture if isinstance(picture, Image.Image) else Image.fromarray(picture)
    picture.save(path, **options)
    return path


def alike(picture, wanted):
    """Say whether a picture that was written as JPEG for the screen is another, pixel for pixel."""
    apart = picture.astype(float) - wanted
    return picture.shape == wanted.shape and np.abs(apart).mean() < 4 and abs(apart.mean()) < 0.5


def png(width, height, depth, colour, scanlines, chunks=()):
    """Return a PNG file.

    Args:
        width: in pixels.
        height: in pixels.
        depth: bits a sample.
        colour: PNG's colour type: 0 grey, 2 RGB, 3 palette, 4 grey with alpha, 6 RGB with alpha.
        scanlines: the bytes of each row, without the filter's; none makes a file of a header only.
        chunks: (name, data) to stand before the pixels.
    """
    header = struct.pack(">IIBBBBB", width, height, depth, colour, 0, 0, 0)
    pixels = zlib.compress(b"".join(b"\0" + line for line in scanlines))
    parts = [(b"IHDR", header), *chunks, (b"IDAT", pixels), (b"IEND", b"")]
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data)) for name, data in parts
    )


def tiff(array, *, photometric, bits=None, width=None, sample_format=1, planes=False, order="<", extra=(), claims=()):
    """Return an uncompressed TIFF file of one strip, or of one a colour.

    Args:
        array: height x width (x samples) of any number type.
        photometric: 0 white is zero, 1 black is zero, 2 RGB.
        bits: bits a sample, where the array holds packed bytes.
        width: then, in pixels.
        sample_format: 1 unsigned, 2 signed, 3 floating point.
        planes: one plane a colour after another.
        order: "<" or ">".
        extra: more tags: (number, type, value), type 3 for 16 and 4 for 32 bits.
        claims: maps numbers of tags to the bytes each claims to hold, all from the file's start.
    """
    height, width = array.shape[0], width or array.shape[1]
    samples = 1 if array.ndim == 2 else array.shape[2]
    data = (np.moveaxis(array, -1, 0) if planes else array).astype(array.dtype.newbyteorder(order)).tobytes()
    strips = samples if planes else 1
    single = [
        *((256, 4, width), (257, 4, height), (259, 3, 1), (262, 3, photometric), (277, 3, samples), (278, 4, height)),
        *((284, 3, 2 if planes else 1), *extra),
    ]
    lists = {
        258: (3, [bits or array.itemsize * 8] * samples),
        339: (3, [sample_format] * samples),
        273: (4, [8 + index * (len(data) // strips) for index in range(strips)]),
        279: (4, [len(data) // strips] * strips),
    }
    lists |= {tag: (kind, [value]) for tag, kind, value in single}
    return with_directory(data, lists, order, dict(claims))


def with_directory(data, lists, order, claims):
    """Put TIFF's header before the data, and after them the values too long for the directory, and the directory."""
    beside, entries = b"", {tag: struct.pack(f"{order}HHLL", tag, 7, size, 0) for tag, size in claims.items()}
    for tag, (kind, values) in lists.items():
        packed = struct.pack(f"{order}{len(values)}{'H' if kind == 3 else 'L'}", *values)
        if len(packed) > 4:
            beside, packed = beside + packed, struct.pack(f"{order}L", 8 + len(data) + len(beside))
        entries[tag] = struct.pack(f"{order}HHL", tag, kind, len(values)) + packed.ljust(4, b"\0")
    head = (b"II" if order == "<" else b"MM") + struct.pack(f"{order}HL", 42, 8 + len(data) + len(beside))
    table = b"".join(entry for _, entry in sorted(entries.items()))
    return head + data + beside + struct.pack(f"{order}H", len(entries)) + table + bytes(4)


def matrix_profile(colorants=ADOBE_RGB, gamma=ADOBE_GAMMA):
    """Return an ICC profile (version 2) of an RGB space given by its primaries' D50 XYZ and a gamma."""
    tags = {f"{name}XYZ": _xyz(value) for name, value in zip("rgb", colorants, strict=True)}
    tags |= {f"{name}TRC": _gamma(gamma) for name in "rgb"}
    return _profile(b"mntr", b"RGB ", b"XYZ ", tags)


def grey_profile(gamma):
    """Return an ICC profile of a grey space given by its gamma."""
    return _profile(b"mntr", b"GRAY", b"XYZ ", {"kTRC": _gamma(gamma)})


def cmyk_profile(lab_of_corners):
    """Return an ICC profile of a press given by the L*a*b* of its 16 full and missing inks.

    Args:
        lab_of_corners: maps (c, m, y, k), each 0 or 1, to (L, a, b).
    """
    ramp = bytes(range(256))
    corners = [lab_of_corners[c, m, y, k] for c in (0, 1) for m in (0, 1) for y in (0, 1) for k in (0, 1)]
    table = b"".join(bytes([round(light * 2.55), round(a) + 128, round(b) + 128]) for light, a, b in corners)
    identity = struct.pack(">9i", *(65536 * int(i % 4 == 0) for i in range(9)))
    lut = b"mft1" + bytes(4) + bytes([4, 3, 2, 0]) + identity + ramp * 4 + table + ramp * 3
    return _profile(b"prtr", b"CMYK", b"Lab ", {"A2B0": lut})


def adobe_to_srgb(rgb):
    """Return sRGB of Adobe RGB values, both uint8, by the colour spaces' definitions."""
    linear = (np.asarray(rgb) / 255.0) ** ADOBE_GAMMA
    return xyz_to_srgb(linear @ np.array(ADOBE_RGB))


def lab_to_srgb(lab):
    """Return uint8 sRGB of CIE L*a*b* (D50)."""
    light, a, b = np.moveaxis(np.asarray(lab, float), -1, 0)
    f = np.stack([(light + 16) / 116 + a / 500, (light + 16) / 116, (light + 16) / 116 - b / 200], -1)
    return xyz_to_srgb(np.where(f > 6 / 29, f**3, (f - 4 / 29) * 3 * (6 / 29) ** 2) * np.array(D50))


def xyz_to_srgb(xyz):
    """Return uint8 sRGB of D50 XYZ (IEC 61966-2-1), clipped to what sRGB can show."""
    linear = np.clip(np.asarray(xyz) @ XYZ_TO_SRGB.T, 0, 1)
    encoded = np.where(linear <= 0.0031308, 12.92 * linear, 1.055 * linear ** (1 / 2.4) - 0.055)
    return np.rint(encoded * 255).astype(np.uint8)


def _profile(device, space, connection, tags):
    """Return an ICC profile with these tags and the ones every profile must have."""
    text = b"text" + bytes(4) + b"none\0"
    description = b"desc" + bytes(4) + struct.pack(">I", 5) + b"test\0" + bytes(4 + 4 + 2 + 1 + 67)
    tags = {"desc": description, "cprt": text, "wtpt": _xyz(D50), **tags}
    start, table, body = 128 + 4 + 12 * len(tags), b"", b""
    for name, data in tags.items():
        table += struct.pack(">4sII", name.encode(), start + len(body), len(data))
        body += data + bytes(-len(data) % 4)
    head = struct.pack(">I4sI4s4s4s", start + len(body), b"none", 0x02400000, device, space, connection)
    head += struct.pack(">6H4s", 2000, 1, 1, 0, 0, 0, b"acsp") + bytes(28)
    head += struct.pack(">3i", *(round(value * 65536) for value in D50))
    return head.ljust(128, b"\0") + struct.pack(">I", len(tags)) + table + body


def _xyz(values):
    return b"XYZ " + bytes(4) + struct.pack(">3i", *(round(value * 65536) for value in values))


def _gamma(value):
    return b"curv" + bytes(4) + struct.pack(">IH", 1, round(value * 256))
