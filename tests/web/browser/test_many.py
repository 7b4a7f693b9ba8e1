"""Many photos in a real browser: a card for each, one opened and changed, all of them alike, fair turns."""

import base64
import csv
import io
import zipfile

import numpy as np
import pytest
from PIL import Image

from lowlight import load_photo
from tests.helpers.places import DARK, EXAMPLES
from tests.helpers.visits import DESKTOP, SIZES, expected, visiting

pytestmark = pytest.mark.browser

HALL = EXAMPLES / "dark-hall.png"
DROP_MANY = """(files) => {
  const carrier = new DataTransfer();
  for (const [name, content] of files)
    carrier.items.add(new File([Uint8Array.from(atob(content), (c) => c.charCodeAt(0))], name, { type: "image/png" }));
  const how = { bubbles: true, cancelable: true, dataTransfer: carrier };
  for (const event of ["dragenter", "dragover", "drop"])
    document.body.dispatchEvent(new DragEvent(event, how));
}"""
RENEWED_CARD = "(old) => document.querySelector('#many-gallery [data-index=\"1\"] img').getAttribute('src') !== old"
ON_DESKTOP = pytest.mark.parametrize("size", [DESKTOP], ids=["desktop"])


def drop(visit, *paths):
    """Drop several files at once."""
    content = [[path.name, base64.b64encode(path.read_bytes()).decode()] for path in paths]
    visit.page.evaluate(DROP_MANY, content)


def ended(visit, words):
    """Wait until the line above the cards says so."""
    visit.page.wait_for_selector(f"#many-progress >> text={words}", timeout=120_000)


def card(visit, name):
    """Return the card of a photo."""
    return visit.page.locator("#many-gallery li", has=visit.page.get_by_text(name, exact=True))


def downloaded(visit, button):
    """Click what downloads; return the file's name and its content."""
    with visit.page.expect_download() as waiting:
        button.click()
    return waiting.value.suggested_filename, waiting.value.path().read_bytes()


def zipped(visit):
    """Download all; return what is in the zip, by name."""
    _, content = downloaded(visit, visit.page.locator("#many-download"))
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def pixels(content):
    """Return a file's picture."""
    return np.asarray(Image.open(io.BytesIO(content)))


@pytest.fixture
def bad(tmp_path):
    """A file that is no photo."""
    path = tmp_path / "bad.png"
    path.write_text("no photo " * 30)
    return path


@ON_DESKTOP
def test_several_photos_at_once_become_one_zip(visit, bad):
    """Each has a card in its place, the one that is no photo with its sentence, and the zip has a report."""
    drop(visit, DARK, bad, HALL)
    ended(visit, "2 of 3 photos are done.")
    assert visit.page.locator("#many-gallery .name").all_inner_texts() == ["dark-shelf.png", "bad.png", "dark-hall.png"]
    assert "text file" in card(visit, "bad.png").inner_text()
    assert not visit.page.locator("#many-stop").is_visible()
    files = zipped(visit)
    assert list(files) == ["dark-shelf_enhanced.png", "dark-hall_enhanced.png", "report.csv"]
    assert np.array_equal(pixels(files["dark-shelf_enhanced.png"]), expected(DARK))
    rows = list(csv.reader(io.StringIO(files["report.csv"].decode("utf-8-sig"))))
    assert [row[2] for row in rows] == ["Status", "done", "not taken", "done"]


@ON_DESKTOP
def test_a_document_among_many_is_refused_in_words(visit, tmp_path):
    """Chosen in the file dialog, where the browser knows that it is no photo, it gets a sentence as well."""
    letter = tmp_path / "letter.pdf"
    letter.write_bytes(b"%PDF-1.7 " + bytes(200))
    visit.page.set_input_files("#file", [DARK, letter])
    ended(visit, "1 of 2 photos are done.")
    assert "This is a PDF" in card(visit, "letter.pdf").inner_text()


@SIZES
def test_one_of_many_is_opened_changed_and_gives_all_its_look(visit):
    """A click shows it like a photo by itself; another look takes its place among the others, and then all have it."""
    visit.page.set_input_files("#file", [DARK, HALL])
    ended(visit, "2 of 2 photos are done.")
    card(visit, "dark-hall.png").locator("button").click()
    visit.page.wait_for_selector("#facts h2:text('dark-hall.png')")
    assert np.array_equal(np.asarray(visit.download()[1]), expected(HALL))
    old = visit.page.locator("#many-gallery [data-index='1'] img").get_attribute("src")
    visit.page.locator("#look").get_by_text("Bright", exact=True).click()
    visit.page.wait_for_selector("#note [data-phase=working]", state="attached")
    visit.wait("done")
    visit.page.wait_for_selector("#download:not([disabled])")
    bright = expected(HALL, look="bright")
    assert np.array_equal(np.asarray(visit.download()[1]), bright)
    visit.page.wait_for_function(RENEWED_CARD, arg=old)
    files = zipped(visit)
    assert np.array_equal(pixels(files["dark-hall_enhanced.png"]), bright)
    assert np.array_equal(pixels(files["dark-shelf_enhanced.png"]), expected(DARK))
    visit.page.locator("#many-again").click()
    visit.page.wait_for_selector("#many-gallery .working", timeout=10_000)
    ended(visit, "2 of 2 photos are done.")
    assert np.array_equal(pixels(zipped(visit)["dark-shelf_enhanced.png"]), expected(DARK, look="bright"))


@ON_DESKTOP
def test_the_controls_stand_as_for_the_photo_that_is_open(visit):
    """Each photo is shown with the choices that made it, and its card is marked."""
    drop(visit, DARK, HALL)
    ended(visit, "2 of 2 photos are done.")
    card(visit, "dark-hall.png").locator("button").click()
    visit.page.wait_for_selector("#facts h2:text('dark-hall.png')")
    with visit.renewed():
        visit.page.locator("#look").get_by_text("Night kept", exact=True).click()
    card(visit, "dark-shelf.png").locator("button").click()
    visit.page.wait_for_selector("#facts h2:text('dark-shelf.png')")
    visit.page.wait_for_selector("#look input[value=natural]:checked", state="attached")
    assert card(visit, "dark-shelf.png").locator("[aria-current]").count() == 1
    card(visit, "dark-hall.png").locator("button").click()
    visit.page.wait_for_selector("#look input[value=night]:checked", state="attached")


@ON_DESKTOP
def test_each_result_can_be_had_by_itself(visit):
    """Its card has a link to it, under its own name."""
    drop(visit, DARK, HALL)
    ended(visit, "2 of 2 photos are done.")
    name, content = downloaded(visit, card(visit, "dark-hall.png").locator("a"))
    assert name == "dark-hall_enhanced.png"
    assert np.array_equal(pixels(content), expected(HALL))


@ON_DESKTOP
def test_another_format_of_an_opened_photo_has_every_pixel(visit, tmp_path):
    """A JPEG's result as PNG is made of the photo, and not of the JPEG that was there."""
    path = tmp_path / "shelf.jpg"
    Image.open(DARK).save(path, quality=95)
    drop(visit, path, HALL)
    ended(visit, "2 of 2 photos are done.")
    card(visit, "shelf.jpg").locator("button").click()
    visit.page.wait_for_selector("#facts h2:text('shelf.jpg')")
    visit.format("PNG: ")
    visit.page.wait_for_function("document.querySelector('#download').innerText.includes('PNG')", timeout=60_000)
    assert np.array_equal(np.asarray(visit.download()[1]), expected(path))


@ON_DESKTOP
def test_the_focus_stays_on_its_card_while_the_gallery_grows(visit):
    """Whoever goes through the cards with the keyboard is not thrown back with each photo that is done."""
    drop(visit, DARK, HALL, EXAMPLES / "bridge-at-night.jpg", EXAMPLES / "lantern.jpg")
    visit.page.wait_for_selector("#many-gallery .done [data-index]", timeout=60_000)
    visit.page.locator("#many-gallery [data-index='0']").focus()
    ended(visit, "4 of 4 photos are done.")
    assert visit.page.evaluate("document.activeElement.dataset.index") == "0"


@ON_DESKTOP
def test_photos_that_a_script_uploaded_are_taken(visit):
    """Other ways in send where the photos lie and what they are called."""
    text = "(await (await fetch('gradio_api/upload', { method: 'POST', body: form })).json())[0]"
    path = visit.page.evaluate(
        f"""async (content) => {{
          const form = new FormData();
          form.append("files", new File([Uint8Array.from(atob(content), (c) => c.charCodeAt(0))], "a.png"));
          return {text};
        }}""",
        base64.b64encode(DARK.read_bytes()).decode(),
    )
    files = [{"path": path, "orig_name": "shelf.png"}]
    visit.page.evaluate("(files) => window.lowlight.signal('gathered', { files })", files)
    ended(visit, "1 of 1 photos are done.")
    assert visit.page.locator("#many-gallery .name").all_inner_texts() == ["shelf.png"]


@ON_DESKTOP
def test_a_single_photo_gets_its_turn_in_the_middle_of_many(visit, chromium, address, tmp_path):
    """A second visitor waits for the photo that is under way, and not for all the others."""
    paths = []
    for number in range(6):
        path = tmp_path / f"{number}.jpg"
        Image.fromarray(load_photo(EXAMPLES / "bridge-at-night.jpg").rgb).save(path)
        paths.append(path)
    drop(visit, *paths)
    visit.page.wait_for_selector("#many-gallery .working")
    with visiting(chromium, address, DESKTOP) as other:
        other.give(DARK)
        other.wait("done")
        other.page.wait_for_selector("#download:not([disabled])")
        assert visit.page.locator("#many-gallery .waiting").count() >= 1
    visit.page.locator("#many-stop").click()
    ended(visit, "Stopped: ")


@SIZES
def test_the_cards_fit_the_page(visit, bad):
    """Nothing is cut off or wider than the window, and links are large enough for a finger."""
    visit.page.set_input_files("#file", [DARK, bad])
    ended(visit, "1 of 2 photos are done.")
    assert visit.page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    box = card(visit, "dark-shelf.png").locator("a").bounding_box()
    assert min(box["width"], box["height"]) >= 40


@ON_DESKTOP
def test_one_that_is_too_large_is_named_and_the_others_are_taken(visit, tmp_path):
    """It never travels, and the person is told which it was and what the limit is."""
    heavy = tmp_path / "heavy.jpg"
    heavy.write_bytes(bytes(31 * 2**20))
    visit.page.set_input_files("#file", [DARK, heavy, HALL])
    visit.page.wait_for_selector(
        "#arriving >> text=At most 30 MB are taken. These are larger and were left out: heavy.jpg"
    )
    visit.page.wait_for_selector("#many-progress >> text=2 of 2 photos are done.", timeout=60_000)
