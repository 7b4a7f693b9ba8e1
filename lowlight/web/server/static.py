"""What is served beside Gradio's own: the page's files, and small pictures of the examples; and the page is packed."""

from starlette.middleware.gzip import GZipMiddleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp, Receive, Scope, Send

from lowlight.web.ui.examples import FOLDER_ADDRESS, STATIC_FOLDER, find, thumbnail

_PACKED = ("/", "/config")  # Gradio packs only what has a suffix


class PackingMiddleware:
    """ASGI middleware that packs the page itself, by gzip where the browser takes that: it holds style and scripts.

    Args:
        app: what is served behind it.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app, self._packed = app, GZipMiddleware(app, compresslevel=6)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve a request."""
        packed = scope["type"] == "http" and scope["path"] in _PACKED
        await (self._packed if packed else self._app)(scope, receive, send)


def routes() -> list[BaseRoute]:
    """Return the addresses that are served beside Gradio's."""
    return [
        Route(f"/{FOLDER_ADDRESS}/samples/{{file}}", _sample),
        Mount(f"/{FOLDER_ADDRESS}", StaticFiles(directory=STATIC_FOLDER)),
    ]


def _sample(request: Request) -> Response:
    """Return an example as the page shows it small; Starlette asks for it in a thread."""
    try:
        picture = thumbnail(find(request.path_params["file"].removesuffix(".webp")))
    except KeyError:
        return Response(status_code=404)
    return Response(picture, media_type="image/webp", headers={"cache-control": "max-age=3600"})
