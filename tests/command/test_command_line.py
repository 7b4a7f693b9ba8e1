"""``python -m lowlight``, run as people run it."""

import json
import os
import pty
import re
import signal
import subprocess
import sys
import termios
from contextlib import suppress
from pathlib import Path

import numpy as np
import pytest
from PIL import ExifTags, Image

from lowlight import Settings, enhance, limits, load_photo
from lowlight.command.main import main
from lowlight.files.formats import RESULT_FORMATS
from lowlight.settings import LOOKS
from tests.files.test_deep import DISPLAY_P3
from tests.helpers.photos import dark_photo
from tests.helpers.places import PROJECT


def command(*arguments):
    """Return the command as people type it."""
    return [sys.executable, "-m", "lowlight", *map(str, arguments)]


def run(*arguments, cwd, **more):
    """Run the command line in a folder, with more environment variables; return exit code, output and errors."""
    options = {"capture_output": True, "encoding": "utf-8", "errors": "surrogateescape"}
    answer = subprocess.run(command(*arguments), cwd=cwd, env=environment(**more), check=False, **options)
    return answer.returncode, answer.stdout, answer.stderr


def environment(**more):
    """Return an environment in which the project is found from any folder."""
    return {**os.environ, "PYTHONPATH": str(PROJECT), **more}


@pytest.fixture
def photos(tmp_path):
    """A folder with a dark PNG, a dark JPEG and a file that is no photo."""
    for name, seed in (("bridge.png", 0), ("street.jpg", 1)):
        Image.fromarray(dark_photo(60, 90, seed)).save(tmp_path / name)
    (tmp_path / "notes.jpg").write_text("not a photo")
    return tmp_path


def test_good_photos_are_enhanced_and_bad_ones_named(photos):
    """Each good photo is written; a bad one costs exit code 1 and a sentence, and stops nothing."""
    code, out, err = run("bridge.png", "notes.jpg", "missing.jpg", "street.jpg", "--out", "results", cwd=photos)
    assert code == 1
    assert out.split() == ["results/bridge_enhanced.png", "results/street_enhanced.jpg"]
    *complaints, summary = err.strip().splitlines()
    assert [line.split(":")[0] for line in complaints] == ["notes.jpg", "missing.jpg"]
    assert summary == "2 of 4 photos enhanced, 2 not."
    assert "Traceback" not in err


def test_the_file_holds_what_the_library_gives(photos):
    """The PNG's pixels are the last stage's, and the settings on the line are used."""
    assert run("bridge.png", "--out", ".", "--brightness", "3", "--denoise", "0.5", cwd=photos)[0] == 0
    *_, expected = enhance(dark_photo(60, 90, 0), Settings(brightness=3.0, denoise=0.5))
    assert np.array_equal(np.asarray(Image.open(photos / "bridge_enhanced.png")), expected.picture)


def test_every_control_has_its_option(photos):
    """What the library calls a setting is what the line calls it, and the help has its range."""
    wanted = {"strength": 0.9, "exposure": -0.5, "shadows": 0.4, "highlights": -0.4, "warmth": 0.2, "colour": -0.5}
    wanted |= {"detail": 0.3, "denoise": 0.7, "clip_limit": 3.0, "tile_grid": 4, "look": "bright"}
    assert set(wanted) == {*limits.RANGES, "look"}
    line = [part for name, value in wanted.items() for part in (f"--{name.replace('_', '-')}", value)]
    assert run("bridge.png", "--out", ".", *line, cwd=photos)[0] == 0
    *_, expected = enhance(dark_photo(60, 90, 0), Settings(**wanted))
    assert np.array_equal(np.asarray(Image.open(photos / "bridge_enhanced.png")), expected.picture)
    words = " ".join(run("--help", cwd=photos)[1].split())
    for name, (low, high) in limits.RANGES.items():
        usual = getattr(Settings(), name)
        assert re.search(rf"--{name.replace('_', '-')} X [^.]*?, {low:g} to {high:g} \(default: {usual:g}\)", words), (
            name
        )


@pytest.mark.parametrize(("form", "result"), RESULT_FORMATS.items())
def test_the_format_can_be_chosen(photos, monkeypatch, form, result):
    """--format decides the file's suffix, its content, and how many bits it has."""
    monkeypatch.chdir(photos)
    assert main(["street.jpg", "--out", "results", "--format", form]) == 0
    (made,) = Path("results").iterdir()
    assert made.name == f"street_enhanced{result.suffix}"
    if form == "jxl":
        assert made.read_bytes()[:2] == b"\xff\x0a" or b"JXL " in made.read_bytes()[:12]
    else:
        found = load_photo(made)
        assert (found.rgb.shape, found.deep is not None) == ((60, 90, 3), result.deep)


def test_place_and_colours_are_kept_when_asked_for(photos, monkeypatch):
    """Without an option a result is sRGB and says no place; with it, it has the photo's."""
    monkeypatch.chdir(photos)
    exif, profile = Image.Exif(), DISPLAY_P3
    exif[ExifTags.IFD.GPSInfo] = {ExifTags.GPS.GPSLatitudeRef: "N", ExifTags.GPS.GPSLatitude: (52.0, 31.0, 12.0)}
    Image.fromarray(dark_photo(60, 90, 1)).save("street.jpg", exif=exif, icc_profile=profile)
    for folder, options in (("plain", []), ("kept", ["--keep-place", "--keep-colours"])):
        assert main(["street.jpg", "--out", folder, *options]) == 0
        with Image.open(Path(folder, "street_enhanced.jpg")) as made:
            kept = made.getexif().get_ifd(ExifTags.IFD.GPSInfo) != {}, made.info["icc_profile"] == profile
        assert kept == (bool(options), bool(options))


def test_no_photo_is_written_over(photos):
    """Two photos of one name get two results, and a result never replaces a photo that was given."""
    (photos / "other").mkdir()
    Image.fromarray(dark_photo(60, 90, 5)).save(photos / "other" / "bridge.png")
    given = dark_photo(30, 40, 6)
    Image.fromarray(given).save(photos / "bridge_enhanced.png")
    code, out, _ = run("bridge.png", "other/bridge.png", "bridge_enhanced.png", "--out", ".", cwd=photos)
    assert (code, out.split()) == (
        0,
        ["bridge_enhanced_2.png", "bridge_enhanced_3.png", "bridge_enhanced_enhanced.png"],
    )
    assert np.array_equal(np.asarray(Image.open(photos / "bridge_enhanced.png")), given)


@pytest.mark.parametrize(
    "wrong",
    [
        *[("--brightness", "nan"), ("--denoise", "2"), ("--exposure", "9"), ("--tile-grid", "0"), ("--strength", "50")],
        *[("--shadows", "-2"), ("--highlights", "2"), ("--warmth", "inf"), ("--colour", "-100"), ("--detail", "-0.1")],
    ],
)
def test_wrong_settings_are_refused_before_any_work(photos, wrong):
    """A setting out of range is one sentence and exit code 2; nothing is written."""
    code, out, err = run("bridge.png", "--out", "results", *wrong, cwd=photos)
    assert (code, out) == (2, "")
    assert "must be a number from" in err
    assert not (photos / "results").exists()


def test_a_look_that_is_none_is_refused(photos):
    """The sentence names those that there are."""
    code, out, err = run("bridge.png", "--out", "results", "--look", "noon", cwd=photos)
    assert (code, out) == (2, "")
    assert all(look in err for look in LOOKS)


def test_a_folder_that_cannot_be_made_is_named(photos):
    """Where the results cannot go, the sentence says so."""
    code, _, err = run("bridge.png", "--out", "notes.jpg/results", cwd=photos)
    assert code == 1
    assert "cannot be made" in err
    assert "Traceback" not in err


# Whoever stops it, and whoever reads it


@pytest.mark.parametrize("encoding", ["cp1252", "ascii"])
def test_names_that_the_encoding_lacks_are_printed(photos, encoding):
    """A terminal whose encoding lacks a letter gets an escape for it, in results and in complaints."""
    (photos / "street.jpg").rename(photos / "日本.jpg")
    code, out, err = run("日本.jpg", "夜.jpg", "--out", "r", cwd=photos, PYTHONIOENCODING=encoding)
    assert code == 1
    assert out.strip() == r"r/\u65e5\u672c_enhanced.jpg"
    assert err.startswith(r"\u591c.jpg: There is no such file.")
    assert (photos / "r" / "日本_enhanced.jpg").exists()


def test_the_work_goes_on_when_the_reader_has_left(photos):
    """As before ``| head -1``: all photos are enhanced, and nothing is complained of."""
    reading, writing = os.pipe()
    os.close(reading)
    line = command("bridge.png", "street.jpg", "--out", "r")
    done = subprocess.run(
        line, cwd=photos, env=environment(), stdout=writing, stderr=subprocess.PIPE, text=True, check=False
    )
    os.close(writing)
    assert (done.returncode, done.stderr) == (0, "2 of 2 photos enhanced.\n")
    assert len(list((photos / "r").iterdir())) == 2


def test_help_may_be_cut_short():
    """Whoever reads the first line of --help alone sees no complaint."""
    reading, writing = os.pipe()
    os.close(reading)
    line = command("--help")
    done = subprocess.run(line, stdout=writing, stderr=subprocess.PIPE, env=environment(), check=False)
    os.close(writing)
    assert (done.returncode, done.stderr) == (0, b"")


def test_help_and_the_library_need_no_heavy_packages():
    """Neither --help nor importing the library loads NumPy; what the library promises is there all the same."""
    code = (
        "import sys, lowlight, lowlight.command.main as c, contextlib\n"
        "with contextlib.suppress(SystemExit): c.main(['--help'])\n"
        "assert not {'numpy', 'cv2', 'onnxruntime', 'PIL', 'tqdm'} & set(sys.modules)\n"
        "assert set(lowlight.__all__) <= set(dir(lowlight))\n"
        "assert all(getattr(lowlight, name) for name in lowlight.__all__)"
    )
    done = subprocess.run([sys.executable, "-c", code], env=environment(), capture_output=True, text=True, check=False)
    assert done.stderr == ""
    codes = re.findall(r"^  (\d+) ", done.stdout, re.MULTILINE)
    assert codes == ["0", "1", "2", "130"]


def test_what_the_library_warns_of_is_one_line(photos):
    """Weights that cannot be had are a sentence among the others, once, and the bundled ones serve."""
    code, out, err = run("bridge.png", "street.jpg", "--out", "r", cwd=photos, LOWLIGHT_WEIGHTS="none")
    assert (code, len(out.splitlines())) == (0, 2)
    warning, summary = err.splitlines()
    assert warning.startswith("LOWLIGHT_WEIGHTS cannot be used.")
    assert summary == "2 of 2 photos enhanced."


def test_nohup_lets_it_outlive_its_terminal(photos):
    """What is told to ignore that the terminal is closed goes on to the end."""
    line = ["nohup", *command("bridge.png", "street.jpg", "--out", "r")]
    streams = {"stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
    with subprocess.Popen(line, cwd=photos, env=environment(), **streams) as process:
        first = process.stdout.readline()
        process.send_signal(signal.SIGHUP)
        rest, err = process.communicate(timeout=60)
    assert process.returncode == 0
    assert len((first + rest).split()) == 2
    assert "2 of 2 photos enhanced." in err


@pytest.mark.parametrize("kind", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP], ids=["Ctrl-C", "SIGTERM", "hung up"])
def test_who_stops_it_gets_whole_results_and_a_report(kind, tmp_path):
    """Stopped after the first result it says so on one line and leaves nothing half-done; the next call goes on."""
    (tmp_path / "in").mkdir()
    for seed in range(4):
        Image.fromarray(dark_photo(600, 900, seed)).save(tmp_path / "in" / f"{seed}.jpg")
    line = command("in", "--out", "r", "--report", "report.json", "--skip-existing")
    streams = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
    with subprocess.Popen(line, cwd=tmp_path, env=environment(), **streams) as process:
        first = process.stdout.readline().strip()
        process.send_signal(kind)
        rest, err = process.communicate(timeout=60)
    results = [first, *rest.split()]
    assert process.returncode == 130
    assert err == f"Stopped: {len(results)} of 4 photos enhanced.\n"
    assert sorted(f"r/{path.name}" for path in (tmp_path / "r").iterdir()) == results
    report = json.loads((tmp_path / "report.json").read_text())
    assert [(row["status"], row["result"]) for row in report] == [("done", result) for result in results]
    before = (tmp_path / first).stat().st_mtime_ns
    code, out, err = run("in", "--out", "r", "--skip-existing", cwd=tmp_path)
    assert (code, len(out.split())) == (0, 4 - len(results))
    assert err.endswith(f"{4 - len(results)} of 4 photos enhanced, {len(results)} done before.\n")
    assert (tmp_path / first).stat().st_mtime_ns == before


def test_a_terminal_gets_a_bar(photos):
    """On a terminal a bar stands for the results, complaints are lines, and the end is told."""
    main, side = pty.openpty()
    termios.tcsetwinsize(side, (24, 80))
    line = command("bridge.png", "notes.jpg", "street.jpg", "--out", "r")
    with subprocess.Popen(line, cwd=photos, env=environment(), stdout=side, stderr=side) as process:
        os.close(side)
        shown = b""
        with suppress(OSError):  # how a terminal's end is told
            while part := os.read(main, 65536):
                shown += part
    os.close(main)
    text = shown.decode()
    assert process.returncode == 1
    assert "100%" in text or "67%" in text
    assert "notes.jpg: This is a text file" in text
    assert "bridge_enhanced" not in text
    assert text.rstrip().endswith("2 of 3 photos enhanced, 1 not.")
