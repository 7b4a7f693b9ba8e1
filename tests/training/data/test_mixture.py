"""What a run trains on: several data sets, and photos of which dark ones are made."""

import dataclasses

import pytest
from PIL import Image

from lowlight import LowlightError
from tests.helpers.pairs import names, save_pair, scene_photo
from training import experiments
from training.data import mixture, split_file

SMOKE = experiments.load("smoke")
LIT = dataclasses.replace(SMOKE, task="restore", others=0.3, clean=0.2)


@pytest.fixture(scope="module")
def folders(tmp_path_factory):
    """LOL in small, by rooms; ten pairs of another data set; and three well-lit photos, one of them narrow."""
    root = tmp_path_factory.mktemp("data")
    for seed, name in enumerate(("5", "167", "716", "731")):
        save_pair(root / "lol" / "our485", name, scene_photo(seed, 40, 60))
    for number in range(10):
        save_pair(root / "brackets", f"{number:04}", scene_photo(20 + number, 40, 60))
    (root / "photos").mkdir()
    for name, height in (("a.png", 40), ("b.png", 24), ("c.png", 32)):
        Image.fromarray(scene_photo(height, height, 60)).save(root / "photos" / name)
    return root


@pytest.fixture
def sets(folders):
    """All of them, opened."""
    return mixture.gather([folders / "lol", folders / "brackets"], folders / "photos")


def test_each_data_set_is_split_by_its_usual_protocol(sets):
    """LOL by rooms, the other one by scenes, and well-lit photos all train."""
    assert [(one.source, one.protocol) for one in sets] == [
        ("LOL v1", "rooms"),
        ("brackets", "leak-free"),
        ("photos", "clean"),
    ]
    lol, brackets, photos = (names(one.parts) for one in sets)
    assert lol == {"training": ["5"], "validation": ["167", "716"], "held-out": ["731"]}
    assert {part: len(found) for part, found in brackets.items()} == {"training": 8, "validation": 1, "held-out": 1}
    assert photos == {"training": ["a.png", "b.png", "c.png"], "validation": [], "held-out": []}


def test_parts_are_put_together_in_the_order_in_which_they_were_named(sets):
    """LOL's pairs come first, then the others', then the well-lit photos; held-out pairs stay apart."""
    parts = names(mixture.together(sets))
    assert parts["training"][0] == "5"
    assert parts["training"][-3:] == ["a.png", "b.png", "c.png"]
    assert parts["validation"] == ["167", "716", "0004"]
    assert parts["held-out"] == ["731", "0009"]


def test_photos_smaller_than_a_patch_are_left_out_and_named(sets):
    """Of the well-lit photos one is narrower than a patch: it does not train, and the sentence and the file say so."""
    photos = mixture.large_enough(sets[2], 32)
    assert names(photos.parts)["training"] == ["a.png", "c.png"]
    assert photos.left_out == {"b.png": "smaller than a patch of 32x32"}
    assert mixture.told(photos) == "photos, clean: training 2; smaller than a patch: b.png."
    assert mixture.large_enough(sets[2], 24) == sets[2]
    assert mixture.told(sets[0]) == "LOL v1, rooms: training 1, validation 2, held-out 1."


def test_what_was_written_is_followed(sets, folders, tmp_path):
    """A split written down gives the same parts again, what was left out for its size stays out."""
    small = [mixture.large_enough(one, 32) for one in sets]
    split_file.write(tmp_path / "split.json", small)
    again = mixture.gather(
        [folders / "lol", folders / "brackets"], folders / "photos", split_files=[tmp_path / "split.json"]
    )
    assert again == small


def test_an_experiment_is_given_what_it_asks_for(sets):
    """Well-lit photos or a second data set that it needs are asked for; photos that it cannot use are refused."""
    lol, brackets, photos = sets
    mixture.check(LIT, sets)
    mixture.check(LIT, [brackets, photos])
    mixture.check(SMOKE, [lol, brackets])
    with pytest.raises(LowlightError, match="Name their folder with --clean"):
        mixture.check(LIT, [lol, brackets])
    with pytest.raises(LowlightError, match="a data set beside LOL too"):
        mixture.check(LIT, [lol, photos])
    with pytest.raises(LowlightError, match="smoke learns from pairs alone"):
        mixture.check(SMOKE, [lol, photos])
