"""Several copies of the page behind nginx, by the manual's file: each visitor stays with one, and one may die."""

import time
from contextlib import ExitStack

import httpx
import pytest

from tests.helpers.copies import copies
from tests.helpers.places import DARK
from tests.helpers.proxies import COPIES, for_copies, passed_on, proxied
from tests.helpers.running import enhance, result_of, upload
from tests.helpers.serving import free_port
from tests.helpers.visits import DESKTOP, visiting

MANY = 24
"""So many visits end at one of two copies in one of eight million times."""


class House:
    """Two copies behind nginx: its address, the copies by their ports, and the folder of it all."""

    def __init__(self, address, copies, folder):
        self.address, self.copies, self.folder = address, copies, folder

    def other(self, port):
        """Return the port of the other copy."""
        return next(one for one in self.copies if one != port)


@pytest.fixture(scope="module")
def house(tmp_path_factory):
    """Two real copies behind nginx."""
    folder = tmp_path_factory.mktemp("copies")
    with copies(folder) as (address, made):
        yield House(address, made, folder)


def copy_of(visit):
    """Return the port of the copy that a visitor's cookie names."""
    (cookie,) = visit.page.context.cookies()
    assert (cookie["name"], cookie["httpOnly"], cookie["sameSite"]) == ("lowlight_copy", True, "Lax")
    return cookie["value"]


def jobs(copy):
    """Return the folders of the photos that a copy has worked on."""
    return {path.name for path in copy.files.glob("run-*")}


def move(visit):
    """Move a control, without waiting for what comes of it."""
    slider = visit.page.get_by_label("range slider for Shadows")
    slider.focus()
    slider.press("End")


def loaded(address, **options):
    """Return the cookie that comes with the page; None if there is none."""
    return httpx.head(f"{address}/", **options).raise_for_status().cookies.get("lowlight_copy")


def reached(address, ports):
    """Say whether these copies, and no other ones, send the page to those who come without a cookie."""
    met = set()
    for _ in range(MANY):
        met.add(loaded(address))
        if met >= ports:
            break
    return met == ports


@pytest.mark.browser
def test_visitors_of_one_address_spread_and_each_stays_with_one_copy(chromium, house):
    """All but the page itself is asked for with the cookie: photo, result, reload and download come from its copy."""
    before = len(passed_on(house.folder))
    with ExitStack() as stack:
        visits, opened = {}, 0
        while len(visits) < 2 and opened < MANY:
            visit = stack.enter_context(visiting(chromium, house.address, DESKTOP, quiet=False))
            visits.setdefault(copy_of(visit), visit)
            opened += 1
        assert visits.keys() == house.copies.keys()
        for port, visit in visits.items():
            visit.result(DARK)
            assert visit.folders()[0] in jobs(house.copies[port])
            visit.page.reload()
            visit.page.wait_for_function("window.lowlight?.shown.done")
            name, picture = visit.download()
            assert (name, picture.size) == ("dark-shelf_enhanced.png", (600, 400))
            assert copy_of(visit) == port
    asked = passed_on(house.folder)[before:]
    assert {pair for pair in asked if pair[0] != "-"} == {(port, port) for port in house.copies}
    assert sum(cookie == "-" for cookie, _ in asked) == opened  # the page itself, once for each


def test_who_comes_without_a_cookie_gets_any_copy_and_its_name(house):
    """Browsers behind one address are shared out; who has a cookie keeps it, and one that names no copy is renewed."""
    assert reached(house.address, house.copies.keys())
    for port in house.copies:
        assert all(loaded(house.address, cookies={"lowlight_copy": port}) is None for _ in range(5))
    assert loaded(house.address, cookies={"lowlight_copy": "22"}) in house.copies


def test_programs_without_cookies_stay_with_the_copy_of_their_address(house):
    """Upload, work and download end at one copy, and the result's address is nginx's."""
    before = len(passed_on(house.folder))

    def mine():
        return [port for cookie, port in passed_on(house.folder)[before:] if cookie == "-"]

    url, sentence = enhance(house.address, upload(house.address, DARK))
    assert url.startswith(house.address), sentence
    assert httpx.get(url).raise_for_status().content
    while len(mine()) < 4:  # they are written down when they are over
        time.sleep(0.05)
    assert len(set(mine())) == 1


def test_an_upload_that_a_dead_copy_was_to_get_reaches_another(house, tmp_path):
    """Of three copies, the third added as the manual says, one is dead: its visitor's upload moves to another."""
    assert for_copies(2) == COPIES
    dead = str(free_port())
    living = (copy.address for copy in house.copies.values())
    with proxied(tmp_path, for_copies(3), *living, f"http://127.0.0.1:{dead}") as address:
        form, cookies = {"files": ("dark.png", DARK.read_bytes())}, {"lowlight_copy": dead}
        answer = httpx.post(f"{address}/gradio_api/upload", files=form, cookies=cookies).raise_for_status()
        port = answer.cookies["lowlight_copy"]
        assert answer.json()[0].startswith(f"{house.copies[port].files}/")
        assert reached(address, house.copies.keys())


def test_it_works_under_a_path(house, tmp_path):
    """With what the manual changes for it, the page comes under its path, with the cookie for that path alone."""
    changes = {
        "location / {": "location /lowlight/ {\n        rewrite ^/lowlight/(.*) /$1 break;",
        "Path=/;": "Path=/lowlight/;",
        "124m;": "124m;\n    absolute_redirect off;",
    }
    block = COPIES
    for old, new in changes.items():
        assert old in block
        block = block.replace(old, new)
    with proxied(tmp_path, block, *(copy.address for copy in house.copies.values())) as address:
        assert httpx.get(f"{address}/lowlight").headers["location"] == "/lowlight/"
        page = httpx.get(f"{address}/lowlight/").raise_for_status()
        assert "; Path=/lowlight/;" in page.headers["set-cookie"]
        port = page.cookies["lowlight_copy"]
        other = {"lowlight_copy": house.other(port)}
        for cookies in (page.cookies, other):
            asked = httpx.get(f"{address}/lowlight/config", cookies=cookies).raise_for_status()
            assert "set-cookie" not in asked.headers
    assert passed_on(tmp_path) == [("-", port), (port, port), (*other.values(), *other.values())]


@pytest.mark.browser
def test_a_visitor_of_a_copy_that_dies_goes_on_with_another(chromium, house):
    """What they do next brings the page anew: it says that the photo is gone, and takes one, which is then kept."""
    with visiting(chromium, house.address, DESKTOP, quiet=False) as visit:
        visit.result(DARK)
        port = copy_of(visit)
        house.copies[port].kill()
        move(visit)
        visit.page.wait_for_selector("#note p >> text=no longer kept")
        assert copy_of(visit) == house.other(port)
        assert all(loaded(house.address) == house.other(port) for _ in range(8))
        assert result_of(house.address, DARK)
        visit.result(DARK)
        house.copies[port].start()
        visit.set_slider("Shadows", "End")
        assert visit.download()[0] == "dark-shelf_enhanced.png"
        assert copy_of(visit) == house.other(port)
        assert reached(house.address, house.copies.keys())

        house.copies[house.other(port)].kill()
        visit.give(DARK, name="another.png")
        visit.page.wait_for_function("window.lowlight?.shown.done && lowlight.shown.result.name.startsWith('another')")
        assert visit.download()[0] == "another_enhanced.png"
        assert copy_of(visit) == port
