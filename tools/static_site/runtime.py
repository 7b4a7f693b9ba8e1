"""Unpacks onnxruntime-web, which the static page runs its networks with: one version, checked file by file.

It is Microsoft's, under the MIT licence (onnxruntime-web.LICENSE).
"""

import lzma
import tarfile
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

PACKAGE = "onnxruntime-web"
VERSION = "1.30.0"
FILES = {
    "ort.wasm.min.mjs": "219e6a1fc8a9938268d18efca3c91d310bd2f4a59bbd13744df5b2b7fc6cee3b",
    "ort-wasm-simd-threaded.mjs": "e13f7f94fc51b4ca72b12faeb1ee95f4ace6dfbc8939bc718aabdc0a27c4299b",
    "ort-wasm-simd-threaded.wasm": "3398c10d07d229bd91b364548e130e0e51a8e5704b88c7c083ebbeb78842dee2",
    "ort.jspi.min.mjs": "bc57179d923fda2d88d4a395359c8df44399dde087bf9ff44fc0e40ab398e4d9",
    "ort-wasm-simd-threaded.jspi.mjs": "270e2c6da9f297239d301d329782b6446641cb1e16a77967690adcfca35f3268",
    "ort-wasm-simd-threaded.jspi.wasm": "a54c76f86b0f0d9572380cf1c6292a7b3903716ffcbcd6b0e5c7050bf430eb93",
}
"""Its files that are served, each with its SHA-256: WebAssembly with SIMD, on one thread or several, and then the same
with WebGPU, for browsers in which WebAssembly can wait (JSPI)."""


@dataclass(frozen=True)
class Large:
    """A large file, which the page checks and keeps.

    Attributes:
        name: in the package.
        bytes: its size.
    """

    name: str
    bytes: int

    @property
    def file(self) -> str:
        """Where the page has it: what is called so never changes."""
        return f"ort/{self.name.removesuffix('.wasm')}-{FILES[self.name][:12]}.wasm"

    @property
    def facts(self) -> dict[str, object]:
        """What the page's scripts are told."""
        return {"file": self.file, "bytes": self.bytes, "sha256": FILES[self.name]}


PROCESSOR = Large("ort-wasm-simd-threaded.wasm", 14_239_897)
GRAPHICS = Large("ort-wasm-simd-threaded.jspi.wasm", 16_758_545)
"""What runs networks on the processor, and on a graphics card."""

ARCHIVE = Path(__file__).with_name(f"{PACKAGE}-{VERSION}.tar.xz")
"""Where they are: six files of npm's package of this name, packed in an eighth of their size. So building needs no
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
    large = {one.name: one.file for one in (PROCESSOR, GRAPHICS)}
    return {large.get(name, f"ort/{name}"): data for name, data in found.items()}
