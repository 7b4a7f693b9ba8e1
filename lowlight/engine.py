"""Runs a network file on arrays, with ONNX Runtime."""

import logging
import os
from dataclasses import dataclass, field
from functools import lru_cache

import numpy as np

from lowlight import weights
from lowlight.errors import LowlightError
from lowlight.guide import PICTURE_STRIDE, Whole
from lowlight.tone import FloatImage, Window

# Read once, when ONNX Runtime is loaded: otherwise it reports every session and its figures to its maker.
os.environ["ORT_DISABLE_TELEMETRY"] = "1"
import onnxruntime as ort

_log = logging.getLogger(__name__)


_FIND_IT = 0.0  # in place of the mean luma that a guided network is told


@dataclass(frozen=True)
class Network:
    """A network that turns a picture into one of the same size, looking no further than ``halo`` pixels.

    There are two kinds. A denoiser is called with a brightened picture and cleans it. A guided network does all at
    once: it says how bright a photo should be (`wanted_mean`) and makes parts of it bright and clean (`enhance`).

    Attributes:
        name: what the weights are called, for people.
        sentence: where its weights come from, for people.
        halo: how much of the surroundings of a part it must be given, in pixels.
        session: runs it.
    """

    name: str
    sentence: str
    halo: int
    session: ort.InferenceSession = field(repr=False)

    @property
    def guided(self) -> bool:
        """Whether it takes the dark photo itself, and is told about all of it while it works on a part."""
        return len(self.session.get_inputs()) > 1

    @property
    def stride(self) -> int:
        """Corners of parts must lie on multiples of this many pixels, so that parts give what the whole gives."""
        return PICTURE_STRIDE if self.guided else 1

    def __call__(self, picture: FloatImage) -> FloatImage:
        """Return a denoiser's picture, not clipped.

        Args:
            picture: height x width x 3, float32 in [0, 1], of any size.
        """
        feeds = {self.session.get_inputs()[0].name: picture[np.newaxis]}
        return _answer(self.session, None, feeds)

    def wanted_mean(self, whole: Whole) -> float:
        """Return the mean luma, in (0, 1), that a guided network wants the photo to have."""
        corner = (slice(0, PICTURE_STRIDE), slice(0, PICTURE_STRIDE))
        picture = np.zeros((PICTURE_STRIDE, PICTURE_STRIDE, 3), np.float32)
        return float(self._run("wanted", picture, corner, whole, _FIND_IT).ravel()[0])

    def enhance(self, part: FloatImage, window: Window, whole: Whole, mean: float) -> FloatImage:
        """Return a part of the photo, bright and clean, by a guided network; not clipped.

        Args:
            part: height x width x 3, float32 in [0, 1], of the dark photo.
            window: where it lies in the photo; its corner on multiples of `stride`.
            whole: what the network is told about the photo.
            mean: the mean luma that the whole result is to have.
        """
        height, width = part.shape[:2]
        padding = [(0, -side % PICTURE_STRIDE) for side in (height, width)]
        padded = np.pad(part, [*padding, (0, 0)], "edge") if any(after for _, after in padding) else part
        reach = tuple(slice(span.start, span.stop + after) for span, (_, after) in zip(window, padding, strict=True))
        return self._run("clean", padded, reach, whole, mean)[:height, :width]  # type: ignore[arg-type]

    def _run(self, output: str, picture: FloatImage, window: Window, whole: Whole, mean: float) -> FloatImage:
        vertical, horizontal = whole.interpolation(window)
        feeds = {
            "picture": picture[np.newaxis],
            "thumbnail": whole.thumbnail[np.newaxis],
            "vertical": vertical[np.newaxis],
            "horizontal": horizontal[np.newaxis],
            "exposure": np.array([[mean]], np.float32),
        }
        return _answer(self.session, [output], feeds)


def _answer(session: ort.InferenceSession, outputs: list[str] | None, feeds: dict[str, FloatImage]) -> FloatImage:
    """Run a network and return its first output's first picture.

    Raises:
        LowlightError: it broke off: for want of memory, or because its file is not what it seems.
    """
    try:
        return np.asarray(session.run(outputs, feeds)[0][0], np.float32)
    except Exception as error:  # ONNX Runtime's errors share no base class but Exception
        _log.warning("The network broke off.", exc_info=error)
        raise LowlightError(
            "The network broke off on this photo, perhaps for want of memory. Try again, or make the photo smaller."
        ) from error


def open_network(data: bytes, sentence: str = "") -> Network:
    """Open an ONNX file that is already verified.

    The file's metadata must hold ``name`` and ``halo``; the training package's export writes them.

    Args:
        data: the file's content.
        sentence: where it comes from, for people.

    Raises:
        LowlightError: the bytes are no network that this program can run.
    """
    options = ort.SessionOptions()
    options.intra_op_num_threads = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else 0
    options.log_severity_level = 3
    # its threads are to sleep between two runs: awake they take a core from whatever comes next, another network too
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    try:
        session = ort.InferenceSession(data, options, providers=["CPUExecutionProvider"])
        metadata = session.get_modelmeta().custom_metadata_map
        network = Network(metadata["name"], sentence, int(metadata["halo"]), session)
        _check_interface(session)
    except Exception as error:  # ONNX Runtime's errors share no base class but Exception
        raise LowlightError("The network file cannot be opened: it is no network this program can run.") from error
    return network


GUIDED_INPUTS = frozenset({"picture", "thumbnail", "vertical", "horizontal", "exposure"})
GUIDED_OUTPUTS = frozenset({"clean", "wanted"})
"""What a guided network takes and gives, by name; `training.models` says what each is."""


def _check_interface(session: ort.InferenceSession) -> None:
    """Refuse a network that takes several inputs and is no guided one.

    Raises:
        ValueError: their names are others.
    """
    inputs = {one.name for one in session.get_inputs()}
    outputs = {one.name for one in session.get_outputs()}
    if len(inputs) > 1 and (inputs != GUIDED_INPUTS or not outputs >= GUIDED_OUTPUTS):
        raise ValueError(f"inputs {sorted(inputs)}, outputs {sorted(outputs)}")


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
        sentence = f"The weights {chosen.origin} are no network this program can run. The bundled weights are used."
        _log.warning(sentence, exc_info=error)
        return open_network(weights.bundled().data, sentence)
