"""What the guided U-Net and the exposure network learn from, and how they are judged."""

import dataclasses
import os

import cv2
import numpy as np
import pytest
from PIL import Image
from test_denoise import dark_photo
from test_guided import SMALL, TINY, made_pairs

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")

import keras

from lowlight import LowlightError
from lowlight.guide import Whole
from lowlight.metrics import psnr
from lowlight.tone import mean_luma
from training import data, examples, experiments, exposure_inputs, guided_inputs, losses, train
from training.models import guided_unet
from training.pairs import open_dataset
from training.throughput import of_each_shape, throughput

pytestmark = pytest.mark.training


@pytest.fixture(scope="module")
def pairs(tmp_path_factory):
    """Four pairs of made-up photos."""
    return made_pairs(tmp_path_factory.mktemp("pairs"))


def test_a_batch_depends_on_seed_and_step_alone(pairs):
    """The same step's batch is the same again; another step's is another."""
    first, again = (guided_inputs.GuidedPatches(pairs, SMALL) for _ in range(2))
    a, b, c = first.batch(5), again.batch(5), again.batch(6)
    assert all(np.array_equal(a[0][name], b[0][name]) for name in a[0])
    assert not np.array_equal(a[0]["picture"], c[0]["picture"])


def test_a_patch_is_what_the_page_gives_the_network(pairs):
    """Unaugmented, picture, thumbnail and places are those of serving, and the exposure the bright photo's mean."""
    plain = dataclasses.replace(SMALL, augmentation="plain", batch_size=1)
    pair = dataclasses.replace(pairs[0])
    made = guided_inputs.GuidedPatches([pair], plain)
    for step in range(12):
        given, wanted = made.batch(step)
        found = [way for way in range(8) if _cut_from(given["picture"][0], examples.turned(pair.low, way))]
        assert found
        low, high = (examples.turned(side, found[0]) for side in (pair.low, pair.high))
        top, left = _place(given["picture"][0], low)
        window = (slice(top, top + 32), slice(left, left + 32))
        whole = Whole.of(np.ascontiguousarray(low))
        vertical, horizontal = whole.interpolation(window)
        np.testing.assert_allclose(given["thumbnail"][0], whole.thumbnail, atol=1e-6)
        np.testing.assert_array_equal(given["vertical"][0], vertical)
        np.testing.assert_array_equal(given["horizontal"][0], horizontal)
        np.testing.assert_allclose(wanted["clean"][0], high[window] / 255, atol=1e-6)
        assert given["exposure"][0, 0] == pytest.approx(mean_luma(pair.high), rel=0.02)


def _place(patch, photo):
    """Return where a patch lies in a photo, top and left."""
    photo = np.ascontiguousarray(photo)
    found = cv2.matchTemplate(photo, np.rint(patch * 255).astype(np.uint8), cv2.TM_SQDIFF)
    return np.unravel_index(found.argmin(), found.shape)


def _cut_from(patch, photo):
    top, left = _place(patch, photo)
    return np.array_equal(photo[top : top + 32, left : left + 32], np.rint(patch * 255).astype(np.uint8))


@pytest.mark.parametrize("way", range(8))
def test_turning_can_be_undone(way):
    """Each of the eight ways gives another picture, and turned back the picture itself."""
    rgb = dark_photo(6, 9)
    assert np.array_equal(examples.turned_back(examples.turned(rgb, way), way), rgb)
    assert way == 0 or not np.array_equal(examples.turned(rgb, way), rgb)


def test_the_exposure_follows_the_changed_target(pairs):
    """Where the bright photo is lifted, so is the exposure that the network is told."""
    made = guided_inputs.GuidedPatches(pairs, dataclasses.replace(SMALL, batch_size=16))
    for step in range(4):
        given, wanted = made.batch(step)
        luma = wanted["tone"] @ np.array([0.299, 0.587, 0.114])
        np.testing.assert_allclose(given["exposure"][:, 0], luma.mean(axis=(1, 2)), rtol=0.02)


@pytest.fixture
def scene(tmp_path):
    """Three pairs of one scene, the third a little to the side, and one of another."""
    grain = np.random.default_rng(0).normal(0, 300, (90, 110, 3))
    view = np.clip(120 + cv2.GaussianBlur(grain, (0, 0), 2), 0, 255).astype(int)
    shown = {"a": view[:80, :100], "b": view[:80, :100] * 2 // 3, "c": view[:80, 4:104], "d": view[::-1][:80, :100]}
    for side, divisor in (("low", 8), ("high", 1)):
        (tmp_path / side).mkdir()
        for name, picture in shown.items():
            Image.fromarray((picture // divisor).astype(np.uint8)).save(tmp_path / side / f"{name}.png")
    (tmp_path / "scenes.csv").write_text("id,scene\na,1\nb,1\nc,1\nd,2\n")
    return open_dataset(tmp_path).pairs


def test_only_photos_that_lie_over_each_other_stand_in_for_each_other(scene):
    """Another exposure of the same view does; a view from beside it and another scene do not."""
    photos = examples.Examples(scene)
    assert [photos.aligned(index) for index in range(4)] == [[0, 1], [0, 1], [2], [3]]


def test_crossing_teaches_a_dark_photo_with_its_scene_s_bright_ones(scene):
    """Both bright photos are asked for, each with its own exposure, and the dark photo stays."""
    crossed = dataclasses.replace(SMALL, augmentation="plain", batch_size=1, patch_size=80, crossed=1.0)
    made = guided_inputs.GuidedPatches(scene[:2], crossed)
    asked = {}
    for step in range(40):
        given, _ = made.batch(step)
        brighter = bool(given["picture"].mean() > 0.05)
        asked.setdefault(brighter, set()).add(round(float(given["exposure"][0, 0]), 2))
    assert len(asked[True]) == len(asked[False]) == 2


def test_synthetic_dark_photos_are_made_of_the_bright_one(scene):
    """The bright photo stays what it was; the dark one is it with less light, and another one each time."""
    made = {
        share: guided_inputs.GuidedPatches(
            scene[:1], dataclasses.replace(SMALL, augmentation="plain", batch_size=1, patch_size=80, synthetic=share)
        )
        for share in (0.0, 1.0)
    }
    dark = set()
    for step in range(6):
        (real, _), (synthetic, wanted) = made[0.0].batch(step), made[1.0].batch(step)
        assert real["exposure"] == synthetic["exposure"] == pytest.approx(wanted["clean"].mean(), rel=0.2)
        assert synthetic["picture"].mean() < wanted["clean"].mean() / 2
        assert synthetic["thumbnail"].mean() == pytest.approx(synthetic["picture"].mean(), rel=0.2)
        dark.add(float(synthetic["picture"].mean()))
        assert real["picture"].mean() not in dark
    assert len(dark) == 6


@pytest.mark.parametrize("way", ["synthetic", "retaken"])
def test_photos_through_a_filter_array_are_magnified_with_their_answer(scene, way):
    """The bright photo is a magnified part, the dark one shows just that, and the exposure is that part's."""
    experiment = dataclasses.replace(SMALL, augmentation="plain", batch_size=1, patch_size=80, mosaic=1.0, **{way: 1.0})
    made = guided_inputs.GuidedPatches(scene[:1], experiment)
    whole = scene[0].high / 255
    for step in range(6):
        given, wanted = made.batch(step)
        dark, bright = (cv2.GaussianBlur(one[0], (0, 0), 4).ravel() for one in (given["picture"], wanted["clean"]))
        assert np.corrcoef(dark, bright)[0, 1] > 0.7
        assert given["exposure"] == pytest.approx(wanted["tone"].mean(), rel=0.05)
        assert np.abs(np.diff(wanted["clean"], axis=1)).mean() < np.abs(np.diff(whole, axis=1)).mean()


def test_a_photo_taken_again_is_noisier_and_as_bright(scene):
    """The dark photo keeps its light and gains noise, another each time; the bright one and the exposure stay."""
    experiment = dataclasses.replace(SMALL, augmentation="plain", batch_size=1, patch_size=80)
    once = guided_inputs.GuidedPatches(scene[:1], experiment)
    again = guided_inputs.GuidedPatches(scene[:1], dataclasses.replace(experiment, retaken=1.0))
    noises = set()
    for step in range(6):
        (given, wanted), (noisy, same) = once.batch(step), again.batch(step)
        assert noisy["exposure"] == pytest.approx(given["exposure"], rel=0.02)
        assert same["clean"].mean() == pytest.approx(wanted["clean"].mean(), rel=0.1)
        assert noisy["thumbnail"].mean() == pytest.approx(given["thumbnail"].mean(), rel=0.3)
        assert _roughness(noisy["picture"][0]) > _roughness(given["picture"][0])
        noises.add(_roughness(noisy["picture"][0]))
    assert len(noises) == 6


def _roughness(picture):
    return float(np.abs(cv2.Laplacian(picture, cv2.CV_32F)).mean())


def test_coloured_light_falls_on_both_photos(scene):
    """The bright photo's colour changes from step to step, up to neon's, and the dark one's goes with it."""
    dark, bright = [], []
    experiment = dataclasses.replace(
        SMALL, augmentation="plain", batch_size=1, patch_size=80, synthetic=1.0, coloured=1.0
    )
    made = guided_inputs.GuidedPatches(scene[:1], experiment)
    for step in range(12):
        given, wanted = made.batch(step)
        for kept, thumbnail in ((dark, given["thumbnail"][0]), (bright, wanted["tone"][0])):
            red, green, _ = thumbnail.mean(axis=(0, 1))
            kept.append(np.log(red / green))
    assert np.std(bright) > 0.5
    assert np.corrcoef(dark, bright)[0, 1] > 0.9


@pytest.mark.parametrize(("share", "spread"), [(0.19, 0.09), (0.5, 0.115)])
def test_a_guessed_exposure_is_as_far_off_as_those_found(scene, share, spread):
    """The guess lies between the typical and the true exposure, spreads, and is what the bright photo is scaled to."""
    experiment = dataclasses.replace(SMALL, augmentation="plain", batch_size=1, patch_size=80, guessed=share)
    for pair, made in ((pair, guided_inputs.GuidedPatches([pair], experiment)) for pair in scene[:2]):
        true = pair.high.mean() / 255
        told = []
        for step in range(150):
            given, wanted = made.batch(step)
            told.append(np.log(given["exposure"][0, 0]))
            assert np.exp(told[-1]) == pytest.approx(wanted["tone"].mean(), rel=0.05)
        assert np.mean(told) == pytest.approx(np.log(0.445) + share * np.log(true / 0.445), abs=0.025)
        assert np.std(told) == pytest.approx(spread, abs=0.02)


def test_a_guess_above_the_exposure_leaves_white_white(tmp_path):
    """Where white covers three tenths and the rest is black, brighter is no change, and that the network is told."""
    high = np.zeros((80, 100, 3), np.uint8)
    high[:, :30] = 255
    for side, picture in (("low", high // 8), ("high", high)):
        (tmp_path / side).mkdir()
        Image.fromarray(picture).save(tmp_path / side / "a.png")
    (tmp_path / "scenes.csv").write_text("id,scene\na,1\n")
    experiment = dataclasses.replace(SMALL, augmentation="plain", batch_size=1, patch_size=80, guessed=0.19)
    given, wanted = guided_inputs.GuidedPatches(open_dataset(tmp_path).pairs, experiment).batch(0)
    assert set(np.unique(wanted["clean"])) <= {0.0, 1.0}
    assert given["exposure"][0, 0] == pytest.approx(0.3, abs=0.01)


def test_training_makes_it_better(pairs, tmp_path):
    """A few steps on four photos beat the untrained network on them, whole photos of odd sides included."""
    longer = dataclasses.replace(SMALL, steps_per_epoch=40, epochs=1, learning_rate=2e-2, ema=None)
    untrained = guided_inputs.Enhanced(longer.build(), pairs)
    history = train.train(longer, pairs, pairs, tmp_path)
    assert history[-1]["val_psnr"] > np.mean([untrained.score(index) for index in range(4)]) + 2


def test_its_throughput_can_be_measured(pairs):
    """Whether the input pipeline keeps up is measured for this task as for the others."""
    found = throughput(SMALL, pairs, steps=3)
    assert min(found.pipeline, found.step, found.together) > 0


def test_no_shape_is_compiled_while_throughput_is_measured(pairs):
    """Thumbnails lie or stand, and TensorFlow compiles a step for each: both are seen before the clock starts."""
    found = of_each_shape(guided_inputs.GuidedPatches(pairs, SMALL))
    shapes = {inputs["thumbnail"].shape for inputs, _ in found}
    assert len(shapes) == len(found) == 2
    assert {shape[1:3] for shape in shapes} == {shape[2:0:-1] for shape in shapes}


def test_the_exposure_network_learns_from_what_it_is_told(tmp_path):
    """Its target is the logarithm of the bright photo's mean luma: where that is a fifth, it comes down to it."""
    for side, factor in (("low", 1), ("high", 3)):
        (tmp_path / side).mkdir()
        for index in range(4):
            Image.fromarray(np.minimum(dark_photo(50, 70, index), 85) * factor).save(tmp_path / side / f"{index}.png")
    pairs = data.find_pairs(tmp_path)
    experiment = dataclasses.replace(
        experiments.load("exposure_net"), steps_per_epoch=60, epochs=1, batch_size=4, warmup_steps=1, ema=None
    )
    _, wanted = exposure_inputs.ExposurePatches(pairs[:1], experiment).batch(0)
    np.testing.assert_allclose(wanted, np.log(mean_luma(dataclasses.replace(pairs[0]).high)), rtol=0.02)
    untrained = exposure_inputs.Exposed(experiment.build(), pairs)
    history = train.train(experiment, pairs, pairs, tmp_path / "run")
    assert history[-1]["val_psnr"] > np.mean([untrained.score(index) for index in range(4)]) + 5


def test_the_exposure_network_sees_no_photo_upside_down(tmp_path):
    """The bright third at the top of a photo stays there, and comes on the left and on the right."""
    photo = np.full((64, 96, 3), 10, np.uint8)
    photo[:20, :30] = 60
    for side in ("low", "high"):
        (tmp_path / side).mkdir()
        Image.fromarray(photo).save(tmp_path / side / "a.png")
    experiment = dataclasses.replace(experiments.load("exposure_net"), batch_size=24)
    seen, _ = exposure_inputs.ExposurePatches(data.find_pairs(tmp_path), experiment).batch(0)
    assert all(one[:16].mean() > 1.2 * one[-16:].mean() for one in seen)
    assert {bool(one[:, :24].mean() > one[:, -24:].mean()) for one in seen} == {True, False}


@pytest.mark.parametrize("factor", [0.7, 0.9, 1.0, 1.1, 1.3])
def test_what_an_exposure_leaves_of_psnr_is_what_is_measured(factor):
    """A noisy picture that is darker or brighter than its reference has the PSNR that is reckoned from the means."""
    random = np.random.default_rng(1)
    high = np.clip(random.normal(0.42, 0.42 * np.sqrt(exposure_inputs.UNEVEN - 1), (64, 64, 3)), 0, 0.75)
    picture = factor * high + random.normal(0, np.sqrt(exposure_inputs.REMAINS), high.shape)
    measured = -10 * np.log10(((picture - high) ** 2).mean())
    wanted = np.log(high.mean())
    assert exposure_inputs.psnr_of_exposure(wanted, wanted + np.log(factor)) == pytest.approx(measured, abs=0.25)


def test_ssim_in_the_loss_is_one_for_equal_pictures():
    """Equal pictures cost next to nothing, more noise costs more, and each picture of a batch is judged by itself."""
    reference = np.random.default_rng(0).random((2, 32, 32, 3), np.float32)
    noise = np.random.default_rng(1).normal(0, 1, reference.shape).astype(np.float32)
    found = [keras.ops.convert_to_numpy(losses.psnr_ssim(reference, reference + s * noise)) for s in (0, 0.05, 0.2)]
    assert found[0].shape == (2,)
    assert (found[0] < 2e-3).all()
    assert (found[0] < found[1]).all()
    assert (found[1] < found[2]).all()


def test_scores_are_given_at_the_photos_own_exposure(pairs):
    """A photo's figure is its PSNR after scaling to the reference's mean, so that exposure is given."""
    photos = guided_inputs.Enhanced(guided_unet(TINY), pairs)
    low, made, high = photos.pictures(0)
    assert low.shape == made.shape == high.shape == (50, 70, 3)
    assert photos.score(0) >= psnr(made, high) - 0.5


def test_an_augmentation_that_is_for_denoisers_is_refused(pairs):
    """The sentence names those that guided networks have."""
    with pytest.raises(LowlightError, match=r"one of plain, varied; it was 'published'"):
        guided_inputs.GuidedPatches(pairs, dataclasses.replace(SMALL, augmentation="published"))
