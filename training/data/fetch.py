"""LOL v1 from the Hugging Face Hub."""

import shutil
import zipfile
from collections.abc import Callable
from fnmatch import fnmatch
from pathlib import Path
from queue import Empty, SimpleQueue
from threading import Thread

from lowlight.errors import LowlightError, reason_for
from training.data.pairs import SIDES, data_root

REPOSITORY = "geekyrakshit/LoL-Dataset"
"""A copy of LOL v1 on the Hub. LOL has no licence: for research, and not to be passed on."""

FETCH_SECONDS = 3600.0
"""How long to wait for the whole of it, about 350 MB."""

REVISION_FILE = "revision.txt"
"""Written last, beside our485 and eval15: the commit they came from."""

_ANSWER_SECONDS = 10.0
_FOLDERS = ["*our485/low/*", "*our485/high/*", "*eval15/low/*", "*eval15/high/*"]
_ARCHIVE = "*.zip"
_MOST_UNPACKED = 2 * 1024**3
_BY_HAND = "Or unpack LOL's archive yourself and name its folder."

_REASONS = {  # by the names of huggingface_hub's exceptions and their bases
    "OfflineModeIsEnabled": "HF_HUB_OFFLINE keeps the Hub out of reach, so LOL cannot be fetched. Unset it.",
    "GatedRepoError": "The Hub gives LOL only to people who asked for it. Accept its terms there and set HF_TOKEN.",
    "RepositoryNotFoundError": "The Hub has no such data set, or it is private. Set HF_TOKEN if you may read it.",
    "RevisionNotFoundError": "The data set has no such revision on the Hub. Copy a commit from its history.",
    "HfHubHTTPError": "The Hub answered the request for LOL with an error. Try again later.",
    "LocalEntryNotFoundError": "The connection to the Hub broke off before LOL had arrived. Check the network.",
    "HTTPError": "There is no way to the Hub from here. Check the network, and HF_ENDPOINT if it is set.",
    "BadZipFile": "LOL's archive arrived damaged and was thrown away. Fetch it again.",
    "ImportError": "The Hub's client is not installed. Install huggingface_hub.",
    "OSError": "LOL could not be stored. See that there is 1 GB of room and that the folder can be written.",
    "Exception": "LOL could not be fetched from the Hub.",
}


def fetch_lol(out: Path, *, revision: str | None = None, seconds: float = FETCH_SECONDS) -> str:
    """Fetch LOL v1 from the Hub: ``out`` then holds our485 and eval15. What was fetched already stays as it is.

    Args:
        out: a folder, made if it is missing.
        revision: a commit, tag or branch of the data set; None takes the main branch.
        seconds: how long to wait at most; a host that does not answer at all is given up after ten seconds.

    Returns:
        The commit it came from.

    Raises:
        LowlightError: there is no network, the Hub refuses, or it takes too long.
    """
    fetched = fetched_revision(out)
    if fetched and revision in (None, fetched):
        return fetched
    outcome: SimpleQueue[str | Exception] = SimpleQueue()
    Thread(target=lambda: outcome.put(_attempt(lambda: _fetch(out, revision))), name="lol", daemon=True).start()
    try:
        found = outcome.get(timeout=seconds)
    except Empty:
        raise LowlightError(
            f"LOL did not arrive within {seconds:g} seconds. Check the network; the next attempt goes on from here."
        ) from None
    if isinstance(found, Exception):
        raise LowlightError(explain(found)) from found
    return found


def fetched_revision(folder: Path) -> str:
    """Return the commit that a folder of LOL was fetched from, whole; empty if it came from elsewhere."""
    path = data_root(folder) / REVISION_FILE
    return path.read_text(encoding="utf-8").strip() if path.exists() else ""


def explain(error: Exception) -> str:
    """Say why LOL could not be fetched and what to do, in words that hold no address and no path."""
    reason = str(error) if isinstance(error, LowlightError) else reason_for(error, _REASONS)
    return f"{reason} {_BY_HAND}"


def _attempt(action: Callable[[], str]) -> str | Exception:
    try:
        return action()
    except Exception as error:  # noqa: BLE001 -- it crosses a thread; `fetch_lol` explains it
        return error


def _fetch(out: Path, revision: str | None) -> str:
    """Fetch, unpack if it came as an archive, and write down the commit."""
    import huggingface_hub as hub

    info = hub.HfApi().dataset_info(REPOSITORY, revision=revision, timeout=_ANSWER_SECONDS)
    commit, files = str(info.sha), [file.rfilename for file in info.siblings or []]
    hub.snapshot_download(
        REPOSITORY,
        repo_type="dataset",
        revision=commit,
        local_dir=out,
        allow_patterns=wanted(files),
        etag_timeout=_ANSWER_SECONDS,
    )
    for archive in (out / file for file in files if fnmatch(file, _ARCHIVE)):
        if archive.exists():
            unpack(archive, out)
    if not (data_root(out) / "our485").is_dir():
        raise LowlightError("The data set on the Hub holds no folder our485, so it is not LOL as we know it.")
    (data_root(out) / REVISION_FILE).write_text(f"{commit}\n")
    return commit


def wanted(files: list[str]) -> list[str]:
    """Return the patterns of what to fetch: the folders where the repository has them, else its archive."""
    return _FOLDERS if any(fnmatch(file, pattern) for file in files for pattern in _FOLDERS) else [_ARCHIVE]


def unpack(archive: Path, out: Path) -> None:
    """Unpack the photos of LOL's archive as ``out/our485`` and ``out/eval15``, and delete the archive.

    Folders above these are dropped, so that nothing lands elsewhere. Of a damaged archive nothing is unpacked.

    Raises:
        zipfile.BadZipFile: it is damaged.
        LowlightError: it would unpack to far more than LOL is.
    """
    try:
        with zipfile.ZipFile(archive) as source:
            members = [(member, Path(member.filename).parts[-3:]) for member in source.infolist()]
            photos = [(member, parts) for member, parts in members if _is_photo(parts)]
            if sum(member.file_size for member, _ in photos) > _MOST_UNPACKED:
                raise LowlightError(
                    f"The archive unpacks to more than {_MOST_UNPACKED / 2**30:g} GiB, so it is not LOL."
                )
            if source.testzip() is not None:
                raise zipfile.BadZipFile
            for member, parts in photos:
                target = out.joinpath(*parts)
                target.parent.mkdir(parents=True, exist_ok=True)
                with source.open(member) as packed, target.open("wb") as file:
                    shutil.copyfileobj(packed, file)
    finally:
        archive.unlink()


def _is_photo(parts: tuple[str, ...]) -> bool:
    """Whether a file lies in one of LOL's four folders; ``..`` is no name of a photo."""
    if len(parts) != 3 or parts[0] not in ("our485", "eval15") or parts[1] not in SIDES:
        return False
    return not parts[2].startswith(".") and "\\" not in parts[2]
