"""Who is judged, and on what."""

import shutil

import pytest

from lowlight import LowlightError, save_photo
from tests.helpers.judged_sets import LOL, make_sets, write
from tests.helpers.made_networks import gain_network
from tests.helpers.pairs import scene_photo
from training.judge import lineup

pytestmark = pytest.mark.training


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """A folder with a small set of each kind."""
    return make_sets(tmp_path_factory.mktemp("sets"))


@pytest.fixture
def folders(made):
    """The folder of each set, by its name."""
    return {name: made / name for name in lineup.SETS}


def test_what_is_judged_of_each_set(folders):
    """LOL by rooms, the other pairs by scenes or all, and each photo without reference beside itself."""
    sets = {photos.name: photos for photos in lineup.open_sets(folders)}
    assert {name: [shot.name for shot in photos.shots] for name, photos in sets.items()} == {
        "lol": LOL["validation"],
        "brackets": ["0004"],
        "night": ["001", "002", "003"],
        "dark": ["001", "002", "003", "004"],
        "clean": ["01"],
    }
    assert sets["lol"].shots[0].against == folders["lol"] / "our485" / "high" / "167.png"
    assert sets["dark"].shots[0].against == sets["dark"].shots[0].path
    assert sets["lol"].shots[0].faded, "LOL's references get their colours back"
    assert not any(shot.faded for name in ("brackets", "night") for shot in sets[name].shots)


def test_held_out_pairs_can_be_judged(folders):
    """Of the sets that train their held-out part; of the others all, as ever."""
    sets = {photos.name: photos for photos in lineup.open_sets(folders, held_out=True)}
    assert [shot.name for shot in sets["lol"].shots] == LOL["held-out"]
    assert sets["lol"].part == "held-out by rooms"
    assert sets["brackets"].part == "held-out by scenes"
    assert sets["brackets"].shots[0].name != "0004"
    assert len(sets["night"].shots) == 3


def test_a_quick_look_takes_every_so_many(folders):
    """Every second photo of each set is the first, the third and so on."""
    found = lineup.open_sets({"night": folders["night"], "dark": folders["dark"]}, every=2)
    assert [[shot.name for shot in photos.shots] for photos in found] == [["001", "003"], ["001", "003"]]


@pytest.mark.parametrize(
    ("name", "place", "sentence"),
    [
        ("lol", "night", "Only of LOL is it known .* 'night'"),
        ("night", "dark", "no pairs here"),
        ("dark", "", "no photos in 'sets.*'"),
        ("clean", "nowhere", "no photos in 'nowhere'"),
    ],
)
def test_a_folder_that_is_no_such_set_is_refused(made, name, place, sentence):
    """A folder that is not LOL, has no pairs or no photos, is told in a sentence."""
    with pytest.raises(LowlightError, match=sentence):
        lineup.open_sets({name: made / place})


def test_photos_of_one_name_are_refused(tmp_path):
    """Two photos that differ in their format alone cannot be told apart by the pictures made of them."""
    for suffix in ("png", "jpg"):
        save_photo(scene_photo(1, 20, 20), tmp_path / f"7.{suffix}")
    with pytest.raises(LowlightError, match="are called '7'"):
        lineup.open_sets({"dark": tmp_path})


def test_a_missing_picture_is_named_before_anything_is_measured(folders, tmp_path):
    """A folder that has some pictures of a set and not all is refused with the names of the photos."""
    write(tmp_path / "made", folders, lambda rgb, _: rgb)
    (tmp_path / "made" / "night" / "002.png").unlink()
    with pytest.raises(LowlightError, match=r"'it' has no picture of 1 of 3 photos of night: 002\. Make them"):
        lineup.open_contenders([f"it={tmp_path / 'made'}"], lineup.open_sets(folders))


def test_what_cannot_be_judged_is_refused(folders, tmp_path):
    """A file that is missing, a folder without any set, and two of one name are each a sentence."""
    night = lineup.open_sets({"night": folders["night"]})
    (tmp_path / "empty").mkdir()
    for names, sentence in (
        (["missing.onnx"], r"missing\.onnx cannot be read"),
        ([f"theirs={tmp_path / 'nowhere'}"], "nowhere cannot be read"),
        ([f"theirs={tmp_path / 'empty'}"], "nothing of 'theirs' to judge: it has no folder night"),
        (["as-it-came", "as-it-came"], "Two are called 'as-it-came'"),
    ):
        with pytest.raises(LowlightError, match=sentence):
            lineup.open_contenders(names, night)


def test_names_are_given_or_the_files_own(folders, tmp_path):
    """NAME=FILE names an ONNX file too; without a name its own counts, even where that has an equals sign."""
    sets = lineup.open_sets({"night": folders["night"]})
    path = gain_network(tmp_path / "net", 1.0)
    strange = shutil.copy(path, tmp_path / "rate=0.1.onnx")
    write(tmp_path / "v1.0", folders, lambda rgb, _: rgb, names=["night"])
    found = lineup.open_contenders([str(path), f"v0.9={path}", str(strange), str(tmp_path / "v1.0")], sets)
    assert [one.name for one in found] == ["network", "v0.9", "rate=0.1", "v1.0"]
    assert [bool(one.network) for one in found] == [True, True, True, False]
