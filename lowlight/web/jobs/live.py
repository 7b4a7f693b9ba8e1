"""What a browser needs to make a photo's picture itself while a control is moved (`static/live.js`).

It gets the photo and the network's picture of it, both small, and the maps of their thumbnails. The numbers of the
recipe go with the maps, so that the script holds none of its own.
"""

import json
import os
from base64 import b64encode
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from lowlight.arrays import FloatImage, Uint8Image, from_half, to_uint8
from lowlight.errors import LowlightError
from lowlight.light import controls, light_map, linear, survey
from lowlight.light.survey import Survey
from lowlight.network.session import Denoiser, default_network
from lowlight.pipeline import STRIP_ROWS, Clean, Plan
from lowlight.settings import Settings
from lowlight.web.jobs.kept import Kept

CODE = 0.7
"""The exponent under which the network's sRGB values are rounded to 8 bits: the dark, which exposure enlarges, gets
finer steps than the light. With it three stops more are within 3 levels of 255 of the exact picture on the examples,
with 1 within 7."""

_PHOTO, _CLEAN = "live.webp", "live-clean.webp"
_LOSSLESS: dict[str, Any] = {
    "format": "WEBP",
    "lossless": True,
    "method": 0,
    "quality": 0,
}  # as quick as PNG, a quarter smaller


@dataclass(frozen=True)
class Live:
    """The files that a browser needs.

    Attributes:
        photo: the photo, small: WebP without loss.
        clean: the network's picture at the same size, its sRGB values to the power of `CODE`: WebP without loss. None
            if there is none, or the photo asks for none.
        maps: JSON: the maps of both and the numbers of the recipe, as `described` says.
        untouched: whether the photo asks for nothing.
    """

    photo: Path
    clean: Path | None
    maps: Path
    untouched: bool


def prepared(folder: Path, settings: Settings) -> Live | None:
    """Write what a browser needs into a job's folder; at 1000 x 667 pixels it takes a sixth of a second.

    Args:
        folder: the job's, with a photo that could be read.
        settings: the job's; of the controls, clip limit and tile grid count alone.

    Returns:
        None if the browser cannot make the picture: a factor or a mean is wanted, the network is the published one, or
        the files have been deleted meanwhile.
    """
    try:
        return _written(folder, settings) if settings.automatic and not _published() else None
    except (OSError, EOFError, ValueError, MemoryError):
        return None


def taken_over(folder: Path, settings: Settings, earlier: Path) -> Live | None:
    """Keep what was prepared for an earlier job on the same photo, if it serves these settings too; None if not.

    Args:
        folder: the job's.
        settings: the job's; of the controls, clip limit and tile grid count alone.
        earlier: the earlier job's folder.
    """
    try:
        maps = _maps_name(settings)
        untouched = json.loads((earlier / maps).read_text())["untouched"]
        there = [name for name in (_PHOTO, _CLEAN, maps) if (earlier / name).exists()]
        for name in there:
            os.link(earlier / name, folder / name)
    except (OSError, ValueError):
        return None
    return Live(folder / _PHOTO, folder / _CLEAN if _CLEAN in there else None, folder / maps, untouched)


def _maps_name(settings: Settings) -> str:
    return f"live-{settings.clip_limit:g}-{settings.tile_grid}.json"


def _written(folder: Path, settings: Settings) -> Live:
    photo, known = Kept(folder).small()
    at_first = Settings(clip_limit=settings.clip_limit, tile_grid=settings.tile_grid)
    plan = Plan(photo.rgb, at_first, known.wanted if known else None, photo.deep)
    known = None if plan.scene.untouched else known
    live = Live(
        folder / _PHOTO, folder / _CLEAN if known else None, folder / _maps_name(settings), plan.scene.untouched
    )
    _save(photo.rgb, live.photo)
    if known and live.clean:
        _save(to_uint8(np.clip(from_half(known.picture), 0, 1) ** np.float32(CODE)), live.clean)
    live.maps.write_text(json.dumps(described(plan, known)))
    return live


def described(plan: Plan, known: Clean | None) -> dict[str, Any]:
    """Return what the script is to know of a photo, as JSON can hold it.

    Args:
        plan: the photo, with settings at which everything but clip limit and tile grid stands where it stands at first.
        known: the network's picture of it.

    Returns:
        The photo's height and width; ``rows`` and ``cols`` of its thumbnail and the ``reach`` of surroundings in it;
        ``untouched``; the ``settings``, which the script takes where it is told none; the ``numbers`` of the recipe;
        and the ``maps`` by name, each of rows x cols little-endian float32 in base64.
    """
    height, width = plan.rgb.shape[:2]
    rows, cols = plan.survey.base.shape
    settings = asdict(plan.settings)
    return {
        "height": height,
        "width": width,
        "rows": rows,
        "cols": cols,
        "reach": survey.reach_of((rows, cols)),
        "untouched": plan.scene.untouched,
        "settings": {name: settings[name] for name in settings if name not in ("brightness", "target_mean")},
        "numbers": _numbers(),
        "maps": {name: _packed(one) for name, one in _maps(plan, known).items()},
    }


def _maps(plan: Plan, known: Clean | None) -> Mapping[str, FloatImage]:
    seen, scene = plan.survey, plan.scene
    night = controls.asked(seen, scene, replace(plan.settings, look="night")).stops
    maps = {
        "natural": plan.asked.stops,
        "night": night,
        "own": scene.stops,
        "base": seen.base,
        "signal": seen.signal,
        "logarithm": seen.logarithm,
    }
    if known:
        clean = Survey.of(known.picture)
        maps |= {"clean_logarithm": clean.logarithm, "hold": controls.hold(seen, scene, clean)}
    return maps


def _numbers() -> dict[str, float | tuple[float, ...]]:
    """Return the numbers of the recipe, under the names that they have there."""
    of_light_map = {name: getattr(light_map, name) for name in ("KNEE", "CEILING", "ALONE")}
    of_survey = {name: getattr(survey, name) for name in ("FLOOR", "EDGE_VARIANCE", "STRONGEST_SHARE")}
    return {
        **of_light_map,
        **of_survey,
        **{name: getattr(controls, name) for name in _OF_CONTROLS},
        "LUMINANCE": linear.LUMINANCE,
        "STRIP_ROWS": STRIP_ROWS,
        "CODE": CODE,
    }


_OF_CONTROLS = (
    *("BRIGHT_STOPS", "SHADOW_STOPS", "HIGHLIGHT_STOPS", "SHADOWS", "HIGHLIGHTS", "WARM_STOPS", "COLOUR_GAIN"),
    *("DETAIL_FLOOR", "DETAIL_RANGE", "LEAST_LUMINANCE", "NIGHT_AROUND", "NIGHT_ROOM", "ROLL"),
)


def _packed(cells: FloatImage) -> str:
    return b64encode(np.ascontiguousarray(cells, "<f4").tobytes()).decode()


def _save(rgb: Uint8Image, path: Path) -> None:
    Image.fromarray(rgb).save(path, **_LOSSLESS)


def _published() -> bool:
    """Whether the network is one that knows no light map."""
    try:
        return isinstance(default_network(), Denoiser)
    except LowlightError:
        return False
