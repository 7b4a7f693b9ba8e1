"""The page behind a reverse proxy: whatever Host, port and path it is shown under, it works."""

import os
import time

import httpx
import pytest

from tests.helpers.places import DARK
from tests.helpers.proxies import FOR_PROGRAMS, PLAIN, UNDER_A_PATH, proxied
from tests.helpers.running import enhance, result_of, upload
from tests.helpers.serving import serving
from tests.helpers.visits import DESKTOP, visiting

DEFAULT = "server { listen 80; location / { proxy_pass http://127.0.0.1:7860; } }"
ONE_SLASH_TOO_FEW = UNDER_A_PATH.replace("location /lowlight/", "location /lowlight")
# What else a host has beside the path of the page; browsers ask it for its icon.
BESIDE = "location = /favicon.ico { return 204; }\n}"

PICTURES = """() => [...document.querySelectorAll("img")].filter(
  (image) => image.src.includes("/gradio_api/file=")).map((image) => image.complete && image.naturalWidth)"""
LOADED = f"() => {{ const widths = ({PICTURES})(); return widths.length > 4 && widths.every(Boolean); }}"


def beside(block):
    """Return a server block with room for what else a host has."""
    return block.rstrip().removesuffix("}") + BESIDE


@pytest.mark.browser
@pytest.mark.parametrize(
    ("block", "path"),
    [
        (DEFAULT, "/"),
        (PLAIN, "/"),
        (beside(UNDER_A_PATH), "/lowlight/"),
        (beside(UNDER_A_PATH), "/lowlight"),
        (beside(FOR_PROGRAMS), "/lowlight/"),
        (beside(ONE_SLASH_TOO_FEW), "/lowlight/"),
    ],
    ids=["nginx's default", "plain", "under a path", "without its slash", "with headers", "one slash too few"],
)
def test_the_page_works_behind_a_proxy(chromium, address, tmp_path, block, path):
    """On another host, port and path than its own, the page loads, shows its pictures and hands out the download."""
    with proxied(tmp_path, block, address) as proxy:
        host = proxy.replace("127.0.0.1", "photos.localhost")
        with visiting(chromium, host + path, DESKTOP) as visit:
            visit.result(DARK)
            visit.page.wait_for_function(LOADED)
            name, picture = visit.download()
            assert (name, picture.size) == ("dark-shelf_enhanced.png", (600, 400))


def test_programs_are_told_where_the_page_is(tmp_path):
    """By the lines that the manual gives, a program gets the address of its result as the proxy shows it."""
    with (
        serving(tmp_path / "page.log", "app.py", GRADIO_ROOT_PATH="/lowlight") as address,
        proxied(tmp_path, FOR_PROGRAMS, address) as proxy,
    ):
        url, sentence = enhance(f"{proxy}/lowlight", upload(f"{proxy}/lowlight", DARK))
        assert url.startswith(f"{proxy}/lowlight/"), sentence
        assert httpx.get(url).content == result_of(f"{proxy}/lowlight", DARK)


def test_progress_comes_as_it_is_made(address, tmp_path):
    """A proxy that gathers answers passes the page's stream on at once: its beat is there within its 15 seconds."""
    with proxied(tmp_path, PLAIN, address) as proxy:
        began = time.monotonic()
        with httpx.stream("GET", f"{proxy}/gradio_api/heartbeat/somebody", timeout=30) as answer:
            assert next(answer.iter_bytes())
        assert time.monotonic() - began < 20


@pytest.mark.parametrize("block", [UNDER_A_PATH, FOR_PROGRAMS], ids=["under a path", "with headers"])
def test_a_path_without_its_slash_leads_to_the_same_host_and_port(address, tmp_path, block):
    """Where nginx listens at another port than people come by, as in a container, it sends nobody to its own."""
    with proxied(tmp_path, block, address) as proxy:
        answer = httpx.get(f"{proxy}/lowlight", headers={"host": "photos.example:8443"})
        assert (answer.status_code, answer.headers["location"]) == (301, "/lowlight/")


@pytest.mark.browser
def test_a_photo_that_the_proxy_lets_not_through_is_told_in_words(chromium, address, tmp_path):
    """Beyond nginx's own limit of 1 MB the page says that it is too large, by its name; others beside it are taken."""
    large = tmp_path / "large.jpg"
    large.touch()
    os.truncate(large, 20 * 2**20)
    told = "#arriving >> text=lets no file of this size through: large.jpg."
    with proxied(tmp_path, DEFAULT, address) as proxy, visiting(chromium, proxy, DESKTOP, quiet=False) as visit:
        for chooser, given in (("#file", [large]), ("#reference-file", [large]), ("#file", [large, DARK])):
            visit.page.set_input_files(chooser, given)
            visit.page.wait_for_selector(told)
            visit.page.get_by_role("button", name="OK").click()
        visit.page.wait_for_selector("#many-gallery li .name >> text=dark-shelf.png")
