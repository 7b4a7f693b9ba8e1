"""The guided U-Net: its size, how far it looks, what it learns from, and the file that serves."""

import dataclasses
import os
import subprocess
import sys
from pathlib import Path

import cv2
import numpy as np
import pytest
from conftest import EXAMPLES
from PIL import Image
from test_denoise import dark_photo

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")

import keras
import tensorflow as tf

from lowlight import LowlightError, guide, load_photo, weights
from lowlight.engine import default_network, open_network
from lowlight.guide import Whole
from lowlight.metrics import psnr
from lowlight.tone import as_float, mean_luma
from training import cost, data, examples, experiments, export, exposure_inputs, guided_inputs, losses, train
from training.models import ENOUGH_HALO, Config, exposure_net, guided_unet, halo, joined, small_guided_unet
from training.pairs import open_dataset
from training.throughput import throughput

pytestmark = pytest.mark.training

RELEASED = Path(experiments.__file__).with_name("guided_unet.weights.h5")
EXPERIMENT = experiments.load("guided_unet")
TINY = Config((4, 6, 8), (1, 1, 1), (1, 1), (4, 4, 4, 4))
SMALL = dataclasses.replace(
    EXPERIMENT,
    build=lambda: guided_unet(TINY),
    steps_per_epoch=3,
    epochs=2,
    batch_size=2,
    patch_size=32,
    warmup_steps=1,
)


@pytest.fixture(scope="module")
def pairs(tmp_path_factory):
    """Four pairs of made-up photos, 50 x 70: sides that are no multiples of the stride."""
    folder = tmp_path_factory.mktemp("pairs")
    for side in ("low", "high"):
        (folder / side).mkdir()
    for index in range(4):
        high = np.clip(dark_photo(50, 70, index).astype(int) * 5, 0, 255).astype(np.uint8)
        Image.fromarray(high // 8).save(folder / "low" / f"{index}.png")
        Image.fromarray(high).save(folder / "high" / f"{index}.png")
    return data.find_pairs(folder)


def inputs_for(rgb, mean=0.45):
    """Return what a guided U-Net is given for a whole photo whose sides are multiples of 8."""
    whole, window = Whole.of(rgb), (slice(0, rgb.shape[0]), slice(0, rgb.shape[1]))
    vertical, horizontal = whole.interpolation(window)
    given = {"picture": as_float(rgb), "thumbnail": whole.thumbnail, "vertical": vertical, "horizontal": horizontal}
    return {name: array[np.newaxis] for name, array in given.items()} | {"exposure": np.array([[mean]], np.float32)}


# Its size


@pytest.mark.parametrize(
    ("build", "most_parameters", "most_adds"), [(guided_unet, 1_000_000, 22_500), (small_guided_unet, 400_000, 6_000)]
)
def test_it_is_as_small_as_planned(build, most_parameters, most_adds):
    """Parameters, and multiply-adds a pixel at 600x400, the global branch's share included."""
    model, random = build(), np.random.default_rng(0)
    for weight in model.trainable_variables:  # equal arrays, as untrained biases are, are stored once
        weight.assign(random.normal(0, 0.1, weight.shape))
    model(inputs_for(dark_photo(16, 16)))  # Keras cannot export what was never called
    graph = export.to_onnx(model)
    assert 0.8 * most_parameters < model.count_params() < most_parameters
    assert 0 <= cost.parameters(graph) - model.count_params() < 10  # the weights of luma are stored too
    assert 0.8 * most_adds < cost.multiply_adds(graph, 400, 600) < most_adds


@pytest.mark.parametrize("config", [Config(), TINY])
def test_it_looks_as_far_as_it_says(config):
    """A pixel's gradient reaches as far as the halo, and not a pixel beyond it."""
    model = guided_unet(config)
    for weight in model.trainable_variables:
        weight.assign(far_sighted(weight.shape))
    given = {name: tf.constant(array) for name, array in inputs_for(np.full((256, 256, 3), 20, np.uint8)).items()}
    felt = 0
    for place in range(120, 136):
        with tf.GradientTape() as tape:
            tape.watch(given["picture"])
            pixel = tf.reduce_sum(model(given)["clean"][0, place, 128])
        slopes = tape.gradient(pixel, given["picture"]).numpy()[0]
        rows = np.flatnonzero(np.abs(slopes).max(axis=(1, 2)))
        felt = max(felt, place - rows.min(), rows.max() - place)
    assert felt == halo(model)


def far_sighted(shape):
    """Return a kernel that takes the mean of two opposite corners: nothing cancels, and the farthest pixel counts."""
    if len(shape) < 4:
        return np.zeros(shape)
    if shape[:2] == (3, 3):
        kernel = np.zeros(shape)
        kernel[0, 0] = kernel[2, 2] = 0.5 / shape[2]
        return kernel
    return np.full(shape, 1 / (4 * shape[2]))


def test_a_part_gives_what_the_whole_gives():
    """With the halo around it a part of a photo comes out as in the whole photo, to rounding."""
    model, rgb = guided_unet(TINY), dark_photo(160, 200)
    whole = Whole.of(rgb)
    everything = keras.ops.convert_to_numpy(model(inputs_for(rgb))["clean"])[0]
    margin = -(-halo(model) // 8) * 8
    window = (slice(64 - margin, 96 + margin), slice(80 - margin, 120 + margin))
    vertical, horizontal = whole.interpolation(window)
    given = inputs_for(rgb) | {
        "picture": as_float(rgb[window])[np.newaxis],
        "vertical": vertical[np.newaxis],
        "horizontal": horizontal[np.newaxis],
    }
    part = keras.ops.convert_to_numpy(model(given)["clean"])[0, margin:-margin, margin:-margin]
    np.testing.assert_allclose(part, everything[64:96, 80:120], atol=1e-5)


def test_a_black_photo_gives_numbers():
    """No gain is infinite: black in, finite numbers out."""
    made = guided_unet(TINY)(inputs_for(np.zeros((16, 16, 3), np.uint8)))
    assert all(np.isfinite(keras.ops.convert_to_numpy(value)).all() for value in made.values())


# What it learns from


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
    """The bright photo's colour changes from step to step, far more than without, and the dark one's goes with it."""
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
    assert np.std(bright) > 0.1
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
    found = [
        keras.ops.convert_to_numpy(losses.charbonnier_ssim(reference, reference + s * noise)) for s in (0, 0.05, 0.2)
    ]
    assert found[0].shape == (2,)
    assert (found[0] < 2e-3).all()
    assert (found[0] < found[1]).all()
    assert (found[1] < found[2]).all()


# The file that serves


def test_exporting_needs_the_exposure_network(tmp_path):
    """The guided U-Net alone does not serve: the sentence says what is missing."""
    guided_unet(TINY).save_weights(tmp_path / "best.weights.h5")
    with pytest.raises(LowlightError, match="name the exposure network's run too"):
        export.export(SMALL, tmp_path / "best.weights.h5", tmp_path / "net.onnx")


def test_the_exported_file_is_both_networks(tmp_path):
    """What ONNX Runtime makes of a photo, and how bright it wants it, is what the two Keras models say."""
    keras.utils.set_random_seed(0)  # untrained networks differ much in what they answer
    guided, exposure = guided_unet(TINY), exposure_net()
    exposure.set_weights([np.random.default_rng(0).normal(0, 0.02, (320, 1)), np.array([-0.8])])
    guided.save_weights(tmp_path / "guided.weights.h5")
    exposure.save_weights(tmp_path / "exposure.weights.h5")
    target = tmp_path / "net.onnx"
    export.export(SMALL, tmp_path / "guided.weights.h5", target, tmp_path / "exposure.weights.h5")
    network, rgb = open_network(target.read_bytes()), dark_photo(64, 96)
    assert network.halo == ENOUGH_HALO < halo(guided)
    whole = Whole.of(rgb)
    answer = np.exp(keras.ops.convert_to_numpy(exposure(whole.thumbnail[np.newaxis])).mean())
    assert network.wanted_mean(whole) == pytest.approx(float(answer), rel=1e-4)
    clean = keras.ops.convert_to_numpy(guided(inputs_for(rgb))["clean"])[0]
    part = network.enhance(as_float(rgb), (slice(0, 64), slice(0, 96)), whole, 0.45)
    np.testing.assert_allclose(part, clean, rtol=1e-4, atol=1e-4)
    export.export(SMALL, tmp_path / "net.weights.h5", tmp_path / "again" / "net.onnx")
    assert (tmp_path / "again" / "net.onnx").read_bytes() == target.read_bytes()


def test_other_runs_can_be_mixed_in(tmp_path):
    """The exported weights are the mean of all runs', layer by layer."""
    models_ = [guided_unet(TINY) for _ in range(3)]
    for index, model in enumerate(models_):
        model.save_weights(tmp_path / f"{index}.weights.h5")
    exposure_net().save_weights(tmp_path / "exposure.weights.h5")
    paths = [tmp_path / f"{name}.weights.h5" for name in ("0", "1", "2", "exposure")]
    export.export(SMALL, paths[0], tmp_path / "net.onnx", paths[3], average=paths[1:3])
    served = export.served(SMALL)
    served.load_weights(tmp_path / "net.weights.h5")
    wanted = [(a + b + c) / 3 for a, b, c in zip(*(model.get_weights() for model in models_), strict=True)]
    found = served.get_layer("guided_unet").get_weights()
    assert all(np.allclose(one, two, atol=1e-6) for one, two in zip(found, wanted, strict=True))


@pytest.mark.parametrize("name", [weights.BUNDLED_NAME, weights.SMALL_NAME])
def test_the_bundled_file_is_the_trained_model(name, tmp_path):
    """Exporting the released Keras weights gives the bundled file to the last byte."""
    experiment = experiments.load(name.replace("-", "_"))
    released = RELEASED.with_name(f"{experiment.name}.weights.h5")
    export.export(experiment, released, tmp_path / f"{name}.onnx")
    assert (tmp_path / f"{name}.onnx").read_bytes() == weights.bundled(name=name).data


@pytest.mark.parametrize("name", ["dark-shelf.png", "bridge-at-night.jpg"])
def test_the_bundled_file_gives_what_keras_gives(name):
    """On real photos ONNX Runtime and Keras differ by less than 0.001 on the scale of [0, 1]."""
    model = export.served(EXPERIMENT)
    model.load_weights(RELEASED)
    rgb = load_photo(EXAMPLES / name).rgb[:240, :320]
    theirs = keras.ops.convert_to_numpy(model(inputs_for(rgb))["clean"])[0]
    ours = default_network().enhance(as_float(rgb), (slice(0, 240), slice(0, 320)), Whole.of(rgb), 0.45)
    assert np.abs(ours - theirs).max() < 1e-3


@pytest.mark.parametrize("name", ["dark-shelf.png", "dark-hall.png", "bridge-at-night.jpg"])
def test_the_bundled_file_s_halo_is_enough(name):
    """Parts made with the halo that the file asks for differ from the whole by less than half a level."""
    network, rgb = default_network(), load_photo(EXAMPLES / name).rgb[:640, :960]
    whole, picture, halo_ = Whole.of(rgb), as_float(rgb), network.halo
    height, width = rgb.shape[:2]
    everything = network.enhance(picture, (slice(0, height), slice(0, width)), whole, 0.45)
    for top, left in ((80, 160), (200, 320), (height // 2 // 8 * 8, width // 4 // 8 * 8)):
        window = (slice(top - halo_, top + 64 + halo_), slice(left - halo_, left + 64 + halo_))
        part = network.enhance(picture[window], window, whole, 0.45)[halo_:-halo_, halo_:-halo_]
        assert np.abs(part - everything[top : top + 64, left : left + 64]).max() * 255 < 0.5


def test_weights_from_jax_serve_under_tensorflow(tmp_path):
    """A network trained a step under JAX gives under TensorFlow what it gave there."""
    script = """
import sys, numpy as np, keras
from test_guided import TINY, inputs_for
from test_denoise import dark_photo
from training.models import guided_unet
assert keras.config.backend() == "jax"
model = guided_unet(TINY)
model.compile("adam", loss={"clean": "mae", "tone": "mae"})
given = inputs_for(dark_photo(64, 64))
model.train_on_batch(given, {"clean": given["picture"], "tone": given["thumbnail"][:, ::2, ::2]})
model.save_weights(sys.argv[1] + "/jax.weights.h5")
np.save(sys.argv[1] + "/jax.npy", keras.ops.convert_to_numpy(model(given)["clean"]))
"""
    here = Path(__file__).parent
    path = os.pathsep.join([str(here.parent), str(here)])
    environment = {**os.environ, "KERAS_BACKEND": "jax", "PYTHONPATH": path, "JAX_PLATFORMS": "cpu"}
    subprocess.run([sys.executable, "-c", script, str(tmp_path)], env=environment, check=True, timeout=240)
    model = guided_unet(TINY)
    model.load_weights(tmp_path / "jax.weights.h5")
    made = keras.ops.convert_to_numpy(model(inputs_for(dark_photo(64, 64)))["clean"])
    np.testing.assert_allclose(made, np.load(tmp_path / "jax.npy"), atol=1e-5)


def test_joining_keeps_both_models_as_they_are():
    """Asked, the joined model's mean is the exponential of what the exposure network answers; told one, it is that."""
    exposure, guided = exposure_net(), guided_unet(TINY)
    exposure.set_weights([np.random.default_rng(0).normal(0, 0.02, (320, 1)), np.array([-0.8])])
    model, rgb = joined(guided, exposure), dark_photo(48, 64)
    answer = float(keras.ops.convert_to_numpy(exposure(inputs_for(rgb)["thumbnail"]))[0, 0])
    assert answer != pytest.approx(-0.8, abs=0.01)
    for told, used in ((0.0, np.exp(answer)), (0.3, 0.3)):
        made = {name: keras.ops.convert_to_numpy(value) for name, value in model(inputs_for(rgb, told)).items()}
        assert made["wanted"] == pytest.approx(np.array([[used]]), rel=1e-5)
        alone = keras.ops.convert_to_numpy(guided(inputs_for(rgb, used))["clean"])
        np.testing.assert_allclose(made["clean"], alone, atol=1e-5)


def test_scores_are_given_at_the_photos_own_exposure(pairs):
    """A photo's figure is its PSNR after scaling to the reference's mean, so that exposure is given."""
    photos = guided_inputs.Enhanced(guided_unet(TINY), pairs)
    low, made, high = photos.pictures(0)
    assert low.shape == made.shape == high.shape == (50, 70, 3)
    assert photos.score(0) >= psnr(made, high) - 0.5


def test_the_thumbnail_s_stride_is_what_the_global_branch_needs():
    """A thumbnail of one stride's side is the smallest that goes through."""
    rgb = np.full((8, 8, 3), 30, np.uint8)
    assert guide.thumbnail(rgb).shape[:2] == guide.thumbnail_size(8, 8)
    small = inputs_for(rgb) | {"thumbnail": np.full((1, 16, 16, 3), 0.1, np.float32)}
    small |= {side: guide.interpolation(slice(0, 8), 8, 16)[np.newaxis] for side in ("vertical", "horizontal")}
    assert guided_unet(TINY)(small)["clean"].shape == (1, 8, 8, 3)
