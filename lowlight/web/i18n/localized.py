"""Each visitor is answered in the language that the browser likes: requests by a middleware, callbacks by a wrapper.

Gradio's own way (`gr.I18n`) looks at the browser's first language alone, leaves the choices of a radio in English, and
shows programs its keys in place of labels. So the server translates what it tells a browser about the page.
"""

import inspect
from collections.abc import Awaitable, Callable, Iterator, MutableMapping
from contextlib import closing
from functools import wraps
from typing import Any

import gradio as gr

from lowlight.web.i18n.catalogue import preferred, speaking


class LanguageMiddleware:
    """ASGI middleware that has each request answered in the language that its browser likes.

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


def localized(answer: Callable[..., Any]) -> Callable[..., Any]:
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
