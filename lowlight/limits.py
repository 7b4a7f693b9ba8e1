"""The limits of photos, settings, time and weights, once. Ranges are inclusive on both sides."""

MAX_FILE_BYTES = 30 * 1024 * 1024
"""The largest photo file taken, in bytes, of the formats that pack pixels with loss."""

MAX_LARGE_BYTES = 120 * 1024 * 1024
"""The same for PNG, TIFF and a camera's raw file. Raw, without compression 50 megapixels of 16 bits take 96 MB, and a
preview the rest. A TIFF of 16 bits has 6 bytes a pixel: 12 megapixels take 70 MB."""

MAX_RAW_MEMORY = 1536 * 1024 * 1024
"""The most memory the process may take that develops a raw file, in bytes; 50 megapixels take 1.2 GB."""

RAW_SECONDS = 90
"""How long that process may take: 50 megapixels take 9 seconds on two cores, and 29 where the colours lie as in
Fujifilm's X-Trans."""

MAX_BATCH = 100
"""How many photos may be given at once."""

MAX_BODY_BYTES = 256 * 1024
"""The largest body of a request that brings no file, in bytes. The page's controls take a few hundred; where a hundred
photos lie and what they are called takes up to 100,000."""

MAX_PIXELS = 50_000_000
"""The largest photo taken, in pixels (width x height), read from the header before anything is decoded."""

MAX_ASPECT_RATIO = 50
"""The longest photo taken, long side over short side: beyond it there is nothing to see in a page."""

DEADLINE_SECONDS = 180.0
"""How long one photo may be worked on; the largest taken needs a third of that on two cores."""

CLIP_LIMIT_RANGE = (0.5, 10.0)
"""CLAHE's clip limit, as OpenCV counts it: multiples of the mean histogram bin."""

TILE_GRID_RANGE = (1, 32)
"""CLAHE's tiles along each side of the picture."""

BRIGHTNESS_RANGE = (0.1, 20.0)
"""The brightness factor: what every colour value is multiplied by after CLAHE."""

TARGET_MEAN_RANGE = (0.02, 0.98)
"""The mean brightness somebody may ask for, as a share of white."""

RANGES: dict[str, tuple[float, float]] = {
    "strength": (0.0, 1.0),
    "exposure": (-3.0, 3.0),
    "shadows": (-1.0, 1.0),
    "highlights": (-1.0, 1.0),
    "warmth": (-1.0, 1.0),
    "colour": (-1.0, 1.0),
    "detail": (0.0, 1.0),
    "denoise": (0.0, 1.0),
    "clip_limit": CLIP_LIMIT_RANGE,
    "tile_grid": TILE_GRID_RANGE,
}
"""What each control may be set to, by its name in `settings.Settings`, which says what it does."""

TILE_SIZE = 256
"""Side of the square the network is given at once, in pixels, its halo not counted. With 256 the original CNN's largest
layers fit the processor's cache: 12 MP takes the same time as with 512, in half the memory."""

GUIDED_TILE_SIZE = 1408
"""The same for a guided network, whose halo is larger and whose layers work at half the size. On processors with
AVX-512, where ONNX Runtime keeps channels in blocks of 16, 12 MP take 0.8 GiB; with 1536 it was 1.1, and no faster."""

MAX_WEIGHTS_BYTES = 10 * 1024 * 1024
"""The largest network file taken, bundled or fetched, in bytes."""
