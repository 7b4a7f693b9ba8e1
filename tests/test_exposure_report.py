"""How well a network knows how bright a photo should be."""

import re

import numpy as np
import pytest
from PIL import Image
from test_denoise import dark_photo

from lowlight import LowlightError, weights
from training import exposure_report, pairs

pytestmark = pytest.mark.training

GUIDED, ORIGINAL = (weights.BUNDLED_FOLDER / f"{name}.onnx" for name in (weights.SMALL_NAME, weights.ORIGINAL_NAME))


@pytest.fixture
def scenes(tmp_path):
    """Two pairs of one scene, as bright as each other, and one of another scene."""
    for index, factor in enumerate((4, 4, 2)):
        high = np.clip(dark_photo(64, 96, index).astype(int) * factor + 20, 0, 255).astype(np.uint8)
        for side, picture in (("low", high // 8), ("high", high)):
            (tmp_path / side).mkdir(exist_ok=True)
            Image.fromarray(picture).save(tmp_path / side / f"{index}.png")
    (tmp_path / "scenes.csv").write_text("id,scene\n0,a\n1,a\n2,b\n")
    return pairs.open_dataset(tmp_path).pairs


def test_every_source_has_its_error_and_what_it_costs(scenes):
    """The photo's own exposure is never off, the scene's other photos' hardly, one for all is; others are counted."""
    text = exposure_report.report(GUIDED, scenes, "made up")
    errors = dict(re.findall(r"^\| (.+?) \| (\S+) \(", text, re.MULTILINE))
    assert list(errors) == list(exposure_report.SOURCES)
    assert float(errors["the bright photo's own"]) == 0
    assert float(errors["the scene's other bright photos'"]) < 0.01 < float(errors["0.45 for every photo"])
    assert "made up, 3 pairs" in text
    assert "the 2 pairs whose scene has other bright photos" in text


def test_a_network_that_is_told_no_exposure_is_refused(scenes):
    """The sentence names the file."""
    with pytest.raises(LowlightError, match=r"original-cnn.onnx is told no exposure"):
        exposure_report.report(ORIGINAL, scenes, "made up")
