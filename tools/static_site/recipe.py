"""What the recipe in the browser is told by the one in Python: its numbers, the forest's trees, and the networks."""

import json
from base64 import b64encode
from dataclasses import asdict, dataclass
from types import ModuleType

import numpy as np

from lowlight import arrays, pipeline
from lowlight.files import exif
from lowlight.light import controls, light_map, linear, scene, survey, wanted
from lowlight.network import clean, context
from lowlight.network.session import open_network
from lowlight.settings import Settings
from lowlight.shipped import bundled_file
from lowlight.web.jobs import live

MODULES = (arrays, linear, survey, wanted, light_map, scene, controls, clean, context, pipeline)
"""Where the recipe's numbers stand."""

NETWORKS = {"small": "light-unet-small", "large": "light-unet"}
"""The bundled networks that the page offers, the first at once and the second on request."""

_TREES = {"roots": "<u4", "feature": "i1", "threshold": "<f4", "right": "<u4", "value": "<f4"}


@dataclass(frozen=True)
class Shipped:
    """A network as the static page ships it.

    Attributes:
        file: where the page has it: what is called so never changes.
        data: the ONNX file.
        sha256: of the file, in hexadecimal.
        halo: how much of the surroundings of a part it must be given, in pixels.
    """

    file: str
    data: bytes
    sha256: str
    halo: int


def numbers() -> str:
    """Return the recipe's numbers as a JavaScript module: an object for each of `MODULES`, and where controls stand."""
    settings = asdict(Settings())
    first = {name: value for name, value in settings.items() if name not in ("brightness", "target_mean")}
    objects = {module.__name__.rpartition(".")[2]: _numbers_of(module) for module in MODULES}
    objects["live"] = live.numbers()
    lines = [f"export const {name} = {json.dumps(value)};" for name, value in {**objects, "SETTINGS": first}.items()]
    return "\n".join(["// Written by tools/static_site/recipe.py from lowlight/.", *lines, ""])


def _numbers_of(module: ModuleType) -> dict[str, object]:
    """Return a module's constants that are numbers, or tuples of them, without a leading underscore."""
    named = {name.lstrip("_"): value for name, value in vars(module).items() if name.isupper()}
    return {name: value for name, value in named.items() if _is_numeric(value)}


def _is_numeric(value: object) -> bool:
    if isinstance(value, tuple):
        return bool(value) and all(_is_numeric(part) for part in value)
    return isinstance(value, int | float) and not isinstance(value, bool)


def forest() -> str:
    """Return the trees that say how light a photo ought to be, as JSON: little-endian numbers in base64."""
    trees = wanted.bundled_forest()
    packed = {name: np.ascontiguousarray(getattr(trees, name), kind) for name, kind in _TREES.items()}
    return json.dumps({name: b64encode(values.tobytes()).decode() for name, values in packed.items()})


def kept_tags() -> str:
    """Return the EXIF tags that go on to a result, as a JavaScript module (`lowlight.files.exif`)."""
    kept = {"CAMERA": exif.CAMERA_TAGS, "EXPOSURE": exif.EXPOSURE_TAGS}
    lines = [f"export const {name} = {sorted(int(tag) for tag in tags)};" for name, tags in kept.items()]
    return "\n".join(["// Written by tools/static_site/recipe.py from lowlight/files/exif.py.", *lines, ""])


def networks() -> dict[str, Shipped]:
    """Return the networks by the names under which the page offers them."""
    found = {}
    for offered, name in NETWORKS.items():
        data, digest = bundled_file(name, ".onnx")
        found[offered] = Shipped(f"networks/{name}-{digest[:12]}.onnx", data, digest, open_network(data).halo)
    return found
