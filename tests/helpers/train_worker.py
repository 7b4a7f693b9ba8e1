"""Trains a tiny experiment in its own process: `python train_worker.py PAIRS RUN [STEPS]`, killed after so many."""

import dataclasses
import os
import signal
import sys
from pathlib import Path

if os.environ.get("KERAS_BACKEND") == "jax":
    sys.modules["tensorflow"] = None  # it must do without, and starts sooner

import keras
import numpy as np

from training import experiments
from training.data.splits import find_pairs
from training.run import train

SMOKE = dataclasses.replace(experiments.load("smoke"), precision="float32", steps_per_epoch=5, epochs=2)
"""Every option but bfloat16, which would hide a difference."""

CHECKPOINT_STEPS = 2


def run(pairs: Path, folder: Path) -> list[dict[str, float]]:
    """Train on four pairs, choose by two."""
    found = find_pairs(pairs)
    return train.train(SMOKE, found[:4], found[4:], folder, checkpoint_steps=CHECKPOINT_STEPS)


def output(folder: Path) -> np.ndarray:
    """Return what a run's best weights make of a picture."""
    model = SMOKE.build()
    model.load_weights(folder / train.BEST)
    picture = np.random.default_rng(0).random((1, 24, 32, 3), np.float32)
    return keras.ops.convert_to_numpy(model(picture))


def kill_after(steps: int) -> None:
    """End this process as a power cut would, when so many steps are done."""
    left = iter(range(steps))
    original = keras.Model.train_on_batch

    def train_on_batch(*arguments):
        if next(left, None) is None:
            os.kill(os.getpid(), signal.SIGKILL)
        return original(*arguments)

    keras.Model.train_on_batch = train_on_batch


if __name__ == "__main__":
    if len(sys.argv) > 3:
        kill_after(int(sys.argv[3]))
    run(Path(sys.argv[1]), Path(sys.argv[2]))
    np.save(Path(sys.argv[2]) / f"output-{os.getpid()}.npy", output(Path(sys.argv[2])))
