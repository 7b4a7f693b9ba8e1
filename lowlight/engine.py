"""Runs a network file on arrays, with ONNX Runtime."""

import logging
import os
from dataclasses import dataclass, field
from functools import lru_cache

import numpy as np
import onnxruntime as ort

from lowlight import weights
from lowlight.errors import LowlightError
from lowlight.tone import FloatImage

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Network:
    """A network that turns a picture into one of the same size, looking no further than ``halo`` pixels.

    Attributes:
        name: what the weights are called, for people.
        sentence: where its weights come from, for people.
        halo: the receptive field's radius, in pixels: how much of the surroundings a pixel of the output depends on.
    """

    name: str
    sentence: str
    halo: int
    session: ort.InferenceSession = field(repr=False)

    def __call__(self, picture: FloatImage) -> FloatImage:
        """Return the network's picture, not clipped.

        Args:
            picture: height x width x 3, float32 in [0, 1], of any size.
        """
        feeds = {self.session.get_inputs()[0].name: picture[np.newaxis]}
        return np.asarray(self.session.run(None, feeds)[0][0], np.float32)


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
    try:
        session = ort.InferenceSession(data, options, providers=["CPUExecutionProvider"])
        metadata = session.get_modelmeta().custom_metadata_map
        return Network(metadata["name"], sentence, int(metadata["halo"]), session)
    except Exception as error:  # ONNX Runtime's errors share no base class but Exception
        raise LowlightError("The network file cannot be opened: it is no network this program can run.") from error


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
