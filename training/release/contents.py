"""What a published run consists of: gathered from its folder, checked, with a card; nothing is sent from here."""

import json
import re
import shlex
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

import numpy as np

from lowlight.errors import LowlightError
from lowlight.limits import MAX_WEIGHTS_BYTES
from lowlight.network.hub import WeightsSource
from lowlight.network.session import LightGuided, Network, open_network
from lowlight.network.weights import SOURCE_VARIABLE
from training.judge.serving import ready
from training.release import card, ingredients

RECORDS = ("config.json", "split.json", "history.json")
"""What training leaves in a run folder and a release takes along."""

EVALUATION = "evaluation"
"""The folder in a run folder, and in the repository, with the evaluation's ``summary.json``, figures and pictures."""

_TAG = re.compile(r"\w[\w.-]{0,62}", re.ASCII)
_NO_COMMIT = "0" * 40  # stands for the commit until there is one


@dataclass(frozen=True)
class Release:
    """What is published, complete and checked.

    Attributes:
        repo_id: owner/name on the Hub.
        tag: the release's name there.
        network: the ONNX file's name.
        sha256: of the ONNX file, 64 hexadecimal characters.
        files: every file's path in the repository, and its content.
    """

    repo_id: str
    tag: str
    network: str
    sha256: str
    files: dict[str, bytes]

    def listing(self) -> str:
        """Return the files with their sizes, one a line."""
        width = max(map(len, self.files))
        return "\n".join(f"  {path:<{width}}  {len(data):>11,} bytes" for path, data in self.files.items())

    def pins(self, revision: str) -> str:
        """Return the lines that make a page serve this release and nothing else.

        Args:
            revision: the commit, 40 hexadecimal characters.
        """
        source = WeightsSource(self.repo_id, revision, self.network, self.sha256)
        return (
            f"For the page, as an environment variable (on a Space: Settings, Variables):\n\n"
            f"{SOURCE_VARIABLE}={source}\n\n"
            f"For the front matter of the Space's README:\n\n"
            f"models:\n  - {self.repo_id}\n"
            f"preload_from_hub:\n  - {self.repo_id} {self.network} {revision}"
        )


def gather(
    run: Path,
    repo_id: str,
    *,
    tag: str,
    name: str | None = None,
    terms: str | None = None,
    hardware: str | None = None,
    gallery: bool = True,
) -> Release:
    """Read a run folder, check all of it, and write its card.

    Args:
        run: the run's folder, exported and, better, evaluated.
        repo_id: owner/name on the Hub.
        tag: the release's name there.
        name: which of the run's ONNX files, without .onnx, if there are several.
        terms: a licence's name on the Hub; None is for research use only.
        hardware: what it was trained on, for the card.
        gallery: take the evaluation's pictures along.

    Raises:
        LowlightError: something is missing, damaged, or does not belong together; the sentence names it.
    """
    if not _TAG.fullmatch(tag) or tag == "main":
        raise LowlightError(f"A tag is a name such as v1.0, in letters, digits, '-', '_' and '.'; this one is {tag!r}.")
    name = name or _only_network(run)
    files = _required(run, (f"{name}.onnx", f"{name}.sha256", f"{name}.weights.h5", *RECORDS))
    data = files[f"{name}.onnx"]
    source = WeightsSource(repo_id, _NO_COMMIT, f"{name}.onnx", sha256(data).hexdigest())
    network = _checked(data, files[f"{name}.sha256"], source)
    config, split, history = (_parsed(record, files[record]) for record in RECORDS)
    split_sha256 = sha256(files["split.json"]).hexdigest()
    evaluation, found = _evaluation(run / EVALUATION, source.sha256, split_sha256, gallery=gallery)
    made_of = _made_of(run / f"{name}.onnx", source.sha256)
    if made_of:
        files[ingredients.beside(Path(source.filename)).name] = f"{json.dumps(made_of, indent=1)}\n".encode()
    facts = card.Facts(
        repo_id=repo_id,
        tag=tag,
        network=source.filename,
        sha256=source.sha256,
        halo=network.halo,
        guided=isinstance(network, LightGuided),
        config=without_folders(config),
        split=split,
        split_sha256=split_sha256,
        history=history,
        made_of=made_of,
        evaluation=evaluation,
        pictures={Path(path).name: path for path in found if path.endswith(".jpg")},
        terms=terms,
        hardware=hardware,
    )
    files["config.json"] = f"{json.dumps(facts.config, indent=1)}\n".encode()
    return Release(repo_id, tag, source.filename, source.sha256, {"README.md": _card(facts), **files, **found})


def _made_of(network: Path, checksum: str) -> dict[str, Any]:
    """Return which other runs went into a network, if any did."""
    path = ingredients.beside(network)
    if not path.is_file():
        return {}
    found = _parsed(path.name, path.read_bytes())
    if found.get("sha256") != checksum:
        raise LowlightError(f"{path.name} is about another file than {network.name}. Export it again.")
    return {"sha256": checksum, "average": [without_folders(one) for one in found.get("average", [])]}


def without_folders(config: dict[str, Any]) -> dict[str, Any]:
    """Return a run's config with the folders of its command cut to their last name: they are nobody's business.

    >>> without_folders({"command": "python -m training train smoke --data /home/me/our485"})["command"]
    'python -m training train smoke --data our485'
    """
    words = [re.sub(r"(^|=)/.*/", r"\1", word) for word in shlex.split(config["command"])]
    return {**config, "command": shlex.join(words)}


def _only_network(run: Path) -> str:
    """Return the name of the run's ONNX file, without .onnx."""
    found = sorted(path.stem for path in run.glob("*.onnx"))
    if not found:
        raise LowlightError("The run holds no ONNX file. Export it first.")
    if len(found) > 1:
        raise LowlightError(f"The run holds {len(found)} ONNX files: {', '.join(found)}. Say which one to publish.")
    return found[0]


def _required(run: Path, names: tuple[str, ...]) -> dict[str, bytes]:
    """Return the content of the files that every release has."""
    missing = [name for name in names if not (run / name).is_file()]
    if missing:
        raise LowlightError(
            f"The run is not complete: {', '.join(missing)} {'is' if len(missing) == 1 else 'are'} missing. "
            "Training writes the .json files, exporting the others."
        )
    return {name: (run / name).read_bytes() for name in names}


def _checked(data: bytes, checksum: bytes, source: WeightsSource) -> Network:
    """Return the network, opened and tried, if the page would take it."""
    if len(data) > MAX_WEIGHTS_BYTES:
        raise LowlightError(
            f"{source.filename} is too large for the page: {len(data):,} bytes, and it takes at most "
            f"{MAX_WEIGHTS_BYTES:,}. Train a smaller network."
        )
    if checksum.split()[:1] != [source.sha256.encode()]:
        raise LowlightError(f"{source.filename} does not match the checksum beside it. Export it again.")
    network = open_network(data)
    photo = np.full((24, 40, 3), 20, np.uint8)
    try:
        shape = ready(network, photo)().shape
    except Exception as error:  # ONNX Runtime's errors share no base class but Exception
        raise LowlightError(f"{source.filename} opens but does not run on a picture. Export it again.") from error
    if shape != photo.shape:
        raise LowlightError(f"{source.filename} makes a picture of another size: {shape}, not {photo.shape}.")
    return network


def _evaluation(
    folder: Path, weights_sha256: str, split_sha256: str, *, gallery: bool
) -> tuple[dict[str, Any] | None, dict[str, bytes]]:
    """Return the evaluation's summary, if there is one, and its files by their paths in the repository."""
    if not (folder / "summary.json").is_file():
        return None, {}
    names = ["summary.json", "photos.csv", *((card.FIGURES, card.WORST) if gallery else ())]
    files = {f"{EVALUATION}/{name}": (folder / name).read_bytes() for name in names if (folder / name).is_file()}
    summary = _parsed("summary.json", files[f"{EVALUATION}/summary.json"])
    if summary.get("weights_sha256") != weights_sha256:
        raise LowlightError("The run's evaluation is of other weights. Evaluate again, or remove its folder.")
    if summary.get("split_sha256") not in ("", None, split_sha256):
        raise LowlightError("The run's evaluation is of another split. Evaluate again, or remove its folder.")
    return summary, files


def _card(facts: card.Facts) -> bytes:
    try:
        return card.render(facts).encode()
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise LowlightError(
            f"The card cannot be written: the run's .json files lack something or are of another form ({error}). "
            "Train and evaluate again."
        ) from error


def _parsed(name: str, data: bytes) -> Any:  # noqa: ANN401 -- JSON is of any kind
    try:
        return json.loads(data)
    except ValueError as error:
        raise LowlightError(f"{name} is damaged: it is no JSON. Restore it, or make it again.") from error
