"""What becomes of a finished picture in the browser: copied, shared, saved, and what is said where that cannot be."""

import base64
import json
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from io import BytesIO
from pathlib import Path
from threading import Thread

import numpy as np
import pytest
from PIL import Image

from lowlight.web.i18n import texts
from tests.helpers.pictures import scene
from tests.helpers.places import PROJECT
from tests.helpers.serving import patient

pytestmark = pytest.mark.browser

WORDS = texts.SCRIPTED
CLIPBOARD = """async () => {
  const [item] = await navigator.clipboard.read();
  const bytes = new Uint8Array(await (await item.getType("image/png")).arrayBuffer());
  return btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(""));
}"""
# No sheet to share with can be opened here: this one answers as it is told, and keeps what it was given.
SHEET = """
window.shared = [];
window.answers = [];
navigator.canShare = ({ files }) => files.length === 1 && files[0].type.startsWith("image/");
navigator.share = async ({ files }) => {
  const [file] = files;
  window.shared.push([file.name, file.type, file.size]);
  const error = window.answers.shift();
  if (error) throw new DOMException("", error);
};
"""


class Quiet(SimpleHTTPRequestHandler):
    """Serves a folder and says nothing."""

    def log_message(self, *_):
        pass


@pytest.fixture(scope="module")
def pictures(tmp_path_factory):
    """A folder with a page that has the script alone, and pictures in each format."""
    folder = tmp_path_factory.mktemp("take")
    told = json.dumps({"words": WORDS})
    (folder / "index.html").write_text(
        f"<!doctype html><link rel='icon' href='data:,'><script>window.lowlight = {told};</script>"
        "<script src='take.js'></script>"
    )
    script = PROJECT / "lowlight" / "web" / "static" / "take.js"
    (folder / "take.js").write_text(script.read_text())
    for name in ("photo.png", "photo.jpg", "photo.webp"):
        Image.fromarray(scene(60, 90)).save(folder / name, quality=95)
    (folder / "broken.jpg").write_bytes((folder / "photo.jpg").read_bytes()[:40])
    return folder


@pytest.fixture(scope="module")
def site(pictures):
    """The folder's address, on this machine."""
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(pictures))) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


@pytest.fixture
def opening(chromium, site):
    """Open the page with some permissions, and scripts that run before its own."""
    contexts = []

    def opened(*permissions, script="", address=site):
        context = chromium.new_context()
        contexts.append(context)
        context.grant_permissions(permissions or ["notifications"], origin=site)  # whatever is not among them is denied
        context.add_init_script(script)
        page = patient(context.new_page())
        page.goto(address)
        return page

    yield opened
    for context in contexts:
        context.close()


def take(page, what):
    """Have the script do something; return what it answers."""
    return page.evaluate(f"window.lowlight.take.{what}")


def said(word, *, ok=False):
    """Return the answer with one of the page's words."""
    return {"ok": ok, "sentence": str(WORDS[word]) if word else ""}


# -- Copy ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("name", "off"), [("photo.png", 0), ("photo.jpg", 0), ("photo.webp", 2)])
def test_a_copied_picture_is_on_the_clipboard(opening, pictures, name, off):
    """It has the picture's pixels, whatever format the file is in: clipboards take PNG alone."""
    page = opening("clipboard-read", "clipboard-write")
    assert take(page, "canCopy()") is True
    assert take(page, f"copy('{name}')") == said("copied", ok=True)
    copied = Image.open(BytesIO(base64.b64decode(page.evaluate(CLIPBOARD))))
    wanted = Image.open(pictures / name).convert("RGB")
    assert copied.size == wanted.size
    assert np.abs(np.asarray(copied.convert("RGB"), np.int16) - np.asarray(wanted)).max() <= off


def test_a_browser_that_does_not_allow_copying_says_so(opening):
    """Without the permission there is a sentence, and no error."""
    assert take(opening(), "copy('photo.png')") == said("copyRefused")


def test_where_pages_cannot_copy_they_say_so(opening):
    """On an address that is not secure, browsers have no clipboard for pages."""
    page = opening(address="data:text/html,")
    page.evaluate("(words) => (window.lowlight = { words })", WORDS)
    page.evaluate((PROJECT / "lowlight" / "web" / "static" / "take.js").read_text())
    assert page.evaluate("window.isSecureContext") is False
    assert take(page, "canCopy()") is False
    assert take(page, "copy('photo.png')") == said("cannotCopy")


def test_a_picture_that_the_browser_cannot_draw_is_not_copied(opening):
    """A sentence sends people to the download."""
    page = opening("clipboard-read", "clipboard-write")
    assert take(page, "copy('broken.jpg')") == said("copyFailed")


# -- Share -----------------------------------------------------------------------------------------------------------


def test_where_pages_cannot_share_they_say_so(opening):
    """This browser has no sheet to share with."""
    page = opening()
    assert take(page, "canShare()") is False
    assert take(page, "share('photo.jpg', 'a.jpg')") == said("cannotShare")


def test_a_picture_is_shared_as_a_file_with_its_name(opening, pictures):
    """The sheet gets the file itself, with the type that its name says."""
    page = opening(script=SHEET)
    assert take(page, "canShare()") is True
    assert take(page, "share('photo.webp', 'IMG_1_before-after.webp')") == said("shared", ok=True)
    size = (pictures / "photo.webp").stat().st_size
    assert page.evaluate("shared") == [["IMG_1_before-after.webp", "image/webp", size]]


def test_a_tap_that_is_over_asks_for_a_second_one(opening):
    """A large file takes longer to fetch than a tap counts; the second one finds it there and shares it at once."""
    page = opening(script=SHEET)
    page.evaluate("answers.push('NotAllowedError')")
    assert take(page, "share('photo.jpg', 'a.jpg')") == said("shareAgain")
    assert take(page, "share('photo.jpg', 'a.jpg')") == said("shared", ok=True)


def test_a_prepared_picture_is_fetched_once(opening):
    """What was fetched ahead is shared without another request; if the browser refuses, no second tap would help."""
    page = opening(script=SHEET)
    asked = []
    page.on("request", lambda request: asked.append(request.url))
    with page.expect_response("**/photo.jpg"):
        take(page, "prepare('photo.jpg')")
    page.wait_for_load_state("networkidle")
    page.evaluate("answers.push('NotAllowedError')")
    assert take(page, "share('photo.jpg', 'a.jpg')") == said("shareRefused")
    assert len(asked) == 1


def test_a_sheet_that_is_closed_again_is_no_failure(opening):
    """Nothing is said to whoever thinks better of it."""
    page = opening(script=SHEET)
    page.evaluate("answers.push('AbortError')")
    assert take(page, "share('photo.jpg', 'a.jpg')") == said(None)


# -- Save ------------------------------------------------------------------------------------------------------------


def test_a_saved_picture_is_the_file_under_its_name(opening, pictures):
    """Byte for byte, and the browser itself shows that it is there."""
    page = opening()
    with page.expect_download() as waiting:
        assert take(page, "save('photo.webp', 'IMG 1_before-after.webp')") == said(None, ok=True)
    assert waiting.value.suggested_filename == "IMG 1_before-after.webp"
    assert Path(waiting.value.path()).read_bytes() == (pictures / "photo.webp").read_bytes()


@pytest.mark.parametrize("what", ["copy('gone.jpg')", "share('gone.jpg', 'a.jpg')", "save('gone.jpg', 'a.jpg')"])
def test_a_file_that_is_gone_is_a_sentence(opening, what):
    """Results are deleted after their minutes, whatever is to become of them."""
    page = opening("clipboard-read", "clipboard-write", script=SHEET)
    assert take(page, what) == said("unreachable")


def test_a_file_that_did_not_arrive_is_asked_for_again(opening, pictures):
    """Once the page is back, so is the file."""
    page = opening()
    assert take(page, "save('late.jpg', 'a.jpg')") == said("unreachable")
    (pictures / "late.jpg").write_bytes((pictures / "photo.jpg").read_bytes())
    with page.expect_download():
        assert take(page, "save('late.jpg', 'a.jpg')") == said(None, ok=True)
