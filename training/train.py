"""Trains an experiment: patches in, the weights that are best on the validation scenes out."""

import json
from pathlib import Path

import keras
import numpy as np

from lowlight.pipeline import Settings, prepare
from lowlight.tone import FloatImage, Uint8Image, to_uint8
from training.augment import Augmentation
from training.data import Pair
from training.experiments import Experiment
from training.metrics import psnr


class Patches(keras.utils.PyDataset):
    """Batches of patches, cut at random from photos that went through the page's own stages.

    The batch of a step depends on the seed and the step alone, so that a run resumed is the run it was.
    """

    def __init__(self, pairs: list[Pair], experiment: Experiment, first_step: int = 0) -> None:
        super().__init__(workers=1, use_multiprocessing=False)
        self.experiment, self.step = experiment, first_step
        self._photos = [(prepare(pair.low, Settings()), pair.high) for pair in pairs]
        self._augment = Augmentation()

    def __len__(self) -> int:
        return self.experiment.steps_per_epoch

    def __getitem__(self, index: int) -> tuple[FloatImage, FloatImage]:
        random = np.random.default_rng((self.experiment.seed, self.step + index))
        patches = [self._patch(random) for _ in range(self.experiment.batch_size)]
        low, high = zip(*patches, strict=True)
        return np.stack(low), np.stack(high)

    def on_epoch_end(self) -> None:
        """Go on where this epoch ended."""
        self.step += len(self)

    def _patch(self, random: np.random.Generator) -> tuple[FloatImage, FloatImage]:
        prepared, high = self._photos[random.integers(len(self._photos))]
        size = self.experiment.patch_size
        top, left = (int(random.integers(side - size + 1)) for side in high.shape[:2])
        window = (slice(top, top + size), slice(left, left + size))
        return self._augment(prepared.brightened(window), high[window] / np.float32(255), random)


class BestOnValidation(keras.callbacks.Callback):
    """After each epoch: PSNR over whole validation photos, the best weights kept, a checkpoint, the history."""

    def __init__(self, run: Path, pairs: list[Pair], history: list[dict[str, float]]) -> None:
        super().__init__()
        self.run, self.history = run, history
        self._photos = [(prepare(pair.low, Settings()), pair.high) for pair in pairs]

    def on_epoch_end(self, epoch: int, logs: dict[str, float] | None = None) -> None:
        """Judge, keep, write down."""
        scores = [psnr(apply(self.model, prepared.brightened()), high) for prepared, high in self._photos]
        score = float(np.mean(scores))
        if score > max((line["val_psnr"] for line in self.history), default=-np.inf):
            self.model.save_weights(self.run / "best.weights.h5")
        self.history.append({"epoch": epoch + 1, "loss": (logs or {})["loss"], "val_psnr": score})
        save_checkpoint(self.run, self.model, self.history)
        print(f"  validation PSNR {score:.3f} dB", flush=True)


def apply(model: keras.Model, picture: FloatImage) -> Uint8Image:
    """Run a Keras model on one picture in one go; round, clip, cast."""
    return to_uint8(keras.ops.convert_to_numpy(model(picture[np.newaxis], training=False))[0])


def train(experiment: Experiment, training: list[Pair], validation: list[Pair], run: Path) -> None:
    """Train an experiment into a run folder; go on from its checkpoint if it has one.

    Args:
        experiment: what to train and how.
        training: pairs to learn from.
        validation: pairs of other scenes, to choose by.
        run: the folder for ``best.weights.h5``, ``history.json`` and the checkpoint.
    """
    keras.utils.set_random_seed(experiment.seed)
    run.mkdir(parents=True, exist_ok=True)
    model = experiment.build()
    model.compile(keras.optimizers.Adam(experiment.learning_rate), loss="mse", jit_compile=False)
    model.optimizer.build(model.trainable_variables)
    history = load_checkpoint(run, model)
    patches = Patches(training, experiment, first_step=len(history) * experiment.steps_per_epoch)
    model.fit(
        patches,
        initial_epoch=len(history),
        epochs=experiment.epochs,
        callbacks=[BestOnValidation(run, validation, history)],
        shuffle=False,
        verbose=2,
    )


def save_checkpoint(run: Path, model: keras.Model, history: list[dict[str, float]]) -> None:
    """Write weights, optimizer state and history; a stop in between leaves the checkpoint before."""
    state = [keras.ops.convert_to_numpy(v) for v in model.variables + model.optimizer.variables]
    temporary = run / "checkpoint.tmp.npz"
    np.savez(temporary, *state, history=np.array(json.dumps(history)))
    temporary.replace(run / "checkpoint.npz")
    (run / "history.json").write_text(json.dumps(history, indent=1) + "\n")


def load_checkpoint(run: Path, model: keras.Model) -> list[dict[str, float]]:
    """Read back what `save_checkpoint` wrote into the model and its optimizer; return the history, empty at first."""
    path = run / "checkpoint.npz"
    if not path.exists():
        return []
    with np.load(path, allow_pickle=False) as state:
        for index, variable in enumerate(model.variables + model.optimizer.variables):
            variable.assign(state[f"arr_{index}"])
        return list(json.loads(str(state["history"])))
