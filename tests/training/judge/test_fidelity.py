"""What a network did to a photo, in numbers that can be worked out by hand."""

import math
from dataclasses import asdict

import cv2
import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from skimage.color import deltaE_ciede2000, rgb2lab

from lowlight import LowlightError
from training.judge.fidelity import MOST_DECIBELS, closeness, faithfulness, sameness, slope

PICTURES = arrays.arrays(np.uint8, st.tuples(st.integers(11, 20), st.integers(11, 20), st.just(3)))


def flat(*rgb, height=20, width=20):
    """Return a picture of one colour."""
    return np.full((height, width, 3), rgb, np.uint8)


def lab_flat(lightness, chroma, degrees):
    """Return a picture of one colour, given by its LAB lightness, chroma and hue."""
    a, b = chroma * np.cos(np.radians(degrees)), chroma * np.sin(np.radians(degrees))
    lab = np.full((20, 20, 3), (lightness, a, b), np.float32)
    return np.rint(255 * np.clip(cv2.cvtColor(lab, cv2.COLOR_LAB2RGB), 0, 1)).astype(np.uint8)


# Beside a reference


def test_exposure_is_a_logarithm_with_its_sign():
    """Half the reference's mean luma is minus the logarithm of two, twice of it plus; a black picture has a number."""
    assert closeness(flat(50, 50, 50), flat(100, 100, 100)).exposure == pytest.approx(-math.log(2))
    assert closeness(flat(200, 200, 200), flat(100, 100, 100)).exposure == pytest.approx(math.log(2))
    assert closeness(flat(0, 0, 0), flat(100, 100, 100)).exposure == pytest.approx(math.log(0.5 / 100))


def test_gt_mean_gives_the_exposure_away_and_plain_psnr_does_not():
    """A picture at half the exposure is perfect after GT-mean, in all but plain PSNR and exposure."""
    reference = np.random.default_rng(0).integers(0, 120, (20, 30, 3)).astype(np.uint8) * 2
    found = closeness(reference // 2, reference)
    assert found.psnr == pytest.approx(10 * np.log10(255**2 / np.mean((reference / 2.0) ** 2)), abs=1e-3)
    assert (found.gt_mean_psnr, found.gt_mean_ssim) == (MOST_DECIBELS, pytest.approx(1))
    assert (found.ciede2000, found.chroma_ratio) == (0, 1)


def test_ciede2000_is_that_of_the_scaled_colours():
    """For two flat colours of one luma it is what scikit-image gives for their LAB values."""
    picture, reference = flat(120, 100, 71), flat(100, 105, 98)  # luma 102.7 and 102.7
    theirs = deltaE_ciede2000(rgb2lab(picture[0, 0]), rgb2lab(reference[0, 0]))
    assert theirs > 10
    assert closeness(picture, reference).ciede2000 == pytest.approx(theirs, abs=0.1)


def test_ciede2000_looks_at_a_quarter_of_the_size():
    """Noise of single pixels, which is 8 apart pixel by pixel, is hardly a difference of colour."""
    reference = flat(120, 120, 120, height=40, width=40)
    rows, columns = np.indices((40, 40))
    noisy = reference + np.where((rows + columns) % 2, 20, -20)[..., np.newaxis].astype(np.int8)
    noisy = noisy.astype(np.uint8)
    assert deltaE_ciede2000(rgb2lab(noisy), rgb2lab(reference)).mean() > 6
    assert closeness(noisy, reference).ciede2000 < 1


def test_half_the_colour_is_a_chroma_ratio_of_a_half():
    """A picture whose colours are half as strong as its reference's has 0.5, one twice as strong 2."""
    pale, full = lab_flat(60, 15, 40), lab_flat(60, 30, 40)
    assert closeness(pale, full).chroma_ratio == pytest.approx(0.5, abs=0.03)
    assert closeness(full, pale).chroma_ratio == pytest.approx(2.0, abs=0.1)


def test_coloured_noise_is_no_colourfulness():
    """Noise of single pixels adds far less to the chroma ratio than to the chroma itself."""
    reference = lab_flat(60, 10, 40)
    noise = np.random.default_rng(0).normal(0, 20, reference.shape)
    noisy = np.clip(reference + noise, 0, 255).astype(np.uint8)
    chroma = [np.hypot(*np.moveaxis(rgb2lab(one), -1, 0)[1:]).mean() for one in (noisy, reference)]
    assert chroma[0] / chroma[1] > 1.5
    assert closeness(noisy, reference).chroma_ratio == pytest.approx(1, abs=0.1)


def test_a_grey_reference_has_no_chroma_ratio():
    """Beside a reference without colours nothing is said of how strong they are."""
    assert math.isnan(closeness(flat(90, 60, 60), flat(70, 70, 70)).chroma_ratio)


# Beside the photo alone


def test_newly_clipped_pixels_are_counted():
    """A pixel counts if one channel is at 250 or more now and none was at 235 before."""
    photo = flat(100, 100, 100, height=10, width=10)
    picture = photo.copy()
    photo[0, :4], picture[0, :4] = (234, 10, 10), (250, 20, 20)
    photo[1, :3], picture[1, :3] = (235, 10, 10), (255, 20, 20)  # was nearly clipped
    picture[2, :5] = 249  # is not clipped
    assert faithfulness(picture, photo).clipped == pytest.approx(4)


@pytest.mark.parametrize(("before", "after", "moved"), [(40, 70, 30), (40, 10, 30), (170, -170, 20), (-95, 80, 175)])
def test_a_turned_hue_is_measured_the_short_way_round(before, after, moved):
    """Colours turned in LAB by some degrees, over 180 too, have moved by so many."""
    photo, picture = lab_flat(70, 30, before), lab_flat(70, 30, after)
    assert faithfulness(picture, photo).hue_moved == pytest.approx(moved, abs=1.5)


def test_hue_is_watched_where_the_photo_was_bright_and_colourful():
    """Grey and dark parts may turn as they like; a photo that has no more than these has no such measure."""
    photo = flat(149, 20, 20)
    assert math.isnan(faithfulness(flat(20, 20, 149), photo).hue_moved)
    assert math.isnan(faithfulness(flat(20, 20, 149), flat(200, 200, 200)).hue_moved)
    photo[:2] = (200, 40, 40)
    picture = flat(20, 20, 149)
    picture[:2] = (200, 40, 40)
    assert faithfulness(picture, photo).hue_moved == 0


def test_lifted_black_and_its_cast():
    """Black that comes out at 40, 20, 10 has that colour's luma, 24.84, and a cast of 30."""
    photo, picture = flat(3, 3, 3), flat(40, 20, 10)
    photo[:10], picture[:10] = (4, 0, 0), (200, 100, 100)  # not black
    found = faithfulness(picture, photo)
    assert found.black == pytest.approx(24.84, abs=1e-4)
    assert found.cast == pytest.approx(30)


def test_noise_in_black_is_no_cast():
    """Where red and blue differ from pixel to pixel and are alike on average, there is no cast."""
    picture = flat(0, 0, 0)
    picture[::2], picture[1::2] = (30, 0, 0), (0, 0, 30)
    assert faithfulness(picture, flat(0, 0, 0)).cast == 0


def test_a_little_black_is_not_measured():
    """Black on no more than a twentieth of the photo has no measure, on more it has one."""
    photo = flat(50, 50, 50)
    photo[0] = 0
    assert math.isnan(faithfulness(photo, photo).black)
    assert math.isnan(faithfulness(photo, photo).cast)
    photo[1, 0] = 0
    assert faithfulness(photo, photo).black == 0


def test_means_are_of_luma():
    """Mean in and out are luma on the scale of 255."""
    found = faithfulness(flat(255, 0, 0), flat(0, 255, 0))
    assert (found.mean_in, found.mean_out) == (pytest.approx(149.685), pytest.approx(76.245))


def test_one_level_is_not_the_same():
    """A photo that came back bit for bit is identical and counts as 100 dB; one level in one place is told."""
    photo = flat(90, 90, 90)
    changed = photo.copy()
    changed[0, 0, 0] += 1
    assert asdict(sameness(photo, photo)) == {"psnr": 100, "identical": 1}
    assert sameness(changed, photo).identical == 0
    assert sameness(changed, photo).psnr == pytest.approx(10 * np.log10(255**2 * 20 * 20 * 3), abs=1e-3)


@given(
    st.lists(st.floats(1.5, 60), min_size=2, max_size=20),
    st.floats(-0.5, 1.5),
    st.floats(0.5, 3),
)
def test_the_slope_is_the_exponent_of_a_power(means, exponent, factor):
    """Where pictures' means are a power of the photos', the slope is its exponent."""
    assume(max(means) > 1.1 * min(means))
    made = [factor * 60 * (mean / 60) ** exponent for mean in means]
    assume(min(made) > 1)
    assert slope(means, made) == pytest.approx(exponent, abs=1e-6)


def test_one_photo_has_no_slope():
    """A slope needs photos of different brightness; below one level all count as equally dark."""
    assert math.isnan(slope([20], [90]))
    assert math.isnan(slope([0.2, 0.9, 1], [40, 60, 80]))


# Whatever the photo


@given(PICTURES)
def test_a_photo_beside_itself_has_lost_nothing(photo):
    """Every photo beside itself is perfect by each measure, where it has the measure."""
    close, faithful = closeness(photo, photo), faithfulness(photo, photo)
    assert (close.psnr, close.gt_mean_psnr) == (MOST_DECIBELS, MOST_DECIBELS)
    assert close.gt_mean_ssim == pytest.approx(1)
    assert (close.ciede2000, close.exposure) == (0, 0)
    assert close.chroma_ratio == 1 or math.isnan(close.chroma_ratio)
    assert faithful.clipped == 0
    assert faithful.hue_moved == 0 or math.isnan(faithful.hue_moved)
    assert faithful.black <= 3 or math.isnan(faithful.black)
    assert faithful.mean_in == faithful.mean_out
    assert sameness(photo, photo).identical == 1


@given(PICTURES, st.integers(0, 2**32 - 1).map(np.random.default_rng))
def test_measures_stay_within_their_bounds_and_change_nothing(photo, random):
    """Whatever came out, shares, angles and levels have their ranges, and the pictures are as they were."""
    picture = random.integers(0, 256, photo.shape, np.uint8)
    kept = picture.copy(), photo.copy()
    close, faithful = closeness(picture, photo), faithfulness(picture, photo)
    assert 0 <= faithful.clipped <= 100
    assert 0 <= faithful.hue_moved <= 180 or math.isnan(faithful.hue_moved)
    assert all(0 <= level <= 255 or math.isnan(level) for level in list(asdict(faithful).values())[2:])
    assert -1 <= close.gt_mean_ssim <= 1
    assert close.ciede2000 >= 0
    assert np.array_equal(picture, kept[0])
    assert np.array_equal(photo, kept[1])


@given(PICTURES)
def test_where_things_are_in_the_photo_does_not_matter(photo):
    """Photo and picture mirrored together have the same measures."""
    picture = np.clip(photo.astype(int) * 2 + 7, 0, 255).astype(np.uint8)
    one, other = (faithfulness(picture[way], photo[way]) for way in (np.s_[:], np.s_[::-1, ::-1]))
    assert asdict(other) == pytest.approx(asdict(one), rel=1e-5, nan_ok=True)


@pytest.mark.parametrize("measure", [closeness, faithfulness, sameness])
def test_two_sizes_are_refused(measure):
    """What differs in size is refused with both sizes."""
    with pytest.raises(LowlightError, match="20 x 16 and 20 x 17"):
        measure(flat(1, 2, 3, height=16), flat(1, 2, 3, height=17))
