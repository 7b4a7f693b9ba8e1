"""Which weights the denoiser runs with: the bundled ones, or a file on the Hugging Face Hub, asked for and verified.

Only ONNX files are taken, never pickle, .keras or .h5, which may run code when they are opened.
"""

import logging
import os
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from lowlight.errors import LowlightError
from lowlight.messages import Message, joined
from lowlight.network.hub import FETCH_SECONDS, WeightsSource, fetch, quoted
from lowlight.shipped import BUNDLED_FOLDER, bundled_file

SOURCE_VARIABLE = "LOWLIGHT_WEIGHTS"
"""The environment variable that names weights on the Hub, in the form of `WeightsSource.parse`."""

BUNDLED_NAME = "light-unet"
"""The bundled set: this name with .onnx is the network, with .sha256 its checksum, with .md its card."""

SMALL_NAME = "light-unet-small"
"""A network that takes about three quarters of the default's time, for slow machines."""

NETWORK_VARIABLE = "LOWLIGHT_NETWORK"
"""The environment variable that names the bundled set that serves: `BUNDLED_NAME` (the default) or `SMALL_NAME`."""

ORIGINAL_NAME = "original-cnn"
"""The published network, bundled to compare with."""


_BUNDLED_USED = Message("The bundled weights are used instead.")


_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Weights:
    """A verified network file.

    Attributes:
        data: the ONNX file's content, at most `MAX_WEIGHTS_BYTES`; what was checked is what runs.
        origin: "bundled", or the source's ``owner/name@abcdef0``.
        sha256: SHA-256 of ``data``, 64 hexadecimal characters.
        sentence: for people: which weights these are, or why the configured ones could not be used.
    """

    data: bytes = field(repr=False)
    origin: str
    sha256: str
    sentence: Message


def load_weights(
    source: WeightsSource | None = None, *, bundled_folder: Path = BUNDLED_FOLDER, seconds: float = FETCH_SECONDS
) -> Weights:
    """Return the weights to run with: those of ``source``, else of LOWLIGHT_WEIGHTS, else the bundled ones.

    Whatever goes wrong with weights on the Hub, the bundled ones are returned, with a sentence that says why; the same
    sentence is logged as a warning.

    Args:
        source: weights on the Hub; without it the environment variable LOWLIGHT_WEIGHTS is read.
        bundled_folder: where the bundled set lies.
        seconds: how long to wait for the Hub at most.

    Raises:
        LowlightError: the bundled weights are needed and are missing or damaged.
    """
    try:
        wanted = source or source_from(os.environ)
        fetched = _fetched(wanted, seconds) if wanted else None
        name = bundled_choice(os.environ)
    except LowlightError as error:
        sentence = joined(error.message, _BUNDLED_USED)
        _log.warning("%s", sentence)
        _log.debug("Why the configured weights were not used:", exc_info=error)
        return replace(bundled(bundled_folder), sentence=sentence)
    return fetched or bundled(bundled_folder, name)


def _fetched(source: WeightsSource, seconds: float) -> Weights:
    data = fetch(source, seconds)
    return Weights(data, source.label, source.sha256, Message("Weights: {name}, verified.", name=source.label))


def bundled_choice(environ: Mapping[str, str]) -> str:
    """Read LOWLIGHT_NETWORK: which bundled set serves.

    Raises:
        LowlightError: it names none.
    """
    name = environ.get(NETWORK_VARIABLE, "").strip() or BUNDLED_NAME
    if name not in (BUNDLED_NAME, SMALL_NAME):
        raise LowlightError(
            "{variable} must name a bundled network, {default} or {small}; it was {name}.",
            variable=NETWORK_VARIABLE,
            default=BUNDLED_NAME,
            small=SMALL_NAME,
            name=quoted(name),
        )
    return name


def source_from(environ: Mapping[str, str]) -> WeightsSource | None:
    """Read LOWLIGHT_WEIGHTS; None when it is not set or blank.

    Raises:
        LowlightError: it is set and malformed.
    """
    text = environ.get(SOURCE_VARIABLE, "").strip()
    if not text:
        return None
    try:
        return WeightsSource.parse(text)
    except LowlightError as error:
        raise LowlightError(
            "{variable} cannot be used. {reason}", variable=SOURCE_VARIABLE, reason=error.message
        ) from error


def bundled(folder: Path = BUNDLED_FOLDER, name: str = BUNDLED_NAME) -> Weights:
    """Return weights that come with the project, checked against the checksum beside them.

    Args:
        folder: where they lie.
        name: which: `BUNDLED_NAME`, `SMALL_NAME` or `ORIGINAL_NAME`.

    Raises:
        LowlightError: a file is missing or damaged.
    """
    data, digest = bundled_file(name, ".onnx", folder)
    return Weights(data, "bundled", digest, Message("Weights: the bundled set, {name}.", name=name))
