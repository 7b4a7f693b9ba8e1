"""Pairs of photos: matched, checked, split by scene."""

import csv
import dataclasses
import shutil
from collections import Counter
from functools import partial
from itertools import chain, pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from lowlight import LowlightError
from tests.helpers.pairs import LOL, LOL_LEFT_OUT, names, save_pair, scene_photo
from training import experiments
from training.batches.preview import draw
from training.data import pairs, split_file, splits
from training.data.checks import check_pairs, displacement
from training.data.pairs import Dataset, Pair
from training.data.prepare import PREVIEW_FILE, SPLIT_FILE, examine, prepare, report


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """LOL in small: nine pairs of our485, and one of eval15."""
    root = tmp_path_factory.mktemp("data")
    for seed, name in enumerate([*chain(*LOL.values()), *LOL_LEFT_OUT]):
        save_pair(root / "our485", name, scene_photo(seed))
    save_pair(root / "eval15", "1", scene_photo(99))
    return root


@pytest.fixture
def lol(made, tmp_path):
    """The same in a folder of the test's own."""
    return shutil.copytree(made, tmp_path / "lol")


@pytest.fixture
def own(tmp_path):
    """A folder of twelve pairs that nobody made a scene list for."""
    for number in range(12):
        save_pair(tmp_path / "own", f"photo {number}", scene_photo(number, 32, 32))
    return tmp_path / "own"


# Pairs


def test_pairs_match_by_stem_whatever_the_format(tmp_path):
    """A dark WebP and a bright AVIF of one stem are a pair; numbers come in their order; other files do not count."""
    for side, suffix in (("low", "webp"), ("high", "avif")):
        (tmp_path / side).mkdir()
        for name in ("10", "9"):
            Image.fromarray(scene_photo(1)).save(tmp_path / side / f"{name}.{suffix}")
    for other in ("._9.png", "Thumbs.db", "notes.txt"):
        (tmp_path / "low" / other).write_bytes(b"x")
    assert [pair.name for pair in pairs.find_pairs(tmp_path)] == ["9", "10"]


def test_photos_that_cannot_be_paired_are_all_named(tmp_path):
    """A photo without partner and one with two are refused together, each by name."""
    save_pair(tmp_path, "17", scene_photo(1))
    save_pair(tmp_path, "18", scene_photo(2))
    (tmp_path / "high" / "17.png").unlink()
    shutil.copy(tmp_path / "low" / "18.png", tmp_path / "low" / "18.jpg")
    with pytest.raises(LowlightError) as refusal:
        pairs.find_pairs(tmp_path)
    assert "17: has no partner in high" in str(refusal.value)
    assert "low/18.jpg, low/18.png, high/18.png" in str(refusal.value)


def test_a_folder_without_pairs_says_what_it_needs(tmp_path):
    """A folder without low and high is refused with the names of the folders that are missed, and no path."""
    with pytest.raises(LowlightError, match=r"no pairs here.* low and high") as refusal:
        pairs.open_dataset(tmp_path)
    assert str(tmp_path.parent) not in str(refusal.value)


@pytest.mark.parametrize("inside", ["", "our485"])
def test_lol_is_found_at_either_level(lol, inside):
    """LOL is recognised by its folder our485, given that folder or the one above; eval15 is its test set."""
    found = pairs.open_dataset(lol / inside)
    assert (found.name, found.root, found.is_lol) == ("LOL v1", lol, True)
    assert [pair.name for pair in found.test_pairs] == ["1"]


def test_lol_is_found_as_its_archive_unpacks(lol, tmp_path):
    """The archive's folder lol_dataset may stand between."""
    lol.rename(tmp_path / "lol_dataset")
    assert pairs.open_dataset(tmp_path).is_lol


def test_lol_photos_carry_what_is_known_of_them(lol):
    """A pair of LOL knows its scene, its fault, and the test pairs that show its scene."""
    found = {pair.name: pair for pair in pairs.open_dataset(lol).pairs}
    assert found["5"].scene == found["6"].scene != found["13"].scene
    assert found["9"].fault == "displaced by 1 px"
    assert (found["2"].test_pairs, found["5"].test_pairs) == ("1", "")


def test_a_folder_brings_its_own_scenes(own):
    """scenes.csv beside low and high says which pairs show the same scene."""
    lines = ["id,scene,remark", *(f"photo {n},room {n // 2},x" for n in range(12))]
    (own / "scenes.csv").write_text("\n".join(lines))
    found = pairs.open_dataset(own)
    assert found.has_scenes
    assert Counter(pair.scene for pair in found.pairs) == {f"room {n}": 2 for n in range(6)}


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("id,scene\nphoto 0,1\nphoto 1,\n", "no scene for 11 of 12 pairs: photo 1, "),
        ("name,place\nphoto 0,1\n", "needs the columns id and scene"),
    ],
)
def test_a_scene_list_must_name_every_pair(own, text, sentence):
    """A scene list without the columns or with pairs left out is refused, the pairs named."""
    (own / "scenes.csv").write_text(text)
    with pytest.raises(LowlightError, match=sentence):
        pairs.open_dataset(own)


# Checks


def test_unusable_pairs_are_named_in_one_report(own):
    """A photo that cannot be read and a pair of two sizes are told together, each by name and with what to do."""
    (own / "high" / "photo 3.png").write_bytes(b"no picture")
    Image.fromarray(scene_photo(1, 32, 40)).save(own / "low" / "photo 5.png")
    with pytest.raises(LowlightError) as refusal:
        examine(own, "leak-free")
    assert "2 pairs cannot be used" in str(refusal.value)
    assert "photo 3: high/photo 3.png cannot be read" in str(refusal.value)
    assert "photo 5: low is 40x32 pixels and high 32x32" in str(refusal.value)


@settings(max_examples=25, deadline=None)
@given(st.integers(-6, 6), st.integers(-6, 6), st.integers(0, 1000))
def test_displacement_is_measured(across, down, seed):
    """Two windows of one view, one dark and noisy, are as far apart as they were cut, within half a pixel."""
    view = scene_photo(seed, 180, 240)
    high = view[20:140, 20:200]
    dark = view[20 + down : 140 + down, 20 + across : 200 + across] / 12
    noise = np.random.default_rng(seed).normal(0, 0.7, dark.shape)
    low = np.clip(np.rint(dark + noise), 0, 255).astype(np.uint8)
    shift, match = displacement(low, high)
    assert shift == pytest.approx(np.hypot(across, down), abs=0.5)
    assert match > 0.25


def test_displaced_pairs_are_named_and_others_are_not(tmp_path):
    """A pair cut two pixels apart and one of two views are named, one that lies over itself is not."""
    view = scene_photo(1, 100, 140)
    save_pair(tmp_path, "fine", view[:90, :130])
    save_pair(tmp_path, "moved", view[:90, :130], view[2:92, :130] // 8)
    save_pair(tmp_path, "other", view[:90, :130], scene_photo(2, 90, 130) // 8)
    found = check_pairs(pairs.find_pairs(tmp_path))
    assert found.errors == []
    assert found.displaced == {"moved": "displaced by 2 px", "other": "framed differently"}


@pytest.mark.parametrize("shape", [(1, 1, 3), (2, 300, 3), (40, 40, 3)])
def test_nothing_to_compare_is_not_displaced(shape):
    """A picture without edges, however small, is not called displaced."""
    assert displacement(np.zeros(shape, np.uint8), np.full(shape, 200, np.uint8)) == (0.0, 1.0)


# Splits


def lol_list():
    """Return the rows of LOL's scene list."""
    with splits.SCENES.open(newline="") as file:
        return list(csv.DictReader(file))


def test_lol_list_is_whole():
    """All 485 and 15 pairs are listed; 24 of the 485 show test scenes, and 14 of the 15 test pairs are seen so."""
    rows = lol_list()
    assert Counter(row["set"] for row in rows) == {"our485": 485, "eval15": 15}
    test_scenes = {row["scene"] for row in rows if row["set"] == "eval15"}
    leaking = [row for row in rows if row["set"] == "our485" and row["scene"] in test_scenes]
    seen = {row["scene"] for row in leaking}
    assert len(leaking) == 24
    assert sum(row["set"] == "eval15" and row["scene"] in seen for row in rows) == 14


def test_the_released_split_stays():
    """The scenes the weights were trained, chosen and measured on: 174, 23 and 22."""
    rows = lol_list()
    test_scenes = {row["scene"] for row in rows if row["set"] == "eval15"}
    ours = {int(row["scene"]) for row in rows if row["scene"] not in test_scenes}
    assert Counter(map(splits.part_of_scene, ours)) == {"training": 174, "validation": 23, "held-out": 22}


def test_lol_leak_free(lol):
    """Pairs that show test scenes are in no part, displaced ones do not train; nothing leaks."""
    parts, left_out = splits.split(pairs.open_dataset(lol), "leak-free")
    assert names(parts) == LOL
    assert left_out == LOL_LEFT_OUT
    assert splits.leak_report(parts) == []


def test_lol_official(lol):
    """All of our485 trains but the validation scenes, eval15 is held out, and the report names what leaks."""
    parts, left_out = splits.split(pairs.open_dataset(lol), "official")
    assert names(parts) == {
        "training": ["2", "5", "6", "9", "13", "39", "40"],
        "validation": ["17", "18"],
        "held-out": ["1"],
    }
    assert left_out == {}
    assert [str(leak) for leak in splits.leak_report(parts)] == ["2 shows scene 0, as LOL's test pair 1"]


def test_lol_seen(lol):
    """One pair of a held-out scene trains, the other is measured, and the report names what leaks."""
    parts, left_out = splits.split(pairs.open_dataset(lol), "seen")
    assert names(parts) == {"training": [*LOL["training"], "39"], "validation": LOL["validation"], "held-out": ["40"]}
    assert left_out == LOL_LEFT_OUT
    assert [str(leak) for leak in splits.leak_report(parts)] == ["39 shows scene 10, as 40 (held-out)"]


def all_of_lol(folder):
    """Return LOL as if its 485 pairs were there."""
    nowhere = [Pair(row["id"], folder, folder) for row in lol_list() if row["set"] == "our485"]
    return Dataset("LOL v1", folder, pairs.with_lol_facts(nowhere), [], is_lol=True, has_scenes=True)


def test_all_of_lol_under_every_protocol(tmp_path):
    """Of 485 pairs, 433 remain leak-free, 340 of which train; officially all do, and 24 show test scenes."""
    dataset = all_of_lol(tmp_path)
    leak_free, left_out = splits.split(dataset, "leak-free")
    assert {part: len(found) for part, found in leak_free.items()} == {
        "training": 340,
        "validation": 49,
        "held-out": 44,
    }
    assert Counter(left_out.values())["shows a scene of LOL's test set"] == 24
    assert left_out["648"] == "framed differently"
    seen, alone = splits.split(dataset, "seen")
    assert len(seen["training"]) + len(seen["held-out"]) + len(alone) - len(left_out) == 340 + 44
    assert {leak.scene for leak in splits.leak_report(seen)} == {pair.scene for pair in seen["held-out"]}
    official, _ = splits.split(dataset, "official")
    assert sum(map(len, official.values())) == 485
    assert len(splits.leak_report(official)) == 24


def test_lol_by_rooms(tmp_path):
    """Of 485 pairs 291 train by rooms, 93 validate, 43 are held out, and 8 are left out as next to these."""
    parts, left_out = splits.split(all_of_lol(tmp_path), "rooms")
    assert {part: len(found) for part, found in parts.items()} == {"training": 291, "validation": 93, "held-out": 43}
    reasons = Counter(left_out.values())
    assert reasons["next to a room that is judged"] == 8
    assert reasons["shows a scene of LOL's test set"] == 24
    assert sum(map(len, parts.values())) + len(left_out) == 485
    assert splits.leak_report(parts) == []
    assert {pair.fault for pair in parts["training"]} == {""}


def test_the_final_split(tmp_path, own):
    """What validates trains too, but for displaced pairs, and what was held out validates; no scene is on two sides."""
    dataset = all_of_lol(tmp_path)
    usual, final = (splits.split(dataset, protocol)[0] for protocol in ("rooms", "final"))
    assert {part: len(found) for part, found in final.items()} == {"training": 380, "validation": 43, "held-out": 0}
    assert final["validation"] == usual["held-out"]
    assert {pair.fault for pair in final["training"]} == {""}
    assert splits.leak_report(final) == []
    assert splits.split_set(own, "final").parts["validation"] == splits.split_set(own).parts["held-out"]


def test_no_neighbours_are_on_two_sides_by_rooms():
    """Between scenes of two parts there is always one that is in none, and each judged part is scenes in a row."""
    assert {int(row["scene"]) for row in lol_list()} == set(range(splits.LOL_SCENES))
    parts = [splits.part_of_room(scene) for scene in range(splits.LOL_SCENES)]
    changes = [pair for pair in pairwise(parts) if pair[0] != pair[1]]
    assert all("" in pair for pair in changes)
    assert [part for part in parts if part] == [
        *("training",) * 46,
        *("validation",) * 23,
        *("training",) * 115,
        *("validation",) * 22,
        *("held-out",) * 23,
    ]


def test_who_names_no_protocol_gets_the_usual_one(tmp_path, own):
    """LOL is split by rooms, any other data set leak-free."""
    lol = all_of_lol(tmp_path)
    assert splits.split(lol) == splits.split(lol, "rooms")
    assert splits.split_set(own).protocol == "leak-free"
    assert splits.split_set(own).parts == splits.split(pairs.open_dataset(own), "leak-free")[0]


def test_rooms_need_scenes_of_both_kinds(lol):
    """Where a part of LOL has none of the scenes that validate by rooms, the sentence says which they are."""
    with pytest.raises(LowlightError, match=r"No pair is left for validation.*47 to 69 and 187 to 209"):
        splits.split(pairs.open_dataset(lol), "rooms")


@given(st.lists(st.integers(0, 40), min_size=1, max_size=80))
def test_no_scene_is_on_two_sides(tmp_path_factory, scenes):
    """However many pairs show a scene, they are all in one part, and no pair is lost."""
    here = tmp_path_factory.getbasetemp()
    found = [Pair(str(index), here, here, scene=f"scene {scene}") for index, scene in enumerate(scenes)]
    dataset = Dataset("own", here, found, [], is_lol=False, has_scenes=True)
    if len(set(scenes)) < 5:
        with pytest.raises(LowlightError, match="at least five"):
            splits.split(dataset)
        return
    parts, left_out = splits.split(dataset)
    sides = [{pair.scene for pair in parts[part]} for part in splits.PARTS]
    assert sum(map(len, sides)) == len(set(scenes))
    assert sum(map(len, parts.values())) == len(scenes)
    assert left_out == {}
    assert splits.leak_report(parts) == []


def test_a_shared_scene_is_reported(tmp_path):
    """A scene that trains and is measured is a leak, with the pair that shows it again."""
    one = Pair("a", tmp_path, tmp_path, scene="kitchen", test_pairs="146")
    two = Pair("1", tmp_path, tmp_path, scene="kitchen")
    leaks = splits.leak_report({"training": [one], "validation": [two], "held-out": []})
    assert [str(leak) for leak in leaks] == ["a shows scene kitchen, as LOL's test pair 146 and 1 (validation)"]


@pytest.mark.parametrize(
    ("protocol", "sentence"),
    [
        ("official", "Only LOL has an official split, and this is 'own'"),
        ("rooms", "Only of LOL is it known .* this is 'own'"),
        ("best", "no protocol 'best'"),
    ],
)
def test_a_protocol_that_is_not_there_is_refused(own, protocol, sentence):
    """Only LOL has an official split and known rooms, and there is no protocol but ours."""
    with pytest.raises(LowlightError, match=sentence):
        splits.split(pairs.open_dataset(own), protocol)


# The command


def test_prepare_tells_what_it_did(lol, tmp_path, capsys):
    """The report has each part's counts, who was left out and why, and the leak report; the split can be read back."""
    path = prepare(lol, tmp_path / "out", protocol="leak-free")
    said = capsys.readouterr().out
    assert "training       3 pairs of 2 scenes" in said
    assert "displaced by 1 px: 9" in said
    assert "shows a scene of LOL's test set: 2" in said
    assert "no training pair shows a scene that is measured" in said
    assert path == tmp_path / "out" / SPLIT_FILE
    assert names(split_file.read([path], lol).parts) == LOL


def test_prepare_warns_where_scenes_are_not_known(own):
    """Without a scene list every pair is a scene of its own, and the report says what that means."""
    found = examine(own, "leak-free")
    assert "every pair counts as a scene of its own" in report(found)
    assert {part: len(some) for part, some in found.parts.items()} == {
        "training": 10,
        "validation": 1,
        "held-out": 1,
    }


def test_prepare_leaves_displaced_pairs_out_of_training(own):
    """In a data set of one's own, displaced pairs are measured, named, and do not train."""
    view = scene_photo(3, 64, 96)
    save_pair(own, "photo 0", view[:60, :90], view[3:63, :90] // 8)
    assert examine(own, "leak-free").left_out == {"photo 0": "displaced by 3 px"}


@pytest.mark.training
@pytest.mark.parametrize(
    ("name", "changes"), [("original_cnn", {}), ("original_cnn", {"augmentation": "varied"}), ("light_unet", {})]
)
def test_preview_shows_photo_input_and_target(lol, tmp_path, name, changes):
    """The contact sheet is a picture with a row for each scene, in which input and target are to be seen."""
    experiment = dataclasses.replace(experiments.load(name), patch_size=32, **changes)
    prepare(lol, tmp_path, protocol="leak-free", draw=partial(draw, experiment, 0))
    with Image.open(tmp_path / PREVIEW_FILE) as sheet:
        picture = np.asarray(sheet)
    assert picture.shape[2] == 3
    paper = (picture == picture[0, 0]).all(axis=2)
    assert 0.3 < paper.mean() < 0.9
