"""Builds the page as a folder that any static host serves: `python -m tools.static_site out/static`, `make static`."""

import argparse
import shutil
import sys
from pathlib import Path

from lowlight.web.ui.examples import STATIC_FOLDER
from tools.static_site import recipe
from tools.static_site.runtime import Unavailable, runtime

PROJECT = Path(__file__).parents[2]
SOURCES = PROJECT / "static"
SHARED = ("before-after.js", "maps.js", "live.js")
"""Scripts that the static page shares with the one that Gradio serves."""


def build(folder: Path) -> None:
    """Write the page into a folder, which is emptied first.

    Raises:
        Unavailable: what runs the networks in a browser cannot be fetched.
    """
    served = runtime()
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(SOURCES, folder)
    for name in SHARED:
        shutil.copy(STATIC_FOLDER / name, folder)
    files: dict[str, str | bytes] = {
        "recipe/numbers.js": recipe.numbers(),
        "work/tags.js": recipe.kept_tags(),
        "recipe/wanted.json": recipe.forest(),
        **{f"ort/{name}": data for name, data in served.items()},
        **{f"networks/{one.file}": one.data for one in recipe.networks().values()},
    }
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())


def main() -> int:
    """Build the page; return 1 if it cannot be built."""
    parser = argparse.ArgumentParser(prog="python -m tools.static_site", description=__doc__)
    parser.add_argument("folder", type=Path)
    try:
        build(parser.parse_args().folder)
    except Unavailable as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
