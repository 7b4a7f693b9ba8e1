"""Judging: PSNR, SSIM, GT-mean, one file photo by photo, several in one table, their pictures."""

import csv
import json
from dataclasses import replace
from hashlib import sha256

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image
from skimage.metrics import peak_signal_noise_ratio, structural_similarity

from lowlight import LowlightError, Settings, enhance, load_photo, shipped
from lowlight.arrays import mean_luma
from lowlight.measure import metrics
from lowlight.network import weights
from lowlight.network.session import open_network
from lowlight.published import prepare
from tests.helpers.any_network import any_network
from tests.helpers.made_networks import gain_network
from tests.helpers.photos import dark_photo
from tests.helpers.places import EXAMPLES
from training.data.splits import Pair
from training.judge import compare, evaluate, figures

pytestmark = pytest.mark.training

BUNDLED = shipped.BUNDLED_FOLDER / f"{weights.ORIGINAL_NAME}.onnx"


@pytest.fixture
def pairs(tmp_path):
    """Four pairs of made-up photos, 30 x 44, whose references are ever further from what an idle network gives."""
    idle, found = open_network(gain_network(tmp_path / "idle", 1.0).read_bytes()), []
    for index, name in enumerate(("4", "12", "31", "7")):
        low = dark_photo(30, 44, index)
        *_, result = enhance(low, Settings(denoise=0), network=idle)
        paths = [tmp_path / f"{name}-{side}.png" for side in ("low", "high")]
        Image.fromarray(low).save(paths[0])
        Image.fromarray(np.clip(result.picture.astype(int) + 8 * (index + 1), 0, 255).astype(np.uint8)).save(paths[1])
        found.append(Pair(name, *paths))
    return found


# Metrics


@given(st.integers(0, 2**32 - 1).map(np.random.default_rng), st.integers(11, 24), st.integers(11, 24))
@settings(max_examples=20, deadline=None)
def test_ssim_and_psnr_are_scikit_images(random, height, width):
    """For photos of any size, PSNR and SSIM equal scikit-image's with the Gaussian window and population covariance."""
    reference = random.integers(0, 256, (height, width, 3), np.uint8)
    picture = np.clip(reference + random.normal(5, 20, reference.shape), 0, 255).astype(np.uint8)
    options = {"gaussian_weights": True, "sigma": 1.5, "use_sample_covariance": False, "data_range": 255}
    theirs = structural_similarity(picture, reference, channel_axis=2, **options)
    assert metrics.ssim(picture, reference) == pytest.approx(theirs, abs=1e-9)
    theirs = peak_signal_noise_ratio(reference, picture, data_range=255)
    assert metrics.psnr(picture, reference) == pytest.approx(theirs, abs=1e-4)


def test_psnr_by_hand():
    """One level off in one of three channels is 10 log10(3 * 255^2) dB; equal pictures have infinitely many."""
    reference = np.full((4, 5, 3), 100, np.uint8)
    picture = reference + np.array([0, 1, 0], np.uint8)
    assert metrics.psnr(picture, reference) == pytest.approx(52.902, abs=1e-3)
    assert metrics.psnr(reference, reference) == float("inf")


def test_ssim_by_hand():
    """SSIM of two flat pictures is its luminance term alone, averaged over the channels; of equal pictures it is 1."""
    a, b = np.full((16, 16, 3), 50, np.uint8), np.full((16, 16, 3), 50, np.uint8)
    b[..., 0] = 100
    c1 = (0.01 * 255) ** 2
    assert metrics.ssim(a, b) == pytest.approx((2 + (2 * 50 * 100 + c1) / (50**2 + 100**2 + c1)) / 3, abs=1e-9)
    assert metrics.ssim(dark_photo(20, 30), dark_photo(20, 30)) == pytest.approx(1)


def test_gt_mean_is_one_factor_on_luma():
    """GT-mean scales all channels by the ratio of the mean lumas: 76.245, the luma of red, over 29.9 or over 20."""
    picture, reference = np.zeros((12, 12, 3), np.uint8), np.zeros((12, 12, 3), np.uint8)
    picture[..., 0], reference[..., 0] = 100, 255
    assert np.array_equal(metrics.match_mean(picture, reference), reference)
    grey = np.full((12, 12, 3), 20, np.uint8)
    assert np.array_equal(metrics.match_mean(grey, reference), np.full((12, 12, 3), 76, np.uint8))


def test_gt_mean_gives_exposure_away():
    """A picture that is its reference at half the exposure is good by GT-mean only; a black one is finite."""
    reference = (dark_photo(20, 30) // 2) * 2
    found = metrics.score(reference // 2, reference)
    assert found.gt_mean_psnr > 45 > 30 > found.psnr
    assert found.gt_mean_ssim > 0.99 > found.ssim
    assert np.isfinite(metrics.score(np.zeros_like(reference), reference).gt_mean_psnr)


def test_pictures_that_cannot_be_compared_are_refused():
    """Two sizes, and pictures smaller than SSIM's window, are refused with their sizes."""
    with pytest.raises(LowlightError, match="20 x 16 and 20 x 17"):
        metrics.score(np.zeros((16, 20, 3), np.uint8), np.zeros((17, 20, 3), np.uint8))
    with pytest.raises(LowlightError, match="at least 11 x 11 pixels; this one is 20 x 10"):
        metrics.ssim(np.zeros((10, 20, 3), np.uint8), np.zeros((10, 20, 3), np.uint8))


# One weights file, photo by photo


def test_an_evaluation_judges_what_the_page_returns(pairs, tmp_path):
    """Each photo's figures are those of the page's automatic result, and its gain; means are over photos."""
    path = gain_network(tmp_path / "net", 0.9)
    summary = evaluate.evaluate(path, pairs, tmp_path / "out")
    with (tmp_path / "out" / "photos.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert [row["photo"] for row in rows] == ["4", "12", "31", "7"]
    network = open_network(path.read_bytes())
    for row, pair in zip(rows, pairs, strict=True):
        *_, brightened, stage = enhance(pair.low, network=network)
        psnr = peak_signal_noise_ratio(pair.high, stage.picture, data_range=255)
        assert float(row["psnr"]) == pytest.approx(psnr, abs=1e-3)
        gained = mean_luma(brightened.picture) / mean_luma(pair.low)
        assert float(row["factor"]) == pytest.approx(gained, rel=1e-5)
        assert gained > 1.5
        assert float(row["seconds"]) > 0
    for name in ("psnr", "ssim", "gt_mean_psnr", "gt_mean_ssim", "factor"):
        column = [float(row[name]) for row in rows]
        assert summary["mean"][name] == pytest.approx(np.mean(column), rel=1e-5)
        assert summary["median"][name] == pytest.approx(np.median(column), rel=1e-5)


def test_an_evaluation_says_what_it_judged(pairs, tmp_path):
    """The summary names the network, its SHA-256, the split and its hash, the number of pairs and the worst first."""
    path = gain_network(tmp_path / "net", 1.0, name="identity")
    known = {"split": "held-out scenes", "protocol": "leak-free", "split_sha256": "ab" * 32}
    evaluate.evaluate(path, pairs, tmp_path / "out", **known)
    summary = json.loads((tmp_path / "out" / "summary.json").read_text())
    assert {key: summary[key] for key in known} == known
    assert summary["network"] == "identity"
    assert summary["weights"] == "network.onnx"
    assert summary["weights_sha256"] == sha256(path.read_bytes()).hexdigest()
    assert summary["pairs"] == 4
    assert summary["worst"] == ["7", "31", "12", "4"]  # the fixture's references are ever further away
    plain = {name: summary["mean"][name] for name in summary["without_network"]}
    assert plain == pytest.approx(summary["without_network"], abs=1e-6)  # this network changes nothing


def test_an_evaluation_leaves_two_pictures(pairs, tmp_path):
    """The worst photos, and some from the worst to the best, are JPEG grids: photo, stages, result, reference."""
    evaluate.evaluate(gain_network(tmp_path / "net", 1.0), pairs, tmp_path / "out")
    for name in ("worst.jpg", "figures.jpg"):
        with Image.open(tmp_path / "out" / name) as grid:
            assert grid.format == "JPEG"
            assert grid.width == 4 * (figures.WIDTH + 8) + 8
            assert grid.height > len(pairs) * figures.DETAIL


def test_a_perfect_result_is_no_number_in_json(pairs, tmp_path):
    """Where a result equals its reference PSNR is infinite, and null in the summary, which stays valid JSON."""
    path = gain_network(tmp_path / "net", 1.0)
    *_, result = enhance(pairs[0].low, Settings(denoise=0), network=open_network(path.read_bytes()))
    Image.fromarray(result.picture).save(pairs[0].high_path)
    fresh = Pair(pairs[0].name, pairs[0].low_path, pairs[0].high_path)
    evaluate.evaluate(path, [fresh], tmp_path / "out")
    summary = json.loads((tmp_path / "out" / "summary.json").read_text())
    assert summary["mean"]["psnr"] is None
    assert summary["mean"]["ssim"] == pytest.approx(1)


def test_an_evaluation_does_not_keep_the_photos(pairs, tmp_path):
    """After an evaluation and a comparison no pair still holds the pictures it read."""
    fresh = [Pair(pair.name, pair.low_path, pair.high_path) for pair in pairs]
    path = gain_network(tmp_path / "net", 1.0)
    evaluate.evaluate(path, fresh, tmp_path / "out")
    compare.compare([path], fresh, runs=1)
    assert not any({"low", "high"} & vars(pair).keys() for pair in fresh)


def test_each_scene_is_shown_by_its_worst_photo(pairs, tmp_path):
    """Of photos of one scene the first in rank stands for it; photos whose scene nobody named stand for themselves."""
    network = open_network(gain_network(tmp_path / "net", 1.0).read_bytes())
    ranked = [evaluate.judge(pair, network) for pair in reversed(pairs)]
    scenes = {pair.name: replace(pair, scene=scene) for pair, scene in zip(pairs, ("8", "", "8", ""), strict=True)}
    assert [one.photo for one in ranked] == ["7", "31", "12", "4"]
    assert [one.photo for one in evaluate.one_a_scene(ranked, scenes)] == ["7", "31", "12"]


def test_photos_are_shown_at_equal_steps_of_rank():
    """Six of eleven are every second one, the first and the last among them; of fewer all are shown."""
    assert evaluate.spread(range(11), 6) == [0, 2, 4, 6, 8, 10]
    assert evaluate.spread(range(3), 6) == [0, 1, 2]
    assert evaluate.spread([5], 6) == [5]


def test_what_is_missing_is_said(pairs, tmp_path):
    """No pairs, no file and a file that is no network are each one sentence, and nothing is written."""
    path = gain_network(tmp_path / "net", 1.0)
    with pytest.raises(LowlightError, match="no pairs"):
        evaluate.evaluate(path, [], tmp_path / "out")
    with pytest.raises(LowlightError, match=r"missing\.onnx cannot be read"):
        evaluate.evaluate(tmp_path / "missing.onnx", pairs, tmp_path / "out")
    path.write_bytes(b"no network")
    with pytest.raises(LowlightError, match="no network"):
        evaluate.evaluate(path, pairs, tmp_path / "out")
    assert not (tmp_path / "out").exists()


# Several in one table


@pytest.fixture
def table(pairs, tmp_path):
    """The lines of a comparison of two networks, split into cells, and the whole text."""
    paths = [gain_network(tmp_path / "a", 1.0, "one"), gain_network(tmp_path / "b", 0.5, "two")]
    text = compare.compare(paths, pairs, tmp_path / "out", split="held-out scenes", protocol="leak-free", runs=1)
    return [
        [cell.strip() for cell in line.strip("|").split("|")] for line in text.splitlines() if line[:1] == "|"
    ], text


def test_a_comparison_has_a_line_for_each_method(table):
    """The photo unchanged, the published stages, the automatic ones and every network are measured alike."""
    lines, _ = table
    assert [line[0] for line in lines[2:]] == [
        "input unchanged",
        "published stages x 2.0, no network",
        "published stages x 2.5, no network",
        "published stages, automatic, no network",
        "one (a/network.onnx)",
        "two (b/network.onnx)",
    ]
    assert {len(line) for line in lines} == {11}
    scores = [line[1:5] for line in lines[2:]]
    assert scores[3] == scores[4]  # the first network changes nothing
    assert float(scores[5][0]) < float(scores[4][0]) - 3  # the second halves the exposure,
    assert float(scores[5][2]) == pytest.approx(float(scores[4][2]), abs=1)  # which GT-mean forgives


def test_a_comparison_has_costs_and_times(table):
    """Networks have parameters, multiply-adds a pixel, a size and times, and the first one's ratio is 1."""
    lines, _ = table
    for line in lines[6:]:
        assert line[5:7] == ["9", "9"]
        assert line[7].endswith("KiB")
        assert line[8].endswith("ms")
    assert lines[6][10] == "1.00"
    assert lines[2][5:9] == ["", "", "", ""]


def test_a_comparison_says_how_to_read_it(table, tmp_path):
    """Above the table stand split, number of pairs, protocol and what would flatter; compare.md has the same text."""
    _, text = table
    assert text.startswith("held-out scenes, 4 pairs, protocol leak-free. ")
    assert "What would flatter" in text.split("|")[0]
    assert "exposure is given away" in text
    assert (tmp_path / "out" / "compare.md").read_text() == text + "\n"
    assert len((tmp_path / "out" / "compare.csv").read_text().splitlines()) == 1 + 6 * 4


def test_a_protocol_that_leaks_says_so():
    """Under LOL's official split the header says that test scenes were trained on; under ours it does not."""
    leak = "trains on pairs that show LOL's test scenes"
    assert leak in compare.header(15, "eval15", "official", "")
    assert leak not in compare.header(15, "eval15", "leak-free", "")
    assert "show the held-out scenes" in compare.header(20, "held-out scenes", "seen", "")


def test_weights_are_told_apart(tmp_path):
    """Files of one name are called by their folders too; the same file twice, and none, are refused."""
    a, b, c = tmp_path / "a" / "x.onnx", tmp_path / "b" / "x.onnx", tmp_path / "b" / "y.onnx"
    assert compare.labels([a, c]) == ["x.onnx", "y.onnx"]
    assert compare.labels([a, b]) == ["a/x.onnx", "b/x.onnx"]
    with pytest.raises(LowlightError, match="name each once"):
        compare.labels([a, a])
    with pytest.raises(LowlightError, match="nothing to compare"):
        compare.labels([])


def test_published_stages_are_the_published_ones():
    """The lines without a network are CLAHE and a factor, whichever network is compared."""
    rgb = load_photo(EXAMPLES / "dark-shelf.png").rgb[:100, :150]
    for network in (any_network("noise"), open_network(BUNDLED.read_bytes())):
        chosen = compare.methods([compare.Candidate("ours", network, 1024, 9, 9.0)])
        for factor in (2.0, 2.5):
            prepared = prepare(rgb, Settings.classic(factor))
            assert prepared.factor == pytest.approx(factor)
            wanted = np.clip(np.rint(prepared.equalized * factor), 0, 255)
            assert np.abs(chosen[f"published stages x {factor}, no network"](rgb) - wanted).max() <= 1


def test_a_light_guided_network_is_measured_beside_its_light_map():
    """Without the network there are the map and the brightening; a network that changes nothing is like that."""
    network, rgb = any_network("same"), load_photo(EXAMPLES / "dark-shelf.png").rgb[:120, :160]
    chosen = compare.methods([compare.Candidate("ours", network, 1024, 9, 9.0)])
    alone, made = chosen["light map, no network"](rgb), chosen["ours"](rgb)
    assert alone.mean() > 1.5 * rgb.mean()
    assert np.abs(alone.astype(int) - made).mean() < 3
    stopwatches = compare.stopwatches(chosen, [compare.Candidate("ours", network, 1024, 9, 9.0)])
    assert stopwatches["ours alone"]().shape == (*compare.TIMED, 3)


@pytest.mark.parametrize("kind", ["same", "noise"])
def test_eight_ways_have_their_mean(kind):
    """Averaged over the photo's orientations the result has its size and light, and less of a network's noise."""
    network, rgb = any_network(kind), load_photo(EXAMPLES / "dark-shelf.png").rgb[:96, :144]
    chosen = compare.methods([compare.Candidate("ours", network, 1024, 9, 9.0)], averaged=True)
    alone, averaged = (chosen[name](rgb) for name in ("ours", f"ours, {compare.AVERAGED}"))
    assert averaged.shape == rgb.shape
    assert averaged.mean() == pytest.approx(alone.mean(), rel=0.05)
    difference = np.abs(averaged.astype(int) - alone).mean()
    # a turned photo is in a little other light: the forest looks at top and bottom too
    assert difference < 4 if kind == "same" else difference > 0.5


def test_ratios_are_taken_turn_by_turn():
    """A network that takes twice the first one's time in every run has ratio 2, however much the runs differ."""
    network = open_network(BUNDLED.read_bytes())
    first, second = (compare.Candidate(name, network, 1024, 9, 9.0) for name in ("first", "second"))
    seconds = {"first": [0.1, 0.9, 0.3], "second": [0.2, 1.8, 0.6], "first alone": [0.1], "second alone": [0.1]}
    scores = {name: {"1": metrics.Score(20, 0.8, 22, 0.8)} for name in ("first", "second")}
    lines = compare.table(scores, [first, second], seconds).splitlines()
    assert [line.split(" | ")[-2:] for line in lines[2:]] == [["300 ms", "1.00 |"], ["600 ms", "2.00 |"]]


def test_timings_take_turns_after_a_warm_up():
    """Each is run once untimed, then all take turns, so that a busy moment of the machine meets each of them."""
    order = []
    taken = compare.time_all({name: lambda name=name: order.append(name) for name in "ab"}, 3)
    assert "".join(order) == "abababab"
    assert [len(taken[name]) for name in "ab"] == [3, 3]


# Pictures


@given(st.integers(1, 400), st.integers(1, 400))
@settings(max_examples=15, deadline=None)
def test_photos_of_any_size_fit_the_grid(height, width):
    """Small and large, wide and tall photos keep to their column; long captions are cut off."""
    photo = np.zeros((height, width, 3), np.uint8)
    sheet = figures.grid("title", "legend", ["a", "b"], [figures.Row([photo, photo], ["caption " * 30, ""])])
    assert sheet.width == 2 * (figures.WIDTH + 8) + 8
    assert sheet.height < figures.TALLEST + figures.DETAIL + 150
    edge = np.asarray(sheet)[-figures.DETAIL // 4 :, figures.WIDTH + 9 : figures.WIDTH + 15]
    assert edge.min() == 255, "the caption ends inside its column"
