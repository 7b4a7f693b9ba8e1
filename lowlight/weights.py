"""Which weights the denoiser runs with: the bundled ones, or a file on the Hugging Face Hub, asked for and verified.

Only ONNX files are taken, never pickle, .keras or .h5, which may run code when they are opened. A file counts by its
SHA-256: it is read once, checked, and the very bytes that were checked are handed out, so that nothing can come in
between. The Hub's client writes to a temporary file, moves it into its cache and leaves the content unchecked.
"""

import logging
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import Enum
from hashlib import sha256
from pathlib import Path
from queue import Empty, SimpleQueue
from threading import Thread
from typing import Self

from lowlight.errors import LowlightError
from lowlight.limits import MAX_WEIGHTS_BYTES

SOURCE_VARIABLE = "LOWLIGHT_WEIGHTS"
"""The environment variable that names weights on the Hub, in the form of `WeightsSource.parse`."""

BUNDLED_NAME = "light-unet"
"""The bundled set: this name with .onnx is the network, with .sha256 its checksum, with .md its card."""

SMALL_NAME = "light-unet-small"
"""A network that takes two thirds of the default's time, for slow machines."""

NETWORK_VARIABLE = "LOWLIGHT_NETWORK"
"""The environment variable that names the bundled set that serves: `BUNDLED_NAME` (the default) or `SMALL_NAME`."""

ORIGINAL_NAME = "original-cnn"
"""The published network, bundled to compare with."""

BUNDLED_FOLDER = Path(__file__).parent / "bundled"

FETCH_SECONDS = 10.0
"""How long a start waits for the Hub, whatever it does."""

_ANSWER_SECONDS = (
    5.0  # for the Hub's first answer, so that a silent host is named as such before FETCH_SECONDS are over
)
_BUNDLED_USED = "The bundled weights are used instead."

_RULES = {
    "repo_id": (
        re.compile(r"(?!.*(--|\.\.))(?!.*\.git\Z)\w([\w.-]{0,94}\w)?/\w([\w.-]{0,94}\w)?", re.ASCII),
        "The repository of the weights must be named owner/name, in letters, digits, '-', '_' and '.'",
        "Copy the name from the top of its page on the Hub.",
    ),
    "revision": (
        re.compile(r"[0-9a-f]{40}"),
        "The revision of the weights must be a whole commit, 40 characters of 0-9 and a-f",
        "Copy it from the repository's history; branches and tags can change.",
    ),
    "filename": (
        re.compile(r"(\w[\w.-]*/)*\w[\w.-]*\.onnx", re.ASCII),
        "The file of the weights must end in .onnx and be named in letters, digits, '-', '_', '.' and '/'",
        "Copy its path inside the repository.",
    ),
    "sha256": (
        re.compile(r"[0-9a-f]{64}"),
        "The SHA-256 of the weights must have 64 characters of 0-9 and a-f",
        "Run sha256sum on the file, or copy it from the file's page on the Hub.",
    ),
}

_REASONS = {  # by the name of the client's error class: this must work when the client itself cannot be imported
    "RepositoryNotFoundError": "The repository of the configured weights does not exist on the Hub, or is private. "
    "Check its name, or give HF_TOKEN the right to read it.",
    "RevisionNotFoundError": "The repository of the configured weights has no such revision. "
    "Copy the commit from its history.",
    "RemoteEntryNotFoundError": "The revision of the configured weights has no such file. "
    "Check the file's path in the repository.",
    "HfHubHTTPError": "The Hub answered the request for the configured weights with an error. Try again later.",
    "ConnectError": "The Hub cannot be reached for the configured weights. "
    "Check the network, and HF_ENDPOINT if it is set.",
    "TimeoutException": "The Hub did not answer in time for the configured weights. "
    "Check the network, and HF_ENDPOINT if it is set.",
    "HTTPError": "The connection to the Hub broke off before the configured weights had arrived. "
    "Check the network and try again.",
    "OSError": "The configured weights could not be downloaded and stored whole. "
    "Check the network, and that the Hub's cache folder (HF_HOME) can be written and has room.",
    "ImportError": "The Hub's client is not installed. Install huggingface_hub to use the configured weights.",
    "Exception": "The configured weights could not be fetched, for a reason that only the debug log explains. "
    "Check the variables that begin with HF_.",
}

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class WeightsSource:
    """One ONNX file in a Hub repository, pinned by commit and content.

    Attributes:
        repo_id: owner/name.
        revision: the commit, 40 lower-case hexadecimal characters.
        filename: the file's path in the repository, ending in .onnx.
        sha256: the content's SHA-256, 64 lower-case hexadecimal characters.

    Raises:
        LowlightError: an attribute breaks its rule; the sentence names the rule, the value and the cure.

    >>> WeightsSource.parse("me/net@" + 40 * "a" + "/net.onnx#sha256=" + 64 * "0").label
    'me/net@aaaaaaa'
    """

    repo_id: str
    revision: str
    filename: str
    sha256: str

    def __post_init__(self) -> None:
        for name, (pattern, rule, cure) in _RULES.items():
            value = getattr(self, name)
            if not isinstance(value, str) or not pattern.fullmatch(value):
                raise LowlightError(f"{rule}; this one is {_quoted(value)}. {cure}")

    def __str__(self) -> str:
        return f"{self.repo_id}@{self.revision}/{self.filename}#sha256={self.sha256}"

    @property
    def label(self) -> str:
        """The repository and the commit's first seven characters, for people: ``owner/name@abcdef0``."""
        return f"{self.repo_id}@{self.revision[:7]}"

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read ``owner/name@REVISION/path/to/file.onnx#sha256=HASH``; `str` writes it.

        Raises:
            LowlightError: the text has another form, or a part of it breaks its rule.
        """
        parts = re.fullmatch(r"([^@]*)@([^/]*)/(.*)#sha256=(.*)", text.strip())
        if parts is None:
            raise LowlightError(
                f"Weights on the Hub are named owner/name@REVISION/file.onnx#sha256=HASH; this is {_quoted(text)}. "
                "Write all four parts in this order."
            )
        return cls(*parts.groups())


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
    sentence: str


class Step(Enum):
    """What to do about weights on the Hub."""

    USE = "the cached file is the pinned one"
    DOWNLOAD = "no cached file is the pinned one"
    GIVE_UP = "no cached file is the pinned one, and the Hub may not be asked"


def next_step(cached: bytes | None, pinned: str, *, offline: bool) -> Step:
    """Decide what to do, given the cached file's content, the SHA-256 wanted, and whether the Hub may be asked."""
    if cached is not None and len(cached) <= MAX_WEIGHTS_BYTES and sha256(cached).hexdigest() == pinned:
        return Step.USE
    return Step.GIVE_UP if offline else Step.DOWNLOAD


def explain(error: Exception) -> str:
    """Say why a fetch failed and what to do, in words that hold no address and no path."""
    if isinstance(error, LowlightError):
        return str(error)
    names = [kind.__name__ for kind in type(error).__mro__]
    return next(_REASONS[name] for name in names if name in _REASONS)


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
        fetched = fetch(wanted, seconds) if wanted else None
        name = bundled_choice(os.environ)
    except LowlightError as error:
        sentence = f"{error} {_BUNDLED_USED}"
        _log.warning("%s", sentence)
        _log.debug("Why the configured weights were not used:", exc_info=error)
        return replace(bundled(bundled_folder), sentence=sentence)
    return fetched or bundled(bundled_folder, name)


def bundled_choice(environ: Mapping[str, str]) -> str:
    """Read LOWLIGHT_NETWORK: which bundled set serves.

    Raises:
        LowlightError: it names none.
    """
    name, names = environ.get(NETWORK_VARIABLE, "").strip() or BUNDLED_NAME, (BUNDLED_NAME, SMALL_NAME)
    if name not in names:
        raise LowlightError(
            f"{NETWORK_VARIABLE} must name a bundled network, {' or '.join(names)}; it was {_quoted(name)}."
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
        raise LowlightError(f"{SOURCE_VARIABLE} cannot be used. {error}") from error


def bundled(folder: Path = BUNDLED_FOLDER, name: str = BUNDLED_NAME) -> Weights:
    """Return weights that come with the project, checked against the checksum beside them.

    Args:
        folder: where they lie.
        name: which; `ORIGINAL_NAME` is the other set.

    Raises:
        LowlightError: a file is missing or damaged.
    """
    data, digest = bundled_file(name, ".onnx", folder)
    return Weights(data, "bundled", digest, f"Weights: the bundled set, {name}.")


def bundled_file(name: str, suffix: str, folder: Path = BUNDLED_FOLDER) -> tuple[bytes, str]:
    """Return a file that comes with the project and its SHA-256, checked against the checksum beside it.

    Raises:
        LowlightError: a file is missing or damaged.
    """
    try:
        listed = (folder / f"{name}.sha256").read_text(encoding="utf-8", errors="replace").split()[:1]
        data = _read(folder / f"{name}{suffix}")
    except OSError as error:
        raise LowlightError("The bundled weights are missing. Fetch the project's files again.") from error
    digest = sha256(data).hexdigest()
    if listed != [digest]:
        raise LowlightError(
            f"The bundled weights are damaged: {len(data):,} bytes that do not match their checksum. "
            "Fetch the project's files again."
        )
    return data, digest


def fetch(source: WeightsSource, seconds: float = FETCH_SECONDS) -> Weights:
    """Return the weights of ``source`` from the Hub's cache or the Hub, verified.

    The work is done in a thread of its own, since the client's retries have no common limit. A download that is late
    goes on there, and the next start may find it cached.

    Raises:
        LowlightError: they are not to be had within ``seconds``, or are not what was asked for.
    """
    outcome: SimpleQueue[bytes | Exception] = SimpleQueue()
    Thread(target=lambda: outcome.put(_attempt(source)), name="weights", daemon=True).start()
    try:
        found = outcome.get(timeout=seconds)
    except Empty:
        raise LowlightError(
            f"The configured weights did not arrive within {seconds:g} seconds. "
            "Check the network; the next start tries again."
        ) from None
    if isinstance(found, Exception):
        raise LowlightError(explain(found)) from found
    return Weights(found, source.label, source.sha256, f"Weights: {source.label}, verified.")


def _attempt(source: WeightsSource) -> bytes | Exception:
    """Return the verified content, or the error that kept it away."""
    try:
        return _obtain(source)
    except Exception as error:  # noqa: BLE001 -- it is explained by the caller; no fault of the client may stop a start
        return error


def _obtain(source: WeightsSource) -> bytes:
    """Return the verified content from the cache or, when that is missing or damaged, from the Hub."""
    import huggingface_hub as hub  # here, since it takes half a second and the bundled weights need none of it
    from huggingface_hub import constants

    constants.HF_HUB_DISABLE_TELEMETRY = True  # the file is asked for and nothing else
    place = (source.repo_id, source.filename)
    path = hub.try_to_load_from_cache(*place, revision=source.revision)
    cached = _read(Path(path)) if isinstance(path, str) else None
    step = next_step(cached, source.sha256, offline=hub.is_offline_mode())
    if cached is not None and step is Step.USE:
        return cached
    if step is Step.GIVE_UP:
        raise LowlightError(
            f"The configured weights are {'not cached' if cached is None else 'damaged in the cache'}, and "
            "HF_HUB_OFFLINE keeps the Hub out of reach. Unset it for one start."
        )
    answer = hub.get_hf_file_metadata(hub.hf_hub_url(*place, revision=source.revision), timeout=_ANSWER_SECONDS)
    _check_size(answer.size or 0)
    if isinstance(path, str):
        Path(path).unlink(missing_ok=True)  # where there are no symbolic links, a forced download leaves it as it is
    fresh = hub.hf_hub_download(*place, revision=source.revision, force_download=True, etag_timeout=_ANSWER_SECONDS)
    return _checked(_read(Path(fresh)), source)


def _read(path: Path) -> bytes:
    """Return a file's content, cut just above the limit, so that no file fills the memory."""
    with path.open("rb") as file:
        return file.read(MAX_WEIGHTS_BYTES + 1)


def _check_size(size: int) -> None:
    if size > MAX_WEIGHTS_BYTES:
        raise LowlightError(
            f"The configured weights are too large: {size:,} bytes, and at most {MAX_WEIGHTS_BYTES:,} are taken. "
            "Choose a smaller network."
        )


def _checked(data: bytes, source: WeightsSource) -> bytes:
    """Return the content when it is what the source pins."""
    _check_size(len(data))
    if sha256(data).hexdigest() != source.sha256:
        raise LowlightError(
            f"The file at {source.label} does not have the SHA-256 of the configured weights, so it was not opened. "
            "Check the SHA-256."
        )
    return data


def _quoted(value: object) -> str:
    """Show a value on one line, cut where it gets long."""
    text = repr(value)
    return text if len(text) <= 90 else f"{text[:87]}..."
