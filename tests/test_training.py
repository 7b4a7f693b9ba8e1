"""The training package: split, patches, augmentation, resume, metrics, export."""

import dataclasses
import os
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from skimage.metrics import peak_signal_noise_ratio
from test_denoise import dark_photo

from lowlight import LowlightError, Settings, enhance, load_photo, weights
from lowlight.engine import open_network

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")  # TensorFlow's greetings are no news

import keras

from training import __main__ as command_line
from training import augment, data, experiments, export, metrics, models, train

pytestmark = pytest.mark.training

ORIGINAL = experiments.load("original_cnn")
RELEASED = Path(experiments.__file__).with_name("original_cnn.weights.h5")
EXAMPLES = Path(weights.__file__).with_name("examples")


@pytest.fixture(scope="module")
def pairs(tmp_path_factory):
    """Six pairs of made-up photos in LOL's layout, 48 x 64: scenes that train, validate and are held out."""
    folder = tmp_path_factory.mktemp("our485")
    for side in ("low", "high"):
        (folder / side).mkdir()
    for index, name in enumerate(("5", "6", "9", "31", "32", "55")):
        high = np.clip(dark_photo(48, 64, index).astype(int) * 5, 0, 255).astype(np.uint8)
        Image.fromarray(high // 8).save(folder / "low" / f"{name}.png")
        Image.fromarray(high).save(folder / "high" / f"{name}.png")
    return folder


def test_no_scene_is_on_two_sides_of_the_split():
    """Every scene of LOL belongs to one part, about a tenth to validation and a tenth held out."""
    rows = data.SCENES.read_text().splitlines()[1:]
    parts = {part: {row.split(",")[1] for row in rows if _part(row) == part} for part in data.PARTS}
    assert not set.intersection(*parts.values())
    assert {part: len(scenes) for part, scenes in parts.items()} == {
        "training": 174,
        "validation": 23,
        "held-out": 22,
    }


def _part(row):
    return data.part_of_scene(int(row.split(",")[1]))


def test_pairs_without_partner_are_named(tmp_path):
    """A photo whose partner is missing is refused by name."""
    for side in ("low", "high"):
        (tmp_path / side).mkdir()
    Image.new("RGB", (8, 8)).save(tmp_path / "low" / "17.png")
    with pytest.raises(LowlightError, match="17"):
        data.find_pairs(tmp_path)
    with pytest.raises(LowlightError, match="no pairs"):
        data.find_pairs(tmp_path / "high")


def test_test_scenes_and_displaced_pairs_do_not_train(pairs):
    """Pairs that the scene list does not name are left out, those it calls displaced do not train."""
    assert {part: len(found) for part, found in data.split_lol(pairs).items()}["training"] > 0
    listed = {row.split(",")[0] for row in data.SCENES.read_text().splitlines()[1:]}
    assert not listed & {"2", "21", "24", "80", "494", "648", "779"}


def test_training_sees_what_the_page_serves(pairs):
    """A plain patch is a window of the page's own brightened stage."""
    pair = data.find_pairs(pairs)[0]
    experiment = dataclasses.replace(ORIGINAL, patch_size=48, batch_size=12, steps_per_epoch=1)
    low, _ = train.Patches([pair], experiment)[0]
    served = {stage.name: stage.picture for stage in enhance(pair.low, Settings())}["brightened"]
    windows = [served[:, left : left + 48] for left in range(17)]
    plain = [any(np.abs(patch * 255 - window).max() <= 0.51 for window in windows) for patch in low]
    assert 0 < sum(plain) < 12  # the others are augmented


def test_noise_has_the_published_strength():
    """The noise's variance lies between 10 and 50 on the 0-255 scale, as albumentations really applies it."""
    grey, chosen = np.full((64, 64, 3), 0.5, np.float32), augment.Augmentation()
    drawn = [chosen(grey, grey, np.random.default_rng(seed)) for seed in range(60)]
    variances = np.array([float(np.var(low * 255)) for low, _ in drawn])
    noisy = variances[variances > 0]
    assert 10 * 0.9 < noisy.min() < 20
    assert 40 < noisy.max() < 50 * 1.1
    assert 0.2 < np.mean(variances == 0) < 0.5
    assert all(np.ptp(high) == 0 for _, high in drawn), "the target stays clean"


def test_contrast_changes_both_photos_alike():
    """The contrast factor lies between 0.8 and 1.2 and is the same for the photo and its target."""
    grey, chosen = np.full((64, 64, 3), 0.5, np.float32), augment.Augmentation()
    drawn = [chosen(grey, grey, np.random.default_rng(seed)) for seed in range(60)]
    factors = np.array([high.mean() / 0.5 for _, high in drawn])
    assert 0.8 - 1e-6 <= factors.min() < 0.85
    assert 1.15 < factors.max() <= 1.2 + 1e-6
    np.testing.assert_allclose([low.mean() / 0.5 for low, _ in drawn], factors, atol=0.01)


def test_the_original_cnn_is_the_published_one():
    """64-64-128-3, 3x3, ReLU between and linear last: 116,035 parameters, 115,776 multiply-adds a pixel."""
    model = models.original_cnn()
    layers = [layer for layer in model.layers if isinstance(layer, keras.layers.Conv2D)]
    assert [layer.filters for layer in layers] == [64, 64, 128, 3]
    assert [layer.activation.__name__ for layer in layers] == ["relu", "relu", "relu", "linear"]
    assert model.count_params() == 3 * 64 * 9 + 64 + 64 * 64 * 9 + 64 + 64 * 128 * 9 + 128 + 128 * 3 * 9 + 3 == 116_035
    assert models.multiply_adds(model) == 115_776


def test_the_halo_is_as_far_as_the_network_looks():
    """A pixel changes the output up to the halo, and nowhere beyond it."""
    model = models.original_cnn()
    picture = np.random.default_rng(0).random((1, 21, 21, 3), np.float32)
    changed = picture.copy()
    changed[0, 10, 10] += 1
    difference = np.abs(np.asarray(model(changed)) - np.asarray(model(picture))).max(axis=(0, 3))
    rows = np.flatnonzero(difference.max(axis=1) > 1e-9)
    assert (rows.min(), rows.max()) == (10 - models.halo(model), 10 + models.halo(model))


def test_a_run_that_was_cut_equals_one_that_was_not(pairs, tmp_path):
    """Training for two epochs, and for one and then on from its checkpoint, give the same weights."""
    found = data.find_pairs(pairs)
    two = dataclasses.replace(ORIGINAL, patch_size=16, batch_size=2, steps_per_epoch=3, epochs=2)
    train.train(two, found[:4], found[4:], tmp_path / "whole")
    train.train(dataclasses.replace(two, epochs=1), found[:4], found[4:], tmp_path / "cut")
    train.train(two, found[:4], found[4:], tmp_path / "cut")
    whole, cut = (np.load(tmp_path / run / "checkpoint.npz") for run in ("whole", "cut"))
    assert whole.files == cut.files
    for name in set(whole.files) - {"history"}:
        np.testing.assert_allclose(whole[name], cut[name], atol=1e-6)
    assert (tmp_path / "cut" / "best.weights.h5").exists()


def test_psnr_is_scikit_images():
    """PSNR equals scikit-image's, and is infinite for equal pictures."""
    a, b = dark_photo(20, 30, 1), dark_photo(20, 30, 2)
    assert metrics.psnr(a, b) == pytest.approx(peak_signal_noise_ratio(b, a, data_range=255), abs=1e-4)
    assert metrics.psnr(a, a) == float("inf")


def test_ssim_by_hand():
    """SSIM of two flat pictures is its luminance term alone; of equal pictures it is 1."""
    a, b = np.full((16, 16, 3), 50, np.uint8), np.full((16, 16, 3), 100, np.uint8)
    c1 = (0.01 * 255) ** 2
    assert metrics.ssim(a, b) == pytest.approx((2 * 50 * 100 + c1) / (50**2 + 100**2 + c1), abs=1e-6)
    assert metrics.ssim(dark_photo(20, 30), dark_photo(20, 30)) == pytest.approx(1)


def test_gt_mean_gives_exposure_away():
    """A picture that is its reference at half the exposure is perfect by GT-mean, to rounding."""
    reference = (dark_photo(20, 30) // 2) * 2
    assert metrics.psnr(metrics.match_mean(reference // 2, reference), reference) > 45


def test_the_bundled_file_is_the_trained_model(tmp_path):
    """Exporting the released Keras weights gives the bundled file to the last byte."""
    export.export(ORIGINAL, RELEASED, tmp_path / "original-cnn.onnx")
    assert (tmp_path / "original-cnn.onnx").read_bytes() == weights.bundled().data
    checksum = (tmp_path / "original-cnn.sha256").read_text()
    assert checksum == (weights.BUNDLED_FOLDER / "original-cnn.sha256").read_text()


@pytest.mark.parametrize("name", ["dark-hall.png", "bridge-at-night.jpg"])
def test_the_exported_network_gives_what_keras_gives(name):
    """On real photos ONNX Runtime and Keras differ by less than 0.001 on the scale of [0, 1]."""
    model = models.original_cnn()
    model.load_weights(RELEASED)
    prepared = train.prepare(load_photo(EXAMPLES / name).rgb, Settings())
    picture = prepared.brightened((slice(100, 300), slice(50, 350)))
    ours = open_network(weights.bundled().data)(picture)
    theirs = keras.ops.convert_to_numpy(model(picture[np.newaxis]))[0]
    assert np.abs(ours - theirs).max() < 1e-3


def test_the_command_line_says_what_is_missing(tmp_path, capsys):
    """A data folder without pairs and an unknown experiment are one sentence and exit code 1."""
    assert command_line.main(["train", "nonsense", "--data", str(tmp_path), "--run", str(tmp_path / "run")]) == 1
    assert command_line.main(["export", "original_cnn", "--run", str(tmp_path), "--out", str(tmp_path / "x.onnx")]) == 1
    complaints = capsys.readouterr().err.splitlines()
    assert len(complaints) == 2
    assert "no pairs" in complaints[0]
    assert "train first" in complaints[1]
