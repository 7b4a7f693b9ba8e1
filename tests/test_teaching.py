"""A trained network makes a narrower one."""

import dataclasses
import os

import numpy as np
import pytest
from PIL import Image
from test_denoise import dark_photo
from test_guided import SMALL, TINY, inputs_for

from lowlight import LowlightError

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")

import keras

from training import checkpoint, data, train
from training.models import Config, guided_unet
from training.teaching import Teacher, narrow

pytestmark = pytest.mark.training

SLIM = dataclasses.replace(TINY, hidden=(3, 6, 8))


def wide_net():
    """Build the wide network."""
    return guided_unet(TINY)


def slim_net():
    """Build the same, narrower inside two of its levels' blocks."""
    return guided_unet(SLIM)


LEARNER = dataclasses.replace(SMALL, build=slim_net, teacher=wide_net, taught=1.0, steps_per_epoch=2, epochs=1)


@pytest.fixture
def pairs(tmp_path):
    """Four pairs of made-up photos."""
    for side, gain in (("low", 1), ("high", 5)):
        (tmp_path / side).mkdir()
        for index in range(4):
            rgb = np.clip(dark_photo(48, 64, index).astype(int) * gain, 0, 255).astype(np.uint8)
            Image.fromarray(rgb).save(tmp_path / side / f"{index}.png")
    return data.find_pairs(tmp_path)


@pytest.fixture
def weights(tmp_path):
    """A wide network's weights, and the network."""
    model = wide_net()
    model.save_weights(tmp_path / "wide.weights.h5")
    return tmp_path / "wide.weights.h5", model


def made(model, given):
    """Return a network's picture."""
    return keras.ops.convert_to_numpy(model(given)["clean"])


def test_channels_that_do_nothing_are_the_ones_left_out():
    """A network whose blocks have idle channels, in any place, gives the same picture without them."""
    wide, slim, random = wide_net(), slim_net(), np.random.default_rng(0)
    for layer in slim.layers:
        if layer.name.endswith("_a"):
            source = wide.get_layer(layer.name)
            kernel, bias = source.get_weights()
            after = wide.get_layer(layer.name.removesuffix("_a") + "_b")
            uses, rest = after.get_weights()
            idle = random.permutation(source.filters)[layer.filters :]
            half = len(idle) // 2
            kernel[..., idle[:half]] = bias[idle[:half]] = 0  # nothing makes these
            uses[:, :, idle[half:]] = 0  # nothing uses those
            source.set_weights([kernel, bias])
            after.set_weights([uses, rest])
    narrow(wide, slim)
    given = inputs_for(dark_photo(48, 64))
    assert slim.count_params() < wide.count_params()
    np.testing.assert_allclose(made(slim, given), made(wide, given), atol=1e-5)


def test_a_narrower_network_keeps_most_of_it():
    """Of blocks that use all of their channels, what is left is nearer to the network than with others left out."""
    wide, best, worst = wide_net(), slim_net(), slim_net()
    random = np.random.default_rng(1)
    strengths = {}
    for layer in wide.layers:
        if layer.name.endswith("_a"):
            kernel, bias = layer.get_weights()
            strengths[layer.name] = np.exp(random.permutation(np.linspace(-3, 1, layer.filters)))
            layer.set_weights([kernel * strengths[layer.name], bias])
    narrow(wide, best)
    for layer in worst.layers:
        if layer.name.endswith("_a"):
            after = layer.name.removesuffix("_a") + "_b"
            (kernel, bias), (uses, rest) = (wide.get_layer(name).get_weights() for name in (layer.name, after))
            least = np.argsort(strengths[layer.name])[: layer.filters]
            layer.set_weights([kernel[..., least], bias[least]])
            worst.get_layer(after).set_weights([uses[:, :, least], rest])
        elif not layer.name.endswith("_b"):
            layer.set_weights(wide.get_layer(layer.name).get_weights())
    given = inputs_for(dark_photo(48, 64))
    off = [np.abs(made(model, given) - made(wide, given)).mean() for model in (best, worst)]
    assert off[0] < off[1] / 2


@pytest.mark.parametrize("share", [0.0, 0.25, 1.0])
def test_the_teacher_s_share_of_the_answer(weights, share):
    """What is learned lies between the bright photo and the teacher's picture, which is never out of range."""
    path, model = weights
    given = inputs_for(dark_photo(32, 32))
    bright = {"clean": np.full((1, 32, 32, 3), 0.5, np.float32), "tone": np.zeros((1, 8, 8, 3), np.float32)}
    mixed = Teacher(dataclasses.replace(LEARNER, taught=share), [path]).targets(given, bright)
    wanted = (1 - share) * 0.5 + share * np.clip(made(model, given), 0, 1)
    np.testing.assert_allclose(mixed["clean"], wanted, atol=1e-5)
    assert mixed["tone"] is bright["tone"]


def test_a_run_begins_with_its_teacher_s_weights_and_learns_from_it(pairs, weights, tmp_path):
    """The first step starts at the narrowed network; and where only the teacher counts, it is its pictures' pupil."""
    path, model = weights
    slim = slim_net()
    narrow(model, slim)
    still = dataclasses.replace(LEARNER, learning_rate=1e-12, ema=None, warmup_steps=0, schedule="constant")
    train.train(still, pairs[:3], pairs[3:], tmp_path / "run", start=[path])
    begun = slim_net()
    begun.load_weights(tmp_path / "run" / train.BEST)
    assert all(
        np.allclose(one, two, atol=1e-6) for one, two in zip(begun.get_weights(), slim.get_weights(), strict=True)
    )


def test_a_run_without_its_teacher_is_refused(pairs, tmp_path):
    """Neither at its start nor when it goes on is a teacher forgotten in silence."""
    with pytest.raises(LowlightError, match="name its run with --start, also when it goes on"):
        train.train(LEARNER, pairs[:3], pairs[3:], tmp_path / "run")


def test_a_run_that_goes_on_with_its_teacher_is_the_run_it_was(pairs, weights, tmp_path):
    """Stopped after an epoch and gone on, it ends with the weights of a run that was not."""
    path, _ = weights
    two = dataclasses.replace(LEARNER, epochs=2)
    for run, stops in (("whole", [None]), ("cut", [1, None])):
        for until in stops:
            train.train(two, pairs[:3], pairs[3:], tmp_path / run, start=[path], until=until)
    states = []
    for run in ("whole", "cut"):
        with np.load(tmp_path / run / checkpoint.FILE) as stored:
            states.append([stored[name] for name in stored.files if name != "about"])
    assert all(np.allclose(one, two, atol=1e-6) for one, two in zip(*states, strict=True))


def test_the_wide_network_is_unchanged_by_default():
    """Without a width of its own, a block is as wide inside as outside."""
    assert guided_unet(Config()).count_params() == guided_unet(Config(hidden=(24, 48, 96))).count_params()
