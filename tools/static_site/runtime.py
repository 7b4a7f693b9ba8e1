"""Fetches onnxruntime-web, which the static page runs its networks with: one version, checked file by file."""

import os
import shutil
import subprocess
import tarfile
import tempfile
from hashlib import sha256
from pathlib import Path

PACKAGE = "onnxruntime-web"
VERSION = "1.30.0"
FILES = {
    "ort.wasm.min.mjs": "219e6a1fc8a9938268d18efca3c91d310bd2f4a59bbd13744df5b2b7fc6cee3b",
    "ort-wasm-simd-threaded.mjs": "e13f7f94fc51b4ca72b12faeb1ee95f4ace6dfbc8939bc718aabdc0a27c4299b",
    "ort-wasm-simd-threaded.wasm": "3398c10d07d229bd91b364548e130e0e51a8e5704b88c7c083ebbeb78842dee2",
}
"""Its files that are served, each with its SHA-256: WebAssembly with SIMD, on one thread or several."""

_WASM = "ort-wasm-simd-threaded.wasm"
WASM = f"ort/{_WASM.removesuffix('.wasm')}-{FILES[_WASM][:12]}.wasm"
"""Where the page has the large one of them: what is called so never changes."""

WASM_BYTES, WASM_SHA256 = 14_239_897, FILES[_WASM]
"""Its size, and its SHA-256."""

KEPT = Path(__file__).resolve().parents[2] / "out" / "packages" / f"{PACKAGE}-{VERSION}"
"""Where they are kept once fetched; git does not see it."""


class BuildError(Exception):
    """The page cannot be built; the message says what to do."""


def runtime(folder: Path = KEPT) -> dict[str, bytes]:
    """Return the files by name, fetched if they are not there yet.

    Raises:
        BuildError: npm is missing, it cannot reach its registry, or a file is not the one that is known.
    """
    if any(not (folder / name).exists() for name in FILES):
        _fetch(folder)
    found = {name: (folder / name).read_bytes() for name in FILES}
    for name, data in found.items():
        if sha256(data).hexdigest() != FILES[name]:
            raise BuildError(f"{folder / name} does not match its checksum. Delete {folder} and try again.")
    return found


def placed(found: dict[str, bytes]) -> dict[str, bytes]:
    """Return the files by where the page has them."""
    return {WASM if name == _WASM else f"ort/{name}": data for name, data in found.items()}


def _fetch(folder: Path) -> None:
    npm = shutil.which("npm")
    if npm is None:
        raise BuildError(
            f"npm is needed once, to fetch {PACKAGE}. Install Node.js (Debian, Ubuntu: apt-get install npm)."
        )
    with tempfile.TemporaryDirectory() as place:
        command = [npm, "pack", "--silent", f"{PACKAGE}@{VERSION}", "--pack-destination", place]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        archive = Path(place) / f"{PACKAGE}-{VERSION}.tgz"
        if done.returncode or not archive.exists():
            raise BuildError(f"npm could not fetch {PACKAGE} {VERSION}: {done.stderr.strip() or 'no file came'}")
        folder.mkdir(parents=True, exist_ok=True)
        with tarfile.open(archive) as packed:
            for name in FILES:
                member = packed.extractfile(f"package/dist/{name}")
                if member is None:
                    raise BuildError(f"{PACKAGE} {VERSION} has no {name}.")
                part = folder / f".{name}.{os.getpid()}"
                part.write_bytes(member.read())
                part.replace(folder / name)
