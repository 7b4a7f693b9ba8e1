"""Where a run stands, on disk: a stop at any moment leaves the checkpoint before it, and going on is exact."""

import json
import warnings
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import keras
import numpy as np

from lowlight.errors import LowlightError
from training.experiments import Experiment

FILE = "checkpoint.npz"


@dataclass
class Progress:
    """How far a run is.

    Attributes:
        step: training steps done.
        loss_sum: the losses of the epoch under way, added up.
        history: a line an epoch: "epoch", "loss", "val_psnr" (dB), "learning_rate".
    """

    step: int = 0
    loss_sum: float = 0.0
    history: list[dict[str, float]] = field(default_factory=list)

    @property
    def best(self) -> float:
        """The best validation PSNR so far, in dB."""
        return max((line["val_psnr"] for line in self.history), default=-np.inf)

    def over(self, experiment: Experiment) -> str | None:
        """Return why the run is over, or None: all epochs are done, or patience is at its end."""
        if self.step >= experiment.steps:
            return f"all {experiment.epochs} epochs are done"
        scores = [line["val_psnr"] for line in self.history]
        since = len(scores) - 1 - int(np.argmax(scores)) if scores else 0
        if experiment.patience is not None and since >= experiment.patience:
            return f"no validation PSNR was better than epoch {len(scores) - since}'s"
        return None


def kept(history: list[dict[str, Any]], experiment: Mapping[str, Any]) -> dict[str, Any]:
    """Return the epoch's line whose weights a run keeps.

    Args:
        history: a line an epoch, at least one.
        experiment: its `Experiment.fields`; those of earlier runs say nothing about it and mean the best.
    """
    return history[-1] if experiment.get("kept") == "last" else max(history, key=lambda line: line["val_psnr"])


def save(run: Path, experiment: Experiment, model: keras.Model, progress: Progress) -> None:
    """Write the model's weights, the optimizer's state (the running average is part of it) and the progress.

    Raises:
        LowlightError: a weight is not finite; the checkpoint before stays.
    """
    values = [keras.ops.convert_to_numpy(variable) for variable in _variables(model)]
    check_weights(values, experiment, progress)
    about = {"experiment": experiment.identity(), "backend": keras.config.backend(), "progress": vars(progress)}
    temporary = run / f"tmp.{FILE}"
    np.savez(temporary, *values, about=np.array(json.dumps(about)))
    temporary.replace(run / FILE)
    write_json(run / "history.json", progress.history)


def load(run: Path, experiment: Experiment, model: keras.Model) -> Progress:
    """Read what `save` wrote back into the model and its optimizer; at first there is nothing to read.

    Raises:
        LowlightError: the checkpoint is another experiment's.
    """
    path = run / FILE
    if not path.exists():
        return Progress()
    with np.load(path, allow_pickle=False) as stored:
        about = json.loads(str(stored["about"]))
        _check_same(about["experiment"], json.loads(json.dumps(experiment.identity())))
        for index, variable in enumerate(_variables(model)):
            variable.assign(stored[f"arr_{index}"])
    return Progress(**about["progress"])


def load_weights(model: keras.Model, *paths: Path) -> None:
    """Read another run's weights into a model; of several runs, their mean.

    Raises:
        LowlightError: they are not there, or another network's.
    """
    runs = []
    for path in paths:
        try:
            with warnings.catch_warnings():
                warnings.filterwarnings("ignore", message="Skipping variable loading for optimizer")
                warnings.filterwarnings("error", message="Skipping nested")  # weights that are not there
                model.load_weights(path)
        except (OSError, ValueError, KeyError, UserWarning) as error:
            raise LowlightError(f"{path.name} does not hold the weights of this network ({model.name}).") from error
        runs.append(model.get_weights())
    model.set_weights([np.mean(weight, axis=0) for weight in zip(*runs, strict=True)])


def check_loss(loss: float, experiment: Experiment, progress: Progress) -> None:
    """Refuse a loss that is not finite.

    Raises:
        LowlightError: what happened, and what to change.
    """
    if not np.isfinite(loss):
        raise LowlightError(f"The loss became {loss} at step {progress.step + 1}. {_cure(experiment)}")


def check_weights(weights: list[np.ndarray], experiment: Experiment, progress: Progress) -> None:
    """Refuse weights that are not finite, as a good last loss can leave them.

    Raises:
        LowlightError: what happened, and what to change.
    """
    if not all(np.isfinite(weight).all() for weight in weights):
        raise LowlightError(f"A weight is no finite number any more after step {progress.step}. {_cure(experiment)}")


def write_json(path: Path, content: object) -> None:
    """Write JSON whole or not at all."""
    temporary = path.with_name(f"tmp.{path.name}")
    temporary.write_text(json.dumps(content, indent=1) + "\n")
    temporary.replace(path)


def _variables(model: keras.Model) -> list[keras.Variable]:
    return [*model.variables, *model.optimizer.variables]


def _cure(experiment: Experiment) -> str:
    clip = "a lower one" if experiment.clip_norm else "clip_norm"
    return (
        "The run is stopped and its last checkpoint is from before that. "
        f"Start a new run with a learning rate below {experiment.learning_rate:g}, or with {clip}."
    )


def _check_same(then: dict[str, object], now: dict[str, object]) -> None:
    other = [name for name in now if then.get(name) != now[name]]
    if other:
        name = other[0]
        raise LowlightError(
            f"This run was begun with another experiment: {name} was {then.get(name)!r} and is {now[name]!r} now. "
            "Take a new run folder, or change it back."
        )
