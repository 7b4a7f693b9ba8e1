"""The page as an MCP server: a real client of that protocol talks to the running page."""

import asyncio
from concurrent.futures import ThreadPoolExecutor

import httpx
import numpy as np
import pytest
from mcp import ClientSession
from mcp.client.streamable_http import streamable_http_client
from PIL import Image

from lowlight import Settings, enhance, limits, load_photo
from lowlight.settings import LOOKS
from lowlight.web.i18n import texts
from tests.helpers.places import DARK
from tests.helpers.serving import serving

SERVER = "/gradio_api/mcp/"


@pytest.fixture(scope="module")
def page(tmp_path_factory):
    """The address of a page that was started with MCP switched on."""
    with serving(tmp_path_factory.mktemp("mcp") / "page.log", "app.py", GRADIO_MCP_SERVER="true") as address:
        yield address


def session(page, work):
    """Return what ``work`` makes of a session of the protocol."""

    async def whole():
        async with streamable_http_client(page + SERVER) as (receive, send, *_), ClientSession(receive, send) as talk:
            await talk.initialize()
            return await work(talk)

    with ThreadPoolExecutor(1) as other:  # the browser's fixture keeps a loop running in this thread
        return other.submit(asyncio.run, whole()).result()


def called(page, **arguments):
    """Call the tool; return whether it is an error, and the text that comes back."""
    answer = session(page, lambda talk: talk.call_tool("enhance", arguments))
    assert [part.type for part in answer.content] == ["text"]
    return answer.isError, answer.content[0].text


def uploaded(page, path, name="photo.png"):
    """Upload a file as a program does; return its path on the server."""
    with path.open("rb") as file:
        return httpx.post(f"{page}/gradio_api/upload", files={"files": (name, file)}).raise_for_status().json()[0]


def test_there_is_one_tool_and_it_is_described(page):
    """Programs see `enhance` with what it does, what each setting means, and that photos are uploaded."""
    tools = session(page, lambda talk: talk.list_tools()).tools
    assert [tool.name for tool in tools] == ["enhance"]
    assert tools[0].description == f"{texts.API_DESCRIPTION} {texts.MCP_PHOTO}"
    schema = tools[0].inputSchema
    assert list(schema["properties"]) == [
        *("photo", "exposure", "denoise", "clip_limit", "tile_grid", "form"),
        *("strength", "shadows", "highlights", "warmth", "colour", "detail", "look"),
    ]
    assert schema["properties"]["look"]["enum"] == list(LOOKS)
    for name in limits.RANGES:
        assert schema["properties"][name].get("default", 0) == getattr(Settings(), name)
    assert all(setting["description"] for setting in schema["properties"].values())
    assert schema["required"] == ["photo"]
    assert "url" not in str(schema)
    for nothing in ("list_resources", "list_prompts", "list_resource_templates"):
        answer = session(page, lambda talk, ask=nothing: getattr(talk, ask)()).model_dump()
        assert not any(answer.values())


def test_a_call_gives_what_the_library_gives(page, tmp_path):
    """The address that comes back leads to the picture that `lowlight.enhance` makes of the photo."""
    wrong, address = called(page, photo=uploaded(page, DARK), form="png")
    assert not wrong
    assert address.startswith(f"{page}/gradio_api/file=")
    assert address.endswith("photo_enhanced.png")
    (tmp_path / "result.png").write_bytes(httpx.get(address).raise_for_status().content)
    *_, expected = enhance(load_photo(DARK).rgb)
    assert np.array_equal(np.asarray(Image.open(tmp_path / "result.png")), expected.picture)


def test_a_call_may_set_what_the_page_sets(page, tmp_path):
    """Look and controls go by the settings' names, in their units."""
    wanted = {"look": "night", "shadows": 0.5, "colour": -1, "denoise": 0.5}
    wrong, address = called(page, photo=uploaded(page, DARK), form="png", **wanted)
    assert not wrong
    (tmp_path / "result.png").write_bytes(httpx.get(address).raise_for_status().content)
    *_, expected = enhance(load_photo(DARK).rgb, Settings(**wanted))
    assert np.array_equal(np.asarray(Image.open(tmp_path / "result.png")), expected.picture)


def test_what_is_wrong_comes_back_in_words(page, tmp_path):
    """A file that is no photo and a setting out of range are told as on the page."""
    bad = tmp_path / "bad.jpg"
    bad.write_text("no photo " * 30)
    assert called(page, photo=uploaded(page, bad, "bad.jpg"))[0]
    assert "not a photo that can be read" in called(page, photo=uploaded(page, bad, "bad.jpg"))[1]
    wrong, sentence = called(page, photo=uploaded(page, DARK), exposure=99)
    assert wrong
    assert "it was 99" in sentence
    assert (
        "Strength must be a number from 0 to 1; it was 80." in called(page, photo=uploaded(page, DARK), strength=80)[1]
    )
    assert called(page, photo=uploaded(page, DARK), look="noon")[0]
    assert called(page, photo=uploaded(page, DARK), form="gif")[0]


@pytest.mark.parametrize(
    ("photo", "sentence"),
    [
        ("http://127.0.0.1:9/a.jpg", texts.NO_ADDRESS),
        ("https://example.org/a.jpg", texts.NO_ADDRESS),
        ("data:image/png;base64,iVBORw0KGgo=", texts.NO_ADDRESS),
        ("/etc/passwd", texts.MCP_PHOTO),
        (str(DARK), texts.MCP_PHOTO),
        ("../../app.py", texts.MCP_PHOTO),
        ("file:///etc/passwd", texts.MCP_PHOTO),
        ("", texts.MCP_PHOTO),
        ("\0", texts.MCP_PHOTO),
    ],
)
def test_what_is_no_upload_is_refused_in_words(page, photo, sentence):
    """Neither an address nor a file of the server is read on a program's word, nor a photo inside the request."""
    assert called(page, photo=photo) == (True, sentence)


@pytest.mark.parametrize("path", [SERVER, "/gradio_api/mcp", "/gradio_api/mcp/messages/"])
def test_a_large_request_is_cut_off(page, path):
    """Requests of this protocol have the page's limit too."""
    answer = httpx.post(page + path, content=b"x" * (limits.MAX_BODY_BYTES + 1), follow_redirects=True)
    assert answer.status_code == 413


def test_it_is_off_unless_it_is_asked_for(address):
    """A page that was started as usual speaks no MCP."""
    assert httpx.post(address + SERVER, json={}).status_code in {404, 405}


@pytest.mark.slow
def test_without_the_package_the_page_says_so_and_serves(tmp_path):
    """Where MCP is asked for and cannot be had, the log has a sentence with the remedy, and the page is there."""
    script = "import sys; sys.modules['mcp'] = None; sys.argv = ['app.py']; exec(open('app.py').read())"
    with serving(tmp_path / "page.log", "-c", script, GRADIO_MCP_SERVER="true") as found:
        assert httpx.get(found).status_code == 200
        assert httpx.post(found + SERVER, json={}).status_code in {404, 405}
    log = (tmp_path / "page.log").read_text()
    assert 'pip install "gradio[mcp]==' in log
    assert "Traceback" not in log
