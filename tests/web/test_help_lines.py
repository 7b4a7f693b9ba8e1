"""What the page says beside each control is so, whatever the weights."""

import cv2
import numpy as np
import pytest

from lowlight import LowlightError, Settings, limits, load_photo
from lowlight.arrays import smaller
from lowlight.light import linear
from lowlight.pipeline import Clean, Stage, steps
from lowlight.settings import LOOKS
from lowlight.web.callbacks import choices
from lowlight.web.ui.sliders import FIRST, METHOD, MORE, SLIDERS
from tests.helpers.places import EXAMPLES

DARK, MIDDLE, BRIGHT = (np.s_[20:140, left : left + 45] for left in (15, 95, 180))
"""Parts of `room`."""


def settings_of(look=LOOKS[0], **moved):
    """Return what the page's controls say when these sliders were moved."""
    return choices(look, *(moved.get(one.name, one.default) for one in SLIDERS), "same", []).settings


def room():
    """Return a made-up photo: dark on the left, coloured and striped in the middle, a bright wall on the right."""
    rgb = np.full((160, 240, 3), 9.0)
    rgb[:, 80:160] = (34, 22, 16)
    rgb[::8, 80:160] *= 1.25
    rgb[:, 160:] = 70
    return np.clip(np.rint(rgb + np.random.default_rng(0).normal(0, 2, rgb.shape)), 0, 255).astype(np.uint8)


@pytest.fixture(scope="module")
def made():
    """Return what the page makes of the room with these sliders moved, from one picture of the network."""
    rgb = room()
    clean = next(step for step in steps(rgb) if isinstance(step, Clean))
    known = {}

    def result(look=LOOKS[0], **moved):
        key = (look, *sorted(moved.items()))
        if key not in known:
            found = [step for step in steps(rgb, settings_of(look, **moved), clean=clean) if isinstance(step, Stage)]
            known[key] = found[-1].picture
        return known[key]

    return result


def stops(after, before, part=np.s_[:, :]):
    """Return by how many stops a part of a picture is lighter than that of another."""
    one, other = (linear.luminance(linear.from_uint8(picture[part])).mean() for picture in (after, before))
    return float(np.log2(one / other))


def channels(picture, part):
    """Return the means of red, green and blue."""
    return picture[part].astype(float).mean((0, 1))


def test_the_sliders_begin_where_nothing_is_asked_for():
    """Untouched, the page's controls are the library's usual settings, and all ten have their places."""
    assert settings_of() == Settings()
    assert [len(part) for part in (FIRST, MORE, METHOD)] == [2, 6, 2]
    assert {one.name for one in SLIDERS} == set(limits.RANGES)


@pytest.mark.parametrize("one", SLIDERS, ids=lambda one: one.name)
def test_the_ends_of_each_slider_are_taken(one):
    """Wherever a slider stands, its value is one that the settings allow, and both of its ends are different ones."""
    low, high = (getattr(settings_of(**{one.name: end}), one.name) for end in (one.low, one.high))
    assert limits.RANGES[one.name][0] <= low < high <= limits.RANGES[one.name][1]
    assert (low, high) == (one.low / one.full, one.high / one.full)
    with pytest.raises(LowlightError, match="must be a number from"):
        settings_of(**{one.name: 101 * one.high})


def test_strength(made):
    """0 is the photo as it came, exactly; 100 the result; in between, a mixture."""
    assert np.array_equal(made(strength=0), room())
    assert np.array_equal(made(strength=100), made())
    half = (room().astype(float) + made()) / 2
    assert np.abs(made(strength=50) - half).max() <= 1


def test_brightness(made):
    """+1 is as if exposed twice as long, -1 half as long, and bright parts do not burn out."""
    assert stops(made(exposure=1), made(), DARK) == pytest.approx(1, abs=0.15)
    assert stops(made(exposure=1), made(), MIDDLE) == pytest.approx(1, abs=0.15)
    assert stops(made(exposure=-1), made(), MIDDLE) == pytest.approx(-1, abs=0.15)
    assert stops(made(exposure=2), made(), BRIGHT) > 0.2
    assert made(exposure=2).max() < 255


def test_shadows(made):
    """Above 0 dark areas are lifted, below 0 deepened, by up to a stop and a half; bright ones stay."""
    assert 0.8 < stops(made(shadows=100), made(), DARK) < 1.6
    assert -1.6 < stops(made(shadows=-100), made(), DARK) < -0.8
    assert 0.3 < stops(made(shadows=50), made(), DARK) < stops(made(shadows=100), made(), DARK)
    for end in (-100, 100):
        assert abs(stops(made(shadows=end), made(), BRIGHT)) < 0.03


def test_highlights(made):
    """Below 0 bright areas are brought down, above 0 lifted, by up to a stop; dark ones stay."""
    assert -1.1 < stops(made(highlights=-100), made(), BRIGHT) < -0.7
    assert 0.2 < stops(made(highlights=100), made(), BRIGHT) < 1.1
    assert made(highlights=100).max() < 255
    for end in (-100, 100):
        assert abs(stops(made(highlights=end), made(), DARK)) < 0.03


def test_warmth(made):
    """Above 0 it goes towards orange, below 0 towards blue, at the same brightness."""
    for part in (MIDDLE, BRIGHT):
        cold, usual, warm = (channels(made(warmth=value), part) for value in (-100, 0, 100))
        assert warm[0] / warm[2] > 1.1 * usual[0] / usual[2]
        assert cold[0] / cold[2] < usual[0] / usual[2] / 1.1
        for value in (-100, 100):
            assert abs(stops(made(warmth=value), made(), part)) < 0.05


def test_colour(made):
    """-100 is grey, exactly; above 0 colours are stronger, below 0 paler."""
    grey = made(colour=-100)
    assert np.array_equal(grey[..., 0], grey[..., 1])
    assert np.array_equal(grey[..., 1], grey[..., 2])
    spread = [np.ptp(channels(made(colour=value), MIDDLE)) for value in (-100, -50, 0, 50, 100)]
    assert spread == sorted(spread)
    assert spread[4] > 1.3 * spread[2] > 1.3 * spread[1]


def test_detail(made):
    """Fine structure that denoising took away comes back, and its grain with it, the more the further."""
    fine = [fineness(made(detail=value), DARK) for value in (0, 50, 100)]
    assert fine[0] < fine[1] < fine[2]
    assert np.array_equal(made(detail=100, denoise=0), made(denoise=0)), "of which nothing was taken, nothing comes"


def fineness(picture, part):
    """Return how much a part of a picture changes from one pixel to the next."""
    grey = cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY)[part].astype(float)
    return float((grey - cv2.GaussianBlur(grey, (0, 0), 1.5)).std())


def test_denoise(made):
    """0 is the brightened photo with all its grain, 100 the network's picture, and what lies between a mixture."""
    brightened = next(step for step in steps(room()) if isinstance(step, Stage) and step.name == "brightened")
    assert np.array_equal(made(denoise=0), brightened.picture)
    assert np.array_equal(made(denoise=100), made())
    assert np.abs(made(denoise=50) - (made(denoise=0).astype(float) + made()) / 2).max() <= 1


def patches():
    """Return a made-up dark photo of patches that differ little."""
    rows, cols = np.mgrid[:240, :360]
    light = 16 + 6 * ((rows // 40 + cols // 40) % 2) + 10 * cols / 360
    grain = np.random.default_rng(1).normal(0, 1, (240, 360, 3))
    return np.clip(np.rint(light[..., np.newaxis] + grain), 0, 255).astype(np.uint8)


def patchwork(**moved):
    """Return what the page makes of the patches without the network."""
    *_, result = steps(patches(), settings_of(denoise=0, **moved))
    return result.picture


def test_local_contrast():
    """1 is none, whatever the grid; more gives each part of a photo that is lifted more of its own."""
    plain, usual, strong = (contrast(patchwork(clip_limit=limit)) for limit in (1, 2, 8))
    assert plain < usual < strong
    of_large_areas = [contrast(patchwork(clip_limit=limit, tile_grid=2)) for limit in (1, 2, 4, 8)]
    assert sorted(of_large_areas) == of_large_areas
    assert len(set(of_large_areas)) == 4
    assert np.array_equal(patchwork(clip_limit=1, tile_grid=2), patchwork(clip_limit=1, tile_grid=16))


def contrast(picture):
    """Return how much lighter than their neighbours the lighter patches are, in stops."""
    rows, cols = np.mgrid[:240, :360]
    light = linear.luminance(linear.from_uint8(picture))
    odd = (rows // 40 + cols // 40) % 2 == 1
    return float(np.log2(light[odd].mean() / light[~odd].mean()))


def test_contrast_areas():
    """The grid decides into how many areas the photo is cut: few and many give different pictures."""
    assert not np.array_equal(patchwork(clip_limit=4, tile_grid=2), patchwork(clip_limit=4, tile_grid=16))


def test_looks(made):
    """Bright is a little lighter than Natural, and Night kept at most as light."""
    assert np.array_equal(made("natural"), made())
    assert 0.4 < stops(made("bright"), made()) < 0.8
    assert 0.4 < stops(made("bright"), made(), DARK) < 0.8
    assert made("bright").max() < 255
    assert stops(made("night"), made(), DARK) < -0.2


@pytest.mark.parametrize("name", ["bridge-at-night.jpg", "lantern.jpg", "rocket-at-dusk.jpg", "dark-shelf.png"])
def test_a_night_that_is_kept_stays_one(name):
    """It is lifted, by less than a stop and a half, and its black stays below 15 of 255."""
    rgb = smaller(load_photo(EXAMPLES / name).rgb, 480)
    *_, result = steps(rgb, settings_of("night"))
    assert 0.1 < stops(result.picture, rgb) < 1.5
    black = rgb.max(-1) <= 3
    if black.mean() > 0.01:  # single dark pixels in what is lighter are grain
        assert np.percentile(result.picture[black], 99) < 15


@pytest.mark.parametrize("look", LOOKS)
def test_looks_and_sliders_leave_each_other_alone(look):
    """A look is a setting of its own: choosing one moves no slider, and a slider moves no other control."""
    for one in SLIDERS:
        found, untouched = settings_of(look, **{one.name: one.low}), settings_of(look)
        assert found.look == look
        changed = [name for name in vars(found) if getattr(found, name) != getattr(untouched, name)]
        assert changed in ([one.name], [])
        assert changed or one.low == one.default
