"""How light a photo ought to be: the forest, what it is asked with, and how it is taught."""

import shutil

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from PIL import Image

from lowlight import LowlightError, load_photo, shipped
from lowlight.light.survey import Survey
from lowlight.light.wanted import IN_DOUBT, NAMES, Forest, bundled_forest, features, wanted_mean
from tests.helpers import scenes
from tests.helpers.places import EXAMPLES
from training.data.pairs import find_pairs
from training.run import wanted

PHOTOS = arrays(np.uint8, st.tuples(st.integers(1, 90), st.integers(1, 90), st.just(3)))


def stump(feature, threshold, low, high):
    """Return a forest of one tree with one question."""
    return Forest(
        np.array([0]),
        np.array([feature, -1, -1]),
        np.array([threshold, 0, 0], np.float32),
        np.array([2, 0, 0]),
        np.log(np.array([1, low, high], np.float32)),
    )


def asked(**known):
    """Return features that are 0 but for these."""
    return np.array([known.get(name, 0) for name in NAMES], np.float32)


def test_a_tree_answers_by_its_question():
    """Values up to the threshold go one way, larger ones the other."""
    forest = stump(NAMES.index("mean"), 3.0, 0.2, 0.4)
    assert np.exp(forest.answer(asked(mean=3.0))) == pytest.approx(0.2)
    assert np.exp(forest.answer(asked(mean=3.1))) == pytest.approx(0.4)


def test_a_forest_answers_the_mean_of_its_trees():
    """Two trees that disagree meet in the middle of their logarithms."""
    one, other = stump(0, 1.0, 0.1, 0.1), stump(0, 1.0, 0.4, 0.4)
    both = Forest(
        np.array([0, 3]),
        np.concatenate([one.feature, other.feature]),
        np.concatenate([one.threshold, other.threshold]),
        np.concatenate([one.right, other.right + 3]),
        np.concatenate([one.value, other.value]),
    )
    assert np.exp(both.answer(asked())) == pytest.approx(0.2)


def test_a_forest_survives_being_written():
    """What is read back answers the same, to the storage's precision, and the same forest gives the same bytes."""
    forest = bundled_forest()
    again = Forest.read(forest.written())
    values = features(Survey.of(load_photo(EXAMPLES / "dark-shelf.png").rgb))
    assert again.answer(values) == pytest.approx(forest.answer(values), abs=1e-3)
    assert again.written() == forest.written()


@pytest.mark.parametrize("data", [b"", b"no zip", b"PK\x03\x04 cut off"])
def test_what_is_no_forest_is_refused(data):
    """In a sentence."""
    with pytest.raises(LowlightError, match="holds no forest"):
        Forest.read(data)


def test_a_damaged_forest_is_refused(tmp_path):
    """Its checksum is looked at before it is opened."""
    for path in shipped.BUNDLED_FOLDER.glob("wanted.*"):
        shutil.copy(path, tmp_path)
    with (tmp_path / "wanted.npz").open("ab") as file:
        file.write(b"!")
    with pytest.raises(LowlightError, match="are damaged"):
        shipped.bundled_file("wanted", ".npz", tmp_path)


def test_without_a_forest_all_photos_are_in_doubt(tmp_path, monkeypatch, caplog):
    """Nothing stops, and the log says why."""
    monkeypatch.setattr(shipped.bundled_file, "__defaults__", (tmp_path,))
    bundled_forest.cache_clear()
    assert wanted_mean(Survey.of(scenes.room())) == IN_DOUBT
    assert "The bundled weights are missing" in caplog.text


def test_what_is_known_is_not_asked():
    """A smaller copy of a photo is wanted as light as the photo was found to be."""
    assert Survey.of(scenes.room(), 0.21).wanted == 0.21


@given(PHOTOS)
def test_any_photo_can_be_asked_about(rgb):
    """However small or odd, its features are finite, and the answer is a mean luma."""
    survey = Survey.of(rgb)
    assert np.isfinite(features(survey)).all()
    assert len(features(survey)) == len(NAMES)
    assert 0 < wanted_mean(survey) < 0.7


def test_a_dim_room_is_wanted_lighter_than_a_night():
    """The example photos and the made-up ones, by what people would say."""
    rooms = [wanted_mean(Survey.of(rgb)) for rgb in (load_photo(EXAMPLES / "dark-shelf.png").rgb, scenes.room())]
    assert min(rooms) > wanted_mean(Survey.of(scenes.night())) + 0.05


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Return a folder with twelve pairs, rooms and their bright frames, and one of twelve nights."""
    folder = tmp_path_factory.mktemp("photos")
    for name in ("low", "high", "dark"):
        (folder / name).mkdir()
    for seed in range(12):
        room = scenes.room(seed=seed)
        Image.fromarray(room).save(folder / "low" / f"{seed:02}.png")
        lit = np.clip(room.astype(int) * 6, 0, 255).astype(np.uint8)
        Image.fromarray(lit).save(folder / "high" / f"{seed:02}.png")
        Image.fromarray(scenes.night(seed=seed)).save(folder / "dark" / f"{seed:02}.png")
    return folder


def test_a_forest_learns_what_it_is_taught(folder, tmp_path):
    """Rooms are wanted bright, as their bright frames are; nights dark; both of photos that taught it nothing."""
    target = tmp_path / "made" / "forest.npz"
    tried = wanted.teach(find_pairs(folder), folder / "dark", target, seed=1)
    assert tried.error < 0.15
    assert target.with_suffix(".sha256").read_text().split()[1] == "forest.npz"
    forest = Forest.read(target.read_bytes())
    room, night = (np.exp(forest.answer(features(Survey.of(rgb)))) for rgb in (scenes.room(), scenes.night(seed=99)))
    bright = Survey.of(load_photo(folder / "high" / "00.png").rgb).mean
    assert room == pytest.approx(bright, rel=0.3)
    assert night < 0.7 * room
    again = tmp_path / "again.npz"
    wanted.teach(find_pairs(folder), folder / "dark", again, seed=1)
    assert again.read_bytes() == target.read_bytes()


def test_pairs_and_dark_photos_are_both_needed(folder):
    """Without dark photos there is nothing to tell apart."""
    with pytest.raises(LowlightError, match="pairs and from dark photos"):
        wanted.cross_validated(wanted.lessons(find_pairs(folder), []))


def test_well_lit_photos_made_dark_teach_their_own_light(folder):
    """A bright photo teaches as one made dark; what is no dark photo teaches nothing."""
    pair = find_pairs(folder)[0]
    found = wanted.lessons([pair], [folder / "high" / "00.png"])
    assert [lesson.kind for lesson in found] == ["pair", "bright frame made dark"]
    assert found[1].present < 0.5 * found[1].wanted
