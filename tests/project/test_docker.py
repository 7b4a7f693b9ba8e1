"""The container's recipe: built and started where Docker is, and else followed as closely as this machine lets us.

Without Docker it is not shown that the base image is there, nor that the packages install on it; they are those of
``make app``.
"""

import json
import os
import re
import shutil
import subprocess
import sys
import time
import tomllib

import httpx
import numpy as np
import pytest

from lowlight import enhance, load_photo
from tests.helpers.places import DARK, PROJECT
from tests.helpers.running import result_of
from tests.helpers.serving import free_port, serving

RECIPE = (PROJECT / "Dockerfile").read_text(encoding="utf-8")
MEGABYTES = 700
"""What the image may have at most."""

CONFINED = """
set -e
mount --rbind / /mnt
mount -o remount,ro,bind /mnt
mount -t tmpfs -o mode=1777 tmpfs /mnt/tmp
mount --bind "$1" /mnt/srv
mount -o remount,ro,bind /mnt/srv
case "$2" in /tmp/*) mkdir -p "/mnt$2"; mount --bind "$2" "/mnt$2"; mount -o remount,ro,bind "/mnt$2" ;; esac
shift 2
exec chroot /mnt "$@"
"""
"""Runs a command with the folder $1 as /srv, where nothing can be written but in /tmp; $2 is where Python lies."""

NOBODY = (
    *("setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", "--no-new-privs"),
    *("--bounding-set=-all,+dac_read_search", "--inh-caps=-all,+dac_read_search", "--ambient-caps=+dac_read_search"),
)
"""Somebody who may read this machine's Python, wherever it lies, and write nothing."""


def _has_docker():
    return (
        bool(shutil.which("docker"))
        and subprocess.run(["docker", "info"], capture_output=True, check=False).returncode == 0
    )


@pytest.fixture(scope="module")
def container(tmp_path_factory):
    """The address of the page in a container whose file system is read-only, and what asks after its health there."""
    folder = tmp_path_factory.mktemp("container")
    if _has_docker():
        yield from _in_docker()
    else:
        yield from _without_docker(folder)


def _in_docker():
    tag, port = "lowlight-test", free_port()
    subprocess.run(["docker", "build", "--quiet", "--tag", tag, PROJECT], check=True)
    options = ["--rm", "--detach", "--read-only", "--tmpfs", "/tmp", "--publish", f"127.0.0.1:{port}:7860"]
    name = subprocess.run(["docker", "run", *options, tag], check=True, capture_output=True, text=True).stdout.strip()
    address, deadline = f"http://127.0.0.1:{port}", time.monotonic() + 90
    try:
        while time.monotonic() < deadline:
            try:
                httpx.get(address, trust_env=False)
                break
            except httpx.TransportError:
                time.sleep(0.5)
        yield (
            address,
            lambda: subprocess.run(["docker", "exec", name, *_instruction("HEALTHCHECK")], check=False).returncode,
        )
        size = subprocess.run(
            ["docker", "image", "inspect", "--format={{.Size}}", tag], check=True, capture_output=True
        )
        assert int(size.stdout) < MEGABYTES * 1e6
    finally:
        subprocess.run(["docker", "kill", name], check=False, capture_output=True)


def _without_docker(folder):
    app = folder / "app"
    app.mkdir()
    for source in _copied():
        whole = PROJECT / source
        if whole.is_dir():
            shutil.copytree(whole, app / source, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(whole, app)
    python, *command = _instruction("CMD")
    assert python == "python"
    told = dict(re.findall(r"^ENV (\w+)=(\S+)$", RECIPE, re.MULTILINE))
    told["GRADIO_SERVER_PORT"] = str(free_port())
    root = os.geteuid() == 0
    inside = (
        "unshare",
        "--mount",
        *([] if root else ["--map-root-user"]),
        "sh",
        "-c",
        CONFINED,
        "sh",
        str(app),
        sys.prefix,
    )
    inside += (*(NOBODY if root else ()), "env", "--chdir=/srv", "HOME=/nowhere")
    with serving(folder / "page.log", *command, inside=inside, **told) as address:
        _, *check = _instruction("HEALTHCHECK")
        yield (
            address,
            lambda: subprocess.run([sys.executable, *check], env={**os.environ, **told}, check=False).returncode,
        )
    assert "Traceback" not in (folder / "page.log").read_text()


def test_a_photo_is_enhanced_in_a_container_that_cannot_be_written(container, tmp_path):
    """With a read-only file system and a /tmp, as somebody without rights, a photo comes back as by the library."""
    address, _ = container
    (tmp_path / "result.png").write_bytes(result_of(address, DARK))
    *_, expected = enhance(load_photo(DARK).rgb)
    assert np.array_equal(load_photo(tmp_path / "result.png").rgb, expected.picture)


def test_the_container_says_that_it_is_well_whatever_the_proxy(container, monkeypatch):
    """The check of the container's health asks the page itself, and no proxy that the environment names."""
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    _, health = container
    assert health() == 0


def test_a_container_whose_page_is_gone_is_not_well(monkeypatch):
    """Where nobody answers at the page's address, the check of the container's health fails."""
    monkeypatch.setenv("GRADIO_SERVER_PORT", str(free_port()))
    _, *check = _instruction("HEALTHCHECK")
    assert subprocess.run([sys.executable, *check], capture_output=True, check=False).returncode != 0


def test_the_page_is_not_run_by_root():
    """The recipe's command is run by a user of its own, and all that it needs is compiled before."""
    user, command = RECIPE.index("\nUSER lowlight\n"), RECIPE.index("\nCMD ")
    assert RECIPE.index("compileall") < user < command


def test_nothing_that_is_copied_is_ignored():
    """What the recipe copies is what Docker is let see, and nothing beside it."""
    rules = (PROJECT / ".dockerignore").read_text(encoding="utf-8").splitlines()
    assert rules[1] == "*"
    assert {rule[1:] for rule in rules if rule.startswith("!")} == set(_copied())


def test_the_container_has_the_projects_python():
    """The base image has the Python that the project asks for, and listens where people are told to look."""
    project = tomllib.loads((PROJECT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    version = re.search(r"^FROM python:(3\.\d+)-slim$", RECIPE, re.MULTILINE)[1]
    assert project["requires-python"].startswith(f">={version},")
    told = {port for line in re.findall(r"docker run .*", _readme()) for port in re.findall(r"\d+:(\d+)", line)}
    assert told == {re.search(r"^ENV GRADIO_SERVER_PORT=(\d+)$", RECIPE, re.MULTILINE)[1]}


def _instruction(name):
    """Return an instruction's command."""
    return json.loads(re.search(rf"^{name} .*?(\[.*\])$", RECIPE, re.MULTILINE)[1])


def _copied():
    return [source for line in re.findall(r"^COPY (.*) \S+$", RECIPE, re.MULTILINE) for source in line.split()]


def _readme():
    return (PROJECT / "README.md").read_text(encoding="utf-8")
