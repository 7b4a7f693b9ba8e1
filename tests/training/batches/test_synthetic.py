"""Low-light pairs made from clean photos: light, noise, 8 bits, JPEG, and the folder they make."""

import dataclasses

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from lowlight import LowlightError
from lowlight.arrays import LUMA
from lowlight.light import linear
from tests.helpers.pairs import scene_photo
from training.batches import synthetic
from training.batches.synthetic import Capture, add_noise, darken, in_light, synthesize
from training.data import pairs, splits
from training.data.checks import check_pairs

CLEAN = Capture(exposure=1.0, shot=1e-9, read=0.0)


@pytest.fixture
def clean(tmp_path):
    """A folder of three well-lit photos."""
    (tmp_path / "clean").mkdir()
    for seed in range(3):
        Image.fromarray(scene_photo(seed)).save(tmp_path / "clean" / f"view{seed}.png")
    return tmp_path / "clean"


@settings(max_examples=30, deadline=None)
@given(st.floats(1e-3, 1), st.floats(1e-5, 1e-2), st.floats(0, 1e-2), st.integers(0, 99))
def test_noise_follows_the_model(light, shot, read, seed):
    """The mean of the noisy signal is the light, its variance ``shot * light + read ** 2``."""
    count = 200_000
    signal = add_noise(np.full(count, light, np.float32), shot, read, np.random.default_rng(seed)).astype(np.float64)
    variance = shot * light + read**2
    fourth = variance**2 * 2  # the estimate's own variance
    assert signal.mean() == pytest.approx(light, abs=5 * np.sqrt(variance / count))
    assert signal.var() == pytest.approx(variance, abs=5 * np.sqrt(fourth / count))


@settings(max_examples=20, deadline=None)
@given(st.tuples(*3 * [st.integers(40, 255)]), st.integers(3, 31), st.integers(3, 31))
def test_flat_colours_come_through_the_filters_as_they_are(colour, height, width):
    """Each pixel measures one colour; where all are alike, what is filled in is what was there, at any size."""
    rgb = np.full((height, width, 3), colour, np.uint8)
    dark = darken(rgb, dataclasses.replace(CLEAN, mosaic=True), np.random.default_rng(0))
    assert dark.shape == rgb.shape
    assert np.abs(dark.astype(int) - rgb).max() <= 2


def test_noise_through_the_filters_is_coarse_and_coloured():
    """Neighbours' noise is alike, that of red and blue is more than green's, and smoothing takes colours' alone."""
    grey = np.full((128, 128, 3), 150, np.uint8)
    capture = Capture(exposure=0.1, shot=3e-4, read=1e-3)
    fine, coarse, smooth = (
        darken(grey, dataclasses.replace(capture, **how), np.random.default_rng(0)).astype(float)
        for how in ({}, {"mosaic": True}, {"mosaic": True, "smoothing": 1.5})
    )
    assert abs(_alike(fine)) < 0.05
    assert _alike(coarse) > 0.3
    red, green, blue = coarse.std(axis=(0, 1))
    assert red > 1.2 * green
    assert blue > 1.1 * green
    assert (smooth[..., 0] - smooth[..., 1]).std() < 0.5 * (coarse[..., 0] - coarse[..., 1]).std()
    assert (smooth @ LUMA).std() == pytest.approx((coarse @ LUMA).std(), rel=0.15)


def test_two_pixels_are_too_few_for_the_filters():
    """Colours cannot be filled in from around where there is nothing around: a sentence says so."""
    with pytest.raises(LowlightError, match="three pixels a side"):
        darken(np.full((2, 9, 3), 90, np.uint8), dataclasses.replace(CLEAN, mosaic=True), np.random.default_rng(0))


def _alike(picture):
    """Return the correlation of each green value with its right neighbour."""
    green = picture[..., 1]
    return np.corrcoef(green[:, :-1].ravel(), green[:, 1:].ravel())[0, 1]


def test_edges_stay_where_they_are_through_the_filters():
    """The dark photo lies over the clean one: no shift by a pixel of the filter array."""
    rgb = scene_photo(1)
    capture = dataclasses.replace(CLEAN, mosaic=True)
    dark = darken(rgb, capture, np.random.default_rng(0)).astype(float)
    errors = {
        (down, right): np.abs(np.roll(dark, (down, right), (0, 1)) - rgb)[2:-2, 2:-2].mean()
        for down in (-1, 0, 1)
        for right in (-1, 0, 1)
    }
    assert min(errors, key=errors.get) == (0, 0)


def test_a_magnified_photo_is_a_part_of_it():
    """It has the photo's size, is softer than it, and another part each time; a flat one stays flat."""
    rgb = scene_photo(1)
    made = [synthetic.magnify(rgb, np.random.default_rng(seed)) for seed in range(8)]
    assert {picture.shape for picture in made} == {rgb.shape}
    assert len({picture.tobytes() for picture in made}) == 8
    steps = [np.abs(np.diff(picture.astype(int), axis=1)).mean() for picture in made]
    assert np.mean(steps) < np.abs(np.diff(rgb.astype(int), axis=1)).mean()
    flat = np.full((5, 7, 3), 90, np.uint8)
    assert np.array_equal(synthetic.magnify(flat, np.random.default_rng(0)), flat)


@pytest.mark.parametrize("exposure", [0.5, 0.1, 0.02])
def test_darkening_is_in_linear_light(exposure):
    """Without noise the dark photo's light is the clean photo's times the exposure, to 8 bits of sRGB."""
    rgb = np.arange(256, dtype=np.uint8).reshape(16, 16, 1).repeat(3, axis=2)
    dark = darken(rgb, dataclasses.replace(CLEAN, exposure=exposure), np.random.default_rng(0))
    light = np.where(rgb <= 10, rgb / 255 / 12.92, ((rgb / 255 + 0.055) / 1.055) ** 2.4) * exposure
    wanted = np.where(light <= 0.0031308, light * 12.92, 1.055 * light ** (1 / 2.4) - 0.055) * 255
    assert np.abs(dark - wanted).max() <= 0.5 + 0.05  # rounding, and the photons that are still counted


def test_white_balance_moves_red_and_blue():
    """A grey photo taken with red too strong and blue too weak is off by these factors, in light; green stays."""
    grey = np.full((8, 8, 3), 128, np.uint8)
    wrong = darken(grey, dataclasses.replace(CLEAN, red=1.2, blue=0.8), np.random.default_rng(0))
    light = linear.from_uint8(wrong)[0, 0]
    np.testing.assert_allclose(light / light[1], [1.2, 1, 0.8], atol=0.02)
    assert wrong[0, 0, 1] == 128


def test_jpeg_is_lossy_and_keeps_the_size():
    """Through JPEG a photo of odd size keeps its size and changes, more at a lower quality."""
    rgb = scene_photo(1, 33, 47)
    errors = [
        np.abs(darken(rgb, dataclasses.replace(CLEAN, jpeg_quality=q), np.random.default_rng(0)).astype(int) - rgb)
        for q in (30, 95)
    ]
    assert errors[0].mean() > errors[1].mean() > 0


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 10**6))
def test_captures_stay_in_their_ranges(seed):
    """What is drawn lies in the ranges that the module names."""
    drawn = synthetic.draw_capture(np.random.default_rng(seed))
    for value, bounds in (
        (drawn.exposure, synthetic.EXPOSURE),
        (drawn.shot, synthetic.SHOT),
        (drawn.read, synthetic.READ),
    ):
        assert bounds[0] * 0.999 <= value <= bounds[1] * 1.001
    assert 1 / 1.101 <= min(drawn.red, drawn.blue) <= max(drawn.red, drawn.blue) <= 1.101
    assert drawn.jpeg_quality is None or 70 <= drawn.jpeg_quality <= 98
    assert (drawn.mosaic, drawn.smoothing) == (False, 0)
    through = synthetic.draw_capture(np.random.default_rng(seed), mosaic=1.0)
    assert dataclasses.replace(through, mosaic=False, smoothing=0.0) == drawn
    assert through.mosaic
    assert synthetic.SMOOTHING[0] <= through.smoothing <= synthetic.SMOOTHING[1]


def test_the_generator_decides_everything():
    """One seed gives one dark photo, another seed another; the clean photo is not written into."""
    rgb = scene_photo(1)
    before = rgb.copy()
    capture = Capture(exposure=0.1, shot=1e-3, read=1e-3)
    one, same, other = (darken(rgb, capture, np.random.default_rng(seed)) for seed in (1, 1, 2))
    np.testing.assert_array_equal(one, same)
    assert (one != other).any()
    np.testing.assert_array_equal(rgb, before)


def test_synthesized_pairs_can_be_trained_on(clean, tmp_path):
    """The folder is read as pairs that lie over each other, darker than their targets, pairs of one photo one scene."""
    synthesize(clean, tmp_path / "pairs", count=6, seed=1)
    dataset = pairs.open_dataset(tmp_path / "pairs")
    assert [pair.scene for pair in dataset.pairs] == ["view0", "view1", "view2"] * 2
    assert all(pair.low.mean() < 0.5 * pair.high.mean() for pair in dataset.pairs)
    assert check_pairs(dataset.pairs).errors == []
    with pytest.raises(LowlightError, match="3 scenes"):
        splits.split(dataset)


def test_more_pairs_begin_with_the_same(clean, tmp_path):
    """The first pairs of a larger set are those of a smaller one, to the last bit."""
    synthesize(clean, tmp_path / "small", count=2)
    synthesize(clean, tmp_path / "large", count=4)
    for name in ("low/00002.png", "high/00002.png"):
        assert (tmp_path / "small" / name).read_bytes() == (tmp_path / "large" / name).read_bytes()


def test_large_photos_are_cut(tmp_path):
    """From a photo longer than the longest side a window of that side is taken."""
    (tmp_path / "clean").mkdir()
    Image.fromarray(scene_photo(1, 40, synthetic.LONGEST_SIDE + 60)).save(tmp_path / "clean" / "wide.png")
    synthesize(tmp_path / "clean", tmp_path / "pairs", count=1)
    with Image.open(tmp_path / "pairs" / "low" / "00001.png") as image:
        assert image.size == (synthetic.LONGEST_SIDE, 40)


def test_what_cannot_be_synthesized_is_said(clean, tmp_path):
    """No photos, a photo that cannot be read, and a folder that is taken are one sentence each."""
    (tmp_path / "empty").mkdir()
    with pytest.raises(LowlightError, match="no photos in 'empty'"):
        synthesize(tmp_path / "empty", tmp_path / "a")
    (tmp_path / "taken" / "low").mkdir(parents=True)
    with pytest.raises(LowlightError, match="'taken' holds pairs already"):
        synthesize(clean, tmp_path / "taken")
    (clean / "view1.png").write_bytes(b"no picture")
    with pytest.raises(LowlightError, match=r"view1\.png cannot be used"):
        synthesize(clean, tmp_path / "b", count=3)


def test_coloured_light_leaves_of_a_colour_what_it_says():
    """White becomes the light's own colour, in linear light; what it does not shine on stays black."""
    found = in_light(np.full((2, 2, 3), 255, np.uint8), (1.0, 0.2140, 0.0))
    assert found[0, 0].tolist() == [255, 127, 0]  # sRGB's 127 is 0.2122 of white's light, 128 is 0.2159
    assert not in_light(np.zeros((2, 2, 3), np.uint8), (1.0, 0.5, 0.5)).any()
