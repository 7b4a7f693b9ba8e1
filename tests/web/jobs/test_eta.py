"""How long a photo will take, and what of it is told while it is worked on."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from lowlight.web.i18n import texts
from lowlight.web.jobs import eta
from lowlight.web.jobs.eta import WITH_JPEG, Estimate, Forecast, Part
from lowlight.web.jobs.job import left_until
from lowlight.web.jobs.view import Glimpse, PreviewReady, StageReady, Tick
from lowlight.web.ui import markup
from tests.helpers.photos import dark_photo
from tests.helpers.sessions import Visitor

LARGE = 48_000_000
SPEEDS = st.floats(1e-8, 1e-5)


class Clock:
    """A clock that goes when it is told to."""

    def __init__(self):
        self.now = 0.0

    def __call__(self):
        return self.now


def measured(*, preview=0.5, a_pixel=1e-6):
    """Return an estimate that has seen one photo, each part of it at the same speed."""
    estimate = Estimate()
    for part in WITH_JPEG[1:]:
        estimate.learn(part, 2_000_000, 2_000_000 * a_pixel)
    estimate.learn(Part.PREVIEW, 600_000, preview)
    return estimate


def begun(estimate, clock, *, preview):
    """Return the forecast of a large photo whose preview took so long."""
    forecast = Forecast(LARGE, estimate=estimate, clock=clock)
    forecast.begin(Part.OPENING)
    forecast.begin(Part.PREVIEW, 600_000)
    clock.now += preview
    forecast.begin(Part.OPENING)
    return forecast


@pytest.fixture
def large(tmp_path):
    """A dark JPEG of which there is a preview, and that lies on its side."""
    path, exif = tmp_path / "large.jpg", Image.Exif()
    exif[274] = 6
    Image.fromarray(dark_photo(1500, 2100)).save(path, exif=exif)
    return path


def test_before_anything_was_measured_nothing_is_told():
    """Nor do small photos say how long a large one takes."""
    clock, estimate = Clock(), Estimate()
    assert Forecast(LARGE, estimate=estimate).whole() is None
    assert begun(estimate, clock, preview=3.0).left() is None
    estimate.learn(Part.NETWORK, 240_000, 10.0)
    assert estimate.expected(Part.NETWORK, LARGE) is None


@given(st.lists(st.tuples(st.integers(1_000_000, 50_000_000), SPEEDS), min_size=1, max_size=6))
def test_no_photo_is_expected_faster_than_any_before_it(seen):
    """What is expected of a part lies between the fastest and the slowest that was measured, a pixel each."""
    estimate = Estimate()
    for pixels, speed in seen:
        estimate.learn(Part.NETWORK, pixels, pixels * speed)
    speeds = [speed for _, speed in seen]
    found = estimate.expected(Part.NETWORK, LARGE) / LARGE
    assert min(speeds) * 0.999 <= found <= max(speeds) * 1.001


def test_the_newest_photo_counts_most():
    """A machine that has become slow is expected to stay so."""
    estimate = measured()
    for _ in range(3):
        estimate.learn(Part.NETWORK, 2_000_000, 20.0)
    assert 8 < estimate.expected(Part.NETWORK, 1_000_000) <= 10


def test_small_photos_say_what_every_photo_takes():
    """Beyond what its pixels take, and no large photo is expected twice as fast for it."""
    estimate = measured()
    before = estimate.expected(Part.LIGHT, LARGE)
    for _ in range(20):
        estimate.learn(Part.LIGHT, 10_000, 0.4)
    assert estimate.expected(Part.LIGHT, 10_000) == pytest.approx(0.4, rel=0.05)
    estimate.learn(Part.LIGHT, 1_000_000, 0.1)
    assert estimate.expected(Part.LIGHT, LARGE) > before / 2


@given(st.floats(1.0, 10.0))
def test_a_busy_machine_is_noticed_on_the_preview(times):
    """If the preview takes so many times as long as usual, all that comes will."""
    clock, estimate = Clock(), measured()
    usual = sum(estimate.expected(part, LARGE) for part in WITH_JPEG[1:])
    forecast = begun(estimate, clock, preview=0.5 * times)
    assert forecast.left() == pytest.approx(usual * times, rel=1e-6)


def test_a_quick_preview_is_believed_by_half():
    """One short look may fall into a quiet moment of a busy machine."""
    clock, estimate = Clock(), measured()
    usual = sum(estimate.expected(part, LARGE) for part in WITH_JPEG[1:])
    assert begun(estimate, clock, preview=0.5 / 4).left() == pytest.approx(usual / 2)


def test_the_time_runs_while_a_part_is_at_work():
    """It falls by a second a second, and what is late is never called done."""
    clock, estimate = Clock(), measured()
    forecast = begun(estimate, clock, preview=0.5)
    first = forecast.left()
    clock.now += 10
    assert forecast.left() == pytest.approx(first - 10)
    clock.now += 80
    assert forecast.left() > sum(estimate.expected(part, LARGE) for part in WITH_JPEG[2:])


@given(st.floats(0.2, 5.0), st.integers(4, 40))
def test_the_network_s_own_speed_renews_the_time(times, tiles):
    """However fast the machine has become, in the middle the rest is told within a half of the truth."""
    clock, estimate = Clock(), measured()
    forecast = begun(estimate, clock, preview=0.5)
    tile = times * estimate.expected(Part.NETWORK, LARGE) / tiles
    forecast.begin(Part.NETWORK)
    for done in range(1, tiles // 2 + 1):
        clock.now += tile
        forecast.progress(done / tiles)
    truth = (tiles - tiles // 2) * tile + times * 2 * estimate.expected(Part.FINISH, LARGE)
    forecast.expect([Part.FINISH, Part.JPEG])
    assert truth / 1.5 < forecast.left() < truth * 2.5


def test_a_first_photo_is_told_from_its_own_tiles():
    """Without any measure before, the tiles that are done say how long the others take."""
    clock = Clock()
    forecast = Forecast(LARGE, estimate=Estimate(), clock=clock)
    forecast.begin(Part.NETWORK)
    forecast.expect([Part.FINISH, Part.JPEG])
    assert forecast.left() is None
    clock.now += 10
    forecast.progress(0.25)
    assert 30 <= forecast.left() <= 40


def test_short_work_is_told_no_time():
    """Of a photo that takes three seconds in all, nobody needs to know how many are left."""
    clock = Clock()
    assert begun(measured(a_pixel=1e-9), clock, preview=0.5).left() is None


def test_a_run_without_all_tiles_says_nothing_about_the_network():
    """Stopped work, and work that took the network's picture over, teach what they did and nothing else."""
    clock, estimate = Clock(), Estimate()
    forecast = Forecast(LARGE, estimate=estimate, clock=clock)
    forecast.begin(Part.OPENING)
    clock.now += 1
    forecast.begin(Part.NETWORK)
    clock.now += 1
    forecast.progress(0.5)
    forecast.end()
    forecast.learn()
    assert estimate.expected(Part.OPENING, LARGE) == pytest.approx(1)
    assert estimate.expected(Part.NETWORK, LARGE) is None


def test_a_png_takes_longer_to_write():
    """Also before the first one was written."""
    estimate = measured()
    assert estimate.expected(Part.PNG, LARGE) > 2 * estimate.expected(Part.JPEG, LARGE)


# -- On a photo ------------------------------------------------------------------------------------------------------


def test_a_large_jpeg_is_seen_before_it_is_read(visitor, large, monkeypatch):
    """First the photo small, upright; then a preview of its result; then its stages, and every phase has a sentence."""
    monkeypatch.setattr(eta, "ETA", measured(preview=1e-3, a_pixel=1e-5))
    visitor.give(large)
    steps = list(visitor.steps())
    shown = [step for step in steps if not isinstance(step, Tick)]
    glimpse, preview, original = shown[:3]
    assert isinstance(glimpse, Glimpse)
    assert isinstance(preview, PreviewReady)
    assert isinstance(original, StageReady)
    with Image.open(glimpse.picture) as picture:
        assert picture.size == (750, 1050)
    assert glimpse.size == pytest.approx(original.size, rel=0.01)
    assert sum(isinstance(step, PreviewReady) for step in steps) == 1, "no preview is made twice"
    said = [step.label for step in steps if isinstance(step, Tick)]
    wanted = ["Opening large.jpg", texts.LOOKING, texts.PREPARING, "Denoising, 0%", texts.FINISHING, texts.SAVING]
    assert [label for label in said if label in wanted and said.index(label) == said.index(label)][-5:] == wanted[1:]
    assert said[0] == wanted[0]
    told = [step.left for step in steps if isinstance(step, Tick) and step.left is not None]
    assert told
    assert told[-1] < told[0]


def test_a_large_photo_of_another_format_has_its_preview_first(visitor, tmp_path):
    """A PNG cannot be read small: its preview comes after the photo and before the other stages."""
    Image.fromarray(dark_photo(1500, 2100)).save(tmp_path / "large.png", compress_level=1)
    visitor.give(tmp_path / "large.png", denoise=0.0)
    shown = [step for step in visitor.steps() if not isinstance(step, Tick)]
    assert [getattr(step, "name", "preview") for step in shown[:3]] == ["original", "preview", "lightness"]


def test_whoever_waits_is_told_for_how_long(tmp_path, large, monkeypatch):
    """The photos before count as well."""
    monkeypatch.setattr(eta, "ETA", measured())
    first, second = Visitor(tmp_path / "page"), Visitor(tmp_path / "page")
    one, other = first.give(large), second.give(large)
    assert left_until(one, other) == pytest.approx(2 * one.forecast.whole())
    assert left_until(object(), other) is None, "of many photos nobody knows"
    one.cancel()
    other.cancel()


def test_the_bar_carries_the_seconds_that_are_left():
    """The page's script counts them down; where nothing is known there is nothing to count."""
    assert 'data-left="12.3"' in markup.progress(Tick(texts.SAVING, left=12.345))
    assert "data-left" not in markup.progress(Tick(texts.SAVING))
