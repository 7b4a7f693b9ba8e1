"""The page in its visitors' languages: each browser says which one it likes, and is answered in that.

Gradio's own way (`gr.I18n`) looks at the browser's first language alone, leaves the choices of a radio in English, and
shows programs its keys in place of labels. So the server translates what it tells a browser about the page.
"""

import inspect
from collections.abc import Awaitable, Callable, Iterator, MutableMapping
from contextlib import closing
from functools import wraps
from typing import Any

import gradio as gr
from gradio.block_function import BlockFunction
from gradio.data_classes import BlocksConfigDict

from lowlight.web import texts
from lowlight.web.languages import ENGLISH, language, preferred, speaking, translate, translate_html

_WORDS = ("label", "info", "placeholder")
_TRANSLATED_VALUES = {"html": translate_html, "markdown": translate, "button": translate}


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
    if component["type"] in _TRANSLATED_VALUES and isinstance(props.get("value"), str):
        props["value"] = _TRANSLATED_VALUES[component["type"]](props["value"])
    if "choices" in props:
        props["choices"] = [(translate(title), value) for title, value in props["choices"]]
    return {**component, "props": props}


class Ears:
    """ASGI middleware that hears which language a request likes.

    Args:
        app: what is served behind it.
    """

    def __init__(self, app: Callable[..., Awaitable[None]]) -> None:
        self._app = app

    async def __call__(self, scope: MutableMapping[str, Any], receive: object, send: object) -> None:
        """Serve a request in its language."""
        header = dict(scope.get("headers", ())).get(b"accept-language", b"")
        with speaking(preferred(header.decode("latin-1"))):
            await self._app(scope, receive, send)


def heard(answer: Callable[..., Any]) -> Callable[..., Any]:
    """Return a callback that answers in the language of the browser that asks.

    Gradio runs callbacks, and each step of a generator, in whatever thread is free: the language is set around each.
    It finds the request by its annotation, and so the callback gets a parameter more.
    """

    def answered(request: gr.Request, *args: object) -> Any:  # noqa: ANN401 -- whatever the callback returns
        with speaking(_of(request)):
            return answer(*args)

    def steps(request: gr.Request, *args: object) -> Iterator[Any]:
        with closing(answer(*args)) as each:
            while True:
                with speaking(_of(request)):
                    try:
                        step = next(each)
                    except StopIteration:
                        return
                yield step

    wrapper = wraps(answer)(steps if inspect.isgeneratorfunction(answer) else answered)
    asked = inspect.Parameter("request", inspect.Parameter.POSITIONAL_OR_KEYWORD, annotation=gr.Request)
    signature = inspect.signature(answer, eval_str=True)
    wrapper.__signature__ = signature.replace(parameters=[asked, *signature.parameters.values()])  # type: ignore[attr-defined]
    wrapper.__annotations__ = {**inspect.get_annotations(answer, eval_str=True), "request": gr.Request}
    return wrapper


def _of(request: gr.Request) -> str:
    return preferred(request.headers.get("accept-language") or "")
