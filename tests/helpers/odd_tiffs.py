"""TIFF files of every kind, written by hand with the picture that each shows."""

import io
import itertools
import zlib

import numpy as np
import tifffile
from PIL import Image

from tests.helpers.pictures import scene, with_directory

_REVERSED = np.packbits(np.unpackbits(np.arange(256, dtype=np.uint8)[:, None], axis=1)[:, ::-1], axis=1)[:, 0]
_UNCOMPRESSED, _OLD_JPEG, _DEFLATE, _PACKBITS = 1, 6, 8, 32773
_PACKED = {
    _UNCOMPRESSED: bytes,
    _DEFLATE: zlib.compress,
    _PACKBITS: lambda data: b"".join(
        bytes([len(data[at : at + 128]) - 1]) + data[at : at + 128] for at in range(0, len(data), 128)
    ),
}


def tiff_of(segments, width, height, tags, *, compression=_UNCOMPRESSED, order="<", tile=None):
    """Return a TIFF file whose strips or tiles hold these bytes.

    Args:
        segments: the bytes of each strip, or of each tile, before they are compressed.
        width: in pixels.
        height: in pixels.
        tags: maps more tags to numbers of 16 bits, or to lists of them.
        compression: 1 none, 8 deflate, 32773 PackBits.
        order: "<" or ">".
        tile: the sides of a tile, if there are any; else ``tags`` say how many rows a strip has (278).
    """
    packed = [_PACKED[compression](segment) for segment in segments]
    starts = list(itertools.accumulate(map(len, packed), initial=8))[:-1]
    lists = {256: (4, [width]), 257: (4, [height]), 259: (3, [compression])}
    lists |= {324 if tile else 273: (4, starts), 325 if tile else 279: (4, [len(part) for part in packed])}
    lists |= {322: (4, [tile[0]]), 323: (4, [tile[1]])} if tile else {278: (4, [height])}
    lists |= {tag: (3, value if isinstance(value, list) else [value]) for tag, value in tags.items()}
    return with_directory(b"".join(packed), lists, order, {})


def packed_rows(samples, bits):
    """Return rows of samples of 1, 2, 4 or 8 bits, each row filled up to whole bytes."""
    levels = np.unpackbits(samples.astype(np.uint8)[..., None], axis=-1)[..., 8 - bits :]
    return np.packbits(levels.reshape(len(samples), -1), axis=1).tobytes()


def good():
    """Yield (name, content, picture) of files that are as they should be; a picture is height x width x 3, uint8."""
    yield from _small_depths()
    yield from _strips_and_tiles()
    yield from _predicted()
    yield from _luma_and_chroma()


def _small_depths():
    """Yield grey and palette pictures of 1, 2, 4 and 8 bits, from either end of a byte, white and black as zero."""
    grey = scene(31, 61)[..., 0]
    colours = np.random.default_rng(0).integers(0, 256, (256, 3), np.uint8)
    for bits, compression, order in itertools.product((1, 2, 4, 8), (_UNCOMPRESSED, _DEFLATE), "<>"):
        levels = grey >> (8 - bits)
        rows = packed_rows(levels, bits)
        shown = np.repeat(np.rint(levels * (255 / (2**bits - 1))).astype(np.uint8)[..., None], 3, 2)
        told = {"compression": compression, "order": order}
        name = f"{bits}-{compression}-{'little' if order == '<' else 'big'}"
        yield f"black-is-zero-{name}", tiff_of([rows], 61, 31, {258: bits, 262: 1}, **told), shown
        yield f"white-is-zero-{name}", tiff_of([rows], 61, 31, {258: bits, 262: 0}, **told), 255 - shown
        turned = _REVERSED[np.frombuffer(rows, np.uint8)].tobytes()
        if compression == _UNCOMPRESSED:
            yield f"last-bit-first-{name}", tiff_of([turned], 61, 31, {258: bits, 262: 1, 266: 2}, **told), shown
        table = colours[: 2**bits]
        tags = {258: bits, 262: 3, 320: (table.T.astype(int) * 257).ravel().tolist()}
        yield f"palette-{name}", tiff_of([rows], 61, 31, tags, **told), table[levels]


def _strips_and_tiles():
    """Yield pictures in one plane and in several, in strips of few rows, and in tiles that reach beyond the edge."""
    rgb = scene(31, 61)
    inks = np.dstack([255 - rgb, np.zeros((31, 61), np.uint8)])
    for kind, pixels in {"rgb": rgb, "inks": inks}.items():
        count = pixels.shape[2]
        tags = {258: [8] * count, 262: 2 if count == 3 else 5, 277: count}
        for in_planes, compression in itertools.product((False, True), (_UNCOMPRESSED, _DEFLATE, _PACKBITS)):
            planes = [pixels[..., one] for one in range(count)] if in_planes else [pixels]
            name = f"{kind}-{'planes' if in_planes else 'pixels'}-{compression}"
            told = tags | {284: 2 if in_planes else 1}
            for rows in (1, 7, 31):
                parts = [plane[top : top + rows].tobytes() for plane in planes for top in range(0, 31, rows)]
                yield f"{name}-strips-{rows}", tiff_of(parts, 61, 31, told | {278: rows}, compression=compression), rgb
            for wide, high in ((16, 16), (64, 32)):
                full = [np.pad(plane, [(0, 33), (0, 3)] + [(0, 0)] * (plane.ndim - 2)) for plane in planes]
                parts = [
                    plane[top : top + high, left : left + wide].tobytes()
                    for plane in full for top in range(0, 31, high) for left in range(0, 61, wide)
                ]  # fmt: skip
                data = tiff_of(parts, 61, 31, told, compression=compression, tile=(wide, high))
                yield f"{name}-tiles-{wide}", data, rgb


def _predicted():
    """Yield pictures whose samples are stored as differences from their neighbours', in 8, 16 and 32 bits."""
    rgb = scene(31, 61)
    for kind, order in itertools.product((np.uint8, np.uint16), "<>"):
        levels = rgb.astype(kind) * (257 if kind is np.uint16 else 1)
        apart = np.diff(levels, axis=1, prepend=np.zeros_like(levels[:, :1])).astype(np.dtype(kind).newbyteorder(order))
        bits = levels.itemsize * 8
        tags = {258: [bits] * 3, 262: 2, 277: 3, 317: 2}
        data = tiff_of([apart.tobytes()], 61, 31, tags, compression=_DEFLATE, order=order)
        yield f"differences-{bits}-{'little' if order == '<' else 'big'}", data, rgb
    grey = rgb[..., 0]
    columns = np.ascontiguousarray((grey / 255).astype(">f4")).view(np.uint8).reshape(31, 61, 4)
    planes = columns.transpose(0, 2, 1).reshape(31, -1)  # the highest bytes of a row, then the next ones
    apart = np.diff(planes, axis=1, prepend=np.zeros_like(planes[:, :1]))
    tags = {258: 32, 262: 1, 317: 3, 339: 3}
    yield (
        "differences-float", tiff_of([apart.tobytes()], 61, 31, tags, compression=_DEFLATE),
        np.repeat(grey[..., None], 3, 2),
    )  # fmt: skip


def _luma_and_chroma():
    """Yield YCbCr with every subsampling: constant chroma, so that any way to spread it gives the same picture."""
    luma = (16 + scene(32, 64)[..., 0] // 2).astype(np.uint8)
    blue, red = 110, 140
    shown = np.stack(
        [
            luma + 1.402 * (red - 128),
            luma - 0.344136 * (blue - 128) - 0.714136 * (red - 128),
            luma + 1.772 * (blue - 128),
        ],
        -1,
    )
    shown = np.rint(shown).astype(np.uint8)
    for (across, down), compression in itertools.product(((1, 1), (2, 1), (2, 2), (4, 2)), (_UNCOMPRESSED, _DEFLATE)):
        units = luma.reshape(32 // down, down, 64 // across, across).swapaxes(1, 2).reshape(-1, down * across)
        rows = np.hstack([units, np.full((len(units), 1), blue), np.full((len(units), 1), red)]).astype(np.uint8)
        tags = {258: [8] * 3, 262: 6, 277: 3, 530: [across, down]}
        name = f"chroma-{across}-{down}-{compression}"
        yield name, tiff_of([rows.tobytes()], 64, 32, tags, compression=compression), shown


def others():
    """Yield (name, content) of files that Pillow's libtiff writes, that hold a JPEG, or that lack a part."""
    picture = Image.fromarray(scene(31, 61))
    for name in ("tiff_ccitt", "group3", "group4", "tiff_lzw", "lzma", "packbits"):
        buffer = io.BytesIO()
        picture.convert("1").save(buffer, "TIFF", compression=name)
        yield f"bits-{name}", buffer.getvalue()
    for quality in (50, 95):
        buffer = io.BytesIO()
        picture.save(buffer, "TIFF", compression="jpeg", quality=quality)
        yield f"jpeg-{quality}", buffer.getvalue()
    yield "old-jpeg", old_jpeg()
    rgb = scene(31, 61)
    tags = {258: [8] * 3, 262: 2, 277: 3, 278: 7}
    parts = [rgb[top : top + 7].tobytes() for top in range(0, 31, 7)]
    for compression in (_UNCOMPRESSED, _DEFLATE):
        yield f"strips-missing-{compression}", tiff_of(parts[:3], 61, 31, tags, compression=compression)
        short = [*parts[:4], parts[4][:100]]
        yield f"strip-short-{compression}", tiff_of(short, 61, 31, tags, compression=compression)
    signed = scene(31, 61)[..., 0].astype(np.int16) - 128
    yield "signed-8", tiff_of([signed.astype(np.int8).tobytes()], 61, 31, {258: 8, 262: 1, 339: 2})
    yield "signed-16", tiff_of([(signed * 256).tobytes()], 61, 31, {258: 16, 262: 1, 339: 2})
    yield "palette-other", tiff_of([bytes(31 * 8)], 61, 31, {258: 1, 262: 3, 320: [0] * 768})
    yield "preview-first", _preview_first(rgb)


def old_jpeg():
    """Return a TIFF of the kind of 1992, that points at a whole JPEG (TIFF 6.0, section 22)."""
    buffer = io.BytesIO()
    Image.fromarray(scene(32, 64)).save(buffer, "JPEG", quality=95, subsampling="4:2:2")
    jpeg = buffer.getvalue()
    lists = {256: (4, [64]), 257: (4, [32]), 258: (3, [8, 8, 8]), 259: (3, [_OLD_JPEG]), 262: (3, [6])}
    lists |= {273: (4, [8]), 277: (3, [3]), 278: (4, [32]), 279: (4, [len(jpeg)]), 512: (3, [1])}
    lists |= {513: (4, [8]), 514: (4, [len(jpeg)]), 530: (3, [2, 1])}
    return with_directory(jpeg, lists, "<", {})


def _preview_first(rgb):
    """Return a TIFF whose first picture says that it is a smaller version of another; the second is that one."""
    buffer = io.BytesIO()
    with tifffile.TiffWriter(buffer) as writer:
        writer.write(np.ascontiguousarray(rgb[::4, ::4]), photometric="rgb", subfiletype=1)
        writer.write(rgb, photometric="rgb")
    return buffer.getvalue()
