"""A person on the page: what they do with it, in a real browser."""

import base64
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from PIL import Image

from lowlight import Settings, enhance, load_photo
from tests.helpers.serving import patient

DESKTOP = {"viewport": {"width": 1280, "height": 900}}
PHONE = {"viewport": {"width": 390, "height": 844}, "is_mobile": True, "has_touch": True}
SIZES = pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])
DROP = """([place, name, type, content]) => {
  const carrier = new DataTransfer();
  carrier.items.add(new File([Uint8Array.from(atob(content), (c) => c.charCodeAt(0))], name, { type }));
  const how = { bubbles: true, cancelable: true, dataTransfer: carrier };
  for (const event of ["dragenter", "dragover", "drop"])
    document.querySelector(place).dispatchEvent(new DragEvent(event, how));
}"""
PASTE = """([name, type, content]) => {
  const carrier = new DataTransfer();
  carrier.items.add(new File([Uint8Array.from(atob(content), (c) => c.charCodeAt(0))], name, { type }));
  document.body.dispatchEvent(new ClipboardEvent("paste", { bubbles: true, cancelable: true, clipboardData: carrier }));
}"""

AFTER = "document.querySelector('#view').shadowRoot.querySelector('.pane.after img')"
FOLDERS = f"""() => [...document.querySelectorAll("#stages img"), {AFTER}].filter(Boolean).map(
  (image) => image.src.match(/run-[0-9a-f]+/)?.[0]).filter((one, at, all) => one && all.indexOf(one) === at)"""
# The page's parts are drawn one after the other: a result is there when all of them show the same job's.
RENEWED = f"""(before) => {{
  const shown = ({FOLDERS})();
  const whole = {AFTER}?.src.endsWith(lowlight.shown.pair?.after);
  return lowlight.shown.done && whole && shown.length === 1 && !before.includes(shown[0]);
}}"""


class Visit:
    """A visit to the page by one person."""

    def __init__(self, page, size):
        self.page = page
        self.on_phone = size is PHONE
        self._fingers = None

    def give(self, path, name=None, kind="image/png"):
        """Drop a file, or on a phone choose it."""
        if self.on_phone:
            content = {"name": name or path.name, "mimeType": kind, "buffer": path.read_bytes()}
            self.page.set_input_files("#file", content)
        else:
            self.drop(path, name, kind)

    def drop(self, path, name=None, kind="image/png", place="body"):
        content = base64.b64encode(path.read_bytes()).decode()
        self.page.evaluate(DROP, [place, name or path.name, kind, content])

    def wait(self, phase, seconds=60):
        self.page.wait_for_selector(f"#note [data-phase={phase}]", state="attached", timeout=1000 * seconds)

    def result(self, path, **options):
        """Give a photo and wait for its result."""
        with self.renewed():
            self.give(path, **options)

    @contextmanager
    def renewed(self):
        """Wait until what was done in the block has led to a new result."""
        before = self.folders()
        yield
        self.page.wait_for_function(RENEWED, arg=before, timeout=60_000)

    def folders(self):
        """Return where the pictures lie that the page shows: every job has a folder of its own."""
        return self.page.evaluate(f"({FOLDERS})()")

    def text(self, selector):
        return self.page.locator(selector).inner_text()

    def shown(self):
        """Return the address of the after picture, if there is one."""
        return self.page.evaluate(f"{AFTER}?.src ?? null")

    def line(self):
        """Return where the line between before and after stands, in percent of the picture in sight."""
        return 100 * self.page.evaluate("document.querySelector('#view').position")

    def let_draw(self):
        """Wait a few frames: soon after a part was opened, Gradio sets its controls to what they began with."""
        for _ in range(5):
            self.page.evaluate("new Promise((done) => requestAnimationFrame(done))")

    def set_slider(self, label, key):
        """Move a control with the keyboard and wait for what comes of it."""
        slider = self.page.get_by_label(f"range slider for {label}")
        slider.focus()
        with self.renewed():
            slider.press(key)

    def format(self, start):
        """Choose the file's format whose words begin so."""
        self.page.locator("#format input").click()
        self.page.locator("#format [role=option]").filter(has_text=start).click()

    def fingers(self):
        """Return what puts fingers on the screen, by Chromium's own protocol."""
        self._fingers = self._fingers or self.page.context.new_cdp_session(self.page)
        return self._fingers

    def fetched(self, address):
        """Return a file of the page, as the browser gets it."""
        return BytesIO(self.page.request.get(address).body())

    def download(self):
        """Click the download button; return the file's name and its picture."""
        with self.page.expect_download() as waiting:
            self.page.locator("#download").click()
        content = Path(waiting.value.path()).read_bytes()
        return waiting.value.suggested_filename, Image.open(BytesIO(content))


@contextmanager
def visiting(chromium, address, size, *, quiet=True, **options):
    """Open the page; at the end, no request has left the machine, and if it is to be quiet, nothing complained."""
    context = chromium.new_context(**size, **{"reduced_motion": "reduce", **options})  # what moves costs time
    page = patient(context.new_page())
    hosts, complaints = set(), []
    page.on("request", lambda request: hosts.add(urlsplit(request.url).hostname or urlsplit(request.url).scheme))
    page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.goto(address)
    page.wait_for_selector("#browser-events [data-ready]", state="attached")
    yield Visit(page, size)
    context.close()
    assert not quiet or complaints == [], complaints
    assert hosts <= {urlsplit(address).hostname, "data", "blob"}


def expected(path, **settings):
    """Return what the library makes of a photo."""
    *_, result = enhance(load_photo(path).rgb, Settings(**settings))
    return result.picture
