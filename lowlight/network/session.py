"""Runs a network file on arrays, with ONNX Runtime."""

import logging
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import lru_cache
from hashlib import sha256

import numpy as np

from lowlight.arrays import FloatImage, Window
from lowlight.errors import LowlightError
from lowlight.messages import NOTHING, Message
from lowlight.network import weights
from lowlight.network.context import PICTURE_STRIDE, PhotoContext
from lowlight.threads import threads


@contextmanager
def _unreported() -> Iterator[None]:
    """Have ONNX Runtime loaded so that it does not report each session and its figures to its maker.

    It reads one environment variable, once. That is as before afterwards.
    """
    before = os.environ.get("ORT_DISABLE_TELEMETRY")
    os.environ["ORT_DISABLE_TELEMETRY"] = "1"
    try:
        yield
    finally:
        if before is None:
            del os.environ["ORT_DISABLE_TELEMETRY"]
        else:
            os.environ["ORT_DISABLE_TELEMETRY"] = before


with _unreported():
    import onnxruntime as ort

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Network:
    """A network that turns a picture into one of the same size, looking no further than ``halo`` pixels.

    Attributes:
        name: what the weights are called, for people.
        sentence: where its weights come from, for people.
        halo: how much of the surroundings of a part it must be given, in pixels.
        session: runs it.
        sha256: of its file, in hexadecimal.
    """

    name: str
    sentence: Message
    halo: int
    session: ort.InferenceSession = field(repr=False)
    sha256: str = ""

    def _run(self, feeds: dict[str, FloatImage]) -> FloatImage:
        """Return the output's first picture.

        Raises:
            LowlightError: the network broke off: for want of memory, or because its file is not what it seems.
        """
        try:
            return np.asarray(self.session.run(None, feeds)[0][0], np.float32)
        except Exception as error:  # ONNX Runtime's errors share no base class but Exception
            _log.warning("The network broke off.", exc_info=error)
            raise LowlightError(
                "The network broke off on this photo, perhaps for want of memory. Try again, or make the photo smaller."
            ) from error


class Denoiser(Network):
    """A network that cleans a brightened picture by what lies near alone, as the published one does."""

    def __call__(self, picture: FloatImage) -> FloatImage:
        """Return the clean picture, not clipped.

        Args:
            picture: height x width x 3, float32 in [0, 1], of any size.
        """
        return self._run({self.session.get_inputs()[0].name: picture[np.newaxis]})


class LightGuided(Network):
    """A network that cleans a brightened photo, is told by how much each part was brightened, and about the whole."""

    stride = PICTURE_STRIDE
    """Corners of parts must lie on multiples of this many pixels, so that parts give what the whole gives."""

    def clean(self, part: FloatImage, window: Window, whole: PhotoContext) -> FloatImage:
        """Return a part of the photo, clean: height x width x 3, float32, sRGB, not clipped.

        Args:
            part: height x width x 4, float32, of the brightened photo, as `context.told` makes it.
            window: where it lies in the photo; its corner on multiples of `stride`.
            whole: what the network is told about the photo.
        """
        height, width = part.shape[:2]
        padding = [(0, -side % PICTURE_STRIDE) for side in (height, width)]
        padded = np.pad(part, [*padding, (0, 0)], "edge") if any(after for _, after in padding) else part
        rows, cols = (slice(span.start, span.stop + after) for span, (_, after) in zip(window, padding, strict=True))
        vertical, horizontal = whole.interpolation((rows, cols))
        feeds = {"picture": padded, "thumbnail": whole.thumbnail, "vertical": vertical, "horizontal": horizontal}
        return self._run({name: value[np.newaxis] for name, value in feeds.items()})[:height, :width]


LIGHT_GUIDED_INPUTS = frozenset({"picture", "thumbnail", "vertical", "horizontal"})
"""What a light-guided network takes, by name; `training.models.networks` says what each is."""


def open_network(data: bytes, sentence: Message = NOTHING) -> Network:
    """Open an ONNX file that is already verified: a `Denoiser` if it takes one picture, or a `LightGuided` network.

    Args:
        data: the file's content.
        sentence: where it comes from, for people.

    Raises:
        LowlightError: the bytes are no network that this program can run.
    """
    options = ort.SessionOptions()
    options.intra_op_num_threads = threads()
    options.log_severity_level = 3
    # its threads are to sleep between two runs: awake they take a core from whatever comes next, another network too
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    try:
        session = ort.InferenceSession(data, options, providers=["CPUExecutionProvider"])
        metadata = session.get_modelmeta().custom_metadata_map
        halo, digest = int(metadata["halo"]), sha256(data).hexdigest()
        return _kind_of(session)(metadata["name"], sentence, halo, session, digest)
    except Exception as error:  # ONNX Runtime's errors share no base class but Exception
        raise LowlightError("The network file cannot be opened: it is no network this program can run.") from error


def _kind_of(session: ort.InferenceSession) -> type[Network]:
    """Return which kind of network a session runs, by its inputs.

    Raises:
        ValueError: it is neither, as those of versions before 0.10 that were told an exposure.
    """
    inputs = {one.name for one in session.get_inputs()}
    if len(inputs) > 1 and inputs != LIGHT_GUIDED_INPUTS:
        raise ValueError(f"inputs {sorted(inputs)}")
    return LightGuided if len(inputs) > 1 else Denoiser


@lru_cache(maxsize=1)
def default_network() -> Network:
    """Open the configured weights, or the bundled ones where they cannot be had; once a process.

    Raises:
        LowlightError: there are none, not even the bundled set.
    """
    chosen = weights.load_weights()
    try:
        return open_network(chosen.data, chosen.sentence)
    except LowlightError as error:
        if chosen.origin == "bundled":
            raise
        sentence = Message(
            "The weights {origin} are no network this program can run. The bundled weights are used.",
            origin=chosen.origin,
        )
        _log.warning("%s", sentence, exc_info=error)
        return open_network(weights.bundled().data, sentence)
