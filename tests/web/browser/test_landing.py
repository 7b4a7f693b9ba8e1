"""The landing page: the effect itself, to be dragged at once."""

import pytest

from tests.helpers.visits import DESKTOP, PHONE, visiting

pytestmark = pytest.mark.browser

BOTH = pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])
SCENE = "document.querySelector('#demo').shadowRoot.querySelector('.pane.after img')?.src.split('/').pop()"
LINE = "document.querySelector('#demo').position"


@BOTH
def test_the_effect_is_there_at_once_and_can_be_dragged(visit):
    """Before and after of a dim room are in the first screen, and their line follows the keys."""
    visit.page.wait_for_function(f"{SCENE} === 'room-after.webp'")
    box = visit.page.locator("#demo").bounding_box()
    assert box["y"] + box["height"] / 2 < visit.page.viewport_size["height"]
    knob = visit.page.locator("#demo .knob")
    knob.press("Home")
    assert visit.page.evaluate(LINE) == 0
    knob.press("ArrowRight")
    assert visit.page.evaluate(LINE) > 0


@BOTH
def test_another_scene_is_a_click_away(visit):
    """The buttons on the picture show the room and the night, and say which is shown."""
    visit.page.wait_for_function(f"{SCENE} === 'room-after.webp'")
    visit.page.get_by_role("button", name="A night that stays a night").first.click()
    visit.page.wait_for_function(f"{SCENE} === 'night-after.webp'")
    assert visit.page.locator("#scenes [aria-pressed=true]").inner_text() == "A night that stays a night"


def test_it_shows_itself_until_it_is_touched(chromium, address):
    """The line sweeps and the scenes take turns; the first touch ends that."""
    with visiting(chromium, address, DESKTOP, reduced_motion="no-preference") as visit:
        visit.page.wait_for_function(f"{SCENE} === 'room-after.webp' && Math.abs({LINE} - 0.5) > 0.1")
        visit.page.wait_for_function(f"{SCENE} === 'night-after.webp'", timeout=20_000)
        visit.page.locator("#demo .knob").press("End")
        visit.page.wait_for_timeout(1000)
        assert visit.page.evaluate(LINE) == 1


def test_it_stands_still_where_motion_is_unwanted(chromium, address):
    """With reduced motion nothing moves by itself."""
    with visiting(chromium, address, DESKTOP, reduced_motion="reduce") as visit:
        visit.page.wait_for_function(f"{SCENE} === 'room-after.webp'")
        visit.page.wait_for_timeout(1500)
        assert visit.page.evaluate(LINE) == 0.5
