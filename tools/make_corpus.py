"""Write a folder of good, odd, broken and damaged pictures: ``python -m tools.make_corpus DIR``.

The same files each time. ``make corpus`` writes one and runs it through the loader.
"""

import argparse
import io
import struct
import sys
from pathlib import Path

import numpy as np
import pillow_heif
from PIL import Image

from tests.helpers import odd_bitmaps, odd_pngs, odd_tiffs
from tests.helpers.pictures import ADOBE_RGB, FROM_UPRIGHT, lay_down, matrix_profile, scene, tiff

DAMAGED = 400
"""How many randomly damaged copies of good files there are."""

TIFF_MODES = ("1", "L", "P", "RGBA", "CMYK", "LAB", "YCbCr")
TIFF_COMPRESSIONS = ("tiff_lzw", "tiff_adobe_deflate", "packbits", "jpeg", "zstd")

pillow_heif.register_heif_opener()


def encoded(form, picture=None, **options):
    """Return the bytes of a small picture in a format."""
    buffer = io.BytesIO()
    picture = scene() if picture is None else picture
    image = picture if isinstance(picture, Image.Image) else Image.fromarray(picture)
    image.save(buffer, form, **options)
    return buffer.getvalue()


def modes(*names):
    """Return the scene in several of Pillow's modes."""
    return {name: Image.fromarray(scene()).convert(name) for name in names}


def frames(form, **options):
    """Return an animation of three pictures, the second smaller in what it changes."""
    pictures = [Image.fromarray(np.roll(scene(), 9 * number, 0)) for number in range(3)]
    return encoded(form, pictures[0], save_all=True, append_images=pictures[1:], **options)


def replaced(data, old, new, count=-1):
    """Return the data with bytes replaced that must be in it."""
    if old not in data:
        raise ValueError(f"{old!r} is not in the file")
    return data.replace(old, new, count)


def jpegs():
    """Return JPEG files: all kinds, then broken ones."""
    plain, rows = encoded("JPEG", quality=90), encoded("JPEG", restart_marker_rows=1)
    files = {
        "baseline": plain, "progressive": encoded("JPEG", progressive=True), "restart": rows,
        "optimized": encoded("JPEG", optimize=True), "worst": encoded("JPEG", quality=1),
        "best": encoded("JPEG", quality=100, subsampling=0), "profile": encoded("JPEG", icc_profile=matrix_profile()),
        "broken-profile": encoded("JPEG", icc_profile=matrix_profile(ADOBE_RGB, 0.0)[:200]),
        **{f"mode-{name}": encoded("JPEG", picture) for name, picture in modes("L", "CMYK").items()},
        **{f"subsampling-{kind}": encoded("JPEG", subsampling=kind) for kind in ("4:4:4", "4:2:2", "4:2:0")},
        **{f"size-{side}": encoded("JPEG", scene(side, 41 - side)) for side in range(1, 41, 3)},
    }  # fmt: skip
    for orientation in (1, *FROM_UPRIGHT, 9, 0):
        exif = Image.Exif()
        exif[274] = orientation
        files[f"orientation-{orientation}"] = encoded("JPEG", lay_down(scene(), orientation % 9 or 1), exif=exif)
    size = plain.index(b"\xff\xc0") + 5
    tables, quantities, scan = plain.index(b"\xff\xc4"), plain.index(b"\xff\xdb"), plain.index(b"\xff\xda")
    files |= {
        "huffman": plain[: tables + 5] + bytes([255] * 16) + plain[tables + 21 :],
        "huffman-zero": plain[: tables + 5] + bytes(16) + plain[tables + 21 :],
        "huffman-missing": plain[:tables] + plain[scan:],
        "quantities-missing": plain[:quantities] + plain[quantities + 2 + 67 :],
        "quantities-zero": plain[: quantities + 5] + bytes(64) + plain[quantities + 69 :],
        "no-scan": plain[:scan], "no-end": plain[:-2], "two-starts": plain[:2] + plain, "tail": plain + bytes(999),
        "restarts-astray": rows.replace(b"\xff\xd0", b"\xff\xd5"), "restarts-gone": rows.replace(b"\xff\xd1", b"aa"),
        "segment-short": plain[:2] + b"\xff\xe1\0\1" + plain[2:],
        "segment-long": plain[:2] + b"\xff\xe1\xff\xff" + plain[2:],
        **{f"sof-{kind:x}": plain.replace(b"\xff\xc0", bytes([255, kind]), 1) for kind in (0xC1, 0xC3, 0xC9, 0xCA)},
        **{f"bits-{bits}": plain[: size - 1] + bytes([bits]) + plain[size:] for bits in (0, 12, 16)},
        **{f"components-{count}": plain[: size + 4] + bytes([count]) + plain[size + 5 :] for count in (0, 2, 4, 255)},
        **{f"sampling-{kind:x}": plain[: size + 6] + bytes([kind]) + plain[size + 7 :] for kind in (0, 0x44, 0xFF)},
    }  # fmt: skip
    for height, width in ((0, 9), (9, 0), (65500, 65500), (7000, 7000), (1, 65500)):
        files[f"claims-{height}-{width}"] = plain[:size] + struct.pack(">HH", height, width) + plain[size + 4 :]
    return files | {f"cut-{share}": plain[: int(share * len(plain))] for share in (0.01, 0.1, 0.4, 0.6, 0.95)}


def jpeg_colours():
    """Return JPEGs that say in every way, or in none, whether their colours are RGB, YCbCr, CMYK or YCCK."""
    plain, inks = encoded("JPEG"), encoded("JPEG", Image.fromarray(scene()).convert("CMYK"))
    bare = replaced(plain, plain[2:20], b"")
    files = {"rgb": encoded("JPEG", Image.fromarray(scene()), keep_rgb=True), "bare": bare}
    for transform in range(3):
        segment = b"\xff\xee\0\x0eAdobe\0\x64\0\0\0\0" + bytes([transform])
        files |= {
            f"adobe-{transform}": bare[:2] + segment + bare[2:],
            f"both-{transform}": plain[:20] + segment + plain[20:],
        }
        files[f"inks-{transform}"] = replaced(inks, b"Adobe\0\x64\0\0\0\0\0", segment[4:])
    at = inks.index(b"\xff\xee")
    return files | {"inks-bare": inks[:at] + inks[at + 16 :]}


def tiffs():
    """Return TIFF files: depths, compressions, tiles, then broken offsets and directories."""
    deep, plain = scene().astype(np.uint16) * 257, tiff(scene(), photometric=2)
    tiled = tiff(scene(), photometric=2, extra=[(322, 4, 64), (323, 4, 48)])
    for strips, tiles in ((273, 324), (279, 325)):
        tiled = replaced(tiled, struct.pack("<HHL", strips, 4, 1), struct.pack("<HHL", tiles, 4, 1))
    files = {
        "8": plain, "16": tiff(deep, photometric=2), "16-big-endian": tiff(deep, photometric=2, order=">"),
        "float": tiff(scene()[..., 0].astype(np.float32) / 255, photometric=1, sample_format=3),
        "nan": tiff(np.full((9, 9), np.nan, np.float32), photometric=1, sample_format=3),
        "32": tiff(scene()[..., 0].astype(np.uint32) << 24, photometric=1), "tiled": tiled,
        "tile-huge": replaced(tiled, struct.pack("<HHLL", 322, 4, 1, 64), struct.pack("<HHLL", 322, 4, 1, 2**31)),
        "tile-none": replaced(tiled, struct.pack("<HHLL", 322, 4, 1, 64), struct.pack("<HHLL", 322, 4, 1, 0)),
        "planes": tiff(scene(), photometric=2, planes=True), "inverted": tiff(scene()[..., 0], photometric=0),
        "big": b"II+\0\x08\0\0\0" + struct.pack("<Q", 16) + bytes(64), "pages": frames("TIFF"),
        **{f"mode-{name}": encoded("TIFF", picture) for name, picture in modes(*TIFF_MODES).items()},
        **{name: encoded("TIFF", compression=name) for name in TIFF_COMPRESSIONS},
        "group4": encoded("TIFF", Image.fromarray(scene()).convert("1"), compression="group4"),
    }  # fmt: skip
    directory = struct.unpack("<L", plain[4:8])[0]
    count = struct.unpack("<H", plain[directory : directory + 2])[0]
    after = directory + 2 + 12 * count
    entry = {tag: struct.pack("<HHL", tag, kind, 1) for tag, kind in ((273, 4), (279, 4), (256, 4), (277, 3), (259, 3))}
    for tag, kind in ((273, 4), (279, 4), (256, 4), (277, 3), (259, 3)):
        place = plain.index(entry[tag]) + 8
        for value in (0, 1, 7, 65535) + ((2**31, 2**32 - 1) if kind == 4 else ()):
            files[f"tag-{tag}-{value}"] = plain[:place] + struct.pack("<L", value) + plain[place + 4 :]
    for name, value in {"circle": directory, "beyond": 2**31, "zero": 0}.items():
        files[f"next-{name}"] = plain[:after] + struct.pack("<L", value) + plain[after + 4 :]
        files[f"directory-{name}"] = plain[:4] + struct.pack("<L", value) + plain[8:]
    for entries in (0, 1, 65535):
        files[f"entries-{entries}"] = plain[:directory] + struct.pack("<H", entries) + plain[directory + 2 :]
    return files | {f"cut-{share}": plain[: int(share * len(plain))] for share in (0.001, 0.3, 0.9, 0.99)}


def bitmaps():
    """Return BMP files: depths, directions, headers, then claims that are none."""
    files = {f"mode-{name}": encoded("BMP", picture) for name, picture in modes("1", "L", "P", "RGB", "RGBA").items()}
    plain = files["mode-RGB"]
    fields = {"offset": 10, "header": 14, "width": 18, "height": 22, "compression": 30, "colours": 46}
    for name, place in fields.items():
        for value in (0, 1, 3, 12, 2**31 - 1, 2**32 - 1):
            files[f"{name}-{value}"] = plain[:place] + struct.pack("<L", value) + plain[place + 4 :]
    files["upside-down"] = plain[:22] + struct.pack("<i", -48) + plain[26:]
    for bits in (0, 2, 4, 5, 16, 64):
        files[f"bits-{bits}"] = plain[:28] + struct.pack("<H", bits) + plain[30:]
    runs = b"\x09\1\0\0\x05\2\4\3\0\0\0\2\3\3\0\1"
    for bits, kind in ((8, 1), (4, 2)):
        for name, data in {"runs": runs, "runs-astray": b"\0\2\xff\xff" * 90, "runs-cut": b"\xff"}.items():
            colours = bytes(range(64)) * (2**bits // 16)
            head = struct.pack("<LllHHLLllLL", 40, 9, 9, 1, bits, kind, len(data), 0, 0, 2**bits, 0)
            start = 14 + len(head) + len(colours)
            files[f"{name}-{bits}"] = b"BM" + struct.pack("<LLL", start + len(data), 0, start) + head + colours + data
    return files | {f"cut-{share}": plain[: int(share * len(plain))] for share in (0.001, 0.005, 0.5, 0.99)}


def animations():
    """Return GIF and APNG files, and the other formats that hold several pictures."""
    gif = frames("GIF")
    start = gif.index(b"\x2c")
    files = {
        "animated.gif": gif, "plain.gif": encoded("GIF"), "interlaced.gif": encoded("GIF", interlace=1),
        "transparent.gif": encoded("GIF", Image.fromarray(scene()).quantize(16), transparency=3),
        "animated.apng": frames("PNG"), "animated.webp": frames("WEBP"), "animated.avif": frames("AVIF"),
        "many.heic": frames("HEIF"), "no-end.gif": gif[:-1], "no-picture.gif": gif[:start] + b";",
        "frame-outside.gif": gif[: start + 1] + struct.pack("<HH", 60000, 60000) + gif[start + 5 :],
        **{f"screen-{side}.gif": gif[:6] + struct.pack("<HH", side, side) + gif[10:] for side in (0, 1, 7000, 65535)},
    }  # fmt: skip
    for side in (0, 7000, 65535):
        files[f"frame-{side}.gif"] = gif[: start + 5] + struct.pack("<HH", side, side) + gif[start + 9 :]
    code = encoded("GIF").rindex(b"\x08", 0, len(encoded("GIF")) - 200)
    plain = encoded("GIF")
    for size in (0, 1, 12, 255):
        files[f"code-{size}.gif"] = plain[:code] + bytes([size]) + plain[code + 1 :]
    return files


def others():
    """Return WebP, AVIF and HEIC files, and what is no picture at all."""
    webp, avif, heic = encoded("WEBP"), encoded("AVIF"), encoded("HEIF", scene(64, 64))
    alpha, grey = modes("RGBA", "L").values()
    files = {
        "lossy.webp": webp, "lossless.webp": encoded("WEBP", lossless=True), "alpha.webp": encoded("WEBP", alpha),
        "plain.avif": avif, "exact.avif": encoded("AVIF", quality=100), "alpha.avif": encoded("AVIF", alpha),
        "plain.heic": heic, "grey.heic": encoded("HEIF", grey), "alpha.heic": encoded("HEIF", alpha),
        "empty.jpg": b"", "zeros.png": bytes(5000), "text.jpg": b"no picture " * 50,
        "drawing.svg": b"<svg xmlns='http://www.w3.org/2000/svg'/>", "a.zip": b"PK\3\4" + bytes(99),
        "paper.pdf": b"%PDF-1.7\n", "icon.ico": encoded("ICO"), "old.tga": encoded("TGA"), "a.jp2": encoded("JPEG2000"),
    }  # fmt: skip
    for name, data in {"webp": webp, "avif": avif, "heic": heic}.items():
        files |= {f"cut-{share}.{name}": data[: int(share * len(data))] for share in (0.02, 0.1, 0.3, 0.6, 0.9, 0.99)}
    for side in (0, 16000, 2**31):
        files[f"claims-{side}.avif"] = replaced(avif, struct.pack(">II", 64, 48), struct.pack(">II", side, side))
        files[f"claims-{side}.heic"] = replaced(heic, struct.pack(">II", 64, 64), struct.pack(">II", side, side))
    return files


def everything():
    """Return all files by their names, without the damaged copies."""
    families = {"jpeg": (jpegs(), ".jpg"), "tiff": (tiffs(), ".tif"), "bmp": (bitmaps(), ".bmp")}
    families |= {"animated": (animations(), ""), "others": (others(), "")}
    families |= {"colours": (jpeg_colours(), ".jpg"), "old": (dict(odd_tiffs.others()), ".tif")}
    for name, suffix, good in (("bitmaps", ".bmp", odd_bitmaps.good()), ("tiffs", ".tif", odd_tiffs.good())):
        families[name] = {kind: data for kind, data, _ in good}, suffix
    families |= {"png": (dict(odd_pngs.good()), ".png"), "png-bad": (dict(odd_pngs.bad()), ".png")}
    return {
        f"{family}/{name}{suffix}": data for family, (files, suffix) in families.items() for name, data in files.items()
    }


def damaged(files, count=DAMAGED):
    """Return copies of the files, each damaged in one of six ways at random places, the same each time."""
    random, names, copies = np.random.default_rng(0), sorted(name for name in files if len(files[name]) > 60), {}
    for number in range(count):
        name = names[random.integers(len(names))]
        data = bytearray(files[name])
        at = int(random.integers(2, len(data) if number % 2 else min(len(data), 200)))
        some = random.integers(0, 256, int(random.integers(1, 40)), np.uint8).tobytes()
        data = (
            data[:at] + some[:1] + data[at + 1 :],
            data[:at] + some + data[at + len(some) :],
            data[:at] + some + data[at:],
            data[:at] + data[at + len(some) :],
            data[:at] + bytes(len(data) - at),
            data[:at] + data[at // 2 : at] * 3 + data[at:],
        )[number // 2 % 6]
        copies[f"damaged/{number:03d}-{name.replace('/', '-')}"] = bytes(data)
    return copies


def main():
    """Write them all."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--damaged", type=int, default=DAMAGED, metavar="N", help="how many damaged copies there are")
    asked = parser.parse_args()
    files = everything()
    files |= damaged(files, asked.damaged)
    for name, data in files.items():
        path = Path(asked.folder, name)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    print(f"{len(files)} files, {sum(map(len, files.values())) / 2**20:.1f} MB, in {asked.folder}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
