"""Training: what the network sees, the options, and runs that were cut, spread over processes or gone wrong."""

import dataclasses
import json
import os
import signal
import socket
import subprocess
import sys

import numpy as np
import pytest
from PIL import Image

from lowlight import LowlightError, Settings, enhance
from tests.helpers.originals import original_cnn
from tests.helpers.photos import dark_photo
from tests.helpers.places import PROJECT

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")  # TensorFlow's greetings are no news

import keras
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

from tests.helpers import train_worker
from tests.helpers.train_worker import SMOKE
from training import experiments
from training.batches import inputs
from training.batches.tasks import task_of
from training.data import splits
from training.models import losses, networks
from training.run import checkpoint, distribute, train
from training.run.throughput import throughput

pytestmark = pytest.mark.training

ORIGINAL = experiments.load("original_cnn")
SMALL = dataclasses.replace(ORIGINAL, patch_size=16, batch_size=4, steps_per_epoch=3, epochs=2)
TINY = dataclasses.replace(SMALL, build=networks.tiny_cnn)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Six pairs of made-up photos, 48 x 64."""
    folder = tmp_path_factory.mktemp("pairs")
    for side in ("low", "high"):
        (folder / side).mkdir()
    for index in range(6):
        high = np.clip(dark_photo(48, 64, index).astype(int) * 5, 0, 255).astype(np.uint8)
        Image.fromarray(high // 8).save(folder / "low" / f"{index}.png")
        Image.fromarray(high).save(folder / "high" / f"{index}.png")
    return folder


@pytest.fixture(scope="module")
def pairs(folder):
    """Those pairs as the training package finds them."""
    return splits.find_pairs(folder)


@pytest.fixture(scope="module")
def whole(folder, tmp_path_factory):
    """A run of `train_worker` that nothing disturbed, here, and its folder."""
    run = tmp_path_factory.mktemp("whole")
    train_worker.run(folder, run)
    return run


def worker(*arguments, **environment):
    """Start `train_worker` in a process of its own."""
    path = os.pathsep.join([str(PROJECT), *filter(None, [os.environ.get("PYTHONPATH")])])
    environment = {**os.environ, "PYTHONPATH": path, **environment}
    command = [sys.executable, str(PROJECT / "tests" / "helpers" / "train_worker.py"), *map(str, arguments)]
    return subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def finished(process):
    """Return a process's exit code; show what it said if it failed."""
    _, errors = process.communicate(timeout=240)
    return process.returncode if process.returncode <= 0 else pytest.fail(errors[-3000:])


def history(run):
    """Return a run's history."""
    return json.loads((run / "history.json").read_text())


def stored(run):
    """Return a run's checkpoint: arrays, and what is said about them."""
    with np.load(run / checkpoint.FILE) as file:
        return {name: file[name] for name in file.files if name != "about"}, json.loads(str(file["about"]))


def same_state(run, other, **tolerance):
    """Hold two runs' weights, optimizers and histories to each other."""
    (arrays, about), (others, about_other) = stored(run), stored(other)
    assert arrays.keys() == others.keys()
    for name, array in arrays.items():
        np.testing.assert_allclose(others[name], array, **tolerance)
    assert about_other["progress"]["step"] == about["progress"]["step"]
    for line, line_other in zip(history(run), history(other), strict=True):
        assert line_other == pytest.approx(line, rel=1e-5)


def test_training_sees_what_the_page_serves(pairs):
    """A plain patch is a window of the page's own brightened stage."""
    experiment = dataclasses.replace(ORIGINAL, patch_size=48, batch_size=12)
    low, _ = inputs.Patches(pairs[:1], experiment).batch(0)
    stages = enhance(pairs[0].low, Settings(), network=original_cnn())
    served = {stage.name: stage.picture for stage in stages}["brightened"]
    windows = [served[:, left : left + 48] for left in range(17)]
    plain = [any(np.abs(patch * 255 - window).max() <= 0.51 for window in windows) for patch in low]
    assert 0 < sum(plain) < 12  # the others are augmented


def test_the_released_weights_random_stream_stays(pairs):
    """The published augmentation's batches are those that the released weights were trained on, from the first step."""
    patches = inputs.Patches(pairs[:4], SMALL)
    sums = [[float(side.sum()) for side in patches.batch(step)] for step in range(3)]
    expected = [[1321.022, 1646.729], [1431.3348, 1602.5392], [1578.0538, 1959.3802]]
    np.testing.assert_allclose(sums, expected, atol=0.01)


@pytest.mark.parametrize("augmentation", ["published", "varied"])
def test_batches_depend_on_seed_and_step_alone(pairs, augmentation):
    """Any number of workers, any first step and any share of the batch give the same patches in the same order."""
    experiment = dataclasses.replace(SMALL, augmentation=augmentation)
    alone = list(inputs.Patches(pairs, experiment).stream(0, 6, workers=1))
    many = list(inputs.Patches(pairs, experiment).stream(2, 6, workers=4, share=slice(2, 4)))
    assert len(many) == 4
    for (low, high), (low_share, high_share) in zip(alone[2:], many, strict=True):
        np.testing.assert_array_equal(low[2:4], low_share)
        np.testing.assert_array_equal(high[2:4], high_share)
    assert not np.array_equal(alone[0][0], alone[1][0])


def test_photos_take_no_more_memory_than_they_may(pairs):
    """Photos that do not fit into memory are read again, with the same batches."""
    size = 48 * 64 * 7  # a prepared pair: lightness, three channels dark and three bright
    bounded, roomy = (inputs.Patches(pairs, SMALL, memory_bytes=limit) for limit in (2 * size, 100 * size))
    for step in range(4):
        np.testing.assert_array_equal(bounded.batch(step)[0], roomy.batch(step)[0])
    assert bounded.photos.kept_bytes() == 2 * size
    assert roomy.photos.kept_bytes() > 2 * size


def test_a_photo_smaller_than_a_patch_is_named(pairs, tmp_path):
    """A photo smaller than a patch stops the run with its name and both sizes."""
    with pytest.raises(LowlightError, match="64x48 pixels, smaller than a patch of 49x49"):
        train.train(dataclasses.replace(TINY, patch_size=49), pairs[:4], pairs[4:], tmp_path)


def test_losses_by_hand():
    """Differences of 0.3, 0 and 0.6 over the three channels, by each loss's formula."""
    reference, picture = np.zeros((1, 1, 1, 3), np.float32), np.array([[[[0.3, 0.0, -0.6]]]], np.float32)
    by_pixel = {name: losses.LOSSES[name] for name in ("mse", "l1", "charbonnier")}
    values = {name: float(loss(reference, picture)[0, 0, 0]) for name, loss in by_pixel.items()}
    smooth = np.sqrt(0.09 + 1e-6) + 1e-3 + np.sqrt(0.36 + 1e-6)
    assert values == pytest.approx({"mse": 0.15, "l1": 0.3, "charbonnier": smooth / 3}, rel=1e-5)
    flat = np.full((1, 8, 8, 3), 0.5, np.float32)
    off = float(losses.psnr_ssim(flat, flat + np.float32(0.04))[0])  # 28 dB
    similar = (2 * 0.5 * 0.54 + 1e-4) / (0.5**2 + 0.54**2 + 1e-4)
    assert off == pytest.approx(0.03 * np.log(0.04**2 + 3e-4) + 0.15 * (1 - similar), rel=1e-3)
    with pytest.raises(LowlightError, match=r"no loss 'ssim'.*mse, l1, charbonnier"):
        losses.named("ssim")


def test_the_cosine_schedule_climbs_and_falls():
    """The learning rate climbs evenly from 0 to its height, is half of it half-way down, and 0 at the end."""
    experiment = dataclasses.replace(TINY, schedule="cosine", steps_per_epoch=50, warmup_steps=20)
    rate = train.learning_rate(experiment)
    rates = [float(rate(step)) for step in (0, 10, 20, 60, 100)]
    assert rates == pytest.approx([0, 5e-4, 1e-3, 5e-4, 0], abs=1e-9)
    falling = train.learning_rate(dataclasses.replace(experiment, warmup_steps=0))
    assert [float(falling(step)) for step in (0, 50, 100)] == pytest.approx([1e-3, 5e-4, 0], abs=1e-9)


def test_the_running_average_serves(pairs):
    """With ema 0.9 the serving weights are a tenth of the newest and nine tenths of what was; training's stay."""
    model = train.compiled(dataclasses.replace(TINY, ema=0.9))
    average = None
    for low, high in inputs.Patches(pairs, TINY).stream(0, 3):
        model.train_on_batch(low, high)
        weights = model.get_weights()
        average = weights if average is None else [0.9 * a + 0.1 * w for a, w in zip(average, weights, strict=True)]
    for serving, expected in zip(train.serving_weights(model), average, strict=True):
        np.testing.assert_allclose(serving, expected, atol=1e-7)
    for left, before in zip(model.get_weights(), weights, strict=True):
        np.testing.assert_array_equal(left, before)


def test_long_gradients_are_cut(pairs):
    """After one step Adam's first moment, a tenth of the gradient, is as long as a tenth of clip_norm."""
    model = train.compiled(dataclasses.replace(TINY, clip_norm=1e-3))
    model.train_on_batch(*inputs.Patches(pairs, TINY).batch(0))
    moments = [np.ravel(v) for v in model.optimizer.variables if v.path.endswith("_momentum")]
    assert np.linalg.norm(np.concatenate(moments)) == pytest.approx(1e-4, rel=1e-3)


def test_mixed_precision_keeps_weights_and_output_whole():
    """Under mixed_bfloat16 layers compute in bfloat16, weights and output are float32, no later model is touched."""
    model = train.compiled(dataclasses.replace(TINY, precision="mixed_bfloat16"))
    assert model.layers[1].compute_dtype == "bfloat16"
    assert {weight.dtype for weight in model.weights} == {"float32"}
    assert model.output.dtype == "float32"
    assert networks.tiny_cnn().layers[1].compute_dtype == "float32"


def test_a_killed_run_goes_on_as_if_nothing_had_been(folder, whole, tmp_path):
    """A run killed inside an epoch and started again ends with the same weights, optimizer, history and best."""
    assert finished(worker(folder, tmp_path, 7, KERAS_BACKEND=keras.config.backend())) == -signal.SIGKILL
    assert stored(tmp_path)[1]["progress"]["step"] == 6
    assert len(history(tmp_path)) == 1
    train_worker.run(folder, tmp_path)
    same_state(whole, tmp_path, atol=1e-6)
    np.testing.assert_allclose(train_worker.output(tmp_path), train_worker.output(whole), atol=1e-6)


def test_a_finished_run_stays_as_it_is(folder, whole):
    """Starting a finished run again trains nothing and writes nothing."""
    before = {path: path.read_bytes() for path in whole.rglob("*.*")}
    assert train_worker.run(folder, whole) == history(whole)
    assert {path: path.read_bytes() for path in whole.rglob("*.*")} == before


def test_a_run_remembers_the_code_it_was_begun_with(pairs, tmp_path):
    """A run that goes on at another commit keeps the earlier one in its config."""
    train.train(dataclasses.replace(TINY, epochs=1), pairs[:4], pairs[4:], tmp_path)
    config = json.loads((tmp_path / "config.json").read_text())
    (tmp_path / "config.json").write_text(json.dumps({**config, "commit": "0" * 40}))
    train.train(TINY, pairs[:4], pairs[4:], tmp_path)
    assert json.loads((tmp_path / "config.json").read_text())["earlier commits"] == ["0" * 40]


@pytest.fixture(scope="module")
def begun(tmp_path_factory):
    """Return a maker of run folders that all begin with the same first weights."""
    model = train.compiled(SMOKE)

    def begin(name):
        run = tmp_path_factory.mktemp(name)
        checkpoint.save(run, SMOKE, model, checkpoint.Progress())
        return run

    return begin


@pytest.fixture(scope="module")
def reference(folder, begun):
    """A run from those first weights, here, in one process."""
    run = begun("reference")
    train_worker.run(folder, run)
    return run


def test_jax_trains_as_tensorflow_does(folder, begun, reference):
    """From the same first weights, JAX has TensorFlow's losses to 1e-4 and its weights serve under TensorFlow."""
    run = begun("jax")
    assert finished(worker(folder, run, KERAS_BACKEND="jax")) == 0
    assert json.loads((run / "config.json").read_text())["backend"] == "jax"
    for line, expected in zip(history(run), history(reference), strict=True):
        assert line == pytest.approx(expected, rel=1e-4)
    (theirs,) = run.glob("output-*.npy")
    np.testing.assert_allclose(train_worker.output(run), np.load(theirs), atol=1e-5)


def test_two_workers_train_as_one_process_does(folder, begun, reference):
    """Two processes that take half of each batch have the losses of one, and the same weights as each other."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        address = f"127.0.0.1:{free.getsockname()[1]}"
    run = begun("workers")
    common = {"KERAS_BACKEND": "jax", "KERAS_DISTRIBUTION_JOB_ADDRESSES": address, distribute.PROCESSES_VARIABLE: "2"}
    both = [worker(folder, run, **common, KERAS_DISTRIBUTION_PROCESS_ID=str(number)) for number in range(2)]
    try:
        assert [finished(process) for process in both] == [0, 0]
    finally:
        for process in both:  # where one failed, the other waits for it
            process.kill()
            process.communicate()
    assert json.loads((run / "config.json").read_text())["processes"] == 2
    for line, expected in zip(history(run), history(reference), strict=True):
        assert line == pytest.approx(expected, rel=1e-4)


def test_several_processes_need_jax(pairs, tmp_path, monkeypatch):
    """Under another back end a run that is told of several processes is refused, not trained twice."""
    monkeypatch.setenv(distribute.PROCESSES_VARIABLE, "2")
    with pytest.raises(LowlightError, match="KERAS_BACKEND=jax"):
        train.train(TINY, pairs[:4], pairs[4:], tmp_path)


def test_the_best_weights_are_the_best_on_whole_photos(pairs, tmp_path):
    """The kept weights reach the history's highest PSNR on whole validation photos, as the network serves them."""
    lines = train.train(dataclasses.replace(TINY, epochs=4, learning_rate=0.1), pairs[:4], pairs[4:], tmp_path)
    model = TINY.build()
    model.load_weights(tmp_path / train.BEST)
    score = train.Judge(TINY, task_of(TINY), pairs[4:]).score(model.get_weights())
    assert score == pytest.approx(max(line["val_psnr"] for line in lines), abs=1e-4)


def test_an_experiment_may_keep_the_last_weights(pairs, tmp_path):
    """A rate that spoils the network: the weights kept are the last epoch's all the same, and cards know it."""
    wild = dataclasses.replace(TINY, epochs=3, learning_rate=0.5, kept="last")
    lines = train.train(wild, pairs[:4], pairs[4:], tmp_path)
    assert max(lines, key=lambda line: line["val_psnr"]) is not lines[-1]
    model = TINY.build()
    model.load_weights(tmp_path / train.BEST)
    score = train.Judge(TINY, task_of(TINY), pairs[4:]).score(model.get_weights())
    assert score == pytest.approx(lines[-1]["val_psnr"], abs=1e-4)
    assert checkpoint.kept(lines, wild.fields()) is lines[-1]
    assert checkpoint.kept(lines, TINY.fields()) is not lines[-1]


def test_patience_ends_a_run():
    """A run is over when there was no better PSNR for so many epochs, or when all epochs are done."""
    experiment = dataclasses.replace(TINY, epochs=9, patience=2)
    scores = (20.0, 21.0, 20.5, 20.9)
    history = [{"val_psnr": score} for score in scores]
    over = [checkpoint.Progress(3 * n, 0.0, history[:n]).over(experiment) for n in range(5)]
    assert over == [None, None, None, None, "no validation PSNR was better than epoch 2's"]
    assert checkpoint.Progress(27, 0.0, history[:2]).over(experiment) == "all 9 epochs are done"


def test_a_loss_that_is_no_number_stops_the_run(pairs, tmp_path):
    """A run that blows up ends with a sentence that says what to change, its last good checkpoint in place."""
    wild = dataclasses.replace(TINY, learning_rate=1e18)
    with pytest.raises(LowlightError, match=r"loss became \w+ at step \d.*learning rate below 1e\+18"):
        train.train(wild, pairs[:4], pairs[4:], tmp_path, checkpoint_steps=1)
    arrays, about = stored(tmp_path)
    assert about["progress"]["step"] >= 1
    assert all(np.isfinite(array).all() for array in arrays.values())


def test_weights_that_are_no_numbers_are_not_stored(tmp_path):
    """A checkpoint is never overwritten by one with weights that are not finite."""
    model = train.compiled(TINY)
    checkpoint.save(tmp_path, TINY, model, checkpoint.Progress())
    model.set_weights([weight * np.nan for weight in model.get_weights()])
    with pytest.raises(LowlightError, match="no finite number"):
        checkpoint.save(tmp_path, TINY, model, checkpoint.Progress(step=1))
    assert stored(tmp_path)[1]["progress"]["step"] == 0


def test_another_experiment_does_not_go_on_with_a_run(pairs, tmp_path):
    """A run folder is refused to an experiment with another batch size; more epochs are welcome."""
    train.train(dataclasses.replace(TINY, epochs=1), pairs[:4], pairs[4:], tmp_path)
    with pytest.raises(LowlightError, match="batch_size was 4 and is 2 now"):
        train.train(dataclasses.replace(TINY, batch_size=2), pairs[:4], pairs[4:], tmp_path)
    assert len(train.train(TINY, pairs[:4], pairs[4:], tmp_path)) == 2


def test_a_run_folder_says_how_it_came_about(whole, pairs):
    """config.json holds the experiment, the back end, versions and no command that was none; split.json the names."""
    config = json.loads((whole / "config.json").read_text())
    assert config["experiment"] == SMOKE.fields()
    assert config["command"] == "started from Python, not by a command"
    assert config["packages"]["keras"] == keras.__version__
    assert config["commit"] is None or len(config["commit"]) == 40
    names = [pair.name for pair in pairs]
    assert json.loads((whole / "split.json").read_text())["parts"] == {"training": names[:4], "validation": names[4:]}


def test_tensorboard_shows_curves_and_pictures(whole):
    """TensorBoard's own reader finds a point an epoch and a picture of each of the first validation photos."""
    board = EventAccumulator(str(whole / "tensorboard"))
    board.Reload()
    points = [(event.step, event.value) for event in board.Scalars("val_psnr")]
    assert points == [(5 * line["epoch"], pytest.approx(line["val_psnr"])) for line in history(whole)]
    assert {"loss", "learning_rate"} < set(board.Tags()["scalars"])
    picture = board.Images("4")[-1]
    assert (picture.height, picture.width) == (48, 3 * 64)


def test_nothing_is_drawn_where_there_is_no_terminal(pairs, tmp_path, capsys):
    """Without a terminal there is no progress bar, and a line an epoch."""
    train.train(TINY, pairs[:4], pairs[4:], tmp_path)
    said = capsys.readouterr()
    assert said.err == ""
    assert [line.split(":")[0] for line in said.out.splitlines()] == ["epoch 1/2", "epoch 2/2", "The run is over"]


def test_throughput_is_measured(pairs):
    """The pipeline alone, the bare step and both together have each their figure, and the sentence holds them."""
    figures = throughput(TINY, pairs, steps=4)
    assert min(figures.pipeline, figures.step, figures.together) > 0
    assert 0 <= figures.waited < 1
    assert f"{figures.pipeline:,.0f} patches/s" in str(figures)


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        ({"schedule": "step"}, "schedule must be one of constant, cosine; it was 'step'"),
        ({"precision": "float16"}, "precision"),
        ({"kept": "first"}, "kept must be one of best, last"),
        ({"batch_size": 0}, "batch_size must be above 0"),
        ({"ema": 1.0}, "ema must lie between 0 and 1"),
        ({"synthetic": 1.5}, "synthetic must lie between 0 and 1; it was 1.5"),
        ({"synthetic": 0.5}, "synthetic is for the task restore alone, and this one's is 'denoise'"),
        ({"task": "restore", "others": 0.6, "clean": 0.6}, "shares of one whole; they were 0.6 and 0.6"),
        ({"warmup_steps": 3}, "warmup_steps needs the cosine schedule"),
    ],
)
def test_an_experiment_that_cannot_be_meant_is_refused(change, complaint):
    """An experiment's values are checked when it is made."""
    with pytest.raises(LowlightError, match=complaint):
        dataclasses.replace(ORIGINAL, **change)


def test_experiments_are_found_by_name():
    """Every experiment's file carries its own name; an unknown one is answered with those there are."""
    assert all(experiments.load(name).name == name for name in experiments.names())
    with pytest.raises(LowlightError, match=r"no experiment 'nonsense'.*original_cnn, smoke"):
        experiments.load("nonsense")


def test_the_original_cnn_is_the_published_one():
    """64-64-128-3, 3x3, ReLU between and linear last: 116,035 parameters."""
    model = networks.original_cnn()
    layers = [layer for layer in model.layers if isinstance(layer, keras.layers.Conv2D)]
    assert [layer.filters for layer in layers] == [64, 64, 128, 3]
    assert [layer.activation.__name__ for layer in layers] == ["relu", "relu", "relu", "linear"]
    assert model.count_params() == 3 * 64 * 9 + 64 + 64 * 64 * 9 + 64 + 64 * 128 * 9 + 128 + 128 * 3 * 9 + 3 == 116_035


def test_the_halo_is_as_far_as_the_network_looks():
    """A pixel changes the output up to the halo, and nowhere beyond it."""
    model = networks.original_cnn()
    picture = np.random.default_rng(0).random((1, 21, 21, 3), np.float32)
    changed = picture.copy()
    changed[0, 10, 10] += 1
    difference = np.abs(np.asarray(model(changed)) - np.asarray(model(picture))).max(axis=(0, 3))
    rows = np.flatnonzero(difference.max(axis=1) > 1e-9)
    assert (rows.min(), rows.max()) == (10 - networks.halo(model), 10 + networks.halo(model))


def test_a_task_that_is_none_is_refused():
    """The sentence names those that are there."""
    with pytest.raises(LowlightError, match=r"no task 'sing'. Choose one of denoise, restore"):
        task_of(dataclasses.replace(TINY, task="sing"))
