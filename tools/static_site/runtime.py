"""Unpacks onnxruntime-web, which the static page runs its networks with: one version, checked file by file.

It is Microsoft's, under the MIT licence (onnxruntime-web.LICENSE).
"""

import lzma
import tarfile
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

ARCHIVE = Path(__file__).with_name(f"{PACKAGE}-{VERSION}.tar.xz")
"""Where they are: three files of npm's package of this name, packed in a sixth of their size. So building needs no
network, and the page cannot change by what somebody publishes."""


LICENSE = Path(__file__).with_name("onnxruntime-web.LICENSE")


class BuildError(Exception):
    """The page cannot be built; the message says what to do."""


def runtime(archive: Path = ARCHIVE) -> dict[str, bytes]:
    """Return the files by name.

    Raises:
        BuildError: the archive is missing or broken, or a file is not the one that is known.
    """
    try:
        with tarfile.open(archive) as packed:
            found = {name: packed.extractfile(name).read() for name in FILES}
    except (OSError, EOFError, KeyError, tarfile.TarError, lzma.LZMAError) as error:
        raise BuildError(f"{archive.name} cannot be read. Check the project out again.") from error
    for name, data in found.items():
        if sha256(data).hexdigest() != FILES[name]:
            raise BuildError(f"{name} in {archive.name} does not match its checksum. Check the project out again.")
    return found


def placed(found: dict[str, bytes]) -> dict[str, bytes]:
    """Return the files by where the page has them."""
    return {WASM if name == _WASM else f"ort/{name}": data for name, data in found.items()}
