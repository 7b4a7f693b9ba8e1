"""The training package's command line, the whole way, as an engineer types it."""

import json
import subprocess
import sys

import pytest
from PIL import Image

from tests.helpers.pairs import save_pair, scene_photo
from tests.helpers.places import PROJECT
from training import __main__ as command_line

pytestmark = pytest.mark.training


def run(*arguments):
    """Run a command of the training package; return what it printed."""
    command = [sys.executable, "-m", "training", *map(str, arguments)]
    answer = subprocess.run(command, cwd=PROJECT, capture_output=True, text=True, check=False)
    assert answer.returncode == 0, answer.stderr
    return answer.stdout


def test_the_smoke_experiment_goes_the_whole_way(tmp_path):
    """From clean photos to a release that would be sent: prepare, train, export, evaluate, compare, publish."""
    clean, data, folder = tmp_path / "clean", tmp_path / "data", tmp_path / "run"
    clean.mkdir()
    for seed in range(12):
        Image.fromarray(scene_photo(seed)).save(clean / f"view{seed}.png")

    told = run("prepare", "--clean", clean, "--count", 24, "--out", data, "--preview", "smoke")
    assert "no training pair shows a scene that is measured" in told
    assert (data / "preview.png").exists()

    shared = ("--data", data / "pairs", "--split", data / "split.json")
    run("train", "smoke", *shared, "--run", folder)
    config = json.loads((folder / "config.json").read_text())
    assert config["command"].startswith("python -m training train smoke --data")
    assert (folder / "split.json").read_bytes() == (data / "split.json").read_bytes()

    weights = run("export", "--run", folder).strip()
    assert "PSNR" in run("evaluate", "--run", folder, "--data", data / "pairs")
    table = run("compare", weights, *shared)
    assert "| smoke test" in table
    assert "443" in table, "its parameters"

    release = run("publish", "me/smoke", "--run", folder, "--tag", "v1.0", "--dry-run")
    assert "smoke.onnx" in release
    assert "nothing was sent" in release


def test_a_light_guided_network_goes_the_whole_way(tmp_path):
    """From LOL, another data set and well-lit photos, one of them too small, to a release that would be sent."""
    for seed, name in enumerate(("5", "167", "716", "731")):
        save_pair(tmp_path / "our485", name, scene_photo(seed))
    for number in range(10):
        save_pair(tmp_path / "brackets", f"{number}", scene_photo(20 + number))
    (tmp_path / "photos").mkdir()
    for name, height in (("wide", 64), ("narrow", 24)):
        Image.fromarray(scene_photo(height, height)).save(tmp_path / "photos" / f"{name}.png")
    lol, brackets, folder = tmp_path / "our485", tmp_path / "brackets", tmp_path / "run"

    run("prepare", brackets, "--out", tmp_path / "prepared", "--preview", "smoke_light")
    assert (tmp_path / "prepared" / "preview.png").exists()

    told = run("train", "smoke_light", "--data", lol, brackets, "--clean", tmp_path / "photos", "--run", folder)
    assert "LOL v1, rooms: training 1, validation 2, held-out 1." in told
    assert "brackets, leak-free: training 8, validation 1, held-out 1." in told
    assert "photos, clean: training 1; smaller than a patch: narrow.png." in told
    sets = json.loads((folder / "split.json").read_text())["sets"]
    assert [one["protocol"] for one in sets] == ["rooms", "leak-free", "clean"]
    assert sets[2]["left_out"] == {"narrow.png": "smaller than a patch of 32x32"}
    assert len(sets[2]["parts"]["training"][0]["high_sha256"]) == 64

    weights = run("export", "--run", folder).strip()
    for data, source in ((brackets, "brackets"), (lol, "LOL v1")):
        assert f"1 pairs of {source}, held-out scenes" in run("evaluate", "--run", folder, "--data", data)
    table = run("compare", weights, "--data", lol, "--part", "validation")
    assert "| light smoke test" in table
    assert "light map, no network" in table
    assert "protocol rooms" in table
    assert "| teal |" in run("robustness", weights, "--clean", tmp_path / "photos")

    release = run("publish", "me/light", "--run", folder, "--tag", "v1.0", "--dry-run")
    assert "LOL v1: 1 training, 2 validation, 1 held-out; brackets: 8 training" in release
    assert "colours 1.6 times as far from grey" in release
    assert "nothing was sent" in release


def test_the_command_line_says_what_is_missing(tmp_path, capsys):
    """An unknown experiment, a run without weights and an empty data folder are one sentence each, exit code 1."""
    data = ["--data", str(tmp_path)]
    assert command_line.main(["train", "nonsense", *data, "--run", str(tmp_path / "run")]) == 1
    assert command_line.main(["export", "--run", str(tmp_path)]) == 1
    assert command_line.main(["compare", "x.onnx", *data]) == 1
    complaints = capsys.readouterr().err.splitlines()
    assert len(complaints) == 3
    assert "no experiment 'nonsense'" in complaints[0]
    assert "train first" in complaints[1]
    assert "low" in complaints[2].split()


@pytest.mark.parametrize("command", ["", "prepare", "train", "evaluate", "compare", "robustness", "export", "publish"])
def test_help_says_what_a_command_does_and_needs(command, capsys):
    """Every command explains itself, without TensorFlow being loaded."""
    with pytest.raises(SystemExit) as stopped:
        command_line.main([*command.split(), "--help"])
    assert stopped.value.code == 0
    assert len(capsys.readouterr().out) > 300
