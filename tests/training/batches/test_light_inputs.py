"""What the light-guided U-Net learns from, and how it is judged."""

import dataclasses
import os

import cv2
import numpy as np
import pytest
from PIL import Image

from tests.helpers.light_networks import SMALL, made_pairs
from tests.helpers.pairs import scene_photo
from tests.helpers.photos import dark_photo

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")

import keras

from lowlight.light import light_map, linear
from lowlight.light.survey import Survey
from lowlight.measure.metrics import psnr
from lowlight.pipeline import Plan
from lowlight.settings import Settings
from training.batches import light_inputs
from training.batches.light_inputs import LitExample, LitPatches, lit_part, turned_part
from training.batches.orientations import WAYS, turned, turned_back
from training.data.pairs import LOL_FADED, Pair, saturated
from training.judge.serving import lit
from training.models import losses
from training.models.networks import tiny_light_unet
from training.run import train
from training.run.throughput import throughput

pytestmark = pytest.mark.training

PLAIN = dataclasses.replace(SMALL, batch_size=1)


@pytest.fixture(scope="module")
def pairs(tmp_path_factory):
    """Four pairs of made-up photos."""
    return made_pairs(tmp_path_factory.mktemp("pairs"))


def example_of(low, high):
    """Return an example of two pictures."""
    return LitExample(low, high, Survey.of(low), Survey.of(high))


def colourful(height=160, width=240, seed=3):
    """Return a dark photo and its bright one: smooth shapes in many colours, nothing near white."""
    high = (scene_photo(seed, height, width) * 0.7 + 20).astype(np.uint8)
    return linear_darker(high, 1 / 12), high


def linear_darker(rgb, share):
    """Return a photo with a share of its light, without noise."""
    return np.rint(linear.to_srgb(linear.from_uint8(rgb) * np.float32(share)) * 255).astype(np.uint8)


def whole(rgb):
    """Return the window that is all of a photo."""
    return slice(0, rgb.shape[0]), slice(0, rgb.shape[1])


# Batches


def test_a_batch_depends_on_seed_and_step_alone(pairs):
    """The same step's batch is the same again, with any number of workers; another step's and seed's is another."""
    first, again = (LitPatches(pairs, SMALL) for _ in range(2))
    (a, a_target), (b, b_target) = first.batch(5), list(again.stream(3, 6, workers=3))[2]
    assert all(np.array_equal(a[name], b[name]) for name in a)
    assert np.array_equal(a_target, b_target)
    assert not np.array_equal(a["picture"], first.batch(6)[0]["picture"])
    other = LitPatches(pairs, dataclasses.replace(SMALL, seed=1))
    assert not np.array_equal(a["picture"], other.batch(5)[0]["picture"])
    ((share, share_target),) = again.stream(5, 6, share=slice(1, 2))
    assert all(np.array_equal(share[name], a[name][1:2]) for name in a)
    assert np.array_equal(share_target, a_target[1:2])


def test_a_batch_is_what_the_network_takes(pairs):
    """Every input has the model's shape and float32, values in their ranges, and the target the picture's size."""
    inputs, target = LitPatches(pairs, SMALL).batch(0)
    model = tiny_light_unet()
    assert inputs.keys() == model.input.keys()
    assert {array.dtype for array in (*inputs.values(), target)} == {np.dtype(np.float32)}
    assert model(inputs).shape == target.shape == (2, 32, 32, 3)
    assert min(inputs["picture"].min(), target.min()) >= 0
    assert max(inputs["picture"].max(), target.max()) <= 1


@pytest.mark.parametrize(
    ("changes", "kinds"),
    [({}, {"lol"}), ({"others": 1.0}, {"pair"}), ({"clean": 1.0}, {"clean"}), ({"others": 0.3, "clean": 0.3}, None)],
)
def test_photos_of_each_kind_come_as_often_as_asked(pairs, changes, kinds):
    """Shares of another data set and of well-lit photos are as the experiment has them; the rest is LOL's."""
    three = [dataclasses.replace(pairs[at], kind=kind) for at, kind in enumerate(("lol", "pair", "clean"))]
    patches, random = LitPatches(three, dataclasses.replace(SMALL, **changes)), np.random.default_rng(0)
    drawn = [patches.photos.pair(patches._index(random)).kind for _ in range(600)]
    assert kinds is None or set(drawn) == kinds
    if kinds is None:
        assert [drawn.count(kind) / 600 for kind in ("lol", "pair", "clean")] == pytest.approx(
            [0.4, 0.3, 0.3], abs=0.06
        )


def test_what_is_not_there_is_made_up_by_the_others(pairs):
    """Without LOL another data set takes its place."""
    patches = LitPatches([pairs[0]], dataclasses.replace(SMALL, clean=0.2))
    assert patches.batch(0)[1].shape == (2, 32, 32, 3)


# The light


def test_training_gives_the_network_what_the_page_gives_it():
    """In the light that the photo asks for, picture, thumbnail and places are those of serving, part by part."""
    low, high = colourful(96, 144)
    plan, (part, told_of_whole) = Plan(low, Settings()), lit(low)
    window = (slice(16, 48), slice(40, 104))
    inputs, _ = lit_part(example_of(low, high), plan.scene.stops, window)
    vertical, horizontal = told_of_whole.interpolation(window)
    np.testing.assert_allclose(inputs["picture"], part[window], atol=1e-6)
    np.testing.assert_allclose(inputs["thumbnail"], told_of_whole.thumbnail, atol=1e-6)
    np.testing.assert_array_equal(inputs["vertical"], vertical)
    np.testing.assert_array_equal(inputs["horizontal"], horizontal)
    lit_by_the_page, raised = plan.lit(window, light_map.LightMap(plan.survey, plan.scene.stops))
    np.testing.assert_allclose(inputs["picture"][..., :3], linear.to_srgb(lit_by_the_page), atol=1e-6)
    np.testing.assert_allclose(inputs["picture"][..., 3] * 8, raised, atol=1e-5)
    assert raised.max() > 1


@pytest.mark.parametrize("seed", range(6))
def test_the_target_is_in_the_light_of_what_the_network_is_given(seed):
    """Whatever light is drawn, the mean log luminance of input and target agrees in all parts of the photo."""
    low, high = colourful(seed=seed)
    example = example_of(low, high)
    stops = light_inputs.drawn_light(example, np.random.default_rng(seed))
    inputs, target = lit_part(example, stops, whole(low))
    given, wanted = (
        np.log2(linear.luminance(linear.from_srgb(np.ascontiguousarray(one[..., :3]))) + 1e-3)
        for one in (inputs["picture"], target)
    )
    cells = [cv2.resize(one, (6, 4), interpolation=cv2.INTER_AREA) for one in (given, wanted)]
    assert np.abs(cells[0] - cells[1]).max() < 0.35
    assert abs(given.mean() - wanted.mean()) < 0.1
    dark = np.log2(linear.luminance(linear.from_uint8(low)) + 1e-3)
    assert stops.max() < 0.5 or given.mean() > dark.mean() + 0.3


def test_the_target_has_the_colours_of_the_bright_photo():
    """Between the light's shoulder and black, its channels stand to each other as the bright photo's do."""
    low, high = colourful()
    grey = np.repeat(low.mean(axis=2, keepdims=True), 3, axis=2).astype(np.uint8)  # as if all colour were lost
    example = example_of(grey, high)
    _, target = lit_part(example, light_map.stops_for(example.low_survey, 6.0), whole(low))
    made, bright = linear.from_srgb(target), linear.from_uint8(high)
    inside = (made.max(axis=2) < light_map.KNEE) & (made.min(axis=2) > 0.02)
    assert inside.mean() > 0.5
    shares = [one[inside] / one[inside].sum(axis=1, keepdims=True) for one in (made, bright)]
    assert np.abs(shares[0] - shares[1]).max() < 0.01
    assert np.ptp(shares[0], axis=0).min() > 0.2


def test_drawn_light_is_never_less_than_the_photo_s():
    """Stops are never negative, at most eight, differ from draw to draw, and lie around those of the bright photo."""
    low, high = colourful()
    for dark, bright in ((low, high), (high, high), (np.zeros_like(high), high)):
        example = example_of(dark, bright)
        drawn = [light_inputs.drawn_light(example, np.random.default_rng(seed)) for seed in range(60)]
        assert min(one.min() for one in drawn) >= 0
        assert max(one.max() for one in drawn) <= light_map.MOST_STOPS
    drawn = [light_inputs.drawn_light(example_of(low, high), np.random.default_rng(seed)) for seed in range(60)]
    assert len({one.tobytes() for one in drawn}) == 60
    assert np.median([one.max() for one in drawn]) == pytest.approx(np.log2(12), abs=0.6), "a twelfth of the light"
    assert np.std([one.mean() for one in drawn]) > 0.3


# Turning


@pytest.mark.parametrize("way", range(WAYS))
def test_turning_can_be_undone(way):
    """Each of the eight ways gives another picture, and turned back the picture itself."""
    rgb = dark_photo(6, 9)
    ways = [turned(rgb, other) for other in range(WAYS)]
    assert sum(one.shape == ways[way].shape and np.array_equal(one, ways[way]) for one in ways) == 1
    assert np.array_equal(turned_back(ways[way], way), rgb)


@pytest.mark.parametrize("way", range(WAYS))
def test_turned_parts_fit_together(way):
    """A turned part's inputs and target are what the photo, turned beforehand, gives there."""
    low, high = colourful(96, 160)
    example, window = example_of(low, high), (slice(16, 48), slice(64, 112))
    stops = light_map.stops_for(example.low_survey, 8.0)
    inputs, target = lit_part(example, stops, window)
    found, found_target = turned_part(inputs, way), turned(target, way)
    marked = np.zeros(low.shape[:2], bool)
    marked[window] = True
    rows, cols = (np.flatnonzero(turned(marked, way).any(axis=axis)) for axis in (1, 0))
    place = (slice(int(rows[0]), int(rows[-1]) + 1), slice(int(cols[0]), int(cols[-1]) + 1))
    beforehand = example_of(*(np.ascontiguousarray(turned(one, way)) for one in (low, high)))
    wanted, wanted_target = lit_part(beforehand, np.ascontiguousarray(turned(stops, way)), place)
    for name, array in wanted.items():
        np.testing.assert_allclose(found[name], array, atol=2e-3, err_msg=name)
    np.testing.assert_allclose(found_target, wanted_target, atol=2e-3)


# Photos made anew


def made_example(kind="pair", seed=0, **changes):
    """Return what is made of a pair of made-up photos, and the pair's two pictures."""
    low, high = colourful(80, 120)
    patches = LitPatches([Pair("a", "low", "high", kind=kind)], dataclasses.replace(PLAIN, **changes))
    patches.photos._kept[0] = example_of(low, high)
    return patches.example(0, np.random.default_rng(seed)), low, high


def test_most_pairs_stay_as_they_are_and_some_are_compressed():
    """Three of four dark photos are the pair's own, one goes through JPEG; bright ones stay."""
    found = [made_example(seed=seed) for seed in range(80)]
    same = [example.low is low for example, low, _ in found]
    assert 0.6 < np.mean(same) < 0.9
    assert all(example.high is high for example, _, high in found)
    changed = [np.abs(example.low.astype(int) - low).mean() for example, low, _ in found if example.low is not low]
    assert 0 < min(changed) <= max(changed) < 4


def test_synthetic_dark_photos_are_made_of_the_bright_one():
    """The bright photo stays what it was; the dark one is it with less light, mostly, and another one each time."""
    found = [made_example(seed=seed, synthetic=1.0) for seed in range(40)]
    assert all(example.high is high for example, _, high in found)
    shares = [linear.from_uint8(example.low).mean() / linear.from_uint8(high).mean() for example, _, high in found]
    assert len(set(shares)) == 40
    assert max(shares) < 1.2
    assert 0.6 < np.mean(np.array(shares) < 0.15) < 0.95, "the others are fine already"


def test_of_well_lit_photos_dark_ones_are_always_made():
    """A photo without its dark one is never taught as it is."""
    found = [made_example("clean", seed) for seed in range(20)]
    assert not any(example.low is low for example, low, _ in found)
    assert np.median([example.low.mean() / high.mean() for example, _, high in found]) < 0.5


@pytest.mark.parametrize("way", ["synthetic", "retaken"])
def test_photos_through_a_filter_array_are_magnified_with_their_answer(way):
    """The bright photo is a magnified part, and the dark one shows just that."""
    for seed in range(6):
        example, _, high = made_example(seed=seed, mosaic=1.0, **{way: 1.0})
        dark, bright = (cv2.GaussianBlur(one.astype(np.float32), (0, 0), 4) for one in (example.low, example.high))
        assert np.corrcoef(dark.ravel(), bright.ravel())[0, 1] > 0.7
        assert _roughness(example.high) < _roughness(high)


def test_a_photo_taken_again_is_noisier_and_as_bright():
    """The dark photo keeps its light and gains noise, another each time; the bright one stays."""
    roughness = set()
    for seed in range(6):
        example, low, high = made_example(seed=seed, retaken=1.0)
        assert np.array_equal(example.high, high)
        assert linear.from_uint8(example.low).mean() == pytest.approx(linear.from_uint8(low).mean(), rel=0.2)
        assert _roughness(example.low) > _roughness(low)
        roughness.add(_roughness(example.low))
    assert len(roughness) == 6


def _roughness(picture):
    return float(np.abs(cv2.Laplacian(picture.astype(np.float32), cv2.CV_32F)).mean())


def test_coloured_light_falls_on_both_photos():
    """The bright photo's colour changes from draw to draw, up to neon's, and the dark one's goes with it."""
    casts = {"low": [], "high": []}
    for seed in range(30):
        example, _, _ = made_example(seed=seed, synthetic=1.0, coloured=1.0)
        for side, kept in casts.items():
            red, green, _ = linear.from_uint8(getattr(example, side)).mean(axis=(0, 1))
            kept.append(np.log((red + 1e-4) / (green + 1e-4)))
    assert np.std(casts["high"]) > 0.7
    assert np.corrcoef(casts["low"], casts["high"])[0, 1] > 0.9


# Colours


def chroma(rgb):
    """Return the mean distance of pixels' sRGB values from their luma."""
    luma = cv2.cvtColor(rgb, cv2.COLOR_RGB2GRAY)[..., np.newaxis]
    return float(np.linalg.norm(rgb.astype(float) - luma, axis=-1).mean())


def test_lol_s_bright_photos_have_their_colour_back_and_others_stay(tmp_path):
    """LOL's are read with colours 1.6 times as far from grey, at the same luma; any other pair's as they are."""
    high = (scene_photo(1) * 0.5 + 60).astype(np.uint8)
    for side, picture in (("low", high // 8), ("high", high)):
        Image.fromarray(picture).save(tmp_path / f"{side}.png")
    paths = (tmp_path / "low.png", tmp_path / "high.png")
    lol, other, clean = (
        light_inputs.Photos([Pair("a", *paths, kind=kind)]).get(0) for kind in ("lol", "pair", "clean")
    )
    assert np.array_equal(other.high, high)
    assert np.array_equal(clean.high, high)
    assert chroma(lol.high) == pytest.approx(LOL_FADED * chroma(high), rel=0.02)
    assert lol.high.mean() == pytest.approx(high.mean(), rel=0.03)
    assert np.array_equal(lol.low, high // 8)
    assert lol.high_survey.light.std() > other.high_survey.light.std()


def test_saturation_is_one_factor_around_luma():
    """1 changes nothing, 0 is grey at the same luma, and what would leave the range is clipped."""
    rgb = scene_photo(2)
    assert np.array_equal(saturated(rgb, 1.0), rgb)
    grey = saturated(rgb, 0.0)
    assert np.ptp(grey, axis=2).max() == 0
    assert np.abs(grey[..., 0].astype(int) - cv2.cvtColor(rgb, cv2.COLOR_RGB2GRAY)).max() <= 1
    assert saturated(np.array([[[250, 10, 10]]], np.uint8), 3.0).tolist() == [[[255, 0, 0]]]


def losses_of(reference, pictures):
    """Return the colour loss of pictures in [0, 1]."""
    return [float(keras.ops.convert_to_numpy(losses.psnr_ssim_chroma(reference, one))[0]) for one in pictures]


def test_the_colour_loss_punishes_paler_pictures():
    """The paler, the dearer, and dearer than PSNR and SSIM alone have it; too strong colours cost as well."""
    rgb = scene_photo(5, 32, 32)
    reference = (rgb / np.float32(255))[np.newaxis]
    pictures = [(saturated(rgb, factor) / np.float32(255))[np.newaxis] for factor in (1.0, 0.9, 0.7, 0.4, 1.3)]
    found = losses_of(reference, pictures)
    plain = [float(keras.ops.convert_to_numpy(losses.psnr_ssim(reference, one))[0]) for one in pictures]
    assert found[0] < found[1] < found[2] < found[3]
    extra = np.array(found) - plain
    assert extra[0] == pytest.approx(0, abs=1e-4)
    assert extra[0] < extra[1] < extra[2] < extra[3]
    assert extra[4] > extra[1]


def test_the_colour_loss_punishes_other_hues_and_not_noise():
    """Exchanged channels are dear; fine noise of the same strength costs next to nothing beside PSNR and SSIM."""
    reference = (scene_photo(6, 32, 32) / np.float32(255))[np.newaxis]
    noise = np.random.default_rng(0).normal(0, 1, reference.shape).astype(np.float32)
    other = reference[..., [1, 2, 0]]
    noisy = reference + noise * np.float32(np.sqrt(((other - reference) ** 2).mean()))
    extra = [
        full - float(keras.ops.convert_to_numpy(losses.psnr_ssim(reference, one))[0])
        for full, one in zip(losses_of(reference, [other, noisy]), [other, noisy], strict=True)
    ]
    assert extra[0] > 2 * extra[1] > 0


def test_ssim_in_the_loss_is_one_for_equal_pictures():
    """Equal pictures cost next to nothing, more noise costs more, and each picture of a batch is judged by itself."""
    reference = np.random.default_rng(0).random((2, 32, 32, 3), np.float32)
    noise = np.random.default_rng(1).normal(0, 1, reference.shape).astype(np.float32)
    for loss in (losses.psnr_ssim, losses.psnr_ssim_chroma):
        found = [keras.ops.convert_to_numpy(loss(reference, reference + s * noise)) for s in (0, 0.05, 0.2)]
        least = losses.PSNR_SHARE * np.log(losses.PSNR_FLOOR)
        assert found[0].shape == (2,)
        assert np.abs(found[0] - least).max() < 2e-3
        assert (found[0] < found[1]).all()
        assert (found[1] < found[2]).all()


# Judging, and training as a whole


def test_a_photo_is_judged_in_the_light_of_its_bright_one(pairs):
    """An untrained network has the PSNR of the brightened photo to the bright one in that light, at any size."""
    photos = light_inputs.Restored(tiny_light_unet(), pairs)
    brightened, made, target = photos.pictures(0)
    assert brightened.shape == made.shape == target.shape == (50, 70, 3)
    assert np.array_equal(brightened, made)
    assert photos.score(0) == pytest.approx(psnr(brightened, target))
    assert brightened.mean() == pytest.approx(pairs[0].high.mean(), rel=0.1)
    assert target.mean() == pytest.approx(pairs[0].high.mean(), rel=0.1)
    assert (len(photos), photos.name(2)) == (4, "2")


def test_training_makes_it_better(pairs, tmp_path):
    """A few steps on four photos beat the untrained network on them, whole photos of odd sides included."""
    longer = dataclasses.replace(SMALL, steps_per_epoch=60, epochs=1, learning_rate=1e-2, ema=None)
    untrained = light_inputs.Restored(longer.build(), pairs)
    history = train.train(longer, pairs, pairs, tmp_path)
    assert history[-1]["val_psnr"] > np.mean([untrained.score(index) for index in range(4)]) + 0.5


def test_its_throughput_can_be_measured(pairs):
    """Whether the input pipeline keeps up is measured for this task as for the other."""
    found = throughput(SMALL, pairs, steps=3)
    assert min(found.pipeline, found.step, found.together) > 0
