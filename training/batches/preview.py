"""A contact sheet: what the network sees, beside where it comes from and what it should become."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from lowlight.arrays import FloatImage, Uint8Image, mean_luma, to_uint8
from lowlight.published import prepare
from lowlight.settings import Settings
from training.batches import light_inputs
from training.batches.augment import augmentation, settings_for
from training.data.pairs import Pair
from training.experiments import Experiment

_CELL = (264, 176)
"""Width and height of a photo on the sheet; patches are squares of this height."""

_GAP, _LINE = 10, 15
_BLOCKS = 2
_PAPER, _INK, _FAINT, _MARK = (250, 250, 248), (25, 25, 25), (110, 110, 110), (255, 196, 0)


@dataclass(frozen=True)
class Sample:
    """One row of the sheet.

    Attributes:
        title: the pair and its scene.
        note: how it was prepared.
        photo: the whole photo, uint8: its left half as it came, its right half brightened.
        window: where the patch was cut: top, left and side, in pixels.
        patch: the network's input, float32 in [0, 1].
        target: what it should become, likewise.
    """

    title: str
    note: str
    photo: Uint8Image
    window: tuple[int, int, int]
    patch: FloatImage
    target: FloatImage


def draw(experiment: Experiment, seed: int, pairs: list[Pair], path: Path) -> None:
    """Draw a contact sheet of pairs into a file, as an experiment's network sees them."""
    save_sheet(contact_sheet(pairs, experiment, seed=seed), path)


def contact_sheet(pairs: list[Pair], experiment: Experiment, *, count: int = 16, seed: int = 0) -> Image.Image:
    """Draw patches from pairs as training does and lay them out beside their photos.

    Args:
        pairs: the training pairs; ``count`` of them are drawn, of different scenes.
        experiment: whose network's view is drawn; smaller photos give smaller patches than its.
        count: rows.
        seed: decides everything.
    """
    random = np.random.default_rng(seed)
    shuffled = [pairs[index] for index in random.permutation(len(pairs))]
    scenes = {pair.scene or pair.name: pair for pair in reversed(shuffled)}
    chosen = [pair for pair in shuffled if scenes[pair.scene or pair.name] is pair][:count]
    samples = [draw_sample(pair, experiment, random) for pair in chosen]
    side = experiment.patch_size
    return lay_out(samples, f"What the network of {experiment.name} sees: patches of {side} x {side}")


def draw_sample(pair: Pair, experiment: Experiment, random: np.random.Generator) -> Sample:
    """Draw a patch of a photo as the experiment's task has it, but not turned."""
    draw = _lit_sample if experiment.task == "restore" else _published_sample
    return draw(pair, experiment, random)


def _published_sample(pair: Pair, experiment: Experiment, random: np.random.Generator) -> Sample:
    """Prepare a photo with drawn settings, cut a window and augment it."""
    settings = settings_for(experiment.augmentation, random)
    prepared = prepare(pair.low, settings)
    window, place = _window(pair.low, experiment, random)
    low, high = prepared.brightened(window), pair.high[window] / np.float32(255)
    low, high = augmentation(experiment.augmentation)(low, high, random)
    photo = _halves(pair.low, to_uint8(prepared.brightened()))
    return Sample(_title(pair), _note(settings, prepared.factor, pair), photo, place, low, high)


def _lit_sample(pair: Pair, experiment: Experiment, random: np.random.Generator) -> Sample:
    """Draw how a photo is taken and lit, and cut a window."""
    example = light_inputs.LitPatches([pair], experiment).example(0, random)
    stops = light_inputs.drawn_light(example, random)
    window, place = _window(example.low, experiment, random)
    given, target = light_inputs.lit_part(example, stops, window)
    height, width = example.low.shape[:2]
    whole, _ = light_inputs.lit_part(example, stops, (slice(0, height), slice(0, width)))
    photo = _halves(example.low, to_uint8(whole["picture"][..., :3]))
    means = f"photo's mean luma {mean_luma(example.low):.3f}, bright photo's {mean_luma(example.high):.2f}"
    note = f"light map {stops.min():.1f} to {stops.max():.1f} stops; {means}"
    return Sample(_title(pair), note, photo, place, given["picture"][..., :3], target)


def _window(
    photo: Uint8Image, experiment: Experiment, random: np.random.Generator
) -> tuple[tuple[slice, slice], tuple[int, int, int]]:
    """Draw where a patch is cut: as slices, and as top, left and side."""
    side = min(experiment.patch_size, *photo.shape[:2])
    top, left = (int(random.integers(length - side + 1)) for length in photo.shape[:2])
    return (slice(top, top + side), slice(left, left + side)), (top, left, side)


def _halves(left: Uint8Image, right: Uint8Image) -> Uint8Image:
    """Return a photo whose left half is of the first picture and whose right half of the second."""
    middle = left.shape[1] // 2
    return np.concatenate([left[:, :middle], right[:, middle:]], axis=1)


def _title(pair: Pair) -> str:
    return f"{pair.name}, scene {pair.scene}" if pair.scene else pair.name


def lay_out(samples: list[Sample], heading: str) -> Image.Image:
    """Lay samples out in two columns, each with photo, input and target and two lines of text."""
    width = _CELL[0] + 2 * _CELL[1] + 2 * _GAP
    height = _CELL[1] + 2 * _LINE + 2 * _GAP
    rows = -(-len(samples) // _BLOCKS)
    top = 3 * _LINE + 4 * _GAP
    sheet = Image.new("RGB", (_BLOCKS * width + (2 * _BLOCKS + 1) * _GAP, top + rows * height), _PAPER)
    draw = ImageDraw.Draw(sheet)
    draw.text((_GAP, _GAP), heading, _INK, ImageFont.load_default(18))
    for block in range(_BLOCKS):
        left = _GAP + block * (width + 2 * _GAP)
        for offset, text in zip(
            _columns(), ("photo: as it came | brightened", "network's input", "target"), strict=True
        ):
            draw.text((left + offset, top - _LINE - _GAP), text, _INK, ImageFont.load_default(12))
    for index, sample in enumerate(samples):
        row, block = divmod(index, _BLOCKS)
        _draw_row(sheet, draw, sample, (_GAP + block * (width + 2 * _GAP), top + row * height))
    return sheet


def save_sheet(sheet: Image.Image, path: Path) -> None:
    """Write a sheet as JPEG, PNG or whatever the path's suffix says."""
    path.parent.mkdir(parents=True, exist_ok=True)
    sheet.save(path, quality=92)


def _note(settings: Settings, factor: float, pair: Pair) -> str:
    how = "automatic" if settings.automatic else f"for mean luma {settings.target_mean:.2f}"
    grid = f"{settings.tile_grid}x{settings.tile_grid}"
    means = f"photo's mean luma {mean_luma(pair.low):.3f}, target's {mean_luma(pair.high):.2f}"
    return f"CLAHE clip limit {settings.clip_limit:.1f}, {grid} tiles; brightness x{factor:.1f} ({how}); {means}"


def _columns() -> tuple[int, int, int]:
    """Return where photo, input and target begin, in pixels from the row's left."""
    return 0, _CELL[0] + _GAP, _CELL[0] + _CELL[1] + 2 * _GAP


def _draw_row(sheet: Image.Image, draw: ImageDraw.ImageDraw, sample: Sample, place: tuple[int, int]) -> None:
    left, top = place
    draw.text((left, top), sample.title, _INK, ImageFont.load_default(13))
    draw.text((left, top + _LINE), sample.note, _FAINT, ImageFont.load_default(11))
    top += 2 * _LINE + 3
    pictures = (_marked(sample), *(_square(patch) for patch in (sample.patch, sample.target)))
    for offset, picture in zip(_columns(), pictures, strict=True):
        sheet.paste(picture, (left + offset, top))


def _marked(sample: Sample) -> Image.Image:
    """Return the photo in its cell, with the patch's outline."""
    photo = Image.fromarray(sample.photo)
    scale = min(_CELL[0] / photo.width, _CELL[1] / photo.height)
    small = photo.resize((max(1, round(photo.width * scale)), max(1, round(photo.height * scale))))
    top, left, side = (value * scale for value in sample.window)
    ImageDraw.Draw(small).rectangle((left, top, left + side - 1, top + side - 1), outline=_MARK, width=2)
    return small


def _square(patch: FloatImage) -> Image.Image:
    """Return a patch in its cell, its pixels as squares."""
    return Image.fromarray(to_uint8(patch)).resize((_CELL[1], _CELL[1]), Image.Resampling.NEAREST)
