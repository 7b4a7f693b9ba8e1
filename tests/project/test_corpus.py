"""Damaged pictures by the dozen: no crash, no hang, no sentence that is none."""

import io
import os
import signal
import threading
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from tests.helpers import odd_pngs, odd_tiffs
from tests.helpers.photos import dark_photo
from tests.helpers.pictures import matrix_profile
from tools import corpus, make_corpus

FORMATS = ("jpeg", "png", "webp", "avif", "tiff", "bmp", "gif")


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Of each format: whole, cut at several places, with bytes flipped at many, and with a lying size."""
    folder = tmp_path_factory.mktemp("corpus")
    random = np.random.default_rng(0)
    for form in FORMATS:
        file = io.BytesIO()
        Image.fromarray(dark_photo(40, 56)).save(file, form)
        whole = file.getvalue()
        (folder / f"whole.{form}").write_bytes(whole)
        for share in (0.02, 0.2, 0.5, 0.9, 0.99):
            (folder / f"cut-{share}.{form}").write_bytes(whole[: int(len(whole) * share)])
        for number in range(8):
            flipped = np.frombuffer(whole, np.uint8).copy()
            places = random.integers(2, min(len(whole), 40 + 60 * number), 1 + number)
            flipped[places] ^= random.integers(1, 256, len(places), np.uint8)
            (folder / f"flipped-{number}.{form}").write_bytes(flipped.tobytes())
    for name, content in {"empty.jpg": b"", "text.png": b"no picture", "zeros.webp": bytes(5000)}.items():
        (folder / name).write_bytes(content)
    return folder


def test_damaged_files_are_taken_or_refused(folder):
    """Over a hundred damaged files: each is read or refused in words, within 3 seconds and 1 GiB."""
    outcomes = corpus.run(folder)
    assert len(outcomes) > 100
    assert [outcome.fault for outcome in outcomes if outcome.fault] == []
    assert {outcome.kind for outcome in outcomes if outcome.path.stem == "whole"} == {"taken"}
    assert {outcome.kind for outcome in outcomes} == {"taken", "refused"}


def test_the_made_corpus_is_taken_or_refused(tmp_path, monkeypatch):
    """Over 1100 odd and broken files of all formats: no fault, and every PNG by the book is taken."""
    monkeypatch.setattr("sys.argv", ["make_corpus", str(tmp_path)])
    assert make_corpus.main() == 0
    outcomes = corpus.run(tmp_path)
    assert len(outcomes) > 1100
    assert [outcome.fault for outcome in outcomes if outcome.fault] == []
    taken = {outcome.path.stem for outcome in outcomes if outcome.kind == "taken" and outcome.path.parent.name == "png"}
    assert {name for name, _ in odd_pngs.good() if not name.startswith("chunk")} <= taken
    assert {f"chunk-{name}" for name in ("gamma-45455", "srgb-0", "exif", "text", "transparent-2-6")} <= taken


def test_the_files_of_a_folder_of_ones_own():
    """Where LOWLIGHT_CORPUS names a folder, every file in it is held against the loader; else the examples are."""
    folder = Path(os.environ.get("LOWLIGHT_CORPUS") or Path(corpus.PROJECT, "lowlight", "examples"))
    assert [outcome.fault for outcome in corpus.run(folder) if outcome.fault] == []


def test_what_goes_wrong_is_named():
    """A crash, a hang and a glutton stand in the table by their names."""
    outcomes = [
        corpus.Outcome(Path("a.png"), "crash", "exit code -11", 0.1, 50),
        corpus.Outcome(Path("b.png"), "taken", "", 9.0, 50),
        corpus.Outcome(Path("c.png"), "refused", "It is no photo.", 0.1, 5000),
        corpus.Outcome(Path("d.png"), "taken", "1 x 1", 0.1, 50),
    ]
    text = corpus.table(outcomes)
    assert "FAULT a.png: crash: exit code -11" in text
    assert "FAULT b.png: hang: 9.0 s" in text
    assert "FAULT c.png: memory: 5000 MiB" in text
    assert "FAULT d.png" not in text


def test_a_second_decoder_is_asked(tmp_path):
    """Same pictures and different ones are told apart; where the second decoder is known to be wrong is no fault."""
    lab = make_corpus.encoded("TIFF", Image.fromarray(dark_photo(40, 56)).convert("LAB"))
    for name, data in {
        "same.png": make_corpus.encoded("PNG"),
        "profile.png": make_corpus.encoded("PNG", icc_profile=matrix_profile()),
        "turned.jpg": make_corpus.jpegs()["orientation-6"],
        "other.tif": lab,
        "mode-LAB.tif": lab,
        "alone.heic": make_corpus.encoded("HEIF"),
        "signed.tif": dict(odd_tiffs.others())["signed-8"],
        "none.png": b"no picture",
    }.items():
        (tmp_path / name).write_bytes(data)
    outcomes = corpus.run(tmp_path, against=True)
    told = {outcome.path.name: outcome.beside.split(" ")[0] for outcome in outcomes}
    assert told == {
        **dict.fromkeys(("same.png", "profile.png", "turned.jpg"), "same"),
        **dict.fromkeys(("other.tif", "mode-LAB.tif"), "different"),
        "alone.heic": "alone",
        "signed.tif": "read",
        "none.png": "nothing",
    }
    assert [outcome.path.name for outcome in outcomes if outcome.fault] == ["other.tif"]
    rows = {line.split()[0]: line.split()[1:] for line in corpus.comparison(outcomes).splitlines()}
    assert rows["all"] == ["8", "3", "2", "1", "1", "1", "1"]
    assert rows[".tif"] == ["3", "0", "2", "1", "0", "1", "0"]


def test_a_process_that_dies_is_a_crash_and_the_next_file_goes_on(folder):
    """A child that is killed at work is named as a crash; the file after it is read by a new one."""
    child = corpus.Child()
    try:
        child.load(folder / "whole.png")
        child._process.send_signal(signal.SIGSTOP)  # so that it is at work when it is killed
        threading.Timer(0.5, child._process.kill).start()
        outcome = child.load(folder / "whole.png")
        assert (outcome.kind, outcome.detail) == ("crash", "exit code -9")
        assert child.load(folder / "whole.png").kind == "taken"
    finally:
        child.end()
