"""The picture that the browser makes while a control is moved is the one that Python makes."""

import base64
import shutil
from dataclasses import replace
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import cv2
import numpy as np
import pytest
from PIL import Image

from lowlight import Settings, load_photo
from lowlight.arrays import to_half
from lowlight.pipeline import Clean, Stage, steps
from lowlight.web.jobs.kept import Kept
from lowlight.web.jobs.live import CODE, prepared
from tests.helpers.places import EXAMPLES, PROJECT
from tests.helpers.serving import patient

pytestmark = pytest.mark.browser

SCRIPTS = ("maps.js", "live.js")
CUT = "cut.png"
"""A strip with odd sides, of whose rows the last stands alone when 64 at a time are made."""

PHOTOS = (
    "dark-shelf.png",
    "coffee.png",
    CUT,
)
SETTINGS = {
    "as at first": {},
    "lighter": {"exposure": 2.0},
    "darker": {"exposure": -1.5, "look": "bright"},
    "much lighter": {"exposure": 3.0, "shadows": 1.0, "look": "bright"},
    "night": {"look": "night"},
    "a lighter night": {"look": "night", "exposure": 1.0, "detail": 0.5},
    "shadows and highlights": {"shadows": 0.7, "highlights": -1.0},
    "grey": {"colour": -1.0, "highlights": 0.6},
    "warm and strong": {"warmth": 0.8, "colour": 0.7},
    "grainy": {"denoise": 0.0},
    "half denoised": {"denoise": 0.5, "detail": 0.3, "warmth": -1.0},
    "detailed": {"detail": 1.0},
    "half": {"strength": 0.5, "exposure": 0.5, "shadows": -0.5},
    "the photo": {"strength": 0.0, "exposure": 1.0},
}
USUAL = ("as at first", "lighter", "a lighter night", "grey")
OPEN = """async ([folder, cleaned, most]) => {
  window.live?.close();
  const [photo, clean, maps] = ["live.webp", "live-clean.webp", "live-2-8.json"].map((name) => `${folder}/${name}`);
  window.live = await lowlight.LiveFinish.open({ photo, clean: cleaned ? clean : null, maps }, most);
  return window.live !== null;
}"""
PIXELS = """(settings) => {
  const canvas = window.live.render(settings);
  if (!canvas) return null;
  const gl = canvas.getContext("webgl2");
  const bytes = new Uint8Array(4 * canvas.width * canvas.height);
  gl.readPixels(0, 0, canvas.width, canvas.height, gl.RGBA, gl.UNSIGNED_BYTE, bytes);
  let text = "";
  for (let at = 0; at < bytes.length; at += 32768) text += String.fromCharCode(...bytes.subarray(at, at + 32768));
  return [canvas.height, canvas.width, btoa(text)];
}"""


class Quiet(SimpleHTTPRequestHandler):
    """Serves a folder and says nothing."""

    def log_message(self, *_):
        pass


@pytest.fixture(scope="module")
def root(tmp_path_factory):
    """A folder with a blank page that has the scripts."""
    folder = tmp_path_factory.mktemp("live")
    for script in SCRIPTS:
        shutil.copy(PROJECT / "lowlight/web/static" / script, folder)
    tags = "".join(f'<script src="{script}"></script>' for script in SCRIPTS)
    (folder / "index.html").write_text(f'<!doctype html><link rel="icon" href="data:,">{tags}')
    return folder


@pytest.fixture(scope="module")
def page(chromium, root):
    """That page in a browser."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=root))
    Thread(target=server.serve_forever, daemon=True).start()
    page = patient(chromium.new_page())
    complaints = []
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.goto(f"http://127.0.0.1:{server.server_port}/index.html")
    yield page
    page.close()
    server.shutdown()
    server.server_close()
    assert complaints == []


def work(folder, path):
    """Do with a photo what a job does, and write what the browser needs."""
    photo = load_photo(path)
    kept = Kept(folder)
    kept.begin(photo)
    for step in steps(photo.rgb):
        if isinstance(step, Clean):
            kept.keep_clean(step)
    return prepared(folder, Settings())


@pytest.fixture(scope="module", params=PHOTOS)
def photo(request, root, page):
    """A photo that is open in the browser: its folder, and what the browser was given."""
    path, folder = EXAMPLES / request.param, root / Path(request.param).stem
    if request.param == CUT:
        path = root / CUT
        Image.open(EXAMPLES / "dark-hall.png").crop((0, 0, 301, 65)).save(path)
    live = work(folder, path)
    assert page.evaluate(OPEN, [folder.name, live.clean is not None])
    return folder, live


def in_browser(page, settings):
    """Return the picture that the browser makes."""
    height, width, text = page.evaluate(PIXELS, settings)
    pixels = np.frombuffer(base64.b64decode(text), np.uint8).reshape(height, width, 4)
    assert (pixels[..., 3] == 255).all()
    return pixels[::-1, :, :3].astype(int)


def in_python(small, settings, clean):
    """Return the picture that the library makes."""
    settings = Settings(**settings)
    made = steps(small, settings if clean else replace(settings, denoise=0.0), clean=clean)
    *_, result = (step.picture for step in made if isinstance(step, Stage))
    return result.astype(int)


def as_sent(live, clean):
    """Return the network's picture as the browser has it, in 8 bits."""
    if live.clean is None:
        return None
    with Image.open(live.clean) as picture:
        values = np.asarray(picture, np.float32) / 255
    return Clean(to_half(values ** np.float32(1 / CODE)), clean.wanted)


@pytest.mark.parametrize("name", SETTINGS)
def test_the_browser_makes_the_same_picture(photo, page, name):
    """Given the same 8-bit files, the browser's picture is Python's within 2 levels of 255, at any settings."""
    folder, live = photo
    small, clean = Kept(folder).small()
    differences = abs(in_browser(page, SETTINGS[name]) - in_python(small.rgb, SETTINGS[name], as_sent(live, clean)))
    assert differences.max() <= 2
    assert differences.mean() < 0.05


@pytest.mark.parametrize("name", USUAL)
def test_eight_bits_of_the_clean_picture_are_enough(photo, page, name):
    """Rounding the network's picture for the browser costs 2 levels of 255 at most, at two stops more as well."""
    folder, _ = photo
    small, clean = Kept(folder).small()
    differences = abs(in_browser(page, SETTINGS[name]) - in_python(small.rgb, SETTINGS[name], clean))
    assert differences.max() <= 2
    assert differences.mean() < 0.5


def test_it_says_when_the_picture_is_the_photo(photo, page):
    """At strength 0, and where a photo that asks for nothing is not to be changed, the picture is the photo itself."""
    folder, live = photo
    same = "(settings) => window.live.sameAs(settings)"
    assert page.evaluate(same, {"strength": 0.0, "exposure": 1.0})
    assert page.evaluate(same, {}) == live.untouched
    assert not page.evaluate(same, {"warmth": 0.2})
    if live.untouched:
        assert np.array_equal(in_browser(page, {}), Kept(folder).small()[0].rgb)


@pytest.fixture
def opened(root, page):
    """The address of one photo's files, which are open in the browser."""
    name = "one"
    if not (root / name).exists():
        work(root / name, EXAMPLES / "dark-hall.png")
    assert page.evaluate(OPEN, [name, True])
    return name


def test_where_a_picture_takes_long_it_is_drawn_smaller(opened, page):
    """Without a graphics card the sides shrink, at most to four tenths, and it shows the same thing."""
    whole = in_browser(page, {"exposure": 0.5}).astype(np.uint8)
    assert page.evaluate(OPEN, [opened, True, 0.001])
    small = in_browser(page, {"exposure": 0.5})
    assert (whole.shape, small.shape) == ((400, 600, 3), (160, 240, 3))
    assert abs(cv2.resize(whole, (240, 160), interpolation=cv2.INTER_AREA) - small).mean() < 3


@pytest.mark.usefixtures("opened")
def test_what_needs_the_server_is_not_drawn(page):
    """Another clip limit or tile grid than the job's gives no picture: CLAHE is done on the server."""
    drawn = "(settings) => window.live.render(settings) === window.live.canvas"
    assert page.evaluate(drawn, {"exposure": 1.0, "clip_limit": 2.0, "tile_grid": 8})
    assert page.evaluate("(settings) => window.live.render(settings)", {"clip_limit": 3.0}) is None
    assert page.evaluate("(settings) => window.live.render(settings)", {"tile_grid": 4}) is None


@pytest.mark.parametrize(
    "end",
    [
        "window.live.close()",
        "window.live.canvas.getContext('webgl2').getExtension('WEBGL_lose_context').loseContext()",
    ],
    ids=["closed", "lost"],
)
@pytest.mark.usefixtures("opened")
def test_nothing_is_drawn_once_the_graphics_are_gone(page, end):
    """After the browser has taken the graphics back there is no picture, and no error."""
    page.evaluate(end)
    assert page.evaluate("window.live.render({})") is None


@pytest.mark.parametrize("missing", ["live.webp", "live-clean.webp", "live-2-8.json"])
def test_a_missing_file_opens_nothing(opened, root, page, missing):
    """Where one of the files has been deleted, there is nothing to draw with, and the page goes on."""
    shutil.copytree(root / opened, root / missing, dirs_exist_ok=True)
    (root / missing / missing).unlink()
    assert not page.evaluate(OPEN, [missing, True])


def test_without_webgl_nothing_is_opened(opened, page):
    """A browser without WebGL2 has no live picture, and no error."""
    page.evaluate("""() => {
      window.kept = HTMLCanvasElement.prototype.getContext;
      HTMLCanvasElement.prototype.getContext = function (kind, ...rest) {
        return kind === "webgl2" ? null : window.kept.call(this, kind, ...rest);
      };
    }""")
    try:
        assert not page.evaluate(OPEN, [opened, True])
    finally:
        page.evaluate("() => { HTMLCanvasElement.prototype.getContext = window.kept; }")
