"""What the page takes from inside Gradio is still there. If this fails after an update, it says what to look at."""

import subprocess
import sys

from tests.helpers.places import PROJECT

ASKED = """
import inspect
import os

os.environ["GRADIO_TEMP_DIR"] = "/nowhere/page"
import gradio as gr
import gradio.mcp
import safehttpx
from gradio.block_function import BlockFunction
from gradio.helpers import special_args
from gradio.routes import App
from starlette.testclient import TestClient

from lowlight.web.gradio_internals import LAUNCH, UPLOAD_ADDRESS, Page, believe_the_browser, fetch_nothing
from lowlight.web.gradio_internals import upload_folder
from lowlight.web.i18n.localized import LanguageMiddleware, localized
from starlette.middleware import Middleware

with Page() as page:
    gr.Slider(label="Brightness")
page.head_in = lambda: "head"
client = TestClient(App.create_app(page, app_kwargs={"middleware": [Middleware(LanguageMiddleware)]}))
german = client.get("/config", headers={"accept-language": "de"}).json()

def answer(event: gr.EventData, name: str) -> None: ...
inputs, *_ = special_args(localized(answer), ["x"], gr.Request(headers={}), gr.EventData(None, {"_data": 1}))

believe_the_browser()
page.config["body_css"] = {}
shown = client.get("/").text

before = safehttpx.async_validate_url
fetch_nothing()
ours = {name for name in vars(__import__("lowlight.web.server.mcp", fromlist=["x"]).UploadsOnly) if "__" not in name}

CHECKS = {
    "Gradio no longer reads a page's description from Blocks.config for each visitor: Page.config is not asked":
        german["components"][0]["props"].get("label") == "Helligkeit",
    "A page's head no longer stands in its description: Page.head_in is not used": german.get("head") == "head",
    "Blocks.preprocess_data takes other arguments: Page.preprocess_data must be brought in line":
        list(inspect.signature(gr.Blocks.preprocess_data).parameters)[:3] == ["self", "block_fn", "inputs"],
    "An event's function no longer says whether programs see it: Page.preprocess_data asks api_visibility":
        "api_visibility" in inspect.signature(BlockFunction).parameters,
    "Gradio asks another function than route_utils.get_root_url where the page is: believe_the_browser is not heard":
        '"root":"."' in shown and 'new URL(root || "/", window.location.href)' in shown,
    "Blocks.process_api no longer takes root_path: the page's files get addresses of Gradio's guess":
        "root_path" in inspect.signature(gr.Blocks.process_api).parameters,
    "Blocks.get_api_info is gone: programs may be told in a visitor's language": hasattr(gr.Blocks, "get_api_info"),
    "safehttpx.async_validate_url is gone or renamed: addresses may be fetched": inspect.iscoroutinefunction(before),
    "safehttpx no longer asks async_validate_url before it fetches: addresses may be fetched":
        "async_validate_url(" in inspect.getsource(safehttpx.get),
    "Gradio keeps uploads elsewhere than in GRADIO_TEMP_DIR: upload_folder must say where":
        str(upload_folder()) == "/nowhere/page",
    "launch() no longer knows an option that it does not document: LAUNCH":
        set(LAUNCH) <= set(inspect.signature(gr.Blocks.launch).parameters),
    "Uploads are taken at another address: UPLOAD_ADDRESS, which the limit of bodies asks":
        client.get(UPLOAD_ADDRESS).status_code == 405,
    "Gradio no longer finds a callback's gr.Request by its annotation: localized() is not told the language":
        [type(one).__name__ for one in inputs] == ["Request", "EventData", "str"],
    "Gradio's MCP server lacks what UploadsOnly overrides":
        ours <= set(dir(gradio.mcp.GradioMCPServer)),
}
for words, found in CHECKS.items():
    if not found:
        print(words)
"""


def test_gradio_still_has_what_the_page_leans_on():
    """Each line that is printed says what changed and which part of the page leaned on it."""
    answer = subprocess.run([sys.executable, "-c", ASKED], cwd=PROJECT, capture_output=True, text=True, check=False)
    assert answer.returncode == 0, answer.stderr[-2000:]
    assert answer.stdout == ""
