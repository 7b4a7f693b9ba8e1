"""Nothing is lost: a reload, a lost connection, the way back, and what was set before."""

import pytest

from tests.helpers.places import DARK
from tests.helpers.visits import DESKTOP, PHONE, visiting

pytestmark = pytest.mark.browser

BOTH = pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])
ON_DESKTOP = pytest.mark.parametrize("size", [DESKTOP], ids=["desktop"])
BACK = "window.lowlight?.shown.done && document.querySelector('#facts h2')?.innerText === 'dark-shelf.png'"


def shadows(visit):
    """Return what the shadows' slider stands at."""
    return visit.page.get_by_label("range slider for Shadows").input_value()


@BOTH
def test_a_reload_brings_all_of_it_back(chromium, address, size):
    """Photo, result, settings and download are there again, and the photo is not in the address."""
    with visiting(chromium, address, size, quiet=False) as visit:
        visit.result(DARK)
        visit.set_slider("Shadows", "End")
        before = visit.shown()
        visit.page.reload()
        visit.page.wait_for_function(BACK, timeout=20_000)
        same = "(before) => before.endsWith(lowlight.shown.pair.after)"
        visit.page.wait_for_function(same, arg=before)
        assert shadows(visit) == "100"
        assert visit.download()[0] == "dark-shelf_enhanced.png"
        assert visit.page.url.rstrip("/") == address
        visit.set_slider("Warmth", "End")


@ON_DESKTOP
def test_the_back_button_brings_all_of_it_back(chromium, address, size):
    """Somebody who left for another page finds the photo again."""
    with visiting(chromium, address, size, quiet=False) as visit:
        visit.result(DARK)
        visit.page.goto(f"{address}/lowlight/favicon.png")
        visit.page.go_back()
        visit.page.wait_for_function(BACK, timeout=20_000)


@ON_DESKTOP
def test_work_that_broke_off_goes_on(chromium, address, size):
    """A photo whose page was closed in the middle is worked on when its page comes back."""
    with visiting(chromium, address, size, quiet=False) as visit:
        visit.give(DARK)
        visit.page.wait_for_function("Boolean(lowlight.shown.visit)")
        visit.page.reload()
        visit.page.wait_for_function(BACK, timeout=30_000)


@ON_DESKTOP
def test_another_tab_does_not_see_the_photo(chromium, address, size):
    """What is there comes back in its own tab alone."""
    with visiting(chromium, address, size) as visit:
        visit.result(DARK)
        other = visit.page.context.new_page()
        other.goto(address)
        other.wait_for_selector("#hero .choose")
        other.wait_for_timeout(1000)
        assert not other.evaluate("Boolean(lowlight.shown.visit)")


@ON_DESKTOP
def test_a_visit_that_is_kept_no_more_says_so(chromium, address, size):
    """A token that the server does not know gets a sentence, once."""
    with visiting(chromium, address, size, quiet=False) as visit:
        visit.page.evaluate("sessionStorage.setItem('visit', '0123456789abcdef')")
        visit.page.reload()
        visit.page.wait_for_selector("#note p >> text=no longer kept")
        assert visit.page.evaluate("sessionStorage.getItem('visit')") is None


@ON_DESKTOP
def test_a_lost_connection_is_told_in_our_words_and_mended(chromium, address, size):
    """While it is lost the page says that the photo is kept; when it is back, all of it is there again."""
    with visiting(chromium, address, size, quiet=False) as visit:
        visit.result(DARK)
        visit.page.context.set_offline(True)
        slider = visit.page.get_by_label("range slider for Shadows")
        slider.focus()
        slider.press("End")
        visit.page.wait_for_selector("#lost:visible", timeout=20_000)
        assert "Your photo is kept" in visit.text("#lost")
        visit.page.context.set_offline(False)
        visit.page.wait_for_function(f"!document.querySelector('#lost') && {BACK}", timeout=30_000)
        assert visit.page.locator("#view").is_visible()


@ON_DESKTOP
def test_settings_are_taken_back_and_brought_again(visit):
    """By the buttons and by keys; a look is a step like the sliders."""
    visit.result(DARK)
    assert not visit.page.locator("#undo").is_enabled()
    visit.set_slider("Shadows", "End")
    with visit.renewed():
        visit.page.locator("#look").get_by_text("Bright", exact=True).click()
    with visit.renewed():
        visit.page.locator("#undo").click()
    assert visit.page.locator("#look input:checked").input_value() == "natural"
    assert shadows(visit) == "100"
    with visit.renewed():
        visit.page.keyboard.press("Control+z")
    assert shadows(visit) == "0"
    with visit.renewed():
        visit.page.keyboard.press("Control+Shift+z")
    assert shadows(visit) == "100"
    with visit.renewed():
        visit.page.locator("#redo").click()
    assert visit.page.locator("#look input:checked").input_value() == "bright"
    assert not visit.page.locator("#redo").is_enabled()


@ON_DESKTOP
def test_a_link_holds_the_settings_and_no_photo(chromium, address, size):
    """Whoever opens it finds the controls as they stood, and an empty page."""
    grant = {"permissions": ["clipboard-read", "clipboard-write"]}
    with visiting(chromium, address, size, **grant) as visit:
        visit.result(DARK)
        visit.set_slider("Shadows", "End")
        visit.page.locator("[data-take=link]").click()
        visit.page.wait_for_selector("#arriving >> text=is copied")
        link = visit.page.evaluate("navigator.clipboard.readText()")
    assert link == f"{address}/#shadows=100"
    with visiting(chromium, link, size) as other:
        other.page.wait_for_function("document.querySelector('#shadows input[type=range]')?.value === '100'")
        assert other.page.locator("#hero").is_visible()
        other.result(DARK)
        assert shadows(other) == "100"


@ON_DESKTOP
def test_many_photos_are_there_again_after_a_reload(chromium, address, size):
    """Without any that was opened, what is done is shown again, and what was under way goes on."""
    with visiting(chromium, address, size, quiet=False) as visit:
        files = [{"name": f"{index}.png", "mimeType": "image/png", "buffer": DARK.read_bytes()} for index in range(3)]
        visit.page.set_input_files("#file", files)
        visit.page.wait_for_selector("#many-gallery li.done", timeout=60_000)
        visit.page.reload()
        visit.page.wait_for_selector("#many-progress >> text=3 of 3 photos are done.", timeout=60_000)
        assert visit.page.locator("#many-gallery li.done").count() == 3
