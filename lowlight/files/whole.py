"""Files that appear whole or not at all."""

import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from glob import escape
from pathlib import Path

_LONGEST = 180


@contextmanager
def written_whole(target: Path) -> Iterator[Path]:
    """Give the path of a file to write, with the same suffix beside it; at the end it takes the place of ``target``.

    After an error it is removed, and ``target`` is as it was.

    Raises:
        OSError: it cannot be put there.
    """
    unfinished = target.with_name(f".{_short(target.stem)}.{secrets.token_hex(4)}.part{target.suffix}")
    try:
        yield unfinished
        unfinished.replace(target)
    finally:
        unfinished.unlink(missing_ok=True)


def remove_unfinished(target: Path) -> None:
    """Remove what a process left of a file that was to become ``target``, after it was killed, if that can be done."""
    for unfinished in target.parent.glob(f".{escape(_short(target.stem))}.????????.part{target.suffix}"):
        with suppress(OSError):
            unfinished.unlink()


def _short(stem: str) -> str:
    """Return what of a name leaves room for more: systems allow 255 bytes."""
    return os.fsencode(stem)[:_LONGEST].decode(errors="ignore")
