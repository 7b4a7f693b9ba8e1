"""How a run begins: from other runs' weights; and how it stops early."""

import dataclasses
import json
import os

import numpy as np
import pytest

from lowlight import LowlightError
from tests.helpers.light_networks import SMALL, made_pairs

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")

from training.models import networks
from training.run import train

pytestmark = pytest.mark.training


@pytest.fixture
def pairs(tmp_path):
    """Four pairs of made-up photos."""
    return made_pairs(tmp_path)


def best(run):
    """Return a network with a run's best weights."""
    model = SMALL.build()
    model.load_weights(run / train.BEST)
    return model


def test_a_run_may_start_from_another_and_stop_early(pairs, tmp_path):
    """A run begins with the best weights of another, stops after the epoch it is told, and goes on when asked."""
    train.train(SMALL, pairs[:3], pairs[3:], tmp_path / "first")
    found = json.loads((tmp_path / "first" / "history.json").read_text())
    calm = dataclasses.replace(SMALL, learning_rate=1e-9, epochs=3)
    start = [tmp_path / "first" / train.BEST]
    lines = train.train(calm, pairs[:3], pairs[3:], tmp_path / "second", start=start, until=1)
    assert len(lines) == 1
    assert lines[0]["val_psnr"] == pytest.approx(max(line["val_psnr"] for line in found), abs=0.01)
    assert len(train.train(calm, pairs[:3], pairs[3:], tmp_path / "second", start=start)) == 3


def test_a_run_may_start_from_the_mean_of_several(pairs, tmp_path):
    """Of two runs' weights it begins with the mean, layer by layer."""
    paths, kept = [tmp_path / "one.weights.h5", tmp_path / "other.weights.h5"], []
    for path in paths:
        model = SMALL.build()
        model.save_weights(path)
        kept.append(model.get_weights())
    still = dataclasses.replace(SMALL, learning_rate=1e-12, epochs=1)
    train.train(still, pairs[:3], pairs[3:], tmp_path / "run", start=paths)
    for one, other, mean in zip(*kept, best(tmp_path / "run").get_weights(), strict=True):
        np.testing.assert_allclose(mean, (one + other) / 2, atol=1e-6)
    assert not np.allclose(kept[0][0], kept[1][0])


def test_a_start_that_is_another_network_s_is_refused(pairs, tmp_path):
    """Weights that do not fit are named, before anything is trained."""
    networks.original_cnn().save_weights(tmp_path / "other.weights.h5")
    with pytest.raises(LowlightError, match=r"other\.weights\.h5 does not hold the weights of this network"):
        train.train(SMALL, pairs[:3], pairs[3:], tmp_path / "run", start=[tmp_path / "other.weights.h5"])
