"""What proxies before the page need: streams that they pass on at once, and addresses as they write them."""

from collections.abc import MutableMapping
from typing import Any

from lowlight.web.server.security import App, Event, Receive, Send

_UNBUFFERED = (b"x-accel-buffering", b"no")


class ProxyMiddleware:
    """ASGI middleware for a page behind a proxy.

    nginx gathers an answer until it is whole, unless it is told not to: progress would come when all is done. Where a
    path before the page is written with one slash too few, nginx asks for ``//`` in place of ``/``.

    Args:
        app: what is served behind it.
    """

    def __init__(self, app: App) -> None:
        self._app = app

    async def __call__(self, scope: MutableMapping[str, Any], receive: Receive, send: Send) -> None:
        """Serve a request."""

        async def at_once(message: Event) -> None:
            if message["type"] == "http.response.start" and _streams(message):
                message["headers"] = [*message["headers"], _UNBUFFERED]
            await send(message)

        if scope["type"] == "http" and scope["path"].startswith("//"):
            scope = {**scope, "path": "/" + scope["path"].lstrip("/")}
        await self._app(scope, receive, at_once)


def _streams(message: Event) -> bool:
    return any(name.lower() == b"content-type" and b"text/event-stream" in value for name, value in message["headers"])
