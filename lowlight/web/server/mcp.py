"""The page as an MCP server: `enhance` as a tool for programs, by the page's own rules. Off unless it is asked for.

Gradio's own would take any address, decode every result again and send it as text, in the thread that serves everybody.
Here a photo is uploaded first, like everybody's; its path goes in, and the address of the result comes out.
"""

import logging
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import gradio.mcp
from gradio.route_utils import API_PREFIX
from gradio_client import handle_file
from gradio_client.utils import encode_file_path

from lowlight.errors import LowlightError
from lowlight.web.i18n import texts
from lowlight.web.uploads import is_upload

_log = logging.getLogger(__name__)


class UploadsOnly(gradio.mcp.GradioMCPServer):
    """Gradio's MCP server that takes nothing but uploads and hands out nothing but addresses of results."""

    @property
    def _file_data_tool_description(self) -> str:
        return f" {texts.MCP_PHOTO}"

    def get_input_schema(
        self, tool_name: str, parameters: dict[str, str] | None = None
    ) -> tuple[dict[str, Any], list[list[str | int]]]:
        """Return the tool's schema without Gradio's words that a photo may be an address."""
        schema, photos = super().get_input_schema(tool_name, parameters)
        for described in schema["properties"].values():
            described.pop("format", None)
        return schema, photos

    def convert_strings_to_filedata(self, value: dict[str, Any], filedata_positions: list[list[str | int]]) -> Any:  # noqa: ANN401 -- Gradio's
        """Return the arguments with the photo's path as the page takes it.

        Raises:
            LowlightError: the photo is no upload of this page.
        """
        return {name: _uploaded(given) if [name] in filedata_positions else given for name, given in value.items()}

    def postprocess_output_data(self, data: Any, root_url: str) -> list[Any]:  # noqa: ANN401 -- Gradio's
        """Return the address of each result, under which it lies until it is deleted."""
        addresses = [f"{root_url}{API_PREFIX}/file={encode_file_path(result['path'])}" for result in data]
        return [self.types.TextContent(type="text", text=address) for address in addresses]

    def _get_or_create_client(self) -> Any:  # noqa: ANN401 -- Gradio's
        """Return what passes calls on to the page, once its address is known: Gradio would believe the request's."""
        if self.local_url is None:
            raise LowlightError(texts.BROKE_OFF)
        return super()._get_or_create_client()


def install() -> bool:
    """Have Gradio use this server in place of its own; where a package is missing, warn, and return False."""
    if find_spec("mcp") is None:
        _log.warning("%s", texts.MCP_MISSING.format(version=version("gradio")))
        return False
    gradio.mcp.GradioMCPServer = UploadsOnly  # type: ignore[misc]
    return True


def _uploaded(photo: object) -> dict[str, Any]:
    """Return an upload's path as Gradio's client takes it."""
    text = str(photo)
    if text.startswith(("http:", "https:", "data:")):
        raise LowlightError(texts.NO_ADDRESS)
    if not is_upload(Path(text)) or not Path(text).is_file():
        raise LowlightError(texts.MCP_PHOTO)
    return dict(handle_file(text))
