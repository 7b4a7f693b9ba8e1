"""Trained networks teach others, or themselves, what they would know if they looked at each photo in several ways."""

import dataclasses
import os

import numpy as np
import pytest
from PIL import Image
from test_denoise import dark_photo
from test_guided import SMALL, TINY, inputs_for, made_pairs

from lowlight import LowlightError

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")

import keras

from training import checkpoint, data, guided_inputs, teaching, train
from training.__main__ import main
from training.examples import turned, turned_back
from training.models import Config, guided_unet
from training.teaching import TAUGHT, Teacher, turned_inputs

pytestmark = pytest.mark.training

OTHER = dataclasses.replace(
    SMALL, name="other", build=lambda: guided_unet(Config((4, 4, 8), (1, 1, 1), (0, 1), (4, 4, 4, 8)))
)
LEARNER = dataclasses.replace(SMALL, taught=1.0, steps_per_epoch=2, epochs=2)


@pytest.fixture
def pairs(tmp_path):
    """Four pairs of made-up photos."""
    return made_pairs(tmp_path)


@pytest.fixture
def weights(tmp_path):
    """A network's weights, and the network."""
    model = guided_unet(TINY)
    model.save_weights(tmp_path / "first.weights.h5")
    return tmp_path / "first.weights.h5", model


def made(model, given):
    """Return a network's pictures."""
    return keras.ops.convert_to_numpy(model(given)["clean"])


@pytest.mark.parametrize("way", range(8))
def test_turned_inputs_are_those_of_the_turned_photo(way):
    """Picture, thumbnail and places are what serving would make of the photo turned beforehand."""
    rgb = dark_photo(48, 80)
    found, wanted = turned_inputs(inputs_for(rgb), way), inputs_for(np.ascontiguousarray(turned(rgb, way)))
    assert found.keys() == wanted.keys()
    for name, array in wanted.items():
        np.testing.assert_allclose(found[name], array, atol=1e-6)


def bright_targets(count=1, *, level, share=1.0, size=(32, 48)):
    """Return bright photos of one level, as a batch has them."""
    return {
        "clean": np.full((count, *size, 3), level, np.float32),
        "tone": np.zeros((count, 4, 6, 3), np.float32),
        TAUGHT: np.full(count, share, np.float32),
    }


@pytest.mark.parametrize("share", [0.0, 0.25, 1.0])
def test_the_teacher_s_share_of_what_is_learned(weights, share):
    """It lies between the bright photo and the mean of the teacher's answers in two of eight ways, clipped."""
    path, model = weights
    given = inputs_for(dark_photo(32, 48))
    bright = bright_targets(level=0.5, share=share)
    mixed = Teacher(LEARNER, [(SMALL, [path])]).targets(given, bright, step=3)
    ways = [turned_back(made(model, turned_inputs(given, way))[0], way) for way in range(8)]
    means = [np.clip((ways[a] + ways[b]) / 2, 0, 1) for a in range(8) for b in range(a)]
    wanted = [(1 - share) * 0.5 + share * mean for mean in means]
    assert min(np.abs(mixed["clean"][0] - one).max() for one in wanted) < 1e-5
    assert mixed["tone"] is bright["tone"]
    assert mixed.keys() == {"clean", "tone"}


def test_each_photo_of_a_batch_has_its_own_share(weights):
    """One is the teacher's answer, the other the bright photo."""
    given = {name: np.repeat(array, 2, axis=0) for name, array in inputs_for(dark_photo(32, 48)).items()}
    bright, teacher = bright_targets(2, level=0.5), Teacher(LEARNER, [(SMALL, [weights[0]])])
    mixed = teacher.targets(given, {**bright, TAUGHT: np.array([1, 0], np.float32)}, step=3)["clean"]
    answer = teacher.targets(given, bright, step=3)["clean"]
    assert np.array_equal(mixed[0], answer[0])
    assert (mixed[1] == 0.5).all()
    assert (answer[1] != 0.5).any()


def test_synthetic_photos_may_be_taught_by_what_they_were_made_of(tmp_path):
    """LOL's own dark photos, here of one level, ask for the teacher; those made of the bright ones, for the truth."""
    random = np.random.default_rng(0)
    for side in ("low", "high"):
        (tmp_path / side).mkdir()
        for number in range(3):
            rgb = (
                random.integers(60, 256, (40, 60, 3), np.uint8) if side == "high" else np.full((40, 60, 3), 9, np.uint8)
            )
            Image.fromarray(rgb).save(tmp_path / side / f"{number}.png")
    learner = dataclasses.replace(
        LEARNER, augmentation="plain", synthetic=0.5, taught=0.75, taught_synthetic=0.25, batch_size=16
    )
    inputs, targets = guided_inputs.GuidedPatches(data.find_pairs(tmp_path), learner).batch(0)
    synthetic = inputs["picture"].std(axis=(1, 2, 3)) > 1e-6
    assert 0 < synthetic.sum() < 16
    np.testing.assert_array_equal(targets[TAUGHT], np.where(synthetic, 0.25, 0.75).astype(np.float32))


def test_several_teachers_of_any_size_are_asked_in_turn(weights, tmp_path):
    """What is learned is the mean of one answer of each, in ways that may differ."""
    path, model = weights
    other = OTHER.build()
    other.save_weights(tmp_path / "other.weights.h5")
    given = inputs_for(dark_photo(32, 48))
    bright = bright_targets(level=0)
    found = Teacher(LEARNER, [(SMALL, [path]), (OTHER, [tmp_path / "other.weights.h5"])]).targets(given, bright, step=5)
    one, two = (
        [turned_back(made(network, turned_inputs(given, way))[0], way) for way in range(8)]
        for network in (model, other)
    )
    means = [np.clip((a + b) / 2, 0, 1) for a in one for b in two]
    assert min(np.abs(found["clean"][0] - mean).max() for mean in means) < 1e-5


def test_all_ways_have_their_turn(weights, monkeypatch):
    """Which ways are drawn depends on seed and step, and none is left out."""
    path, _ = weights
    seen = []
    monkeypatch.setattr(teaching, "turned_inputs", lambda inputs, way: seen.append(way) or inputs)
    given, teacher = inputs_for(dark_photo(16, 16)), Teacher(LEARNER, [(SMALL, [path])])
    for _ in range(2):
        for step in range(20):
            teacher.targets(given, bright_targets(level=0, size=(16, 16)), step)
    assert set(seen) == set(range(8))
    assert seen[:40] == seen[40:]
    assert all(seen[index] != seen[index + 1] for index in range(0, 40, 2))


def test_a_run_without_its_teacher_is_refused(pairs, tmp_path):
    """Neither at its start nor when it goes on is the teacher forgotten in silence."""
    with pytest.raises(
        LowlightError,
        match="name their runs with --teacher, or with --start to learn from what it begins with, also when",
    ):
        train.train(LEARNER, pairs[:3], pairs[3:], tmp_path / "run")


def test_a_teacher_nobody_listens_to_is_refused(pairs, weights, tmp_path):
    """An experiment that is not taught says so, before anything is written."""
    with pytest.raises(LowlightError, match="takes no teacher"):
        train.train(SMALL, pairs[:3], pairs[3:], tmp_path / "run", teachers=[(SMALL, weights[0])])
    assert not (tmp_path / "run").exists()


def test_what_makes_no_pictures_cannot_teach(weights):
    """The exposure network and the published denoiser have no answer to a dark photo."""
    with pytest.raises(LowlightError, match="makes no pictures from dark photos"):
        Teacher(LEARNER, [(dataclasses.replace(SMALL, name="denoiser", task="denoise"), [weights[0]])])


def test_what_a_run_learns_is_its_teacher_s_answer(pairs, weights, tmp_path):
    """A network that stands still is nearer to its own answers than to the bright photos, as its loss says."""
    path, model = weights
    last = model.get_layer("clean")
    kernel, bias = last.get_weights()
    last.set_weights([kernel * 0.02, bias + 0.5])  # grey, whichever way it looks
    model.save_weights(path)
    still = dataclasses.replace(LEARNER, ema=None, schedule="constant", learning_rate=1e-12, warmup_steps=0)
    losses = [
        train.train(
            dataclasses.replace(still, taught=share),
            pairs[:3],
            pairs[3:],
            tmp_path / f"{share}",
            start=[path],
        )
        for share in (0.0, 0.5, 1.0)
    ]
    bright, half, own = (history[0]["loss"] for history in losses)
    assert own < half < bright


@pytest.mark.parametrize("itself", [True, False], ids=["itself", "another"])
def test_a_run_that_goes_on_with_its_teacher_is_the_run_it_was(pairs, weights, tmp_path, itself):
    """Stopped after an epoch and gone on, it ends with the weights of a run that was not."""
    path, _ = weights
    taught_by = {"start": [path]} if itself else {"teachers": [(SMALL, path)]}
    for run, stops in (("whole", [None]), ("cut", [1, None])):
        for until in stops:
            train.train(LEARNER, pairs[:3], pairs[3:], tmp_path / run, until=until, **taught_by)
    states = []
    for run in ("whole", "cut"):
        with np.load(tmp_path / run / checkpoint.FILE) as stored:
            states.append([stored[name] for name in stored.files if name != "about"])
    assert all(np.allclose(one, two, atol=1e-6) for one, two in zip(*states, strict=True))


def test_the_batches_themselves_stay(pairs):
    """Who is taught sees the same dark photos as who is not."""
    taught, plain = (
        guided_inputs.GuidedPatches(pairs, dataclasses.replace(LEARNER, taught=share)).batch(0)[0]["picture"]
        for share in (1.0, 0.0)
    )
    assert np.array_equal(taught, plain)


def test_the_command_says_what_is_wrong_with_a_teacher(tmp_path, capsys):
    """A folder without weights, or one that does not say what they are, is named and nothing is trained."""
    made_pairs(tmp_path, 10)
    command = ["train", "guided_unet_small", "--data", str(tmp_path), "--run", str(tmp_path / "run"), "--teacher"]
    assert main([*command, str(tmp_path / "none")]) == 1
    assert "none does not say which experiment it is" in capsys.readouterr().err
    (tmp_path / "empty").mkdir()
    (tmp_path / "empty" / "config.json").write_text('{"experiment": {"name": "guided_unet"}}')
    assert main([*command, str(tmp_path / "empty")]) == 1
    assert "empty holds no best.weights.h5" in capsys.readouterr().err
    assert not (tmp_path / "run").exists()
