"""Weights on the Hugging Face Hub: named by commit and content, asked for, fetched and verified.

A file counts by its SHA-256: it is read once, checked, and the very bytes that were checked are handed out, so that
nothing can come in between. The Hub's client writes to a temporary file, moves it into its cache and leaves the content
unchecked.
"""

import re
from dataclasses import dataclass
from enum import Enum
from hashlib import sha256
from pathlib import Path
from queue import Empty, SimpleQueue
from threading import Thread
from typing import Self

from lowlight.errors import LowlightError
from lowlight.limits import MAX_WEIGHTS_BYTES
from lowlight.messages import Message
from lowlight.network.hub_errors import NOT_THE_HUB, explain
from lowlight.shipped import read_bounded

FETCH_SECONDS = 10.0
"""How long a start waits for the Hub, whatever it does."""

_ANSWER_SECONDS = (
    5.0  # for the Hub's first answer, so that a silent host is named as such before FETCH_SECONDS are over
)

_RULES = {
    "repo_id": (
        re.compile(r"(?!.*(--|\.\.))(?!.*\.git\Z)\w([\w.-]{0,94}\w)?/\w([\w.-]{0,94}\w)?", re.ASCII),
        Message("The repository of the weights must be named owner/name, in letters, digits, '-', '_' and '.'"),
        Message("Copy the name from the top of its page on the Hub."),
    ),
    "revision": (
        re.compile(r"[0-9a-f]{40}"),
        Message("The revision of the weights must be a whole commit, 40 characters of 0-9 and a-f"),
        Message("Copy it from the repository's history; branches and tags can change."),
    ),
    "filename": (
        re.compile(r"(\w[\w.-]*/)*\w[\w.-]*\.onnx", re.ASCII),
        Message("The file of the weights must end in .onnx and be named in letters, digits, '-', '_', '.' and '/'"),
        Message("Copy its path inside the repository."),
    ),
    "sha256": (
        re.compile(r"[0-9a-f]{64}"),
        Message("The SHA-256 of the weights must have 64 characters of 0-9 and a-f"),
        Message("Run sha256sum on the file, or copy it from the file's page on the Hub."),
    ),
}


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
                raise LowlightError("{rule}; this one is {value}. {cure}", rule=rule, value=quoted(value), cure=cure)

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
                "Weights on the Hub are named owner/name@REVISION/file.onnx#sha256=HASH; this is {text}. "
                "Write all four parts in this order.",
                text=quoted(text),
            )
        return cls(*parts.groups())


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


def fetch(source: WeightsSource, seconds: float = FETCH_SECONDS) -> bytes:
    """Return the network file of ``source`` from the Hub's cache or the Hub, verified.

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
            "The configured weights did not arrive within {seconds:g} seconds. "
            "Check the network; the next start tries again.",
            seconds=seconds,
        ) from None
    if isinstance(found, Exception):
        raise LowlightError(explain(found)) from found
    return found


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
    cached = read_bounded(Path(path)) if isinstance(path, str) else None
    step = next_step(cached, source.sha256, offline=hub.is_offline_mode())
    if cached is not None and step is Step.USE:
        return cached
    if step is Step.GIVE_UP:
        raise LowlightError(
            "The configured weights are {state}, and HF_HUB_OFFLINE keeps the Hub out of reach. "
            "Unset it for one start.",
            state=Message("not cached") if cached is None else Message("damaged in the cache"),
        )
    answer = hub.get_hf_file_metadata(hub.hf_hub_url(*place, revision=source.revision), timeout=_ANSWER_SECONDS)
    if answer.commit_hash is None:  # the Hub names it, also where it sends the client on to its storage
        raise LowlightError(NOT_THE_HUB)
    _check_size(answer.size or 0)
    if isinstance(path, str):
        Path(path).unlink(missing_ok=True)  # where there are no symbolic links, a forced download leaves it as it is
    fresh = hub.hf_hub_download(*place, revision=source.revision, force_download=True, etag_timeout=_ANSWER_SECONDS)
    return _checked(read_bounded(Path(fresh)), source)


def _check_size(size: int) -> None:
    if size > MAX_WEIGHTS_BYTES:
        raise LowlightError(
            "The configured weights are too large: {bytes:,} bytes, and at most {limit:,} are taken. "
            "Choose a smaller network.",
            bytes=size,
            limit=MAX_WEIGHTS_BYTES,
        )


def _checked(data: bytes, source: WeightsSource) -> bytes:
    """Return the content when it is what the source pins."""
    _check_size(len(data))
    if sha256(data).hexdigest() != source.sha256:
        raise LowlightError(
            "The file at {place} does not have the SHA-256 of the configured weights, so it was not opened. "
            "Check the SHA-256.",
            place=source.label,
        )
    return data


def quoted(value: object) -> str:
    """Show a value on one line, cut where it gets long."""
    text = repr(value)
    return text if len(text) <= 90 else f"{text[:87]}..."
