"""The one room for what the page takes from inside Gradio: names that it does not document and may change.

A test, `test_gradio_internals.py`, says in words which of them changed. The MCP server, which is off unless it is asked
for, has its own in `lowlight.web.server.mcp`.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import gradio as gr
import safehttpx
from gradio import route_utils
from gradio.block_function import BlockFunction
from gradio.data_classes import BlocksConfigDict
from gradio.utils import get_upload_folder
from starlette.requests import Request

from lowlight.web.i18n import texts
from lowlight.web.i18n.catalogue import ENGLISH, Html, language, speaking, translate

UPLOAD_ADDRESS = "/gradio_api/upload"
"""The one address that takes files."""

LAUNCH = {
    # Gradio would ask the page once whether it is there, and end it where a busy machine takes 3 seconds to answer.
    "_frontend": False,
}
"""Options of `gr.Blocks.launch` that are not documented."""

_HERE = "."
"""A root that browsers read as the folder of the page, wherever they loaded it from."""

_guess = route_utils.get_root_url

_WORDS = ("label", "info", "placeholder")
_TEXTS = ("html", "markdown", "button")


class Page(gr.Blocks):
    """Blocks that are described in the language that is spoken, and answer in words what they cannot read.

    Gradio itself answers that with nothing, and logs the request with the names of the files in it.
    """

    head_in: Callable[[], str]
    """What returns the page's head, with its style and script, in the language that is spoken."""

    @property
    def config(self) -> BlocksConfigDict:
        """What browsers are told about the page."""
        if language() == ENGLISH:
            return self._config
        return spoken(self._config, self.head_in())

    @config.setter
    def config(self, value: BlocksConfigDict) -> None:
        self._config = value

    async def preprocess_data(self, block_fn: BlockFunction, inputs: list[Any], *rest: Any) -> Any:  # noqa: ANN401 -- they are Gradio's
        """Return an event's inputs as its function takes them; a program may leave out the last, new settings."""
        if block_fn.api_visibility == "public":
            inputs = [*inputs, *(getattr(one, "value", None) for one in block_fn.inputs[max(len(inputs), 1) :])]
        try:
            return await super().preprocess_data(block_fn, inputs, *rest)
        except gr.Error:
            raise
        except Exception as error:
            raise gr.Error(texts.BAD_REQUEST, print_exception=False) from error

    async def process_api(self, block_fn: BlockFunction | int, *args: Any, **options: Any) -> Any:  # noqa: ANN401 -- they are Gradio's
        """Return an event's answer; the page's own events name files relative to it, programs get whole addresses."""
        called = self.fns[block_fn] if isinstance(block_fn, int) else block_fn
        if called.api_visibility != "public":
            options["root_path"] = _HERE
        return await super().process_api(block_fn, *args, **options)

    def get_api_info(self, *args: Any, **options: Any) -> Any:  # noqa: ANN401 -- they are Gradio's
        """Return what programs are told, which is kept and the same for all: English."""
        with speaking(ENGLISH):
            return super().get_api_info(*args, **options)


def spoken(config: BlocksConfigDict, head: str) -> BlocksConfigDict:
    """Return Gradio's description of a page with its words in the language that is spoken; values stay as they are.

    Args:
        config: `gr.Blocks.config`.
        head: the page's head.
    """
    return {**config, "head": head, "components": [_component(one) for one in config["components"]]}


def _component(component: dict[str, Any]) -> dict[str, Any]:
    props = dict(component["props"])
    for name in _WORDS:
        if isinstance(props.get(name), str):
            props[name] = translate(props[name])
    if component["type"] in _TEXTS and isinstance(props.get("value"), str):
        props["value"] = _said(props["value"])
    if "choices" in props:
        props["choices"] = [(translate(title), value) for title, value in props["choices"]]
    return {**component, "props": props}


def _said(text: str) -> str:
    return text.make() if isinstance(text, Html) else translate(text)


def upload_folder() -> Path:
    """Return the folder that uploads are put into."""
    return Path(get_upload_folder()).resolve()


def font_file() -> Path:
    """Return the file of a font that has the letters of Europe's languages; Gradio ships it for its themes."""
    name = Path("templates", "frontend", "static", "fonts", "IBMPlexSans", "IBMPlexSans-Regular.woff2")
    return Path(gr.__file__).parent / name


def fetch_nothing() -> None:
    """Have Gradio fetch no address.

    It would take one in place of an upload, and hand out whatever lies at a public one as if it were the page's own
    (``/gradio_api/file=https://...``). All its ways to fetch ask this one function first; there is no setting for it.
    """
    safehttpx.async_validate_url = _refuse_address


def believe_the_browser() -> None:
    """Have Gradio leave it to the browser where the page is.

    It would guess it from a request's headers. Behind a proxy that sends a Host of its own, or shows the page under a
    path and does not say so, the guess is wrong, and the page asks an address that is not there.
    """
    route_utils.get_root_url = _root_url


def _root_url(request: Request, route_path: str, root_path: str | None) -> str:
    """Return where the page is: for the page itself what the browser completes, for programs Gradio's guess."""
    return _HERE if route_path == "/" else str(_guess(request, route_path, root_path))


async def _refuse_address(_hostname: str) -> str:
    raise gr.Error(texts.NO_ADDRESS, print_exception=False)
