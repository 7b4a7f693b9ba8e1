"""Many photos, one after the other."""

import zipfile

import numpy as np
import pytest
from PIL import Image

from lowlight import LowlightError, Settings, enhance, limits
from lowlight.web.i18n import texts
from lowlight.web.jobs.batch import BatchView, Done, begin_batch, run_batch
from lowlight.web.jobs.job import Choices
from lowlight.web.ui import markup
from lowlight.web.uploads import Upload
from tests.helpers.photos import dark_photo


@pytest.fixture
def uploads(tmp_path):
    """Two photos that are called the same, a file that is none between them, and a third photo."""
    found = []
    for index, name in enumerate(["IMG.png", "bad.jpg", "IMG.png", "last.png"]):
        path = tmp_path / f"{index}-{name}"
        if name == "bad.jpg":
            path.write_text("no photo " * 30)
        else:
            Image.fromarray(dark_photo(40, 60, index)).save(path)
        found.append(Upload(path, name))
    return found


def test_all_are_done_and_a_bad_one_is_named(uploads, tmp_path):
    """The gallery grows photo by photo, the bad file is named with the reason, and the zip holds the results."""
    views = list(run_batch(begin_batch(None, uploads, Choices(Settings(exposure=0.5)), tmp_path / "page")))
    assert [len(view.done) for view in views] == [0, 1, 1, 2, 3]
    assert [view.current for view in views] == ["IMG.png", "bad.jpg", "IMG.png", "last.png", ""]
    assert len(views[-1].failed) == 1
    assert views[-1].failed[0].startswith("bad.jpg: ")
    with zipfile.ZipFile(views[-1].archive) as archive:
        assert archive.namelist() == ["IMG_enhanced.png", "IMG_enhanced_2.png", "last_enhanced.png"]
        with archive.open("last_enhanced.png") as file:
            *_, expected = enhance(dark_photo(40, 60, 3), Settings(exposure=0.5))
            assert np.array_equal(np.asarray(Image.open(file)), expected.picture)


def test_stop_keeps_what_is_done(uploads, tmp_path):
    """Stopped after the first photo, the zip holds that one, and the view says so."""
    batch = begin_batch(None, uploads, Choices(), tmp_path / "page")
    views = []
    for view in run_batch(batch):
        views.append(view)
        if view.done:
            batch.cancelled.set()
    assert views[-1].stopped
    assert len(zipfile.ZipFile(views[-1].archive).namelist()) == 1
    assert "Stopped: 1 of 4" in markup.batch(views[-1])


def test_the_next_batch_takes_the_place_of_the_old(uploads, tmp_path):
    """A person's old results go when new photos come."""
    first = begin_batch(None, uploads, Choices(), tmp_path / "page")
    list(run_batch(first))
    begin_batch(first, uploads, Choices(), tmp_path / "page")
    assert not first.folder.exists()


@pytest.mark.parametrize("count", [0, limits.MAX_BATCH + 1])
def test_none_or_too_many_are_refused(uploads, tmp_path, count):
    """The sentence names the limit."""
    with pytest.raises(LowlightError) as caught:
        begin_batch(None, uploads[:1] * count, Choices(), tmp_path)
    assert str(caught.value) == texts.NO_PHOTO or str(limits.MAX_BATCH) in str(caught.value)


def test_names_cannot_become_markup(tmp_path):
    """Names of files from people are text, in the gallery and in what went wrong."""
    evil = "<img src=x onerror=alert(1)>"
    view = BatchView(2, (Done(evil, tmp_path / "a.jpg"),), (evil,), evil)
    assert evil not in markup.batch(view)
