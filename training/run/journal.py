"""What a run tells people: its config, a line an epoch, and TensorBoard's scalars and pictures, with any back end."""

import json
import platform
import shlex
import subprocess
import sys
import time
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import cv2
import keras
import numpy as np
from tensorboard.compat.proto.event_pb2 import Event
from tensorboard.compat.proto.summary_pb2 import Summary
from tensorboard.summary.writer.record_writer import RecordWriter

from lowlight.arrays import Uint8Image
from lowlight.errors import LowlightError
from training.experiments import Experiment
from training.run.checkpoint import write_json

_PACKAGES = (
    "keras",
    "tensorflow-cpu",
    "tensorflow",
    "jax",
    "torch",
    "numpy",
    "albumentations",
    "opencv-python-headless",
)

_PICTURE_SIDE = 256  # the long side of one picture in TensorBoard, in pixels


def write_config(run: Path, experiment: Experiment, pairs: dict[str, int], processes: int) -> None:
    """Write ``config.json``: the experiment's fields and how this start of the run came about.

    A run that goes on with other code keeps the commits of its earlier starts.

    Args:
        run: the run's folder.
        experiment: what is trained.
        pairs: how many there are in each part.
        processes: how many train together.
    """
    path, commit = run / "config.json", _git("rev-parse", "HEAD")
    before = json.loads(path.read_text()) if path.exists() else {"commit": commit, "earlier commits": []}
    earlier = [*before["earlier commits"], *([before["commit"]] if before["commit"] != commit else [])]
    config = {
        "experiment": experiment.fields(),
        "command": _command(),
        "commit": commit,
        "earlier commits": earlier,
        "uncommitted changes": None if commit is None else bool(_git("status", "--porcelain")),
        "backend": keras.config.backend(),
        "python": platform.python_version(),
        "packages": {name: found for name in _PACKAGES if (found := _version(name))},
        "processes": processes,
        "pairs": pairs,
    }
    write_json(path, config)


def experiment_of(run: Path) -> str:
    """Return the name of a run's experiment, from its ``config.json``.

    Raises:
        LowlightError: the folder does not say.
    """
    try:
        return str(json.loads((run / "config.json").read_text())["experiment"]["name"])
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise LowlightError(f"{run} does not say which experiment it is: it has no config.json of one.") from error


def _command() -> str:
    """Return the command that started this process, where it was the training package's."""
    if Path(sys.argv[0]).parts[-2:] != ("training", "__main__.py"):
        return "started from Python, not by a command"
    return shlex.join(["python", "-m", "training", *sys.argv[1:]])


class Journal:
    """Writes TensorBoard's event file: `tensorboard --logdir RUN` shows it.

    It is written record by record, since Keras's own callback needs TensorFlow.
    """

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        number = len(list(folder.glob("events.out.tfevents.*")))
        self._path = folder / f"events.out.tfevents.{time.time():.0f}.{number}"
        self._write(Event(wall_time=time.time(), file_version="brain.Event:2"))

    def scalars(self, step: int, values: dict[str, float]) -> None:
        """Add a point to each named curve."""
        self._summary(step, [Summary.Value(tag=name, simple_value=value) for name, value in values.items()])

    def pictures(self, step: int, pictures: dict[str, list[Uint8Image]]) -> None:
        """Add named rows of pictures, each height x width x 3, uint8 RGB; they are shown small."""
        values = []
        for name, row in pictures.items():
            small = np.hstack([_small(picture) for picture in row])
            encoded = cv2.imencode(".png", small[..., ::-1])[1].tobytes()
            image = Summary.Image(
                height=small.shape[0], width=small.shape[1], colorspace=3, encoded_image_string=encoded
            )
            values.append(Summary.Value(tag=name, image=image))
        self._summary(step, values)

    def _summary(self, step: int, values: list[Summary.Value]) -> None:
        self._write(Event(wall_time=time.time(), step=step, summary=Summary(value=values)))

    def _write(self, event: Event) -> None:
        with self._path.open("ab") as file:
            RecordWriter(file).write(event.SerializeToString())


def _small(picture: Uint8Image) -> Uint8Image:
    scale = min(1.0, _PICTURE_SIDE / max(picture.shape[:2]))
    return cv2.resize(picture, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)


def _git(*arguments: str) -> str | None:
    """Return what git says about the folder this code lies in, or None where there is no git or no repository."""
    command = ["git", "-C", str(Path(__file__).parent), *arguments]
    try:
        return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()  # noqa: S603 -- fixed
    except (OSError, subprocess.CalledProcessError):
        return None


def _version(package: str) -> str | None:
    try:
        return version(package)
    except PackageNotFoundError:
        return None
