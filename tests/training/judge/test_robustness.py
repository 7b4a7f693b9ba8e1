"""How a network fares on photos unlike LOL's."""

import numpy as np
import pytest
from PIL import Image

from lowlight import LowlightError, shipped
from lowlight.network import weights
from tests.helpers.any_network import any_file
from tests.helpers.photos import dark_photo
from training.judge import robustness

pytestmark = pytest.mark.training

ORIGINAL = shipped.BUNDLED_FOLDER / f"{weights.ORIGINAL_NAME}.onnx"


@pytest.fixture
def clean(tmp_path):
    """A folder with one well-lit photo."""
    (tmp_path / "clean").mkdir()
    rgb = np.clip(dark_photo(64, 96).astype(int) * 4 + 20, 0, 255).astype(np.uint8)
    Image.fromarray(rgb).save(tmp_path / "clean" / "room.png")
    return tmp_path / "clean"


def test_every_combination_has_its_line(clean):
    """A line for each share of light, noise and compression, and the least that a well-lit photo is to itself."""
    text = robustness.robustness(ORIGINAL, clean)
    lines = [line for line in text.splitlines() if line.startswith("| ")]
    count = len(robustness.LIGHT) * len(robustness.NOISE) * len(robustness.JPEG)
    assert len(lines) == 2 + count + 2 + len(robustness.COLOURED_LIGHT)
    assert lines[2].startswith("| 15.0% | little | none |")
    assert [line.split()[1] for line in lines[-5:]] == ["teal", "blue", "magenta", "red", "sodium"]
    assert "In coloured light 5% of it is left, with little noise, JPEG 90" in text
    assert "Means over 1 photos" in text
    assert "inf dB or more to themselves" in text, "the photo is bright, so it stays as it is"


def test_a_light_guided_network_has_its_table_too(clean, tmp_path):
    """One that changes nothing is about as close as the stages without it, in every light."""
    (tmp_path / "same.onnx").write_bytes(any_file("same"))
    rows = [line.split("|") for line in robustness.robustness(tmp_path / "same.onnx", clean).splitlines()]
    figures = [tuple(map(float, row[-6:-1])) for row in rows if len(row) > 6 and row[-2].strip()[0].isdigit()]
    assert len(figures) == 27 + 5
    for alone, network, _, colours_alone, colours in figures:
        assert network == pytest.approx(alone, abs=1.5)
        assert colours == pytest.approx(colours_alone, abs=0.5)


def test_more_noise_is_never_closer(clean):
    """In the table, the stages alone come less close with much noise than with little."""
    rows = [
        line.split("|") for line in robustness.robustness(ORIGINAL, clean).splitlines() if line.startswith("| 1.5%")
    ]
    little, much, coarse = ([float(row[4]) for row in rows if row[2].strip() == noise] for noise in robustness.NOISE)
    assert all(a > b for a, b in zip(little, much, strict=True))
    assert all(a > b for a, b in zip(little, coarse, strict=True))


def test_colour_error_counts_casts_and_not_noise():
    """A cast is an error of several units, grey noise hardly any, and equal pictures have none."""
    rgb = np.full((64, 64, 3), 120, np.uint8)
    cast, random = rgb.copy(), np.random.default_rng(0)
    cast[..., 2] += 30
    noisy = np.clip(rgb + random.normal(0, 20, (64, 64, 1)), 0, 255).astype(np.uint8)
    assert robustness.colour_error(rgb, rgb) == 0
    assert robustness.colour_error(noisy, rgb) < 0.5
    assert robustness.colour_error(cast, rgb) > 5


def test_a_folder_without_photos_is_refused(tmp_path):
    """The sentence names the folder."""
    (tmp_path / "empty").mkdir()
    with pytest.raises(LowlightError, match="no photos in 'empty'"):
        robustness.robustness(ORIGINAL, tmp_path / "empty")
