"""Splits written down with hashes, and read back."""

import json
import shutil

import pytest
from PIL import Image

from lowlight import LowlightError
from tests.helpers.pairs import LOL, LOL_LEFT_OUT, names, save_pair, scene_photo
from training.data import mixture, split_file

CLEAN_PHOTOS = ("a.png", "b.png")


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """LOL in small, a data set of twelve pairs, and a folder of two well-lit photos."""
    root = tmp_path_factory.mktemp("data")
    for seed, name in enumerate([*(name for part in LOL.values() for name in part), *LOL_LEFT_OUT]):
        save_pair(root / "lol" / "our485", name, scene_photo(seed, 32, 48))
    for number in range(12):
        save_pair(root / "own", f"{number}", scene_photo(50 + number, 32, 48))
    (root / "photos").mkdir()
    for seed, name in enumerate(CLEAN_PHOTOS):
        Image.fromarray(scene_photo(90 + seed, 32, 48)).save(root / "photos" / name)
    return root


@pytest.fixture
def data(made, tmp_path):
    """The same in a folder of the test's own."""
    return shutil.copytree(made, tmp_path / "data")


@pytest.fixture
def written(data, tmp_path):
    """A split of all three, and what it was written from."""
    sets = mixture.gather([data / "lol", data / "own"], data / "photos", protocol="leak-free")
    split_file.write(tmp_path / "split.json", sets)
    return tmp_path / "split.json", sets


@pytest.mark.parametrize("inside", ["", "our485"])
def test_a_split_is_read_back_wherever_the_data_lies(data, written, inside):
    """The file names photos from the data's folder, which may move, and may be given at either level."""
    path, (lol, *_) = written
    moved = (data / "lol").rename(data / "elsewhere")
    again = split_file.read([path], moved / inside)
    assert names(again.parts) == names(lol.parts) == LOL
    first, was = again.parts["training"][0], lol.parts["training"][0]
    assert first.low_path == moved / "our485" / "low" / "5.png"
    assert (first.scene, first.kind) == (was.scene, was.kind) == ("1", "lol")
    assert (again.source, again.protocol, again.left_out) == ("LOL v1", "leak-free", LOL_LEFT_OUT)


def test_each_data_set_finds_its_own_split(data, written):
    """Of several in one file, or in several files, it is the one that the folder's photos tell."""
    path, sets = written
    for one in sets:
        split_file.write(path.with_name(f"{one.source}.json"), [one])
    apart = [path.with_name(f"{one.source}.json") for one in sets]
    (data / "own").rename(data / "renamed")
    for files in ([path], apart):
        found = [split_file.read(files, data / name) for name in ("photos", "renamed", "lol")]
        assert [one.source for one in found] == ["photos", "own", "LOL v1"]
        assert [one.protocol for one in found] == ["clean", "leak-free", "leak-free"]
        assert {pair.kind for pair in found[0].parts["training"]} == {"clean"}
        assert {pair.kind for pair in found[1].parts["training"]} == {"pair"}


def test_the_same_split_is_the_same_file(written, tmp_path):
    """Writing a split twice gives the same bytes, so that its hash names it; no folder of this machine is in it."""
    path, sets = written
    split_file.write(tmp_path / "again" / "split.json", sets)
    assert (tmp_path / "again" / "split.json").read_bytes() == path.read_bytes()
    assert str(tmp_path).encode() not in path.read_bytes()
    assert json.loads(path.read_text())["sets"][0]["left_out"] == LOL_LEFT_OUT


def test_changed_and_missing_photos_are_named(data, written):
    """A photo that is not the one the split was made from is named, and so is one that is gone."""
    Image.fromarray(scene_photo(5)).save(data / "lol" / "our485" / "high" / "6.png")
    (data / "lol" / "our485" / "low" / "39.png").unlink()
    with pytest.raises(LowlightError) as refusal:
        split_file.read([written[0]], data / "lol")
    assert "2 of 14 photos" in str(refusal.value)
    assert "our485/high/6.png has changed, our485/low/39.png is missing" in str(refusal.value)


def test_a_split_of_other_data_is_refused(written, tmp_path):
    """A folder none of whose photos are in the file is called by its name."""
    save_pair(tmp_path / "other", "1", scene_photo(7, 32, 48))
    with pytest.raises(LowlightError, match=r"split\.json is of other data than 'other'"):
        split_file.read([written[0]], tmp_path / "other")


@pytest.mark.parametrize(
    "text", ["", "{}", "[]", '{"sets": [{}]}', '{"sets": 3}', '{"sets": []}', '{"parts": {"training": []}}']
)
def test_a_file_that_is_no_split_is_refused(data, tmp_path, text):
    """Anything but a split is one sentence that says how to make one."""
    (tmp_path / "split.json").write_text(text)
    with pytest.raises(LowlightError, match=r"split\.json cannot be read as a split.*prepare"):
        split_file.read([tmp_path / "split.json"], data / "lol")
