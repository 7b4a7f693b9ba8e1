"""What is told of many photos, the exit code, and what becomes of earlier results and of the photos after a fault."""

import csv
import json
import os
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from lowlight import load_photo
from lowlight.command import work
from lowlight.command.main import main
from tests.helpers.photos import cut_png, dark_photo


@pytest.fixture(autouse=True)
def here(tmp_path, monkeypatch):
    """A folder with a dark PNG, a JPEG, a PNG that is cut short and a file that is no photo."""
    monkeypatch.chdir(tmp_path)
    Path("in").mkdir()
    Image.fromarray(dark_photo(60, 90, 0)).save("in/bridge.png")
    Image.fromarray(dark_photo(40, 30, 1)).save("in/street.jpg")
    cut_png(Path("in"))
    Path("in/notes.txt").write_text("not a photo")


def read_json(path):
    """Return a report's rows, every value as a text."""
    rows = json.loads(path.read_text(encoding="utf-8"))
    return [{name: "" if value is None else str(value) for name, value in row.items()} for row in rows]


def read_csv(path):
    """The same of the other kind of report."""
    with path.open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def statuses(*arguments):
    """Run the command with a report; return its exit code, and what became of each photo."""
    code = main([*arguments, "--report", "report.json"])
    return code, {Path(row["path"]).name: row["status"] for row in read_json(Path("report.json"))}


@pytest.mark.parametrize(("name", "read"), [("report.json", read_json), ("new/report.CSV", read_csv)])
def test_the_report_has_a_row_for_each_photo(name, read, capsys):
    """It has what is known of each, with the sentence that was printed."""
    assert main(["in", "none/*.jpg", "--out", "r", "--report", name]) == 1
    fault, bridge, cut, street = rows = read(Path(name))
    assert [row["status"] for row in rows] == ["refused", "done", "refused", "done"]
    *printed, summary = capsys.readouterr().err.splitlines()
    assert printed == [f"{row['path']}: {row['sentence']}" for row in (fault, cut)]
    assert summary == "2 of 3 photos enhanced, 2 not; other files left out: 1."
    assert (bridge["path"], bridge["result"]) == (str(Path("in/bridge.png")), str(Path("r/bridge_enhanced.png")))
    assert (bridge["width"], bridge["height"], street["width"], street["height"]) == ("90", "60", "30", "40")
    assert int(bridge["bytes_in"]) == Path("in/bridge.png").stat().st_size
    assert int(street["bytes_out"]) == Path("r/street_enhanced.jpg").stat().st_size
    assert 0 < float(street["seconds"]) < 60
    assert (cut["result"], cut["width"], cut["bytes_out"]) == ("", "", "")


def test_names_that_are_no_text_are_in_the_report():
    """A name with bytes that are no UTF-8 costs neither the photo nor the report."""
    odd = os.fsdecode(b"in/odd\xff.png")
    Path(odd).write_bytes(Path("in/bridge.png").read_bytes())
    for name, read in (("report.json", read_json), ("report.csv", read_csv)):
        assert main([odd, "--out", name[-4:], "--report", name]) == 0
        (row,) = read(Path(name))
        assert row["status"] == "done"


def test_earlier_results_are_kept_unless_it_is_said_otherwise(capsys):
    """By default the photo is named and the two options too; one passes it over, one makes it anew."""
    Path("r").mkdir()
    result, photos = Path("r/street_enhanced.jpg"), ["in/bridge.png", "in/street.jpg", "--out", "r"]
    result.write_bytes(b"a picture of somebody")
    assert statuses(*photos) == (1, {"bridge.png": "done", "street.jpg": "refused"})
    assert "--overwrite" in (told := capsys.readouterr().err)
    assert "--skip-existing" in told
    made = Path("r/bridge_enhanced.png").stat().st_mtime_ns
    assert statuses(*photos, "--skip-existing") == (0, {"bridge.png": "skipped", "street.jpg": "skipped"})
    assert result.read_bytes() == b"a picture of somebody"
    assert Path("r/bridge_enhanced.png").stat().st_mtime_ns == made
    assert statuses(*photos, "--overwrite") == (0, {"bridge.png": "done", "street.jpg": "done"})
    assert load_photo(result).rgb.shape == (40, 30, 3)


def test_a_second_call_does_what_is_missing():
    """With --skip-existing a photo that came later is enhanced, also where it has the name of one that is done."""
    assert statuses("in/bridge.png", "--out", "in", "--format", "jpg")[0] == 0
    Image.fromarray(dark_photo(20, 20, 7)).save("in/bridge.gif")
    code, found = statuses("in", "--out", "in", "--format", "jpg", "--skip-existing")
    assert (code, found["bridge.gif"], "bridge_enhanced.jpg" in found) == (1, "done", False)
    assert load_photo("in/bridge_gif_enhanced.jpg").rgb.shape == (20, 20, 3)


@pytest.mark.parametrize(
    ("fault", "words"),
    [
        (MemoryError(), "not enough memory"),
        (RuntimeError("/a/path"), "a fault of the program (RuntimeError)"),
        (OSError(28, "No space left on device"), "cannot be written (No space left on device)"),
    ],
)
def test_the_others_go_on_whatever_happens(fault, words, monkeypatch, capsys):
    """A photo whose work breaks off is named, and nothing is left of it."""
    whole = work.steps

    def breaking(rgb, *rest, **named):
        if rgb.shape[0] == 60:
            raise fault
        return whole(rgb, *rest, **named)

    monkeypatch.setattr(work, "steps", breaking)
    assert statuses("in/bridge.png", "in/street.jpg", "--out", "r") == (
        1,
        {"bridge.png": "failed", "street.jpg": "done"},
    )
    assert words in capsys.readouterr().err
    assert [path.name for path in Path("r").iterdir()] == ["street_enhanced.jpg"]


def test_a_result_that_cannot_be_written_is_named(capsys):
    """Where a folder has the result's name, the photo failed, and the others go on."""
    Path("r/bridge_enhanced.png").mkdir(parents=True)
    assert statuses("in", "--out", "r", "--overwrite")[1] == {
        "bridge.png": "failed",
        "cut.png": "refused",
        "street.jpg": "done",
    }
    assert "The result could not be written" in capsys.readouterr().err
    assert sorted(path.name for path in Path("r").iterdir()) == ["bridge_enhanced.png", "street_enhanced.jpg"]


@pytest.mark.parametrize(
    ("line", "code", "words"),
    [
        (["--report", "report.txt"], 2, "must end in .json, .jsonl, .csv or .parquet"),
        (["--suffix", "a/b"], 2, "letters, digits"),
        (["--suffix", ""], 2, "letters, digits"),
        (["--overwrite", "--skip-existing"], 2, "not allowed with"),
        (["--report", "in/notes.txt/report.csv"], 1, "folder for the report cannot be made"),
        (["in/photo.csv", "--report", "in/../in/photo.csv"], 2, "written over a file that was given"),
    ],
)
def test_mistakes_are_told_before_any_work(line, code, words, capsys):
    """The exit code and a sentence say what is wrong, no photo is touched and no result made."""
    Path("in/photo.csv").write_bytes(Path("in/bridge.png").read_bytes())
    with pytest.raises(SystemExit) as ended:
        sys.exit(main(["in/bridge.png", "--out", "r", *line]))
    assert ended.value.code == code
    assert words in capsys.readouterr().err
    assert not any(Path("r").glob("*"))
    assert np.array_equal(load_photo("in/photo.csv").rgb, dark_photo(60, 90, 0))


def test_the_word_in_results_names_can_be_chosen():
    """--suffix is what is added to the photo's name."""
    assert main(["in/street.jpg", "--out", "r", "--suffix", "brünn-2"]) == 0
    assert [path.name for path in Path("r").iterdir()] == ["street_brünn-2.jpg"]
