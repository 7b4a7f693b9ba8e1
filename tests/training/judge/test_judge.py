"""Networks and folders of pictures on photos of every kind, in tables, and which of them is worse."""

import math
import shutil
import subprocess
import sys

import numpy as np
import pytest

from lowlight import LowlightError, enhance, load_photo, save_photo
from tests.helpers.judged_sets import cells, make_sets, rows, write
from tests.helpers.made_networks import gain_network
from tests.helpers.pairs import save_pair, scene_photo
from tests.helpers.places import PROJECT
from training import __main__ as command_line
from training.judge import judging, lineup
from training.judge.evaluate import read_network

pytestmark = pytest.mark.training


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """A folder with a small set of each kind."""
    return make_sets(tmp_path_factory.mktemp("sets"))


@pytest.fixture
def folders(made):
    """The folder of each set, by its name."""
    return {name: made / name for name in lineup.SETS}


# What is told


def test_the_header_says_on_what_was_judged(folders):
    """Above the tables stand the sets, their parts and numbers, a quick look, and what would flatter."""
    found = lineup.open_sets({"night": folders["night"], "dark": folders["dark"]}, every=2)
    assert "one photo in 2" in judging.header(found, 2)
    assert "quick look" not in judging.header(found)
    assert judging.header(found).startswith("Judged on night (2 pairs, all), dark (2 dark photos, no references). ")
    assert "What would flatter" in judging.header(found)


def test_a_network_is_judged_by_the_pages_own_results(folders, tmp_path):
    """An ONNX file and a folder of what the page makes with it have the same figures everywhere."""
    path = gain_network(tmp_path / "net", 0.8)
    network, _ = read_network(path)

    def made_by_the_page(rgb, _):
        *_, result = enhance(rgb, network=network)
        return result.picture

    write(tmp_path / "made", folders, made_by_the_page)
    text = judging.judge([str(path), f"the same={tmp_path / 'made'}"], folders).text
    found = cells(text)
    assert len(found) == 2 * len(folders)
    for name in folders:
        assert found[name, "network"] == found[name, "the same"]
    assert "**the same against network: nothing is worse.**" in text


def test_figures_are_those_of_the_pictures(folders, tmp_path):
    """Pictures that are their references are perfect; the photos as they came lost nothing, but are not brightened."""
    write(tmp_path / "perfect", folders, lambda _, reference: reference)
    found = cells(judging.judge(["as-it-came", f"perfect={tmp_path / 'perfect'}"], folders).text)
    assert list(found["night", "perfect"].values()) == ["100.00", "100.00", "1.000", "0.00", "1.00", "0.00", "+0.00"]
    assert float(found["night", "as-it-came"]["PSNR"]) < 15
    assert float(found["night", "as-it-came"]["exposure bias"]) == pytest.approx(-math.log(8), abs=0.1)
    assert found["clean", "as-it-came"] == {
        "PSNR to itself": "100.0",
        "PSNR to itself, worst": "100.0",
        "bit for bit": "100%",
    }
    dark = found["dark", "as-it-came"]
    assert (dark["newly clipped"], dark["newly clipped, worst"], dark["slope"]) == ("0.00 %", "0.0 %", "1.00")
    assert dark["mean in"] == dark["mean out"]
    assert dark["darker"] == "0%"


def test_the_worst_and_the_darker_photos_are_told(made, tmp_path):
    """Of four dark photos one that was burnt out gives the worst, two that became darker a half."""
    for number in (1, 2, 3, 4):
        rgb = load_photo(made / "dark" / f"{number:03}.png").rgb
        change = {1: 255 - rgb, 2: rgb - np.minimum(rgb, 2), 3: rgb - np.minimum(rgb, 1)}
        (tmp_path / "made" / "dark").mkdir(parents=True, exist_ok=True)
        save_photo(change.get(number, rgb), tmp_path / "made" / "dark" / f"{number:03}_enhanced.png")
    judged = judging.judge([f"it={tmp_path / 'made'}"], {"dark": made / "dark"}, tmp_path / "out")
    found, photos = cells(judged.text)["dark", "it"], rows(tmp_path / "out")
    assert found["darker"] == "50%"
    burnt = float(photos["it", "dark", "001"]["clipped"])
    assert burnt > 0.5
    assert found["newly clipped, worst"] == f"{burnt:.1f} %"
    assert found["newly clipped"] == f"{burnt / 4:.2f} %"
    assert judged.worse == {}


def test_pictures_may_be_called_as_the_command_line_does(folders, tmp_path):
    """STEM.png and STEM_enhanced.png are the same to the judge; the former counts where there are both."""
    write(tmp_path / "plain", folders, lambda rgb, _: rgb, names=["night"])
    write(tmp_path / "made", folders, lambda rgb, _: rgb, "{}_enhanced.png", names=["night"])
    night = {"night": folders["night"]}
    assert judging.judge([f"{tmp_path / 'plain'}", f"b={tmp_path / 'made'}"], night).worse == {"b": []}
    write(tmp_path / "both", folders, lambda _, reference: reference, names=["night"])
    for path in (tmp_path / "made" / "night").iterdir():
        shutil.copy(path, tmp_path / "both" / "night")
    assert cells(judging.judge([f"both={tmp_path / 'both'}"], night).text)["night", "both"]["PSNR"] == "100.00"


def test_a_folder_may_lack_a_set(folders, tmp_path):
    """A set whose folder is missing has dashes, no lines in the CSV, and no verdict; the text says so."""
    write(tmp_path / "made", folders, lambda rgb, _: rgb, names=["night"])
    asked = {name: folders[name] for name in ("night", "dark")}
    judged = judging.judge(["as-it-came", f"part={tmp_path / 'made'}"], asked, tmp_path / "out")
    found = cells(judged.text)
    assert set(found["dark", "part"].values()) == {"-"}
    assert found["night", "part"] == found["night", "as-it-came"]
    assert {(network, name) for network, name, _ in rows(tmp_path / "out")} == {
        ("as-it-came", "night"),
        ("as-it-came", "dark"),
        ("part", "night"),
    }
    assert "**part against as-it-came: nothing is worse.** Only one of them has pictures of dark." in judged.text


def test_the_csv_has_every_measure_of_every_photo(folders, tmp_path):
    """A line a network, set and photo; what a photo has no measure of is empty; judge.md is the text."""
    judged = judging.judge(["as-it-came"], folders, tmp_path / "out")
    found = rows(tmp_path / "out")
    assert len(found) == 2 + 1 + 3 + 4 + 1
    night, dark = found["as-it-came", "night", "001"], found["as-it-came", "dark", "001"]
    assert float(night["psnr"]) < 15
    assert float(night["exposure"]) < -1.5
    assert night["clipped"] == dark["ciede2000"] == ""
    assert dark["hue_moved"] == "", "it has nothing bright and colourful"
    assert dark["clipped"] == "0"
    assert found["as-it-came", "clean", "01"]["identical"] == "1"
    assert (tmp_path / "out" / "judge.md").read_text() == judged.text + "\n"


# What is refused


def test_a_picture_of_another_size_is_named(folders, tmp_path):
    """So is a picture whose size is not its photo's, with both sizes, and a reference likewise."""
    write(tmp_path / "made", folders, lambda rgb, _: rgb, names=["night"])
    save_photo(scene_photo(1, 30, 60), tmp_path / "made" / "night" / "003.png")
    with pytest.raises(
        LowlightError, match=r"night, photo 003: night/003\.png has 60 x 30 pixels and the photo 60 x 40"
    ):
        judging.judge([f"it={tmp_path / 'made'}"], {"night": folders["night"]})
    save_pair(tmp_path / "pairs", "7", scene_photo(1, 30, 60), scene_photo(1, 40, 60))
    with pytest.raises(LowlightError, match=r"night, photo 7: high/7\.png has 60 x 30 pixels"):
        judging.judge(["as-it-came"], {"night": tmp_path / "pairs"})


def test_a_photo_that_cannot_be_measured_is_named(tmp_path):
    """A photo smaller than SSIM's window is refused by its name."""
    save_pair(tmp_path, "tiny", scene_photo(1, 8, 60))
    with pytest.raises(LowlightError, match="night, photo tiny: SSIM needs"):
        judging.judge(["as-it-came"], {"night": tmp_path})


# The command


def run(*arguments):
    """Run the judge as an engineer types it."""
    command = [sys.executable, "-m", "training", "judge", *map(str, arguments)]
    return subprocess.run(command, cwd=PROJECT, capture_output=True, text=True, check=False)


def test_the_command_prints_the_tables_and_says_no(folders, tmp_path):
    """Every set is judged; a network that is worse than the first is told, and ends --strict with 1."""
    good, bad = gain_network(tmp_path / "good", 1.0), gain_network(tmp_path / "bad", 0.4)
    sets = [part for name, folder in folders.items() for part in (f"--{name}", folder)]
    answer = run(good, f"bad={bad}", "as-it-came", *sets, "--out", tmp_path / "out", "--strict")
    assert answer.returncode == 1, answer.stderr
    assert answer.stdout == (tmp_path / "out" / "judge.md").read_text()
    assert "judge: 100%" in answer.stderr
    assert len(cells(answer.stdout)) == 3 * len(folders)
    told = answer.stdout.split("**bad against network: worse in ")[1]
    assert "- night: PSNR " in told
    assert "against" not in told, "the photos as they came are not judged"


def test_only_strict_ends_with_one(made, tmp_path, capsys):
    """Without --strict the verdict is in the text alone; with it the last network counts."""
    good, bad = gain_network(tmp_path / "good", 1.0), gain_network(tmp_path / "bad", 0.4)
    one, two = f"good={good}", f"bad={bad}"
    night = ["--night", str(made / "night")]
    assert command_line.main(["judge", one, two, *night]) == 0
    assert command_line.main(["judge", one, two, f"again={good}", *night, "--strict"]) == 0
    assert command_line.main(["judge", one, f"again={good}", two, *night, "--strict"]) == 1
    assert "bad against good: worse in" in capsys.readouterr().out


def test_the_command_says_what_is_missing(made, capsys):
    """No set, no such step and nothing to compare with are one sentence each, exit code 1."""
    dark = ["--dark", str(made / "dark")]
    assert command_line.main(["judge", "as-it-came"]) == 1
    assert command_line.main(["judge", "as-it-came", *dark, "--every", "0"]) == 1
    assert command_line.main(["judge", "as-it-came", *dark, "--strict"]) == 1
    complaints = capsys.readouterr().err.splitlines()
    assert len(complaints) == 3
    assert "--lol, --brackets, --night, --dark, --clean" in complaints[0]
    assert "--every is 0" in complaints[1]
    assert "at least two" in complaints[2]


def test_the_command_explains_itself(capsys):
    """The help says what can be named in place of a network, and what each set is judged on."""
    with pytest.raises(SystemExit) as stopped:
        command_line.main(["judge", "--help"])
    assert stopped.value.code == 0
    told = capsys.readouterr().out
    assert all(word in told for word in ("NAME=FOLDER", "as-it-came", *(f"--{name}" for name in lineup.SETS)))
