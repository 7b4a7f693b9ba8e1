"""How photos come into the page in a real browser: dropped, pasted, shot, several at once, or refused."""

import base64
import os

import numpy as np
import pytest

from lowlight import load_photo
from tests.helpers.dngs import counted, dng, mosaic
from tests.helpers.pictures import scene
from tests.helpers.places import DARK, EXAMPLES
from tests.helpers.visits import DESKTOP, PASTE, SIZES, visiting

pytestmark = pytest.mark.browser


@SIZES
def test_a_bad_file_is_refused_in_words(visit, tmp_path):
    """A file that is no photo gets a sentence in place, nothing of it is shown, and the page goes on."""
    bad = tmp_path / "holiday.jpg"
    bad.write_text("This is a letter. " * 20)
    visit.give(bad, kind="image/jpeg")
    visit.page.wait_for_selector("#note p")
    assert visit.text("#note").startswith("holiday.jpg: This is a text file")
    assert not visit.page.locator("#compare").is_visible()
    visit.result(DARK)
    visit.page.wait_for_selector("#note p", state="detached")


@SIZES
def test_a_bad_file_leaves_the_result_that_is_there(visit, tmp_path):
    """The sentence stands above it, the result can still be downloaded, and the next photo takes the sentence away."""
    visit.result(DARK)
    bad = tmp_path / "holiday.jpg"
    bad.write_text("This is a letter. " * 20)
    visit.give(bad, kind="image/jpeg")
    visit.page.wait_for_selector("#note p >> text=This is a text file")
    assert visit.page.locator("#compare").is_visible()
    cut = tmp_path / "cut.png"
    cut.write_bytes(DARK.read_bytes()[:100_000])
    visit.give(cut)
    visit.page.wait_for_selector("#note p >> text=cut.png: This PNG file is damaged")
    visit.page.wait_for_selector("#facts h2:text('dark-shelf.png')")
    assert visit.page.locator("#compare").is_visible()
    assert visit.download()[0] == "dark-shelf_enhanced.png"
    visit.result(EXAMPLES / "dark-hall.png")
    visit.page.wait_for_selector("#note p", state="detached")


@SIZES
def test_kinds_that_browsers_do_not_know_arrive(visit, tmp_path):
    """A photo whose type the browser leaves empty is taken, and a document is refused in words, not in silence."""
    visit.result(DARK, name="IMG_1234.HEIC", kind="")
    visit.page.wait_for_selector("#facts h2:text('IMG_1234.HEIC')")
    document = tmp_path / "letter.pdf"
    document.write_bytes(b"%PDF-1.7 " + bytes(200))
    visit.give(document, kind="application/pdf")
    visit.page.wait_for_selector("#note p >> text=PDF")


@pytest.mark.parametrize("size", [DESKTOP], ids=["desktop"])
def test_a_photo_may_be_dropped_anywhere(visit):
    """The whole page takes photos, also beside a result."""
    with visit.renewed():
        visit.drop(DARK, place="#samples")
    with visit.renewed():
        visit.drop(EXAMPLES / "dark-hall.png", place="#compare")
    visit.page.wait_for_selector("#facts h2:text('dark-hall.png')")


@pytest.mark.parametrize("size", [DESKTOP], ids=["desktop"])
def test_a_photo_may_be_pasted(visit):
    """Pasting needs no focus and no click."""
    content = base64.b64encode(DARK.read_bytes()).decode()
    with visit.renewed():
        visit.page.evaluate(PASTE, ["image.png", "image/png", content])
    assert visit.download()[0] == "image_enhanced.png"


@pytest.mark.parametrize("size", [DESKTOP], ids=["desktop"])
def test_a_photo_may_be_shot(visit):
    """The camera is seen first; its picture is worked on as soon as it is taken, and the camera is let go."""
    visit.page.locator("#hero [data-way=camera]").click()
    visit.page.wait_for_function("document.querySelector('#camera video')?.videoWidth > 0")
    with visit.renewed():
        visit.page.locator("#camera [data-shoot]").click()
    assert visit.page.locator("#camera").count() == 0
    assert visit.download()[1].size[0] > 300


@pytest.mark.parametrize("size", [DESKTOP], ids=["desktop"])
def test_a_picture_of_another_page_is_to_be_saved_first(visit):
    """What is dragged or pasted from a page as an address alone gets a word, and nothing is fetched."""
    visit.page.evaluate(
        """() => {
          const carrier = new DataTransfer();
          carrier.setData("text/uri-list", "https://example.org/cat.jpg");
          const how = { bubbles: true, cancelable: true, dataTransfer: carrier };
          for (const name of ["dragover", "drop"]) document.body.dispatchEvent(new DragEvent(name, how));
        }"""
    )
    visit.page.wait_for_selector("#arriving >> text=save it first")
    visit.page.locator("#arriving button").click()
    visit.page.wait_for_selector("#arriving", state="hidden")
    visit.page.evaluate(
        """() => {
          const clipboardData = new DataTransfer();
          clipboardData.setData("text/html", "<img src='https://example.org/cat.jpg'>");
          document.body.dispatchEvent(new ClipboardEvent("paste", { bubbles: true, cancelable: true, clipboardData }));
        }"""
    )
    visit.page.wait_for_selector("#arriving >> text=save it first")


@pytest.mark.parametrize("size", [DESKTOP], ids=["desktop"])
def test_the_whole_page_shows_that_it_takes_the_photo(visit):
    """While a file is dragged over, a veil says so; it goes when the file leaves."""
    dragged = """(name) => {
      const dataTransfer = new DataTransfer();
      dataTransfer.items.add(new File(["x"], "a.png", { type: "image/png" }));
      const how = { bubbles: true, cancelable: true, dataTransfer };
      document.querySelector("#foot").dispatchEvent(new DragEvent(name, how));
    }"""
    veil = "getComputedStyle(document.body, '::after').content"
    visit.page.evaluate(dragged, "dragover")
    assert "brightened" in visit.page.evaluate(veil)
    visit.page.evaluate(dragged, "dragleave")
    assert visit.page.evaluate(veil) == "none"


def test_an_upload_that_breaks_off_can_be_tried_again(chromium, address):
    """The page says that the photo could not be sent, and sends it anew when asked."""
    with visiting(chromium, address, DESKTOP, quiet=False) as visit:  # browsers write such a thing down themselves
        visit.page.route("**/gradio_api/upload", lambda route: route.abort())
        visit.give(DARK)
        visit.page.wait_for_selector("#arriving >> text=could not be sent")
        visit.page.unroute("**/gradio_api/upload")
        with visit.renewed():
            visit.page.get_by_role("button", name="Try again").click()


@SIZES
def test_an_example_runs_on_one_click(visit):
    """A click on an example is enough; one that is bright already stays as it is, and the page says so."""
    with visit.renewed():
        visit.page.locator("[data-sample='coffee.png']").click()
    visit.page.wait_for_selector("#facts >> text=bright already")
    assert np.array_equal(np.asarray(visit.download()[1]), load_photo(EXAMPLES / "coffee.png").rgb)


@pytest.mark.parametrize("size", [DESKTOP], ids=["desktop"])
def test_a_file_over_the_limit_is_refused_before_it_travels(visit, tmp_path):
    """A file of more than 30 MB is refused in words that name its size and the limit, TIFF and raw beyond 120 MB."""
    for name, limit in (("heavy.jpg", 30), ("heavy.tif", 120), ("heavy.DNG", 120)):
        heavy = tmp_path / name
        heavy.touch()
        os.truncate(heavy, (limit + 1) * 2**20)
        visit.page.set_input_files("#file", heavy)
        visit.page.wait_for_selector(f"#note p >> text={name} has {limit + 1} MB; at most {limit} MB are taken")


@pytest.mark.parametrize("size", [DESKTOP], ids=["desktop"])
def test_a_camera_raw_file_comes_back_bright(visit, tmp_path):
    """A raw file is developed and enhanced, and its result is a JPEG of its name."""
    dark = np.asarray(scene(96, 128), np.float64) / 255 / 16
    (tmp_path / "shot.dng").write_bytes(dng(mosaic(counted(dark))))
    visit.page.set_input_files("#file", tmp_path / "shot.dng")
    visit.page.wait_for_selector("#facts h2:text('shot.dng')")
    visit.page.wait_for_selector("#compare")
    name, picture = visit.download()
    assert (name, picture.size) == ("shot_enhanced.jpg", (128, 96))
    assert np.asarray(picture).mean() > 2 * load_photo(tmp_path / "shot.dng").rgb.mean()
