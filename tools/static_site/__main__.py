"""Builds the static page: `python -m tools.static_site out/static`, or `make static`."""

import argparse
import json
import shutil
import sys
from collections.abc import Mapping
from hashlib import sha256
from pathlib import Path

from lowlight.shipped import BUNDLED_FOLDER
from lowlight.web.ui.examples import FOLDER, FOLDER_ADDRESS, SAMPLES, SCENES_FOLDER, STATIC_FOLDER, thumbnail
from tools.static_site import icon, page, recipe
from tools.static_site.runtime import LICENSE as RUNTIME_LICENSE
from tools.static_site.runtime import BuildError, placed, runtime

SOURCES = Path(__file__).resolve().parents[2] / "static"
CARD = "README.md"
LICENSES = "LICENSES.txt"
WORKER = "service-worker.js"


def contents() -> dict[str, bytes]:
    """Return every file of the page, by where it lies.

    Raises:
        BuildError: what runs the networks in a browser cannot be fetched.
    """
    ran, networks = placed(runtime()), recipe.networks()
    taken = {path.relative_to(SOURCES).as_posix(): path.read_bytes() for path in SOURCES.rglob("*") if path.is_file()}
    shared = {name: (STATIC_FOLDER / name).read_bytes() for name in (*page.SCRIPTS, page.SHEETS[0], "favicon.png")}
    written = {
        **page.pages(),
        **page.words(networks),
        "manifest.webmanifest": page.manifest(),
        "recipe/numbers.js": recipe.numbers(),
        "recipe/wanted.json": recipe.forest(),
        "work/tags.js": recipe.kept_tags(),
        LICENSES: _licences(),
    }
    core = {**taken, **shared, **{name: text.encode() for name, text in written.items()}, **_pictures()}
    core |= {f"icon-{side}.png": icon.drawn(side) for side in icon.SIDES}
    core |= {name: data for name, data in ran.items() if name.endswith(".mjs")}
    large = {**ran, **{one.file: one.data for one in networks.values()}, **_photos()}
    return {**core, **large, "files.js": _listed(core).encode()}


def _pictures() -> dict[str, bytes]:
    """Return the landing page's scenes, and the examples as they are shown small."""
    scenes = {f"{FOLDER_ADDRESS}/scenes/{path.name}": path.read_bytes() for path in SCENES_FOLDER.glob("*.webp")}
    return scenes | {sample.address: thumbnail(sample) for sample in SAMPLES}


def _photos() -> dict[str, bytes]:
    return {f"examples/{sample.file}": sample.path.read_bytes() for sample in SAMPLES}


def _licences() -> str:
    """Return whose everything is that the page ships."""
    code = (FOLDER.parents[1] / "LICENSE").read_text(encoding="utf-8")
    weights, photos = ((folder / "LICENSES.md").read_text(encoding="utf-8") for folder in (BUNDLED_FOLDER, FOLDER))
    ran = RUNTIME_LICENSE.read_text(encoding="utf-8")
    return "\n\n".join((f"# Code\n\n{code}", f"# onnxruntime-web, in `ort/`\n\n{ran}", weights, photos))


def _listed(core: Mapping[str, bytes]) -> str:
    """Return what the service worker keeps: its files, and a version that changes with any of them."""
    kept = sorted({*core} - {CARD, WORKER, LICENSES})
    every = sha256(b"".join(name.encode() + sha256(core[name]).digest() for name in kept)).hexdigest()
    return f"self.page = {json.dumps({'version': every[:16], 'files': ['./', *kept]})};\n"


def build(folder: Path) -> None:
    """Write the page into a folder, which is emptied first.

    Raises:
        BuildError: what runs the networks in a browser cannot be fetched, or the folder holds other things.
    """
    if folder.exists() and any(folder.iterdir()) and not (folder / WORKER).exists():
        raise BuildError(f"{folder} holds other things than the page. Name a new folder, or an empty one.")
    found = contents()
    shutil.rmtree(folder, ignore_errors=True)
    for name, data in found.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)


def main() -> int:
    """Build the page; return 1 if it cannot be built."""
    parser = argparse.ArgumentParser(prog="python -m tools.static_site", description=__doc__)
    parser.add_argument("folder", type=Path)
    folder = parser.parse_args().folder
    try:
        build(folder)
    except BuildError as error:
        print(error, file=sys.stderr)
        return 1
    print(f"{folder} holds the page. Any static host serves it, or: python -m http.server --directory {folder}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
