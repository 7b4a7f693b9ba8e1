"""A reverse proxy before the page: nginx where there is one, and a stand-in that reads the same configuration."""

import re
import shutil
import subprocess
import sys
import time
from contextlib import contextmanager, suppress

import httpx
import pytest

from tests.helpers.places import PROJECT
from tests.helpers.serving import free_port

NGINX = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin:/usr/local/sbin")
UPSTREAM = "http://127.0.0.1:7860"
"""Where a configuration says that the page is; the proxy is told its real address in its place."""

_FRAME = """
daemon off;
master_process off;
pid {folder}/nginx.pid;
error_log stderr warn;
events {{}}
http {{
    access_log off;
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
{server}
}}
"""


@contextmanager
def proxied(folder, address, server, nginx=NGINX):
    """Serve a page through a proxy; give the proxy's address.

    Args:
        folder: where its files go.
        address: the page's own address.
        server: nginx's ``server`` block, with a ``listen`` and `UPSTREAM`.
        nginx: the program; None for the stand-in.
    """
    port = free_port()
    told = re.sub(r"listen [^;]+;", f"listen 127.0.0.1:{port};", server).replace(UPSTREAM, address)
    written = folder / "proxy.conf"
    written.write_text(_FRAME.format(folder=folder, server=told) if nginx else told)
    command = [nginx, "-p", folder, "-c", written] if nginx else [sys.executable, "-m", "tests.helpers.proxy", written]
    log = folder / "proxy.log"
    with log.open("wb") as output:
        process = subprocess.Popen(command, cwd=PROJECT, stdout=output, stderr=subprocess.STDOUT)
    try:
        _wait(port, process, log)
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait(20)


def _wait(port, process, log):
    """Wait until the proxy listens."""
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline and process.poll() is None:
        with suppress(httpx.TransportError):
            httpx.get(f"http://127.0.0.1:{port}/", trust_env=False)
            return
        time.sleep(0.1)
    pytest.fail(f"The proxy did not start. It said:\n{log.read_text()}")
