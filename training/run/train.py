"""Trains an experiment: patches in; the best or the last epoch's weights out, as it says. Any Keras back end."""

import sys
from collections.abc import Callable, Sequence
from contextlib import closing
from functools import partial
from pathlib import Path

import keras
import numpy as np
from tqdm import tqdm

from lowlight.arrays import FloatImage, Uint8Image
from lowlight.errors import LowlightError
from training.batches.inputs import WORKERS
from training.batches.tasks import Task, task_of
from training.data.splits import Pair
from training.experiments import Experiment
from training.models import losses
from training.run import checkpoint, distribute, journal

BEST = "best.weights.h5"

CHECKPOINT_STEPS = 250
"""Training steps between two checkpoints inside an epoch; there is one at the end of each epoch too."""

Arrays = FloatImage | dict[str, FloatImage]
"""What a model takes: one array, or several by name."""

_PICTURES = 3  # validation photos that TensorBoard shows


def train(
    experiment: Experiment,
    training: list[Pair],
    validation: list[Pair],
    run: Path,
    *,
    workers: int = WORKERS,
    checkpoint_steps: int = CHECKPOINT_STEPS,
    write_split: Callable[[Path], None] | None = None,
    start: Sequence[Path] = (),
    until: int | None = None,
) -> list[dict[str, float]]:
    """Train an experiment into a run folder; go on from its checkpoint, to the step, if it has one.

    The folder gets ``config.json``, ``split.json``, ``history.json``, ``checkpoint.npz``, ``best.weights.h5`` and
    ``tensorboard/``.

    Args:
        experiment: what to train and how.
        training: pairs to learn from.
        validation: pairs of other scenes, to choose by.
        run: the run's folder; made if it is missing.
        workers: threads that make batches.
        checkpoint_steps: steps between two checkpoints inside an epoch.
        write_split: writes ``split.json`` to the path it is given; by default that holds the pairs' names.
        start: weights of an earlier run to begin with, a ``.weights.h5``; of several, their mean. A run that goes on
            does not read them.
        until: the epoch after which to stop, though the schedule is longer; the run can go on later.

    Returns:
        The history: a line an epoch.

    Raises:
        LowlightError: no pairs, a checkpoint of another experiment, a loss that is not finite.
    """
    if not training or not validation:
        raise LowlightError(
            f"Training needs pairs to learn from and to choose by; there are {len(training)} and {len(validation)}."
        )
    run.mkdir(parents=True, exist_ok=True)
    keras.utils.set_random_seed(experiment.seed)
    with distribute.everywhere(experiment.batch_size) as place:
        trainer = Trainer(experiment, training, validation, run, place)
        if start and trainer.progress.step == 0:
            checkpoint.load_weights(trainer.model, *start)
        if place.first and not trainer.over:
            journal.write_config(
                run, experiment, {"training": len(training), "validation": len(validation)}, place.processes
            )
            split = {"training": [pair.name for pair in training], "validation": [pair.name for pair in validation]}
            (write_split or partial(checkpoint.write_json, content={"parts": split}))(run / "split.json")
        return trainer.run_to_the_end(workers, checkpoint_steps, until)


class Trainer:
    """A run under way: the model, where it stands, and what happens after a step and after an epoch.

    Args:
        experiment: what to train and how.
        training: pairs to learn from.
        validation: pairs to choose by.
        run: the run's folder.
        place: which of how many processes this is.

    Raises:
        LowlightError: the folder holds another experiment's checkpoint.
    """

    def __init__(
        self, experiment: Experiment, training: list[Pair], validation: list[Pair], run: Path, place: distribute.Place
    ) -> None:
        self.experiment, self.run, self.place = experiment, run, place
        self.model = compiled(experiment)  # first, since the seed decides its weights
        task = task_of(experiment)
        self.patches, self.judge = task.patches(training, experiment), Judge(experiment, task, validation)
        self.progress = checkpoint.load(run, experiment, self.model)
        self.board: journal.Journal | None = None
        if distribute.agreed(self.progress.step, place) != self.progress.step:
            raise LowlightError("The processes found different checkpoints. Give all of them the same run folder.")

    def run_to_the_end(self, workers: int, checkpoint_steps: int, until: int | None = None) -> list[dict[str, float]]:
        """Train until the epochs are done, patience is at its end, or epoch ``until`` is done; return the history."""
        experiment = self.experiment
        last = min(experiment.epochs, until or experiment.epochs) * experiment.steps_per_epoch
        if not self.over:
            self._train(workers, checkpoint_steps, last)
        why = self.over or f"it was asked to stop after epoch {until}"
        self._say(f"The run is over: {why}. Best validation {self.progress.best:.4f}.")
        return self.progress.history

    @property
    def over(self) -> str | None:
        """Why the run is over, or None."""
        return self.progress.over(self.experiment)

    def _train(self, workers: int, checkpoint_steps: int, last: int) -> None:
        experiment, progress = self.experiment, self.progress
        share = self.place.share(experiment.batch_size)
        batches = self.patches.stream(progress.step, last, workers, share)
        bar = tqdm(total=experiment.steps, initial=progress.step, unit="step", disable=self._quiet())
        with bar, closing(batches):
            for inputs, targets in batches:
                loss = self._step(inputs, targets)
                bar.set_postfix(loss=f"{loss:.5f}", refresh=False)
                bar.update()
                if progress.step % experiment.steps_per_epoch == 0:
                    self._end_epoch()
                elif progress.step % checkpoint_steps == 0:
                    self._save()
                if self.over:
                    break

    def _step(self, inputs: Arrays, targets: FloatImage) -> float:
        loss = float(np.ravel(self.model.train_on_batch(inputs, targets))[0])
        checkpoint.check_loss(loss, self.experiment, self.progress)
        self.progress.step += 1
        self.progress.loss_sum += loss
        return loss

    def _end_epoch(self) -> None:
        """Judge, keep the best, write down."""
        progress, weights = self.progress, serving_weights(self.model)
        checkpoint.check_weights(weights, self.experiment, progress)
        score = distribute.agreed(self.judge.score(weights), self.place)
        line = {
            "epoch": progress.step // self.experiment.steps_per_epoch,
            "loss": progress.loss_sum / self.experiment.steps_per_epoch,
            "val_psnr": score,
            "learning_rate": float(keras.ops.convert_to_numpy(self.model.optimizer.learning_rate)),
        }
        keeps = score > progress.best or self.experiment.kept == "last"
        progress.history.append(line)
        progress.loss_sum = 0.0
        if self.place.first:
            self._write(line, keeps)
        self._save()
        self._say(
            f"epoch {line['epoch']}/{self.experiment.epochs}: loss {line['loss']:.6f}, "
            f"validation {score:.4f}{', the best so far' if score >= progress.best else ''}"
        )

    def _write(self, line: dict[str, float], keeps: bool) -> None:
        self.board = self.board or journal.Journal(self.run / "tensorboard")
        self.board.scalars(self.progress.step, {name: line[name] for name in ("loss", "val_psnr", "learning_rate")})
        if keeps:
            self.judge.keep(self.run / BEST)
            self.board.pictures(self.progress.step, self.judge.pictures(_PICTURES))

    def _save(self) -> None:
        if self.place.first:
            checkpoint.save(self.run, self.experiment, self.model, self.progress)

    def _quiet(self) -> bool | None:
        return None if self.place.first else True  # None: where the output is no terminal

    def _say(self, sentence: str) -> None:
        if self.place.first:
            tqdm.write(sentence, file=sys.stdout)


class Judge:
    """Measures weights as they will serve: on whole photos, in float32, on this process's own device."""

    def __init__(self, experiment: Experiment, task: Task, pairs: list[Pair]) -> None:
        self._model = experiment.build()
        self._photos = task.photos(self._model, pairs)

    def score(self, weights: list[np.ndarray]) -> float:
        """Take these weights and return their mean figure over the photos, the more the better: PSNR in dB, mostly."""
        self._model.set_weights(weights)
        return float(np.mean([self._photos.score(index) for index in range(len(self._photos))]))

    def keep(self, path: Path) -> None:
        """Write the weights last taken, whole or not at all."""
        temporary = path.with_name(f"tmp.{path.name}")
        self._model.save_weights(temporary)
        temporary.replace(path)

    def pictures(self, count: int) -> dict[str, list[Uint8Image]]:
        """Return the first photos, each as the network got it, as it made it, and as it should be."""
        return {
            self._photos.name(index): self._photos.pictures(index) for index in range(min(count, len(self._photos)))
        }


def compiled(experiment: Experiment) -> keras.Model:
    """Build an experiment's model with its loss and optimizer, ready for its first step."""
    before = keras.config.dtype_policy()
    keras.config.set_dtype_policy(experiment.precision)
    try:
        model = experiment.build()
    finally:
        keras.config.set_dtype_policy(before)
    optimizer = keras.optimizers.Adam(
        learning_rate(experiment),
        global_clipnorm=experiment.clip_norm,
        use_ema=experiment.ema is not None,
        ema_momentum=experiment.ema or 0.0,
    )
    jit = keras.config.backend() == "jax"  # XLA's convolutions are slower than TensorFlow's own on a processor
    model.compile(optimizer, losses.named(experiment.loss), jit_compile=jit)
    optimizer.build(model.trainable_variables)
    return model


def learning_rate(experiment: Experiment) -> float | keras.optimizers.schedules.LearningRateSchedule:
    """Return an experiment's learning rate: a number, or a function of the step."""
    if experiment.schedule == "constant":
        return experiment.learning_rate
    climb = experiment.warmup_steps
    return keras.optimizers.schedules.CosineDecay(
        0.0 if climb else experiment.learning_rate,
        decay_steps=experiment.steps - climb,
        warmup_target=experiment.learning_rate if climb else None,
        warmup_steps=climb,
    )


def serving_weights(model: keras.Model) -> list[np.ndarray]:
    """Return the weights that would serve now: their running average where the optimizer keeps one."""
    weights = model.get_weights()
    model.optimizer.finalize_variable_values(model.trainable_variables)
    serving = model.get_weights()
    model.set_weights(weights)
    return serving
