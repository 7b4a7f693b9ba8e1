"""The steps on the page and large, in a real browser."""

import io

import numpy as np
import pytest
from axe_playwright_python.sync_playwright import Axe
from PIL import Image

from tests.helpers.places import DARK
from tests.helpers.visits import DESKTOP, PHONE, visiting

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def finished(chromium, address, request):
    """A visit with the result of a dark photo, shared by the tests that only look at it."""
    with visiting(chromium, address, request.param) as visit:
        visit.result(DARK)
        visit.page.wait_for_selector("#stages li:nth-child(6).ready")
        yield visit


@pytest.fixture
def large(finished):
    """What opens a step large and returns the viewer; it is closed at the end."""

    def opened(index):
        finished.page.locator("#stages button.picture").nth(index).click()
        return finished.page.locator("#viewer")

    yield opened
    finished.page.keyboard.press("Escape")


BOTH = pytest.mark.parametrize("finished", [DESKTOP, PHONE], ids=["desktop", "phone"], indirect=True)
ON_DESKTOP = pytest.mark.parametrize("finished", [DESKTOP], ids=["desktop"], indirect=True)
ON_PHONE = pytest.mark.parametrize("finished", [PHONE], ids=["phone"], indirect=True)


def seen(viewer):
    """Return the address of the picture that the viewer shows."""
    return viewer.locator("img").get_attribute("src")


def loaded(finished, address):
    """Return the mean luma, of 255, of one of the page's pictures."""
    content = finished.page.request.get(f"{finished.page.url.rstrip('/')}/{address}").body()
    return float(np.asarray(Image.open(io.BytesIO(content)).convert("L")).mean())


@BOTH
def test_the_original_can_be_seen_and_the_before_picture_is_true(finished):
    """The first card of a truly dark photo is light enough to be seen; before and after show it as it came."""
    card = finished.page.locator("#stages button.picture img").first.get_attribute("src")
    before = finished.page.evaluate("lowlight.shown.pair.before")
    assert loaded(finished, card) > 50
    assert finished.text("#stages li:first-child small").startswith("Shown 8 times as light")
    assert loaded(finished, before) < 22


@BOTH
def test_nothing_of_the_cards_is_cut_off(finished):
    """Six beside each other, or on a phone one below the other with the picture on the left; no word sticks out."""
    boxes = [card.bounding_box() for card in finished.page.locator("#stages li").all()]
    assert len({round(box["x" if finished.on_phone else "y"]) for box in boxes}) <= 2
    picture, words = (finished.page.locator(f"#stages li:first-child {part}") for part in (".picture", ".words"))
    if finished.on_phone:
        assert picture.bounding_box()["x"] < words.bounding_box()["x"]
    for part in finished.page.locator("#stages :is(p, h3, small, .legend)").all():
        wide, room = part.evaluate("(part) => [part.scrollWidth, part.clientWidth]")
        assert wide <= room
    assert finished.page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")


@BOTH
def test_a_step_opens_large_and_the_arrow_keys_move_on(finished, large):
    """A click opens a step over the whole window; the arrows go round; Escape closes it, and its card has the focus."""
    viewer = large(1)
    assert viewer.locator("h3").inner_text() == "2. Lightness"
    finished.page.keyboard.press("ArrowRight")
    assert viewer.locator("h3").inner_text() == "3. Light map"
    assert viewer.locator(".scale").is_visible()
    box = viewer.bounding_box()
    assert (box["width"], box["height"]) == tuple(finished.page.viewport_size.values())
    finished.page.keyboard.press("Escape")
    assert not viewer.is_visible()
    finished.page.wait_for_function("document.activeElement.ariaLabel === 'Open large: Light map'", timeout=2000)
    viewer = large(0)
    finished.page.keyboard.press("ArrowLeft")
    assert viewer.locator("h3").inner_text() == "6. How sure"


@BOTH
def test_the_space_key_shows_what_was_before(finished, large):
    """As long as it is held, and a caption says what is seen; a first step has nothing before it."""
    viewer = large(4)
    own = seen(viewer)
    finished.page.keyboard.down(" ")
    assert "brightened" in seen(viewer)
    assert viewer.locator(".caption").inner_text() == "Before: Brightened."
    finished.page.keyboard.up(" ")
    assert seen(viewer) == own
    assert not viewer.locator(".caption").is_visible()
    finished.page.keyboard.press("ArrowRight")
    finished.page.keyboard.press("ArrowRight")
    own = seen(viewer)
    finished.page.keyboard.down(" ")
    assert seen(viewer) == own
    finished.page.keyboard.up(" ")


@ON_DESKTOP
@pytest.mark.parametrize("place", [".mat", "[data-hold]"])
def test_the_mouse_shows_what_was_before_while_it_is_pressed(finished, large, place):
    """On the picture and on the button; also when it is let go somewhere else."""
    viewer = large(1)
    own, box = seen(viewer), viewer.locator(place).bounding_box()
    finished.page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    finished.page.mouse.down()
    assert viewer.locator(".caption").inner_text().startswith("Before: Original. Shown 8 times")
    assert seen(viewer) != own
    finished.page.mouse.move(5, 5)
    finished.page.mouse.up()
    assert seen(viewer) == own


@BOTH
def test_what_the_network_took_away_can_be_seen(finished, large):
    """A button of the denoised step shows it and says how many times as strong; the other steps have none."""
    viewer = large(4)
    button = viewer.locator("[data-change]")
    own = seen(viewer)
    button.click()
    assert "taken" in seen(viewer)
    assert "times as strong" in viewer.locator(".caption").inner_text()
    assert button.get_attribute("aria-pressed") == "true"
    button.click()
    assert seen(viewer) == own
    finished.page.keyboard.press("ArrowLeft")
    assert not button.is_visible()


@pytest.fixture
def touch(finished):
    """What sends a touch of one finger."""
    session = finished.page.context.new_cdp_session(finished.page)

    def sent(kind, *points):
        session.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": [{"x": x, "y": y} for x, y in points]})

    yield sent
    session.detach()


@ON_PHONE
def test_a_finger_swipes_to_the_next_step(large, touch):
    """To the left is on, to the right is back; up and down is neither."""
    viewer = large(1)
    for end, title in (((80, 300), "3. Light map"), ((330, 300), "2. Lightness"), ((200, 420), "2. Lightness")):
        touch("touchStart", (200, 300))
        touch("touchMove", ((200 + end[0]) / 2, (300 + end[1]) / 2))
        touch("touchMove", end)
        touch("touchEnd")
        assert viewer.locator("h3").inner_text() == title


@ON_PHONE
def test_a_finger_that_rests_shows_what_was_before(finished, large, touch):
    """On the picture, after a moment, until it is lifted; that is no swipe."""
    viewer = large(4)
    own = seen(viewer)
    touch("touchStart", (200, 300))
    finished.page.wait_for_selector("#viewer .caption:not(:empty)")
    assert "brightened" in seen(viewer)
    touch("touchEnd")
    finished.page.wait_for_selector("#viewer .caption:empty", state="attached")
    assert seen(viewer) == own
    assert viewer.locator("h3").inner_text() == "5. Denoised"


@BOTH
def test_the_viewer_can_be_used_by_everybody(finished, large):
    """Every button has a name, the words stand out, the focus stays inside; axe finds nothing."""
    viewer = large(4)
    names = [button.evaluate("(b) => b.ariaLabel || b.textContent") for button in viewer.locator("button").all()]
    assert names == ["Hold to compare", "What changed", "Step before", "Next step", "Close"]
    found = Axe().run(finished.page, context="#viewer")
    assert found.violations_count == 0, found.generate_report()


@pytest.mark.parametrize("motion", ["reduce", "no-preference"])
def test_nothing_moves_for_those_who_want_that(chromium, address, motion):
    """The viewer fades in, but not where the system asks for less motion."""
    with visiting(chromium, address, DESKTOP, reduced_motion=motion) as visit:
        visit.result(DARK)
        visit.page.locator("#stages button.picture").first.click()
        name = visit.page.locator("#viewer").evaluate("(viewer) => getComputedStyle(viewer).animationName")
        assert (name == "none") == (motion == "reduce")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_mat_is_the_same_grey_by_day_and_night(chromium, address, scheme):
    """Cards and viewer have one neutral dark grey round their pictures, whatever the page's own colours."""
    with visiting(chromium, address, DESKTOP, color_scheme=scheme) as visit:
        visit.result(DARK)
        visit.page.locator("#stages button.picture").first.click()
        for place in ("#viewer", "#stages .picture"):
            colour = visit.page.locator(place).first.evaluate("(one) => getComputedStyle(one).backgroundColor")
            assert colour == "rgb(36, 36, 36)"
