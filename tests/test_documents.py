"""What README.md and SECURITY.md say is so."""

import re

import numpy as np
import pytest
from conftest import DARK, PROJECT
from PIL import Image

from lowlight import Settings, enhance, limits, load_photo


def test_the_readmes_lines_for_programs_work(address, tmp_path, monkeypatch):
    """The lines that call the page from Python, run as they stand, give what the library gives."""
    text = (PROJECT / "README.md").read_text(encoding="utf-8")
    lines = next(block for block in re.findall(r"```python\n(.*?)```", text, re.DOTALL) if "gradio_client" in block)
    assert "http://127.0.0.1:7860" in lines
    with Image.open(DARK) as photo:
        photo.convert("RGB").save(tmp_path / "night.jpg", quality=95)
    monkeypatch.chdir(tmp_path)
    names = {}
    exec(lines.replace("http://127.0.0.1:7860", address), names)
    *_, expected = enhance(load_photo("night.jpg").rgb, Settings(exposure=0.5, denoise=0.8))
    assert np.array_equal(load_photo(names["path"]).rgb, expected.picture)
    names["client"].close()


@pytest.mark.parametrize("setting", limits.RANGES)
def test_the_readmes_ranges_are_the_settings(setting):
    """The ranges that programs are told are those that settings are held to, for each setting there is."""
    text = " ".join((PROJECT / "README.md").read_text(encoding="utf-8").split())
    low, high = (int(end) if end == int(end) else end for end in limits.RANGES[setting])
    assert re.search(rf"`{setting}`[^;.]*? from {low} to {high}\b", text)
    for value in (low, high):
        assert getattr(Settings(**{setting: value}), setting) == value
    with pytest.raises(ValueError, match="must be"):
        Settings(**{setting: high + 1})


def test_every_promise_names_its_tests():
    """SECURITY.md has eighteen promises, and each test or file that it names is there."""
    text = (PROJECT / "SECURITY.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| (\d+) \|.*\|(.*)\|$", text, re.MULTILINE)
    assert [int(number) for number, _ in rows] == list(range(1, 19))
    files = {path.name: path.read_text(encoding="utf-8") for path in (PROJECT / "tests").glob("test_*.py")}
    for number, shown in rows:
        for name in re.findall(r"`(test_\w+(?:\.py)?)`", shown):
            assert name in files or any(f"def {name}(" in content for content in files.values()), (number, name)
