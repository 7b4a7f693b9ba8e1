"""What an exported file is made of beside the run it is named after: recorded with it, so that its card can say so."""

import json
from collections.abc import Mapping, Sequence
from hashlib import sha256
from pathlib import Path
from typing import Any

from lowlight.errors import LowlightError
from training.run import checkpoint


def beside(network: Path) -> Path:
    """Return where an ONNX file's ingredients are recorded."""
    return network.with_suffix(".ingredients.json")


def record(network: Path, average: Sequence[Path]) -> None:
    """Write down which other runs went into an exported file; without any there is nothing to say.

    Args:
        network: the ONNX file.
        average: the runs whose weights were mixed in.
    """
    if not average:
        beside(network).unlink(missing_ok=True)
        return
    content = {"sha256": sha256(network.read_bytes()).hexdigest(), "average": [_facts(run) for run in average]}
    beside(network).write_text(f"{json.dumps(content, indent=1)}\n")


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
    runs = made_of.get("average", [])
    return [["Mixed with", f"`{one['command']}`, {one['steps']:,} steps, commit `{one['commit']}`"] for one in runs]
