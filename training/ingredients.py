"""What an exported file is made of beside the run it is named after: recorded with it, so that its card can say so."""

import json
from collections.abc import Mapping
from hashlib import sha256
from pathlib import Path
from typing import Any

from lowlight.errors import LowlightError
from training import checkpoint


def beside(network: Path) -> Path:
    """Return where an ONNX file's ingredients are recorded."""
    return network.with_suffix(".ingredients.json")


def record(network: Path, *, exposure: Path | None, average: Path | None) -> None:
    """Write down which other runs went into an exported file; without any there is nothing to say.

    Args:
        network: the ONNX file.
        exposure: the exposure network's run.
        average: the run whose weights were mixed in.
    """
    runs = {"exposure": exposure, "average": average}
    made_of = {role: _facts(run) for role, run in runs.items() if run is not None}
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
        steps = checkpoint.kept(history)["epoch"] * config["experiment"]["steps_per_epoch"]
        return {"command": config["command"], "commit": config["commit"], "steps": steps}
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise LowlightError(f"{run} does not say how it was trained ({error}). Train it again.") from error


def rows(made_of: Mapping[str, Any]) -> list[list[str]]:
    """Return the lines of a card's table that say it."""
    titles = {"average": "Mixed with", "exposure": "Exposure from"}
    return [
        [title, f"`{one['command']}`, {one['steps']:,} steps, commit `{one['commit']}`"]
        for role, title in titles.items()
        if (one := made_of.get(role))
    ]
