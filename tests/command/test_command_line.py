"""``python -m lowlight``, run as people run it."""

import re
import subprocess
import sys

import numpy as np
import pytest
from PIL import Image

from lowlight import Settings, enhance, limits
from lowlight.settings import LOOKS
from tests.helpers.photos import dark_photo
from tests.helpers.places import PROJECT


def run(*arguments, cwd):
    """Run the command line in a folder; return exit code, output and errors."""
    command = [sys.executable, "-m", "lowlight", *map(str, arguments)]
    answer = subprocess.run(command, cwd=cwd, capture_output=True, text=True, check=False, env=environment())
    return answer.returncode, answer.stdout, answer.stderr


def environment():
    """Return an environment in which the project is found from any folder."""
    import os

    return {**os.environ, "PYTHONPATH": str(PROJECT)}


@pytest.fixture
def photos(tmp_path):
    """A folder with a dark PNG, a dark JPEG and a file that is no photo."""
    for name, seed in (("bridge.png", 0), ("street.jpg", 1)):
        Image.fromarray(dark_photo(60, 90, seed)).save(tmp_path / name)
    (tmp_path / "notes.jpg").write_text("not a photo")
    return tmp_path


def test_good_photos_are_enhanced_and_bad_ones_named(photos):
    """Each good photo is written; a bad one costs exit code 1 and a sentence, and stops nothing."""
    code, out, err = run("bridge.png", "notes.jpg", "missing.jpg", "street.jpg", "--out", "results", cwd=photos)
    assert code == 1
    assert out.split() == ["results/bridge_enhanced.png", "results/street_enhanced.jpg"]
    complaints = err.strip().splitlines()
    assert [line.split(":")[0] for line in complaints] == ["notes.jpg", "missing.jpg"]
    assert "Traceback" not in err


def test_the_file_holds_what_the_library_gives(photos):
    """The PNG's pixels are the last stage's, and the settings on the line are used."""
    assert run("bridge.png", "--out", ".", "--brightness", "3", "--denoise", "0.5", cwd=photos)[0] == 0
    *_, expected = enhance(dark_photo(60, 90, 0), Settings(brightness=3.0, denoise=0.5))
    assert np.array_equal(np.asarray(Image.open(photos / "bridge_enhanced.png")), expected.picture)


def test_every_control_has_its_option(photos):
    """What the library calls a setting is what the line calls it, and the help has its range."""
    wanted = {"strength": 0.9, "exposure": -0.5, "shadows": 0.4, "highlights": -0.4, "warmth": 0.2, "colour": -0.5}
    wanted |= {"detail": 0.3, "denoise": 0.7, "clip_limit": 3.0, "tile_grid": 4, "look": "bright"}
    assert set(wanted) == {*limits.RANGES, "look"}
    line = [part for name, value in wanted.items() for part in (f"--{name.replace('_', '-')}", value)]
    assert run("bridge.png", "--out", ".", *line, cwd=photos)[0] == 0
    *_, expected = enhance(dark_photo(60, 90, 0), Settings(**wanted))
    assert np.array_equal(np.asarray(Image.open(photos / "bridge_enhanced.png")), expected.picture)
    words = " ".join(run("--help", cwd=photos)[1].split())
    for name, (low, high) in limits.RANGES.items():
        usual = getattr(Settings(), name)
        assert re.search(rf"--{name.replace('_', '-')} X [^.]*?, {low:g} to {high:g} \(default: {usual:g}\)", words), (
            name
        )


@pytest.mark.parametrize("form", ["jpg", "png"])
def test_the_format_can_be_chosen(photos, form):
    """--format decides the file's suffix and its content."""
    assert run("street.jpg", "--out", "results", "--format", form, cwd=photos)[0] == 0
    with Image.open(photos / "results" / f"street_enhanced.{form}") as result:
        assert (result.format, result.size) == ({"jpg": "JPEG", "png": "PNG"}[form], (90, 60))


def test_no_photo_is_written_over(photos):
    """Two photos of one name get two results, and a result never replaces a photo that was given."""
    (photos / "other").mkdir()
    Image.fromarray(dark_photo(60, 90, 5)).save(photos / "other" / "bridge.png")
    given = dark_photo(30, 40, 6)
    Image.fromarray(given).save(photos / "bridge_enhanced.png")
    code, out, _ = run("bridge.png", "other/bridge.png", "bridge_enhanced.png", "--out", ".", cwd=photos)
    assert (code, out.split()) == (
        0,
        ["bridge_enhanced_2.png", "bridge_enhanced_3.png", "bridge_enhanced_enhanced.png"],
    )
    assert np.array_equal(np.asarray(Image.open(photos / "bridge_enhanced.png")), given)


@pytest.mark.parametrize(
    "wrong",
    [
        *[("--brightness", "nan"), ("--denoise", "2"), ("--exposure", "9"), ("--tile-grid", "0"), ("--strength", "50")],
        *[("--shadows", "-2"), ("--highlights", "2"), ("--warmth", "inf"), ("--colour", "-100"), ("--detail", "-0.1")],
    ],
)
def test_wrong_settings_are_refused_before_any_work(photos, wrong):
    """A setting out of range is one sentence and exit code 1; nothing is written."""
    code, out, err = run("bridge.png", "--out", "results", *wrong, cwd=photos)
    assert (code, out) == (1, "")
    assert "must be a number from" in err
    assert not (photos / "results").exists()


def test_a_look_that_is_none_is_refused(photos):
    """The sentence names those that there are."""
    code, out, err = run("bridge.png", "--out", "results", "--look", "noon", cwd=photos)
    assert (code, out) == (2, "")
    assert all(look in err for look in LOOKS)


def test_a_folder_that_cannot_be_made_is_named(photos):
    """Where the results cannot go, the sentence says so."""
    code, _, err = run("bridge.png", "--out", "notes.jpg/results", cwd=photos)
    assert code == 1
    assert "cannot be made" in err
    assert "Traceback" not in err
