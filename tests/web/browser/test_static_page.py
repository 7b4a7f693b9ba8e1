"""The page without a server: a photo is made bright in the browser alone, and nothing leaves it."""

import json
import shutil
import tarfile
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path
from urllib.parse import urlsplit

import numpy as np
import pytest
from PIL import ExifTags, Image

from lowlight import load_photo
from lowlight.network.session import open_network
from lowlight.pipeline import Settings, Stage, steps
from tests.helpers.photos import dark_photo
from tests.helpers.places import EXAMPLES
from tests.helpers.serving import another, patient
from tests.helpers.static_page import hosting
from tests.helpers.visits import DESKTOP, PHONE, Visit
from tools.static_site import __main__ as site
from tools.static_site import page as markup
from tools.static_site import recipe
from tools.static_site.runtime import ARCHIVE, FILES, GRAPHICS, PROCESSOR, BuildError, runtime

pytestmark = pytest.mark.browser

PLACE = {ExifTags.GPS.GPSLatitudeRef: "N", ExifTags.GPS.GPSLatitude: (47.0, 22.0, 0.0)}
MADE = """(name) => document.querySelector("#facts h2").textContent === name
  && document.querySelector("#take:not([hidden])") && document.querySelector("#note [data-phase=done]")"""
THREADS = "() => document.documentElement.dataset.threads"
PANE = "document.querySelector('#view').shadowRoot.querySelector('.pane.after')"


@pytest.fixture(scope="module")
def network():
    """The network that the page begins with."""
    return open_network(recipe.networks()["small"].data)


@pytest.fixture(scope="module")
def folder(built, tmp_path_factory):
    """The page with its large network damaged on the way."""
    folder = tmp_path_factory.mktemp("host") / "site"
    shutil.copytree(built, folder)
    path = folder / recipe.networks()["large"].file
    data = path.read_bytes()
    path.write_bytes(bytes([data[0] ^ 1]) + data[1:])
    return folder


@contextmanager
def visiting(chromium, host, size=DESKTOP, *, before="", **options):
    """Open the page; at the end no request has left its origin, and no script broke."""
    context = chromium.new_context(**size, reduced_motion="reduce", **options)
    asked, complaints = [], []
    context.on("request", lambda request: asked.append(urlsplit(request.url)))
    context.add_init_script(before)
    page = patient(context.new_page())
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.goto(f"{host.address}/")
    page.wait_for_selector("html[data-ready]", state="attached")
    yield Visit(page, size)
    context.close()
    assert asked
    assert complaints == []
    assert {url.netloc for url in asked if url.scheme not in ("data", "blob")} == {urlsplit(host.address).netloc}


@pytest.fixture(scope="module")
def host(folder):
    """A host that sends the headers for threads."""
    with hosting(folder) as host:
        yield host


@pytest.fixture(scope="module")
def visit(chromium, host):
    """One visit, on which one photo follows another."""
    with visiting(chromium, host) as visit:
        yield visit


@pytest.fixture
def night(tmp_path):
    """A small dark photo without loss."""
    path = tmp_path / "night.png"
    Image.fromarray(dark_photo(90, 140)).save(path)
    return path


def made(visit, path, **options):
    """Give a photo, and wait for its whole result."""
    visit.page.evaluate("() => (document.querySelector('#take').hidden = true)")
    visit.give(path, **options)
    visit.page.wait_for_function(MADE, arg=path.name, timeout=60_000)


def answer(visit, words):
    """Wait until the page says something went wrong, in these words among others."""
    visit.page.locator("#note p").filter(has_text=words).wait_for()


def picture_of(rgb, network, **settings):
    """Return what the library makes of a photo with the page's network."""
    *_, result = (step for step in steps(rgb, Settings(**settings), network=network) if isinstance(step, Stage))
    return result.picture.astype(int)


def near(picture, expected):
    """Say whether a file that was downloaded is a picture, within 2 levels of 255."""
    return np.abs(np.asarray(picture.convert("RGB")) - expected).max() <= 2


def test_a_photo_comes_back_as_python_makes_it(visit, network, night):
    """What is downloaded is Python's picture within 2 levels of 255; a control that was moved counts."""
    rgb = load_photo(night).rgb
    made(visit, night)
    name, picture = visit.download()
    assert (name, picture.format) == ("night_enhanced.png", "PNG")
    assert near(picture, picture_of(rgb, network))
    visit.page.locator("#exposure input").fill("1")
    _, picture = visit.download()
    assert near(picture, picture_of(rgb, network, exposure=1.0))
    visit.page.locator("#reset").click()
    assert visit.page.evaluate(THREADS) == "2"


def test_a_moved_control_is_seen_at_once(visit, night):
    """While a slider moves the browser draws; once it rests, the picture is the recipe's own."""
    made(visit, night)
    page, before = visit.page, visit.shown()
    page.evaluate("""() => {
      const range = document.querySelector("#exposure input");
      range.value = 1;
      range.dispatchEvent(new Event("input", { bubbles: true }));
    }""")
    page.wait_for_function(f"() => {PANE}.querySelector('canvas')")
    page.locator("#exposure input").dispatch_event("change")
    page.wait_for_function(f"(before) => ({PANE}.querySelector('img')?.src ?? before) !== before", arg=before)
    assert page.locator("#exposure output").inner_text() == "1"
    page.locator("#reset").click()
    assert page.locator("#exposure input").input_value() == "0"
    page.locator("#contrast:not([open]) summary").click()
    before = visit.shown()
    page.locator("#clip_limit input").fill("4")
    page.wait_for_function(f"(before) => {PANE}.querySelector('img')?.src !== before", arg=before)
    page.locator("#reset").click()


def test_camera_and_date_are_kept_and_the_place_is_not(visit, tmp_path):
    """A JPEG that lies on its side comes upright, with camera, exposure and date, and without its place."""
    path, exif = tmp_path / "IMG_1.jpg", Image.Exif()
    exif[ExifTags.Base.Make], exif[ExifTags.Base.Orientation] = "Lowlight", 6
    exif[ExifTags.IFD.Exif] = {ExifTags.Base.DateTimeOriginal: "2026:11:29 13:00:00", ExifTags.Base.FNumber: 1.8}
    exif[ExifTags.IFD.GPSInfo] = PLACE
    Image.fromarray(dark_photo(80, 120)).save(path, exif=exif, quality=95)
    made(visit, path, kind="image/jpeg")
    name, picture = visit.download()
    assert (name, picture.format, picture.size) == ("IMG_1_enhanced.jpg", "JPEG", (80, 120))
    visit.page.locator("#format").select_option("png")
    _, lossless = visit.download()
    visit.page.locator("#format").select_option("same")
    for result in (picture, lossless):
        found = result.getexif()
        inner = found.get_ifd(ExifTags.IFD.Exif)
        assert inner[ExifTags.Base.DateTimeOriginal] == "2026:11:29 13:00:00"
        assert float(inner[ExifTags.Base.FNumber]) == pytest.approx(1.8)
        assert found[ExifTags.Base.Make] == "Lowlight"
        assert ExifTags.Base.Orientation not in found
        assert not found.get_ifd(ExifTags.IFD.GPSInfo)


def test_a_large_photo_says_how_long_it_takes_and_can_be_stopped(visit, tmp_path):
    """The preview comes first; the whole is made on request, tile by tile, and Stop ends it at once."""
    path, page = tmp_path / "large.jpg", visit.page
    Image.fromarray(dark_photo(600, 10_000)).save(path, quality=80)
    page.evaluate("() => (document.querySelector('#download').textContent = '')")
    visit.give(path, kind="image/jpeg")
    page.locator("#download").filter(has_text="6 MP, a").wait_for(timeout=60_000)
    page.locator("#download").click()
    page.wait_for_selector("#progress [aria-valuenow]")
    page.locator("#stop").click()
    page.locator("#facts .seen").filter(has_text="Stopped").wait_for()
    assert "6 MP" in visit.text("#download")


def test_what_cannot_be_taken_is_said_and_nothing_is_lost(visit, night, tmp_path):
    """No photo, too many pixels, a network that does not match its hash: a sentence, and the result stays."""
    bad = tmp_path / "notes.jpg"
    bad.write_text("no photo")
    made(visit, night)
    visit.give(bad, kind="image/jpeg")
    answer(visit, "cannot be read as a photo")
    visit.page.evaluate("() => { lowlight.maxPixels = 1e4; }")
    visit.give(night)
    answer(visit, "This photo has 0 megapixels")
    visit.page.evaluate("() => { lowlight.maxPixels = 24e6; }")
    visit.page.evaluate("() => { document.querySelector('#contrast').open = true; }")
    visit.page.locator("#quality").select_option("large")
    answer(visit, "not the right one")
    visit.page.locator("#quality").select_option("small")
    visit.page.locator("#note [data-phase=done]").wait_for(state="attached")
    assert visit.download()[0] == "night_enhanced.png"


def wants_graphics(visit):
    """Ask for the graphics card."""
    visit.page.evaluate("() => { document.querySelector('#contrast').open = true; }")
    visit.page.locator("#graphics input").check()


def test_a_graphics_card_runs_the_network(chromium, host, tmp_path):
    """Where a browser has one, it can be asked for, and gives the processor's picture; here software stands for it."""
    path = tmp_path / "small.png"
    Image.fromarray(dark_photo(64, 96)).save(path)
    with another(chromium, "--enable-unsafe-webgpu") as other, visiting(other, host) as visit:
        made(visit, path)
        pictures = [np.asarray(visit.download()[1], int)]
        wants_graphics(visit)
        visit.page.wait_for_function("() => document.documentElement.dataset.graphics === 'true'")
        visit.page.wait_for_function(MADE, arg=path.name)
        pictures.append(np.asarray(visit.download()[1], int))
    assert np.abs(pictures[1] - pictures[0]).max() <= 1


def test_a_graphics_card_that_cannot_be_used_is_told(visit, night):
    """The processor works on, and a sentence says so; a browser that knows of none does not offer it."""
    made(visit, night)
    if visit.page.locator("#graphics[hidden]").count():
        assert not visit.page.evaluate("'gpu' in navigator && 'Suspending' in WebAssembly")
    else:
        wants_graphics(visit)
        visit.page.get_by_text("graphics card cannot be used").wait_for()
    visit.page.wait_for_function(MADE, arg=night.name)
    assert visit.download()[0] == "night_enhanced.png"


def test_networks_that_part_are_known(chromium, built):
    """Two that give the same for a tile are alike; one whose picture is off by more than a level is not."""
    page = patient(chromium.new_page())
    with hosting(built) as host:
        page.goto(f"{host.address}/LICENSES.txt")
        alike = """async (offset) => {
          const { areAlike } = await import("./recipe/network.js");
          const one = (by) => ({ clean: async (part) => part.map((value) => value + by) });
          return areAlike(one(0), one(offset));
        }"""
        assert page.evaluate(alike, 0.003)
        assert not page.evaluate(alike, 0.005)
        assert not page.evaluate(alike.replace("value + by", "by ? NaN : value"), 1)
    page.close()


def test_it_works_without_a_connection_after_the_first_visit(visit, host, night):
    """With the server taken away, the page loads and makes a photo bright."""
    visit.page.wait_for_function("() => navigator.serviceWorker.controller")
    with host.away():
        visit.page.reload()
        made(visit, night)
        assert visit.download()[0] == "night_enhanced.png"
        assert visit.page.evaluate("crossOriginIsolated")


def test_on_a_german_phone_at_a_plain_host(chromium, folder, night):
    """The page speaks German and fits; without headers it works on one thread, and brings them the next time."""
    with hosting(folder, {}) as host, visiting(chromium, host, PHONE, locale="de-DE") as visit:
        assert urlsplit(visit.page.url).path == "/de.html"
        assert visit.text("#hero .choose") == "Dunkles Foto wählen"
        made(visit, night)
        assert visit.page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        assert visit.page.evaluate(THREADS) == "1"
        visit.page.wait_for_function("() => navigator.serviceWorker.controller")
        visit.page.reload()
        visit.page.wait_for_function(f"{THREADS} === '2'")


def test_a_browser_without_simd_is_told(chromium, host):
    """The page says at the start that the browser is too old."""
    with visiting(chromium, host, before="WebAssembly.validate = () => false;") as visit:
        answer(visit, "too old")


def test_no_other_folder_is_emptied(tmp_path):
    """Where a folder holds other things, nothing is written and nothing is lost."""
    (tmp_path / "diary.txt").write_text("dear diary")
    with pytest.raises(BuildError, match="holds other things"):
        site.build(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["diary.txt"]


def test_a_damaged_package_is_not_built_with(tmp_path):
    """What runs the network is checked file by file, and a broken or missing archive is told."""
    with tarfile.open(tmp_path / "changed.tar.xz", "w:xz") as packed:
        for name in FILES:
            packed.addfile(tarfile.TarInfo(name))
    with pytest.raises(BuildError, match="does not match its checksum"):
        runtime(tmp_path / "changed.tar.xz")
    (tmp_path / "cut.tar.xz").write_bytes(ARCHIVE.read_bytes()[:1000])
    for name in ("cut.tar.xz", "missing.tar.xz"):
        with pytest.raises(BuildError, match="cannot be read"):
            runtime(tmp_path / name)


def test_what_is_kept_is_what_there_is(built):
    """The list of the service worker names files that are there, and all that the pages ask for at the start."""
    text = (built / "files.js").read_text()
    listed = set(json.loads(text[text.index("{") : text.rindex("}") + 1])["files"])
    assert all((built / name).exists() for name in listed)
    assert {"index.html", "de.html", "worker.js", *markup.SCRIPTS, *markup.SHEETS} <= listed
    assert not {PROCESSOR.file, GRAPHICS.file} & listed
    assert Image.open(BytesIO((built / "icon-512.png").read_bytes())).size == (512, 512)
    assert all(Path(built, icon["src"]).exists() for icon in json.loads(markup.manifest())["icons"])
    assert len(list((built / "examples").iterdir())) == len(list(EXAMPLES.glob("*.*"))) - 1
