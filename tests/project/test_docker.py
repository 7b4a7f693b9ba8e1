"""The container's recipe, followed without one: what it copies is all that the page needs.

It shows neither that the base image is there nor that the packages install on it; they are those of ``make app``.
"""

import json
import re
import shutil
import tomllib

import numpy as np

from lowlight import enhance, load_photo
from tests.helpers.places import DARK, PROJECT
from tests.helpers.running import result_of
from tests.helpers.serving import serving

RECIPE = (PROJECT / "Dockerfile").read_text(encoding="utf-8")


def test_what_is_copied_is_enough(tmp_path):
    """By the recipe's command, from the files that it copies, a photo is enhanced as the library does it."""
    app = tmp_path / "app"
    app.mkdir()
    for source in _copied():
        whole = PROJECT / source
        if whole.is_dir():
            shutil.copytree(whole, app / source, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(whole, app)
    python, *command = json.loads(re.search(r"^CMD (.*)$", RECIPE, re.MULTILINE)[1])
    assert python == "python"
    with serving(tmp_path / "page.log", *command, folder=app) as address:
        (tmp_path / "result.png").write_bytes(result_of(address, DARK))
    *_, expected = enhance(load_photo(DARK).rgb)
    assert np.array_equal(load_photo(tmp_path / "result.png").rgb, expected.picture)


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


def _copied():
    return [source for line in re.findall(r"^COPY (.*) \S+$", RECIPE, re.MULTILINE) for source in line.split()]


def _readme():
    return (PROJECT / "README.md").read_text(encoding="utf-8")
