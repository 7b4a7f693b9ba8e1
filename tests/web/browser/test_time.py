"""The time that is left, in a real browser."""

import numpy as np
import pytest
from PIL import Image

from tests.helpers.places import DARK
from tests.helpers.visits import DESKTOP

pytestmark = [pytest.mark.browser, pytest.mark.parametrize("size", [DESKTOP], ids=["desktop"])]

PUT = """(left) => {
  const place = document.body; // the page's own parts may not be there yet
  place.querySelector(".test-time")?.remove();
  place.insertAdjacentHTML("beforeend", `<p class="test-time">Saving<span data-left="${left}"></span></p>`);
}"""
SAID = "() => document.querySelector('.test-time')?.textContent"
# What the bar has said so far, in its order, each sentence once.
LISTEN = """() => {
  window.said = [];
  window.shown = [];
  new MutationObserver(() => {
    const label = document.querySelector("#progress .label")?.textContent;
    if (label && !window.said.includes(label)) window.said.push(label);
    if (label?.startsWith("Denoising")) window.shown.push(document.querySelector("#facts .seen")?.textContent);
  }).observe(document.body, { childList: true, subtree: true, characterData: true });
}"""


@pytest.fixture
def large(tmp_path):
    """A dark, noisy photo, just large enough for a preview."""
    small = Image.open(DARK).convert("RGB").resize((2200, 1467))
    noise = np.random.default_rng(0).integers(-6, 7, (1467, 2200, 3))
    Image.fromarray(np.clip(np.asarray(small, np.int16) + noise, 0, 255).astype(np.uint8)).save(tmp_path / "large.jpg")
    return tmp_path / "large.jpg"


@pytest.mark.parametrize(
    ("seconds", "said"),
    [
        *[(0.2, "a few seconds left"), (3.4, "a few seconds left"), (4, "about 4 s left"), (8.7, "about 9 s left")],
        *[(10, "about 10 s left"), (13, "about 15 s left"), (41, "about 45 s left"), (57, "about 1 minute left")],
        *[(85, "about 1 and a half minutes left"), (120, "about 2 min left"), (150, "about 3 min left")],
    ],
)
def test_time_is_said_as_people_say_it(visit, seconds, said):
    """By the second below ten, in steps of five below a minute, then in minutes; rather too long than too short."""
    assert visit.page.evaluate("(seconds) => window.lowlight.timeLeft(seconds)", seconds) == said


def test_the_time_counts_down_between_two_messages(visit):
    """The number falls by itself, and ends in words when there is nothing left to count."""
    visit.page.evaluate(PUT, 6.0)
    visit.page.wait_for_function(f"({SAID})() === 'Saving, about 6 s left'")
    visit.page.wait_for_function(f"({SAID})() === 'Saving, about 5 s left'")
    visit.page.evaluate(PUT, 6.0)
    assert visit.page.evaluate(SAID) in ("Saving, about 5 s left", "Saving, about 4 s left"), "drawn anew, no news"
    visit.page.wait_for_function(f"({SAID})() === 'Saving, a few seconds left'", timeout=20_000)


def test_a_renewed_time_takes_the_place_of_the_old(visit):
    """What the server found out meanwhile is shown; a difference that means nothing does not make it jump."""
    visit.page.evaluate(PUT, 50.0)
    visit.page.wait_for_function(f"({SAID})() === 'Saving, about 50 s left'")
    visit.page.evaluate(PUT, 52.0)
    assert visit.page.evaluate(SAID) == "Saving, about 50 s left"
    visit.page.evaluate(PUT, 90.0)
    visit.page.wait_for_function(f"({SAID})() === 'Saving, about 1 and a half minutes left'")


def test_each_phase_of_a_large_photo_says_what_it_does(visit, large):
    """From opening to saving, and the preview is there before the network begins."""
    visit.page.evaluate(LISTEN)
    visit.give(large, kind="image/jpeg")
    visit.wait("done", seconds=180)
    said = visit.page.evaluate("window.said")
    words = ("Opening", "Looking at the light", "Denoising", "Saving")
    order = [next(index for index, one in enumerate(said) if one.startswith(word)) for word in words]
    assert order == sorted(order)
    assert "a preview" in visit.page.evaluate("window.shown")[0]
