"""The before/after picture in a real browser: line, zoom, side by side, hold, full screen, by mouse, finger and key."""

import io
import re

import cv2
import numpy as np
import pytest
from PIL import Image

from tests.helpers.places import EXAMPLES
from tests.helpers.visits import DESKTOP, PHONE, visiting

pytestmark = pytest.mark.browser

VIEW = "document.querySelector('#view')"
ROOT = f"{VIEW}.shadowRoot"
ZOOM = f"{VIEW}.zoom"
CLASSES = f"{ROOT}.querySelector('.frame').className"


@pytest.fixture(scope="module")
def finished(chromium, address, request):
    """A visit with the result of a night photo of 1600 x 1066, shared by the tests."""
    with visiting(chromium, address, request.param) as visit:
        visit.result(EXAMPLES / "bridge-at-night.jpg", kind="image/jpeg")
        visit.page.wait_for_selector("#facts >> text=Done in")
        yield visit


@pytest.fixture(autouse=True)
def _as_at_first(finished):
    """Each test begins with the whole picture and its line in the middle."""
    yield
    finished.page.evaluate(f"{VIEW}.act('fit'); {VIEW}.position = 0.5")
    if "beside" in finished.page.evaluate(CLASSES):
        finished.page.evaluate(f"{VIEW}.act('beside')")


BOTH = pytest.mark.parametrize("finished", [DESKTOP, PHONE], ids=["desktop", "phone"], indirect=True)
ON_DESKTOP = pytest.mark.parametrize("finished", [DESKTOP], ids=["desktop"], indirect=True)
ON_PHONE = pytest.mark.parametrize("finished", [PHONE], ids=["phone"], indirect=True)


def middle(visit, selector):
    """Return the middle of a part of the page."""
    box = visit.page.locator(selector).bounding_box()
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


def touch(visit, *steps):
    """Put fingers on the screen: each step is a kind of event and where the fingers are."""
    session = visit.fingers()
    for kind, points in steps:
        touches = [{"x": x, "y": y, "id": index} for index, (x, y) in enumerate(points)]
        session.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": touches})


def drag(visit, start, end):
    """Drag with the mouse, or on a phone with a finger."""
    if visit.on_phone:
        half = ((start[0] + end[0]) / 2, start[1])
        touch(visit, ("touchStart", [start]), ("touchMove", [half]), ("touchMove", [end]), ("touchEnd", []))
        return
    visit.page.mouse.move(*start)
    visit.page.mouse.down()
    visit.page.mouse.move(*end, steps=6)
    visit.page.mouse.up()


@BOTH
def test_the_line_follows_the_hand(finished):
    """The line is dragged by its knob, and from anywhere while the whole is shown."""
    x, y = middle(finished, "#view .knob")
    drag(finished, (x, y), (x - 60, y))
    box = finished.page.locator("#view .sheet >> nth=0").bounding_box()
    assert finished.line() == pytest.approx(100 * (x - 60 - box["x"]) / box["width"], abs=1.5)
    drag(finished, (x + 90, y + 60), (x + 40, y + 60))
    assert finished.line() == pytest.approx(100 * (x + 40 - box["x"]) / box["width"], abs=1.5)


@BOTH
def test_the_line_follows_the_keyboard(finished):
    """Arrow keys, Home and End move it, and screen readers are told where it stands."""
    knob = finished.page.locator("#view .knob")
    knob.press("Home")
    assert finished.line() == 0
    knob.press("ArrowRight")
    assert finished.line() == pytest.approx(2)
    knob.press("End")
    assert finished.line() == 100
    assert knob.get_attribute("aria-valuenow") == "100"
    assert knob.get_attribute("role") == "slider"
    assert knob.get_attribute("aria-label")


@BOTH
def test_one_to_one_shows_the_photos_own_pixels(finished):
    """At 1:1 a pixel of the photo is one of the screen, in both halves alike, and they are the result's own."""
    finished.page.locator("#view [data-act=one]").click()
    assert finished.page.evaluate(ZOOM) == pytest.approx(1)
    finished.page.wait_for_function(f"{ROOT}.querySelectorAll('.part').length === 2")
    sizes = finished.page.evaluate(
        f"[...{ROOT}.querySelectorAll('.part')].map((one) => [one.naturalWidth, one.getBoundingClientRect().width])"
    )
    assert sizes[0] == sizes[1]
    assert sizes[0][0] == pytest.approx(sizes[0][1] * finished.page.evaluate("devicePixelRatio"), abs=1.5)
    place = "(({src, style}) => [src, parseFloat(style.left), parseFloat(style.top)])"
    address, left, top = finished.page.evaluate(f"{place}({ROOT}.querySelectorAll('.part')[1])")
    shown = Image.open(finished.fetched(address))
    result = finished.download()[1]
    x, y = round(result.width * left / 100), round(result.height * top / 100)
    part = result.crop((x, y, x + shown.width, y + shown.height))
    assert np.abs(np.asarray(part, np.int16) - np.asarray(shown, np.int16)).mean() < 2


@ON_DESKTOP
def test_the_wheel_zooms_with_ctrl_and_scrolls_the_page_without(finished):
    """A page that is scrolled over the picture goes on; with Ctrl the wheel zooms to where it points."""
    finished.page.mouse.move(*middle(finished, "#view"))
    finished.page.mouse.wheel(0, 200)
    finished.page.wait_for_function("scrollY > 50")
    assert finished.page.evaluate(ZOOM) == 0
    finished.page.evaluate("scrollTo(0, 0)")
    finished.page.keyboard.down("Control")
    finished.page.mouse.wheel(0, -300)
    finished.page.keyboard.up("Control")
    finished.page.wait_for_function(f"{ZOOM} > 0.8")
    assert finished.page.evaluate("scrollY") == 0


@ON_DESKTOP
def test_what_is_zoomed_is_moved_by_dragging(finished):
    """Dragging moves both halves; beyond the photo's edge there is nothing to see."""
    finished.page.keyboard.press("Tab")
    finished.page.locator("#view .knob").press("2")
    assert finished.page.evaluate(ZOOM) == pytest.approx(2)
    sheet = f"{ROOT}.querySelector('.after .sheet').getBoundingClientRect()"
    before = finished.page.evaluate(f"{sheet}.left")
    x, y = middle(finished, "#view")
    drag(finished, (x + 80, y + 90), (x + 20, y + 90))
    assert finished.page.evaluate(f"{sheet}.left") == pytest.approx(before - 60, abs=7)
    for _ in range(4):
        drag(finished, (x + 80, y + 90), (x + 480, y + 90))
    frame = finished.page.locator("#view").bounding_box()
    assert finished.page.evaluate(f"{sheet}.left") == pytest.approx(frame["x"], abs=1)


@ON_PHONE
def test_two_fingers_zoom_and_two_taps_too(finished):
    """A pinch zooms around its middle; two taps go to 1:1 and back to the whole."""
    x, y = middle(finished, "#view")
    apart = [[(x - d, y), (x + d, y)] for d in (30, 60, 90, 120)]
    touch(finished, ("touchStart", apart[0]), *(("touchMove", one) for one in apart[1:]), ("touchEnd", []))
    assert finished.page.evaluate(ZOOM) > 0.5
    finished.page.evaluate(f"{VIEW}.act('fit')")
    for _ in range(2):
        touch(finished, ("touchStart", [(x + 80, y - 40)]), ("touchEnd", []))
    assert finished.page.evaluate(ZOOM) == pytest.approx(1)


@BOTH
def test_press_and_hold_shows_the_photo_before(finished):
    """For as long as it is pressed the whole picture is the photo as it came; the key B and the button do the same."""
    x, y = middle(finished, "#view")
    place = (x + 90, y - 50)
    if finished.on_phone:
        touch(finished, ("touchStart", [place]))
    else:
        finished.page.mouse.move(*place)
        finished.page.mouse.down()
    finished.page.wait_for_function(f"{CLASSES}.includes('before-only')")
    if finished.on_phone:
        touch(finished, ("touchEnd", []))
    else:
        finished.page.mouse.up()
    finished.page.wait_for_function(f"!{CLASSES}.includes('before-only')")
    finished.page.locator("#view .knob").focus()
    finished.page.keyboard.down("b")
    assert "before-only" in finished.page.evaluate(CLASSES)
    finished.page.keyboard.up("b")
    assert "before-only" not in finished.page.evaluate(CLASSES)


@BOTH
def test_side_by_side_shows_the_same_part_twice(finished):
    """Both halves show the whole, in the same size, and zoom alike."""
    finished.page.locator("#view [data-act=beside]").click()
    boxes = [finished.page.locator(f"#view .{side} .sheet").bounding_box() for side in ("before", "after")]
    assert boxes[0]["width"] == boxes[1]["width"]
    assert boxes[0]["x"] + boxes[0]["width"] <= boxes[1]["x"] or boxes[0]["y"] + boxes[0]["height"] <= boxes[1]["y"]
    assert not finished.page.locator("#view .knob").is_visible()
    finished.page.locator("#view [data-act=two]").click()
    moved = [
        finished.page.evaluate(f"{ROOT}.querySelector('.{side} .sheet').style.transform")
        for side in ("before", "after")
    ]
    assert moved[0] == moved[1]


@BOTH
def test_the_picture_fills_the_screen(finished):
    """Full screen covers the whole window, and the same button brings the page back."""
    finished.page.locator("#view [data-act=full]").click()
    covered = """() => [9, innerWidth - 9].every((x) => [9, innerHeight / 2, innerHeight - 9].every(
        (y) => document.elementFromPoint(x, y)?.id === "view"))"""
    finished.page.wait_for_function(covered, timeout=5000)
    finished.page.locator("#view [data-act=full]").click()
    finished.page.wait_for_function(f"!({covered})()", timeout=5000)


# What has stood in the place of the after picture since: a live picture, or the end of a picture's address and whether
# it was whole when it came.
WATCH = f"""() => {{
  window.stood = [];
  const sheet = {ROOT}.querySelector(".pane.after .sheet");
  window.standing = () => {{
    const top = [...sheet.children].findLast((one) => !one.matches(".part"));
    if (!top) return ["nothing", false];
    return top.matches("canvas") ? ["live", true] : [top.src.split("/").pop(), top.complete && top.naturalWidth > 0];
  }};
  new MutationObserver(() => window.stood.push(window.standing())).observe(sheet, {{ childList: true }});
}}"""


@ON_DESKTOP
def test_a_picture_that_loads_slowly_leaves_the_one_before(finished):
    """The new picture takes the old one's place whole, once it is decoded; until then there is the old one."""
    page, held = finished.page, []
    page.route(re.compile(r"/run-.*\.(jpg|png|webp)"), lambda route: held.append(route))  # noqa: PLW0108 -- Playwright writes on its handlers
    page.evaluate(WATCH)
    slider = page.get_by_label("range slider for Warmth")
    slider.focus()
    slider.press("End")
    page.wait_for_function("lowlight.shown.done && lowlight.shown.link.includes('warmth')")
    page.wait_for_timeout(300)
    assert held, "the new picture is on its way"
    waited = page.evaluate("window.standing()")
    assert waited == ["live", True] or waited == ["denoised.jpg", True]
    assert all(one == ["live", True] for one in page.evaluate("window.stood")), "nothing else has come meanwhile"
    for route in held:
        route.continue_()
    page.unroute_all()
    page.wait_for_function(f"{ROOT}.querySelector('.pane.after img').src.endsWith(lowlight.shown.pair.after)")
    assert page.evaluate("window.standing()") == ["denoised.jpg", True]
    assert all(whole for _, whole in page.evaluate("window.stood"))
    with finished.renewed():
        page.locator("#reset").click()


def moved_live(page, label):
    """Move a control with the keyboard until the picture is a live one; the browser gets ready for it in a moment."""
    slider = page.get_by_label(f"range slider for {label}")
    slider.focus()
    for _ in range(100):
        slider.press("ArrowRight")
        page.wait_for_timeout(50)
        if page.evaluate(f"Boolean({ROOT}.querySelector('.pane.after canvas'))"):
            return slider
    return pytest.fail("No live picture has come.")


def right_half(page):
    """Return the right half of the picture as it stands on the screen, without the line and the tools."""
    box = page.locator("#view").bounding_box()
    clip = {"x": box["x"] + 0.55 * box["width"], "y": box["y"] + 60, "width": 0.25 * box["width"]}
    shot = page.screenshot(clip=clip | {"height": box["height"] - 160})
    return np.asarray(Image.open(io.BytesIO(shot)).convert("RGB"), np.int16)


@ON_DESKTOP
def test_a_moved_control_is_seen_before_the_server_answers(finished):
    """The browser makes the picture itself; what the server then makes of it looks the same."""
    page, held = finished.page, []
    page.wait_for_function("Boolean(lowlight.shown.live)")
    before, address = right_half(page), finished.shown()
    page.route(re.compile(r"gradio_api/(run|queue)/"), lambda route: held.append(route))  # noqa: PLW0108 -- Playwright writes on its handlers
    moved_live(page, "Brightness").press("End")
    finished.let_draw()
    live = right_half(page)
    assert live.mean() > before.mean() + 10
    assert finished.shown() == address, "the server has not been told"
    with finished.renewed():
        for route in held:
            route.continue_()
        page.unroute_all()
    for _ in range(40):  # the server may have been told of the way there too, and shows that first
        page.wait_for_function(f"lowlight.shown.done && !{ROOT}.querySelector('.pane.after canvas')")
        softer = [cv2.blur(one, (9, 9)) for one in (live, right_half(page))]  # it is drawn smaller where it takes long
        if np.abs(softer[1] - softer[0]).mean() < 2:
            break
        page.wait_for_timeout(250)
    else:
        pytest.fail("The server's picture looks otherwise.")
    with finished.renewed():
        page.locator("#reset").click()


@ON_DESKTOP
def test_getting_ready_for_a_canvas_leaves_nothing_behind(finished):
    """It is gone two frames later; one that is shown meanwhile stays, and is whole."""
    made = "const canvas = document.createElement('canvas'); const ready = VIEW.warm(canvas);".replace("VIEW", VIEW)
    assert finished.page.evaluate(f"async () => {{ {made} await ready; return canvas.isConnected; }}") is False
    shown = f"{VIEW}.live(canvas); await ready; const seen = [canvas.isConnected, getComputedStyle(canvas).opacity];"
    assert finished.page.evaluate(f"async () => {{ {made} {shown} canvas.remove(); return seen; }}") == [True, "1"]


@BOTH
def test_the_picture_stays_in_sight_while_a_control_is_moved(finished):
    """With the last slider in the middle of the window, at least a third of it is the picture."""
    finished.page.locator("#denoise").evaluate("(one) => one.scrollIntoView({ block: 'center' })")
    finished.page.wait_for_timeout(300)
    shown = finished.page.evaluate(
        """() => {
          const { top, bottom } = document.querySelector("#view").getBoundingClientRect();
          return (Math.min(bottom, innerHeight) - Math.max(top, 0)) / innerHeight;
        }"""
    )
    assert shown > 0.3
    x, y = middle(finished, "#denoise input[type=range]")
    assert (
        finished.page.evaluate("([x, y]) => document.elementFromPoint(x, y)?.closest('.control')?.id", [x, y])
        == "denoise"
    )
    finished.page.evaluate("scrollTo(0, 0)")
