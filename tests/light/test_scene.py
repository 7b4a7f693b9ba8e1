"""What a photo is taken for, and how much light it gets."""

import numpy as np
import pytest

from lowlight import load_photo
from lowlight.light import linear
from lowlight.light.light_map import brightened
from lowlight.light.scene import Kind, Scene
from lowlight.light.survey import Survey
from tests.helpers import scenes
from tests.helpers.places import EXAMPLES


def scene_of(rgb):
    """Return a photo's scene."""
    return Scene.of(Survey.of(rgb))


@pytest.mark.parametrize(("name", "kind"), [(kind.replace("room", "dim"), kind) for kind in scenes.ALL])
def test_made_up_photos_are_taken_for_what_they_are(name, kind):
    """A room is dim, a lamp in the dark a night, a person before a sky backlit."""
    assert scene_of(scenes.ALL[kind]()).kind == Kind(name)


@pytest.mark.parametrize(
    ("name", "kinds"),
    [
        ("dark-hall.png", {Kind.DIM, Kind.NIGHT}),
        ("dark-shelf.png", {Kind.DIM}),
        ("bridge-at-night.jpg", {Kind.NIGHT, Kind.DIM}),
        ("coffee.png", {Kind.FINE}),
    ],
)
def test_example_photos_are_taken_for_what_they_are(name, kinds):
    """The bundled examples, by what people call them."""
    assert scene_of(load_photo(EXAMPLES / name).rgb).kind in kinds


def test_a_backlit_person_is_lifted_and_the_sky_stays():
    """The shadow rises by one to two stops, the sky by less than a tenth."""
    rgb = scenes.backlit()
    survey = Survey.of(rgb)
    stops = Scene.of(survey).stops
    person, sky = survey.base < 0.02, survey.base > 0.5
    assert 1 <= np.median(stops[person]) <= 2
    assert stops[sky].max() < 0.1


def test_a_night_stays_darker_than_a_room():
    """Of two photos as dark as each other, the one with a lamp in it comes out darker."""
    room, night = scenes.room(), scenes.night()
    out = {}
    for name, rgb in (("room", room), ("night", night)):
        survey = Survey.of(rgb)
        out[name] = linear.to_srgb(brightened(survey.light, Scene.of(survey).stops)).mean()
    assert out["night"] < 0.7 * out["room"]


def test_a_lit_wall_and_the_black_around_it_stay():
    """A lamp rises by less than a stop, a lit wall by far less than the street, the black sky not at all."""
    survey = Survey.of(scenes.night())
    stops = Scene.of(survey).stops
    assert stops[survey.base > 0.4].max() < 1
    assert stops[(survey.base > 0.15) & (survey.base < 0.25)].mean() < 0.8 * stops.max()
    assert np.median(stops[survey.level < 1.0]) < 0.1


def test_a_black_that_is_closed_is_meant():
    """Of two photos with the same mean, the one whose black is flat is lifted less."""
    random = np.random.default_rng(0)
    living = np.clip(random.normal(3, 1.5, (120, 180, 3)), 0, 255).astype(np.uint8)
    living[:, 120:] = np.clip(random.normal(28, 2, (120, 60, 3)), 0, 255).astype(np.uint8)
    closed = living.copy()
    closed[:, :110] = 3
    assert scene_of(closed).gain < scene_of(living).gain


def test_who_cannot_be_seen_is_lifted_whatever_the_trees_say():
    """A photo that trees take for finished is lifted by a stop or more where its mean is 6 levels, by less at 40."""
    random = np.random.default_rng(0)
    lifted = []
    for mean in (6, 40):
        rgb = np.clip(random.normal(mean, mean / 4, (120, 180, 3)), 0, 255).astype(np.uint8)
        lifted.append(Scene.of(Survey.of(rgb, known=0.01)).stops.mean())
    assert lifted[0] > max(1, 2 * lifted[1])
    assert lifted[1] > 0.15


def test_a_closed_black_needs_more_to_count_as_underexposed():
    """The same wanted mean makes an underexposed photo of one with noise in its black, and none of one without."""
    random = np.random.default_rng(0)
    living = np.clip(random.normal(3, 1.5, (120, 180, 3)), 0, 255).astype(np.uint8)
    closed = np.full_like(living, 3)
    found = [Survey.of(rgb, known).underexposed for rgb in (living, closed) for known in (0.38, 0.6)]
    assert found == pytest.approx([1.0, 1.0, 0.0, 1.0], abs=0.05)


@pytest.mark.parametrize("mean", [75, 90, 130])
def test_a_well_lit_photo_is_fine(mean):
    """From a mean of 73 levels on nothing is done to a photo that is lit evenly."""
    rgb = np.clip(np.random.default_rng(0).normal(mean, 25, (120, 180, 3)), 0, 255).astype(np.uint8)
    assert scene_of(rgb).untouched


def test_black_beside_white_does_not_become_a_veil(monkeypatch):
    """Where a photo reaches up to white, its darkest part rises by less than what is a little lighter."""
    rgb = np.random.default_rng(0).integers(8, 13, (120, 180, 3), np.uint8)
    rgb[:40] += 12
    rgb[90:, :120] = 235
    survey = Survey.of(rgb)
    stops = Scene.of(survey).stops
    dark, lighter = (np.median(stops[rows, 65:]) for rows in (slice(35, 50), slice(0, 20)))
    monkeypatch.setattr("lowlight.light.scene.VEIL", 0.0)
    before = np.median(Scene.of(survey).stops[35:50, 65:])
    assert 0 < dark < before - 0.3
    assert dark < lighter
