"""Experiments as code: one file each, with its command; what they gave is in LOG.md and on the cards."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from importlib import import_module
from pkgutil import iter_modules
from typing import TYPE_CHECKING

from lowlight.errors import LowlightError

if TYPE_CHECKING:
    import keras

SCHEDULES = ("constant", "cosine")
PRECISIONS = ("float32", "mixed_bfloat16")
KEPT = ("best", "last")
SHARES = ("synthetic", "retaken", "mosaic", "coloured", "others", "clean")

_MAY_CHANGE = ("title", "patience")  # between two starts of one run; epochs too, where no schedule hangs on them


@dataclasses.dataclass(frozen=True)
class Experiment:
    """What is trained, and how. What has a default is the published method's: Adam and the mean squared error.

    Attributes:
        name: of the experiment's file.
        title: what the network is called, for people.
        build: makes the model.
        steps_per_epoch: training steps between two looks at the validation scenes.
        epochs: after so many the run is over.
        batch_size: patches a step, over all machines.
        patch_size: side of the square patches, in pixels.
        learning_rate: Adam's; under the cosine schedule, the highest.
        seed: decides the first weights and every batch.
        augmentation: its name in `training.batches.augment`.
        loss: its name in `training.models.losses`.
        schedule: "constant", or "cosine": half a cosine from ``learning_rate`` to 0 over the whole run.
        warmup_steps: steps in which the cosine schedule first climbs from 0.
        clip_norm: longer gradients (all weights together) are cut to this norm; None cuts none.
        ema: share that the weights' running average keeps each step, as 0.999. The average is what is validated and
            kept. None keeps the weights themselves.
        precision: "float32", or "mixed_bfloat16": layers compute in bfloat16, weights stay float32.
        patience: epochs without a better validation PSNR after which the run ends; None never ends it early.
        kept: whose weights, the epoch's that is "best" on validation or the "last" one's: where validation shows only
            some of what is wanted.
        synthetic: how often a dark photo is made of its bright one (`training.batches.synthetic`), darker and
            noisier than most of LOL's.
        retaken: how often noise is added to a dark photo, as if it had been taken again.
        mosaic: how many of both went through a sensor's colour filter array, at full size.
        coloured: how many of the synthetic ones are in strongly coloured light, and their bright photos with them.
        others: how often a pair of another data set than LOL is taken.
        clean: how often a dark photo is made of one of the clean photos.
        task: what is learned; its name in `training.batches.tasks`. The shares above, of how many photos are made how,
            are for "restore" alone.

    Raises:
        LowlightError: a value that cannot be meant.
    """

    name: str
    title: str
    build: Callable[[], keras.Model]
    steps_per_epoch: int
    epochs: int
    batch_size: int
    patch_size: int
    learning_rate: float
    seed: int = 0
    augmentation: str = "published"
    loss: str = "mse"
    schedule: str = "constant"
    warmup_steps: int = 0
    clip_norm: float | None = None
    ema: float | None = None
    precision: str = "float32"
    patience: int | None = None
    kept: str = "best"
    synthetic: float = 0.0
    retaken: float = 0.0
    mosaic: float = 0.0
    coloured: float = 0.0
    others: float = 0.0
    clean: float = 0.0
    task: str = "denoise"

    def __post_init__(self) -> None:
        for field, choices in (("schedule", SCHEDULES), ("precision", PRECISIONS), ("kept", KEPT)):
            if getattr(self, field) not in choices:
                raise LowlightError(f"{field} must be one of {', '.join(choices)}; it was {getattr(self, field)!r}.")
        for field in ("steps_per_epoch", "epochs", "batch_size", "patch_size", "learning_rate"):
            if not getattr(self, field) > 0:
                raise LowlightError(f"{field} must be above 0; it was {getattr(self, field)!r}.")
        if self.ema is not None and not 0 < self.ema < 1:
            raise LowlightError(f"ema must lie between 0 and 1, as 0.999; it was {self.ema!r}.")
        self._check_shares()
        if not 0 <= self.warmup_steps < self.steps or (self.warmup_steps and self.schedule == "constant"):
            raise LowlightError(
                f"warmup_steps needs the cosine schedule and fewer than its {self.steps} steps; it was "
                f"{self.warmup_steps}."
            )

    def _check_shares(self) -> None:
        for field in SHARES:
            share = getattr(self, field)
            if not 0 <= share <= 1:
                raise LowlightError(f"{field} must lie between 0 and 1; it was {share!r}.")
            if share and self.task != "restore":
                raise LowlightError(f"{field} is for the task restore alone, and this one's is {self.task!r}.")
        if self.others + self.clean > 1:
            raise LowlightError(f"others and clean are shares of one whole; they were {self.others} and {self.clean}.")

    @property
    def steps(self) -> int:
        """Training steps of the whole run."""
        return self.steps_per_epoch * self.epochs

    def fields(self) -> dict[str, object]:
        """Return everything as JSON can hold it; the model's function by its name."""
        return {**dataclasses.asdict(self), "build": f"{self.build.__module__}.{self.build.__qualname__}"}

    def identity(self) -> dict[str, object]:
        """Return the `fields` that two starts of one run must share."""
        free = _MAY_CHANGE + (("epochs",) if self.schedule == "constant" else ())
        return {name: value for name, value in self.fields().items() if name not in free}


def names() -> list[str]:
    """Return the names of all experiments."""
    return sorted(module.name for module in iter_modules(__path__))


def load(name: str) -> Experiment:
    """Return the experiment in ``training/experiments/NAME.py``.

    Raises:
        LowlightError: there is none of this name.
    """
    if name not in names():
        raise LowlightError(f"There is no experiment {name!r}. These are there: {', '.join(names())}.")
    experiment: Experiment = import_module(f"{__name__}.{name}").EXPERIMENT
    return experiment
