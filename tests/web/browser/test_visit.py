"""The page in a real browser, at desktop size and on a phone."""

from itertools import groupby

import numpy as np
import pytest
from axe_playwright_python.sync_playwright import Axe
from PIL import Image

from tests.helpers.places import DARK, EXAMPLES
from tests.helpers.visits import DESKTOP, PHONE, SIZES, expected, visiting

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def finished(chromium, address, request):
    """A visit with the result of a dark photo, shared by the tests that only look at it."""
    with visiting(chromium, address, request.param) as visit:
        visit.result(DARK)
        visit.page.wait_for_selector("#facts >> text=Done in")
        yield visit


FINISHED = pytest.mark.parametrize("finished", [DESKTOP, PHONE], ids=["desktop", "phone"], indirect=True)


@pytest.fixture(scope="module")
def large(tmp_path_factory):
    """A dark, noisy photo that takes seconds."""
    small = Image.open(DARK).resize((3600, 2400))
    noise = np.random.default_rng(0).integers(-6, 7, (2400, 3600, 3))
    path = tmp_path_factory.mktemp("large") / "large.jpg"
    Image.fromarray(np.clip(np.asarray(small, np.int16) + noise, 0, 255).astype(np.uint8)).save(path, quality=85)
    return path


@FINISHED
def test_a_photo_runs_without_a_click(finished):
    """A dropped photo, or on a phone a chosen one, is worked on at once, and the page says what it was and took."""
    said = finished.text("#facts")
    assert "dark-shelf.png" in said
    assert "600 \N{MULTIPLICATION SIGN} 400 (0.24 MP), very dark" in said
    assert "Done in " in said
    assert "Weights" not in said


@FINISHED
def test_the_steps_are_shown_with_their_sentences(finished):
    """Each of the five stages, and how sure the photo is, has its picture, title and sentence."""
    stages = finished.page.locator("#stages li.ready")
    titles = [finished.page.locator("#stages h3").nth(index).inner_text() for index in range(stages.count())]
    assert titles == ["Original", "Lightness", "Light map", "Brightened", "Denoised", "How sure"]
    assert all(len(stages.nth(index).locator("p").inner_text()) > 20 for index in range(6))
    widths = finished.page.eval_on_selector_all("#stages img", "images => images.map(image => image.naturalWidth)")
    assert widths == [560] * 6


@pytest.mark.parametrize("size", [DESKTOP], ids=["desktop"])
def test_the_whole_job_is_done_by_keyboard(visit):
    """Tab and Enter alone choose a photo, make it brighter and download the result."""
    visit.page.on("filechooser", lambda _: None)  # early: Chromium takes a while to hear of who waits for one
    visit.page.wait_for_selector("#foot p")  # the last that is drawn
    visit.page.wait_for_timeout(500)
    tab_to(visit.page, "#hero .choose")
    with visit.page.expect_file_chooser() as waiting:
        visit.page.keyboard.press("Enter")
    with visit.renewed():
        waiting.value.set_files(DARK)
    tab_to(visit.page, "#exposure input[type=range]")
    with visit.renewed():
        visit.page.keyboard.press("End")
    tab_to(visit.page, "#download")
    with visit.page.expect_download() as waiting:
        visit.page.keyboard.press("Enter")
    assert np.array_equal(np.asarray(Image.open(waiting.value.path())), expected(DARK, exposure=2.0))


def tab_to(page, selector, *, backwards=False):
    """Press Tab until something has the focus; fail if it never has."""
    for _ in range(60):
        if page.evaluate("(selector) => Boolean(document.activeElement?.closest(selector))", selector):
            return
        page.keyboard.press("Shift+Tab" if backwards else "Tab")
    pytest.fail(f"Tab does not lead to {selector}.")


@FINISHED
def test_the_download_is_the_full_size_result(finished):
    """A lossless photo comes back as a PNG of its size, pixel for pixel what the library gives, under its own name."""
    name, picture = finished.download()
    assert (name, picture.format) == ("dark-shelf_enhanced.png", "PNG")
    assert np.array_equal(np.asarray(picture), expected(DARK))


@FINISHED
def test_what_to_do_with_the_result_is_in_sight(finished):
    """Nobody has to scroll past the controls to download or share it."""
    finished.page.evaluate("scrollTo(0, 0)")
    height = finished.page.evaluate("innerHeight")
    for part in ("#download", "#take"):
        box = finished.page.locator(part).bounding_box()
        assert box["y"] >= 0
        assert box["y"] + box["height"] <= height


@FINISHED
def test_nothing_is_wider_than_the_window(finished):
    """The page never scrolls sideways."""
    assert finished.page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")


@SIZES
def test_a_control_changes_the_result(visit):
    """A control that is moved makes the same photo anew; the download is the new result, and Reset goes back."""
    visit.result(DARK)
    first = visit.shown()
    visit.set_slider("Denoise", "Home")
    assert visit.shown() != first
    assert np.array_equal(np.asarray(visit.download()[1]), expected(DARK, denoise=0.0))
    with visit.renewed():
        visit.page.locator("#reset").click()
    assert np.array_equal(np.asarray(visit.download()[1]), expected(DARK))


MOVED = [
    *[("Strength", "Home", {"strength": 0.0}), ("Shadows", "End", {"shadows": 1.0})],
    *[("Highlights", "ArrowLeft", {"highlights": -0.05}), ("Warmth", "End", {"warmth": 1.0})],
    *[("Colour", "Home", {"colour": -1.0}), ("Detail", "End", {"detail": 1.0})],
    *[("Local contrast", "End", {"clip_limit": 8.0}), ("Contrast areas", "Home", {"tile_grid": 2})],
]


@pytest.mark.parametrize("size", [DESKTOP], ids=["desktop"])
def test_every_control_does_what_its_setting_does(visit):
    """Moved one after the other, and reset in between, each gives what the library gives for its setting."""
    visit.result(DARK)
    visit.page.locator("#method > button").click()
    visit.let_draw()
    for label, key, settings in MOVED:
        visit.set_slider(label, key)
        assert np.array_equal(np.asarray(visit.download()[1]), expected(DARK, **settings)), label
        with visit.renewed():
            visit.page.locator("#reset").click()


@SIZES
def test_controls_stay_where_they_are_while_the_work_goes_on(visit):
    """Under a finger or a pointer neither they nor the download give way for what comes and goes."""
    visit.result(DARK)
    visit.page.evaluate("""() => {
      window.tops = new Set();
      const look = () => {
        const tops = ["#side", "#download"].map((part) => document.querySelector(part).getBoundingClientRect().top);
        window.tops.add(tops.map((top) => Math.round(top + scrollY)).join());
        requestAnimationFrame(look);
      };
      look();
    }""")
    visit.set_slider("Denoise", "Home")
    visit.let_draw()
    assert len(visit.page.evaluate("[...window.tops]")) == 1


@FINISHED
def test_no_control_is_cut_off(finished):
    """Each slider's knob and number, higher than their tracks and words, are shown whole, and no help runs over."""
    for one in finished.page.locator(".control:visible").all():
        assert one.evaluate("(block) => getComputedStyle(block).overflow") == "visible"
        wide, shown = one.locator(".info-text").evaluate("(help) => [help.scrollWidth, help.clientWidth]")
        assert wide <= shown
        number, words = (one.locator(part).bounding_box() for part in ("input[type=number]", ".info-text"))
        assert number["y"] + number["height"] <= words["y"] + 1


@pytest.mark.parametrize("size", [DESKTOP], ids=["desktop"])
def test_the_brightness_goes_on_from_what_the_photo_asks_for(visit):
    """The brightness slider stands at 0, which is automatic; moved to the right, the result is brighter."""
    visit.result(DARK)
    before = np.asarray(visit.download()[1]).mean()
    visit.set_slider("Brightness", "End")
    visit.page.wait_for_selector("#stages >> text=as you asked")
    assert np.array_equal(np.asarray(visit.download()[1]), expected(DARK, exposure=2.0))
    assert np.asarray(visit.download()[1]).mean() > before + 20


@pytest.mark.parametrize("size", [DESKTOP], ids=["desktop"])
def test_the_format_can_be_chosen(visit):
    """A lossless photo's result can be had as JPEG, without the network; while it is written the button says so."""
    visit.result(DARK)
    visit.page.evaluate("""() => {
      window.said = [];
      const look = () => window.said.push(document.querySelector("#download").innerText);
      new MutationObserver(look).observe(document.body, { childList: true, subtree: true, characterData: true });
    }""")
    visit.format("JPEG: ")
    visit.page.wait_for_function("document.querySelector('#download').innerText.includes('JPEG')")
    name, picture = visit.download()
    assert (name, picture.format, picture.size) == ("dark-shelf_enhanced.jpg", "JPEG", (600, 400))
    visit.page.wait_for_timeout(1000)
    said = [words for words, _ in groupby(visit.page.evaluate("window.said"))]
    assert said.count("Saving") == 1, "a second time, it would be taken away from who clicks it"


@SIZES
def test_stop_stops(visit, large):
    """Stop ends the work between tiles; what there is stays, without a download, and the page can start again."""
    visit.give(large, kind="image/jpeg")
    visit.page.wait_for_selector("#progress [aria-valuenow]")
    visit.page.locator("#stop").click()
    visit.wait("stopped", seconds=10)
    visit.page.wait_for_selector("#facts >> text=Stopped")
    assert not visit.page.locator("#stop").is_visible()
    assert not visit.page.locator("#download").is_visible()
    visit.page.locator("#again").click()
    visit.page.wait_for_selector("#progress [aria-valuenow]")
    visit.result(DARK)


@pytest.mark.parametrize("size", [DESKTOP], ids=["desktop"])
def test_the_bar_moves(visit, large):
    """The progress bar goes on while tiles are done."""
    visit.give(large, kind="image/jpeg")
    bar = visit.page.wait_for_selector("#progress [aria-valuenow]")
    first = int(bar.get_attribute("aria-valuenow"))
    changed = f"Number(document.querySelector('#progress [aria-valuenow]')?.ariaValueNow) > {first}"
    visit.page.wait_for_function(changed)
    visit.page.locator("#stop").click()
    visit.wait("stopped", seconds=10)


@pytest.mark.parametrize("locale", ["en-GB", "de-DE", "fr-FR"])
def test_what_is_said_of_the_progress_is_not_cut_off(chromium, address, large, locale):
    """On a phone, how far the work is and how long it takes stands there whole, within the row under the picture."""
    with visiting(chromium, address, PHONE, locale=locale) as visit:
        visit.give(large, kind="image/jpeg")
        visit.page.wait_for_selector("#progress [aria-valuenow]")
        whole, shown, across, wide = visit.page.locator("#progress .label").evaluate(
            "(label) => [label.scrollHeight, label.clientHeight, label.scrollWidth, label.clientWidth]"
        )
        assert whole <= shown
        assert across <= wide
        assert visit.page.locator("#progress").bounding_box()["height"] <= 52
        visit.page.locator("#stop").click()
        visit.wait("stopped", seconds=10)


@pytest.mark.parametrize("size", [DESKTOP], ids=["desktop"])
def test_whoever_waits_is_told_how_many_are_before(visit, chromium, address, large):
    """A second person's photo says that one is before it, and is worked on when its turn has come."""
    visit.give(large, kind="image/jpeg")
    visit.page.wait_for_selector("#progress [aria-valuenow]")
    with visiting(chromium, address, DESKTOP) as other:
        other.give(DARK)
        other.page.wait_for_selector("#progress >> text=one photo is before yours")
        visit.page.locator("#stop").click()
        other.wait("done")
    visit.wait("stopped", seconds=10)


@pytest.mark.parametrize("size", [DESKTOP], ids=["desktop"])
def test_the_last_of_two_photos_wins(visit, large):
    """A photo that arrives while another is worked on takes its place, and nothing of the first comes back."""
    visit.give(large, kind="image/jpeg")
    visit.page.wait_for_selector("#progress [aria-valuenow]")
    with visit.renewed():
        visit.give(DARK)
    visit.page.wait_for_selector("#facts h2:text('dark-shelf.png')")
    first = visit.shown()
    visit.page.wait_for_timeout(1500)
    assert visit.shown() == first
    assert np.array_equal(np.asarray(visit.download()[1]), expected(DARK))


@pytest.mark.parametrize("width", [390, 768, 1024, 2560])
def test_the_empty_page_fits_every_width(chromium, address, width):
    """Nothing is cut off or wider than the window, and the way in is in sight."""
    with visiting(chromium, address, {"viewport": {"width": width, "height": 800}}) as visit:
        assert visit.page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
        box = visit.page.locator("#hero .drop").bounding_box()
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= width
        assert box["y"] + box["height"] <= 800


@pytest.mark.parametrize("times", [2, 4])
def test_the_page_can_be_zoomed(chromium, address, times):
    """At 200 and 400 % in a window of 1280 x 1024, everything is within its width, and a control beside its picture."""
    zoomed = {"viewport": {"width": 1280 // times, "height": 1024 // times}, "device_scale_factor": times}
    with visiting(chromium, address, zoomed) as visit:
        visit.result(DARK)
        assert visit.page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
        for one in visit.page.locator("#side button:visible, #side input:visible, #take button:visible").all():
            box = one.bounding_box()
            assert box["x"] >= 0
            assert box["x"] + box["width"] <= 1280 // times + 1, one.evaluate("(one) => one.outerHTML")
        visit.page.locator("#shadows").scroll_into_view_if_needed()
        visit.page.wait_for_function("document.querySelector('#view').getBoundingClientRect().top >= 0", timeout=2000)
        picture, control = (visit.page.locator(one).bounding_box() for one in ("#view", "#shadows input[type=range]"))
        assert picture["height"] >= 1024 / times / 5
        assert picture["y"] + picture["height"] <= control["y"] < 1024 / times


@pytest.mark.parametrize(("scheme", "dark"), [("light", False), ("dark", True)])
def test_the_page_follows_the_systems_colours_in_grey(chromium, address, scheme, dark):
    """Dark where the system is dark, and the surround of the photo is a grey without any colour."""
    with visiting(chromium, address, DESKTOP, color_scheme=scheme) as visit:
        colour = (
            "getComputedStyle(document.querySelector('%s')).backgroundColor.match(/[0-9]+/g).slice(0, 3).map(Number)"
        )
        for place, is_dark in {"gradio-app": dark, "#compare": True}.items():
            channels = visit.page.evaluate(colour % place)
            assert len(set(channels)) == 1
            assert (channels[0] < 128) == is_dark, "the mat is dark in both: on light grey dark photos look darker"


@pytest.mark.parametrize("size", [DESKTOP], ids=["desktop"])
def test_a_look_works_at_once_and_leaves_the_sliders_alone(visit):
    """Night kept is a setting beside the others: what was moved stays, and Reset puts all of it back."""
    visit.result(DARK)
    visit.set_slider("Shadows", "End")
    with visit.renewed():
        visit.page.locator("#look").get_by_text("Night kept", exact=True).click()
    assert visit.page.get_by_label("range slider for Shadows").input_value() == "100"
    assert np.array_equal(np.asarray(visit.download()[1]), expected(DARK, look="night", shadows=1.0))
    with visit.renewed():
        visit.page.locator("#reset").click()
    assert visit.page.locator("#look input:checked").input_value() == "natural"
    assert visit.page.get_by_label("range slider for Shadows").input_value() == "0"
    assert np.array_equal(np.asarray(visit.download()[1]), expected(DARK))


def serious(page):
    """Return what axe finds on the page that is serious or critical: rule and places."""
    return [
        (violation["id"], [node["target"] for node in violation["nodes"]])
        for violation in Axe().run(page).response["violations"]
        if violation["impact"] in {"serious", "critical"}
    ]


@SIZES
def test_the_head_can_be_skipped(visit):
    """The first Tab shows a link past the head, to the controls."""
    visit.result(DARK)
    visit.page.keyboard.press("Tab")
    skip = visit.page.locator(":focus")
    assert skip.get_attribute("class") == "skip"
    visit.page.wait_for_function("document.activeElement.getBoundingClientRect().top >= 0", timeout=2000)
    visit.page.keyboard.press("Enter")
    visit.page.keyboard.press("Tab")
    assert visit.page.evaluate("document.activeElement.closest('#side') !== null")


@SIZES
def test_an_example_leads_to_the_controls(visit):
    """Whoever chose an example goes on at the controls: the keyboard is not thrown back to the page's top."""
    with visit.renewed():
        visit.page.locator("[data-sample='dark-hall.png']").click()
    assert visit.page.evaluate("document.activeElement.closest('#look') !== null")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_axe_finds_nothing_serious(chromium, address, size, scheme):
    """Empty, and with a result, many photos and everything open: contrast, names and roles are as they should be."""
    with visiting(chromium, address, size, color_scheme=scheme) as visit:
        assert serious(visit.page) == []
        visit.result(DARK)
        visit.page.locator("#method > button").click()
        visit.page.locator("#comparison > button").click()
        visit.page.locator("#comparison-run").click()
        visit.page.wait_for_selector("#comparison-table li:nth-child(3)", timeout=60_000)
        visit.page.set_input_files("#file", [DARK, EXAMPLES / "coffee.png"])
        visit.page.wait_for_selector("#many-progress >> text=2 of 2 photos are done", timeout=60_000)
        assert serious(visit.page) == []


@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_the_page_speaks_german(chromium, address, size, tmp_path):
    """Where the browser asks for German, all is in German: labels, stages, facts, what is wrong; and it fits."""
    bad = tmp_path / "dark.jpg"
    bad.write_text("This is a letter. " * 20)
    with visiting(chromium, address, size, locale="de-DE") as visit:
        visit.result(DARK)
        visit.page.wait_for_selector("#facts >> text=Fertig in")
        assert visit.page.locator("html").get_attribute("lang") == "de"
        assert "sehr dunkel" in visit.text("#facts")
        assert "rausch" in visit.text("#facts").lower()
        assert visit.page.locator("#stages h3").all_inner_texts() == [
            *("Original", "Helligkeit", "Lichtkarte", "Aufgehellt", "Entrauscht", "Wie sicher")
        ]
        assert visit.page.locator("#look label").all_inner_texts() == ["Natürlich", "Hell", "Nacht bleibt"]
        assert visit.text("#download").startswith("Herunterladen (PNG")
        assert visit.page.get_by_label("range slider for Helligkeit").count() == 1
        assert visit.page.locator("#view .label.after").inner_text() == "Nachher"
        visit.page.locator("#stages .picture").first.click()
        assert visit.page.locator("#viewer [data-close]").get_attribute("aria-label") == "Schließen"
        visit.page.keyboard.press("Escape")
        assert visit.page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
        visit.give(bad, kind="image/jpeg")
        visit.page.wait_for_selector("#note p")
        assert visit.text("#note").startswith("dark.jpg: Das ist eine Textdatei")


@pytest.mark.parametrize("size", [DESKTOP], ids=["desktop"])
def test_a_look_chosen_in_german_is_the_look(chromium, address, size):
    """The names of choices are translated, what they mean is not."""
    with visiting(chromium, address, size, locale="de-DE") as visit:
        visit.result(DARK)
        with visit.renewed():
            visit.page.locator("#look").get_by_text("Hell", exact=True).click()
        assert np.array_equal(np.asarray(visit.download()[1]), expected(DARK, look="bright"))


def test_a_language_that_is_not_spoken_gets_english(chromium, address):
    """A browser that asks for Italian gets the English page, and screen readers are told that it is."""
    with visiting(chromium, address, DESKTOP, locale="it-IT") as visit:
        visit.result(DARK)
        visit.page.wait_for_selector("#facts >> text=Done in")
        visit.page.evaluate("document.documentElement.lang = 'it'")  # as Gradio does once it has loaded its Italian
        visit.page.wait_for_function("document.documentElement.lang === 'en'", timeout=2000)
        assert visit.page.locator("#look label").all_inner_texts() == ["Natural", "Bright", "Night kept"]
        assert visit.text("#stages h3 >> nth=1") == "Lightness"
