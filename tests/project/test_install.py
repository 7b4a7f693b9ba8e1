"""The project as a package: built, installed into fresh environments, used from another folder."""

import os
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import numpy as np
import pytest
from packaging.requirements import Requirement

import lowlight
from lowlight import enhance, load_photo
from tests.helpers.places import DARK, PROJECT

UV = Path(sys.prefix) / "bin" / "uv"
FACTS = tomllib.loads((PROJECT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
PINNED = {
    "dependencies": "requirements.txt",
    "web": "requirements.txt",
    "ray": "tests/requirements.txt",
    "train": "training/requirements.txt",
    "dev": "tests/requirements.txt",
}
"""Where what each list of pyproject.toml asks for is pinned."""


DECLARED = re.findall(r":: (3\.\d+)", " ".join(FACTS["classifiers"]))


def interpreters():
    """Return the Pythons that can be had here, of those that the project declares: this one, and others by name."""
    found = {"3.11": sys.executable}
    for version in DECLARED:
        places = [shutil.which(f"python{version}"), *Path.home().glob(f".pyenv/versions/{version}.*/bin/python")]
        for place in filter(None, places):
            told = subprocess.run([place, "--version"], capture_output=True, text=True, check=False)
            if told.stdout.startswith(f"Python {version}."):
                found.setdefault(version, str(place))
    return found


INTERPRETERS = interpreters()


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    """The wheel, built from the checkout."""
    folder = tmp_path_factory.mktemp("wheel")
    subprocess.run([UV, "build", "--quiet", "--wheel", "--out-dir", folder, PROJECT], check=True)
    return next(folder.glob("*.whl"))


def installed(wheel, python, folder, *options):
    """Install the wheel into a fresh environment and return its folder of commands."""
    subprocess.run([UV, "venv", "--quiet", "--python", python, folder / "fresh"], check=True)
    own = {**os.environ, "VIRTUAL_ENV": str(folder / "fresh")}
    subprocess.run([UV, "pip", "install", "--quiet", *options, wheel], check=True, env=own)
    return folder / "fresh" / "bin"


def enhanced(commands, folder):
    """Enhance a photo with the installed command, from a folder that has nothing to do with the checkout."""
    done = subprocess.run(
        [commands / "lowlight", DARK, "--out", "results"],
        cwd=folder,
        env={name: value for name, value in os.environ.items() if name != "PYTHONPATH"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return load_photo(next((folder / "results").iterdir())).rgb


@pytest.mark.parametrize("version", DECLARED)
def test_the_installed_command_gives_what_the_checkout_gives(wheel, version, tmp_path):
    """In a fresh environment of each Python, with the pinned packages and without the page's."""
    if version not in INTERPRETERS:
        pytest.skip(f"Python {version} is not on this machine")
    commands = installed(wheel, INTERPRETERS[version], tmp_path, "--constraint", PROJECT / "requirements.txt")
    *_, expected = enhance(load_photo(DARK).rgb)
    assert np.array_equal(enhanced(commands, tmp_path), expected.picture)
    asked = (
        "import lowlight, importlib.util as u; print(lowlight.__version__, u.find_spec('gradio'), lowlight.__file__)"
    )
    told = subprocess.run([commands / "python", "-c", asked], cwd=tmp_path, capture_output=True, text=True, check=True)
    assert told.stdout.startswith(f"{lowlight.__version__} None {tmp_path}")


def test_the_lowest_versions_that_are_asked_for_do(wheel, tmp_path):
    """With the oldest packages that pyproject.toml lets in, a picture is the same to a level of 255."""
    commands = installed(wheel, sys.executable, tmp_path, "--resolution", "lowest-direct", *FACTS["dependencies"])
    *_, expected = enhance(load_photo(DARK).rgb)
    assert np.abs(enhanced(commands, tmp_path).astype(int) - expected.picture).max() <= 1


@pytest.mark.parametrize("part", PINNED)
def test_what_is_pinned_is_what_is_asked_for(part):
    """Each package that pyproject.toml asks for is pinned, at a version that it lets in."""
    asked = FACTS["dependencies"] if part == "dependencies" else FACTS["optional-dependencies"][part]
    lines = (PROJECT / PINNED[part]).read_text(encoding="utf-8").splitlines()
    pins = {pin.name: pin.specifier for pin in (Requirement(line) for line in lines if "==" in line)}
    for requirement in map(Requirement, asked):
        (pinned,) = pins[requirement.name]
        assert requirement.specifier.contains(pinned.version), requirement


def test_nothing_is_pinned_for_the_page_that_is_not_asked_for():
    """requirements.txt holds what the library and the page ask for, and nothing beside it."""
    lines = (PROJECT / "requirements.txt").read_text(encoding="utf-8").splitlines()
    asked = {Requirement(line).name for line in FACTS["dependencies"] + FACTS["optional-dependencies"]["web"]}
    assert {line.split("==")[0] for line in lines if "==" in line} == asked


def test_the_changelog_begins_with_this_version():
    """Whoever reads the changelog finds the version that the library names."""
    text = (PROJECT / "CHANGELOG.md").read_text(encoding="utf-8")
    assert re.search(r"^## (\S+)", text, re.MULTILINE)[1] == lowlight.__version__
