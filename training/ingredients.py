"""What an exported file is made of beside the run it is named after: recorded with it, so that its card can say so."""

import json
from collections.abc import Mapping, Sequence
from hashlib import sha256
from pathlib import Path
from typing import Any

from lowlight.errors import LowlightError
from training import checkpoint


def beside(network: Path) -> Path:
    """Return where an ONNX file's ingredients are recorded."""
    return network.with_suffix(".ingredients.json")


def record(network: Path, *, exposure: Path | None, average: Sequence[Path] = ()) -> None:
    """Write down which other runs went into an exported file; without any there is nothing to say.

    Args:
        network: the ONNX file.
        exposure: the exposure network's run.
        average: the runs whose weights were mixed in.
    """
    made_of: dict[str, Any] = {"exposure": _facts(exposure)} if exposure is not None else {}
    made_of |= {"average": [_facts(run) for run in average]} if average else {}
    if made_of:
        content = {"sha256": sha256(network.read_bytes()).hexdigest(), **made_of}
        beside(network).write_text(f"{json.dumps(content, indent=1)}\n")
    else:
        beside(network).unlink(missing_ok=True)


def _facts(run: Path) -> dict[str, Any]:
    """Return what is worth knowing of a run."""
    try:
        config = json.loads((run / "config.json").read_text())
        history = json.loads((run / "history.json").read_text())
        steps = checkpoint.kept(history, config["experiment"])["epoch"] * config["experiment"]["steps_per_epoch"]
        return {"command": config["command"], "commit": config["commit"], "steps": steps}
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise LowlightError(f"{run} does not say how it was trained ({error}). Train it again.") from error


def rows(made_of: Mapping[str, Any]) -> list[list[str]]:
    """Return the lines of a card's table that say it."""
    found = [("Mixed with", one) for one in made_of.get("average", [])]
    found += [("Exposure from", made_of["exposure"])] if "exposure" in made_of else []
    return [[title, f"`{one['command']}`, {one['steps']:,} steps, commit `{one['commit']}`"] for title, one in found]
