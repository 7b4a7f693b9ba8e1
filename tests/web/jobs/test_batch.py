"""Many photos: fair turns, a place for each, one zip with a report, and each to be opened."""

import csv
import io
import shutil
import zipfile
from contextlib import closing

import gradio as gr
import numpy as np
import pytest
from PIL import Image

from lowlight import LowlightError, Settings, enhance, limits, load_photo
from lowlight.web.callbacks import ManyCallbacks
from lowlight.web.i18n import texts
from lowlight.web.i18n.catalogue import speaking
from lowlight.web.jobs import batch as batches
from lowlight.web.jobs import worker
from lowlight.web.jobs.batch import begin_batch
from lowlight.web.jobs.item import Status
from lowlight.web.jobs.job import Choices, begin_again
from lowlight.web.jobs.queue import Queue
from lowlight.web.jobs.session import Session
from lowlight.web.jobs.view import Phase, StageReady
from lowlight.web.ui import gallery
from lowlight.web.ui.gallery import ManyOutputs
from lowlight.web.uploads import Upload
from tests.helpers.photos import dark_photo
from tests.helpers.pictures import alike
from tests.helpers.places import DARK
from tests.helpers.sessions import Visitor

QUICK = Choices(Settings(denoise=0.0))


def photos(folder, *names):
    """Write a small dark photo for each name, those that begin with "bad" excepted; return the uploads."""
    folder.mkdir(exist_ok=True)
    found = []
    for index, name in enumerate(names):
        path = folder / f"{index}.png"
        if name.startswith("bad"):
            path.write_text("no photo " * 30)
        else:
            Image.fromarray(dark_photo(40, 60, index)).save(path)
        found.append(Upload(path, name))
    return found


@pytest.fixture
def given(tmp_path):
    """What begins a batch of photos with these names."""

    def begun(*names, choices=QUICK, old=None):
        return begin_batch(old, photos(tmp_path / "uploads", *names), choices, tmp_path / "page")

    return begun


def statuses(batch):
    """Return how far each photo is."""
    return [str(item.status) for item in batch.view.items]


def zipped(batch):
    """Return what is in the zip, by name."""
    with zipfile.ZipFile(batch.view.archive) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def report(batch):
    """Return the report's rows."""
    return list(csv.reader(io.StringIO(zipped(batch)["report.csv"].decode("utf-8-sig"))))


def changed(batch, index, choices):
    """Open a photo, have it made with other choices, and put the result in its place; return the job's view."""
    visitor = Visitor(batch.folder.parent)
    visitor.session.show(*batch.open(index))
    visitor.change(choices)
    visitor.work()
    batch.replace(index, visitor.job, visitor.view)
    batch.renew_zip()
    return visitor


# -- One after the other -----------------------------------------------------------------------------------------------


def test_all_are_done_and_a_bad_one_keeps_its_place(given):
    """Each photo becomes what the library makes of it; the file that is none says why, where it stands."""
    batch = given("IMG.png", "bad.jpg", "last.png", choices=Choices(Settings(exposure=0.5)))
    list(batch.run())
    assert statuses(batch) == ["done", "refused", "done"]
    assert "text file" in batch.view.items[1].sentence
    for index, item in ((0, batch.view.items[0]), (2, batch.view.items[2])):
        *_, expected = enhance(dark_photo(40, 60, index), Settings(exposure=0.5))
        assert np.array_equal(load_photo(item.made.result).rgb, expected.picture)


def test_the_photos_are_worked_on_in_their_order(given):
    """One after the other, and every view has all of them."""
    batch = given("a.png", "b.png", "c.png")
    seen = []
    for view in batch.run():
        assert len(view.items) == 3
        seen += [item.name for item in view.items if item.status is Status.WORKING and item.name not in seen]
    assert seen == ["a.png", "b.png", "c.png"]


def test_names_in_the_zip_are_distinct_whatever_their_case(given):
    """There are systems for which a.jpg and A.JPG are one file."""
    batch = given("a.jpg", "A.JPG", "a.png", "ß.png", "SS.png")
    list(batch.run())
    names = list(zipped(batch))
    assert len({name.casefold() for name in names}) == len(names) == 6
    assert names[:2] == ["a_enhanced.png", "A_enhanced_2.png"]


def test_the_zip_holds_the_results_as_they_are(given):
    """Byte for byte, and without a result that does not exist."""
    batch = given("a.png", "bad.png")
    list(batch.run())
    files = zipped(batch)
    assert list(files) == ["a_enhanced.png", "report.csv"]
    assert files["a_enhanced.png"] == batch.view.items[0].made.result.read_bytes()


def test_the_report_says_what_became_of_each(given):
    """Spreadsheets know its letters by the mark at its beginning; each photo has a row, in the order they came in."""
    batch = given("Fjäll.png", "bad.jpg")
    list(batch.run())
    assert zipped(batch)["report.csv"].startswith(b"\xef\xbb\xbf")
    head, first, second = report(batch)
    assert head == ["File", "Result", "Status", "What was done, or why not", "Width", "Height", "Seconds"]
    assert first[:3] == ["Fjäll.png", "Fjäll_enhanced.png", "done"]
    assert first[4:6] == ["60", "40"]
    assert 0 < float(first[6]) + 0.1 < 60
    assert second == ["bad.jpg", "", "not taken", batch.view.items[1].sentence, "", "", ""]


@pytest.mark.parametrize("name", ["=1+1.png", "+1.png", "-1.png", "@SUM(A1).png"])
def test_no_name_becomes_a_formula(given, name):
    """A spreadsheet would work out what begins like one."""
    batch = given(name)
    list(batch.run())
    assert report(batch)[1][0] == f"'{name}"


def test_the_report_is_in_the_visitors_language(given):
    """Its columns and its sentences."""
    batch = given("a.png")
    with speaking("de"):
        list(batch.run())
    head, row = report(batch)
    assert head[0] == "Datei"
    assert row[2] == "fertig"


def test_a_hundred_photos_are_done_and_one_more_is_refused(given):
    """Small ones here; nothing but files of them is kept."""
    batch = given(*(f"{number}.png" for number in range(limits.MAX_BATCH)))
    list(batch.run())
    assert batch.view.count(Status.DONE) == 100
    assert len(zipped(batch)) == 101
    assert not list(batch.folder.rglob("*.npy"))
    with pytest.raises(LowlightError, match="At most 100 photos"):
        given(*(f"{number}.png" for number in range(limits.MAX_BATCH + 1)))


def test_none_are_refused(given):
    """With a sentence."""
    with pytest.raises(LowlightError) as caught:
        given()
    assert str(caught.value) == texts.NO_PHOTO


def test_the_next_batch_takes_the_place_of_the_old(given):
    """A person's old results go when new photos come, and stay when none of those can be taken."""
    first = given("a.png")
    list(first.run())
    with pytest.raises(LowlightError):
        given(old=first)
    assert first.folder.exists()
    given("b.png", old=first)
    assert not first.folder.exists()


def test_stop_keeps_what_is_done(given):
    """Stopped after the first photo, the zip holds that one, and the others are said to be stopped."""
    batch = given("a.png", "b.png", "c.png")
    for view in batch.run():
        if view.count(Status.DONE):
            batch.cancelled.set()
    assert statuses(batch) == ["done", "stopped", "stopped"]
    assert [row[2] for row in report(batch)[1:]] == ["done", "stopped", "stopped"]
    assert "Stopped: 1 of 3" in gallery.progress(batch.view)


def test_the_work_on_a_photo_ends_when_it_is_stopped(given):
    """In the middle of it; nothing of it is left."""
    batch = given("a.png")
    views = batch.run()
    next(views)
    batch.cancelled.set()
    list(views)
    assert statuses(batch) == ["stopped"]
    assert list(batch.folder.iterdir()) == []


def test_who_asks_while_they_are_worked_on_watches_to_the_end(given):
    """Asked twice, each photo is made once; the second is told how far the first is, and has the zip at the end."""
    batch = given("a.png", "b.png")
    with closing(batch.run()) as first, closing(batch.run()) as second:
        next(first)
        assert next(second).count(Status.WORKING) == 1
        list(first)
        made = [item.made for item in batch.view.items]
        *_, last = second
    assert all(mine.made is theirs for mine, theirs in zip(last.items, made, strict=True))
    assert not last.running
    assert last.archive.exists()


def test_a_visit_that_comes_back_takes_up_where_the_work_broke_off(given):
    """The photo that was under way is made by whoever comes back, and so are those that had not been reached."""
    batch = given("a.png", "b.png", "c.png")
    views = batch.run()
    while not next(views).count(Status.DONE):
        pass
    views.close()
    assert statuses(batch) == ["done", "waiting", "waiting"]
    mine = batch.view.items[0].made
    list(batch.run())
    assert statuses(batch) == ["done", "done", "done"]
    assert batch.view.items[0].made is mine


# -- What can go wrong -------------------------------------------------------------------------------------------------


def test_a_photo_that_was_deleted_meanwhile_says_so(given):
    """The others go on."""
    batch = given("a.png", "b.png")
    batch.view.items[0].source.unlink()
    list(batch.run())
    assert statuses(batch) == ["refused", "done"]
    assert batch.view.items[0].sentence == texts.GONE


def test_a_disk_that_takes_nothing_is_a_sentence(given, tmp_path):
    """Where the folder cannot be made, each photo says why, and there is no zip."""
    batch = given("a.png")
    (tmp_path / "page").write_text("a file where the folder would be")
    list(batch.run())
    assert statuses(batch) == ["refused"]
    assert batch.view.items[0].sentence.startswith("The result could not be written")
    assert batch.view.archive is None


def test_a_result_that_is_gone_when_the_zip_is_written_is_a_sentence(given):
    """The page says that it was deleted, and offers no zip."""
    batch = given("a.png", "b.png")
    for view in batch.run():
        if view.count(Status.DONE) == 1:
            view.items[0].made.result.unlink(missing_ok=True)
    assert batch.view.archive is None
    assert "deleted after 20 minutes" in gallery.progress(batch.view)


def test_a_photo_has_a_deadline(given, monkeypatch):
    """One that takes too long does not stop the others' turns for ever."""
    monkeypatch.setattr(limits, "DEADLINE_SECONDS", 0.0)
    batch = given("a.png")
    list(batch.run())
    assert "longer than 0 seconds" in batch.view.items[0].sentence


# -- Turns -------------------------------------------------------------------------------------------------------------


@pytest.fixture
def queue(monkeypatch):
    """A queue of this test's own."""
    fresh = Queue()
    monkeypatch.setattr(worker, "QUEUE", fresh)
    monkeypatch.setattr(batches, "QUEUE", fresh)
    return fresh


@pytest.mark.usefixtures("queue")
def test_two_batches_and_a_single_photo_take_turns(given, visitor, dark_jpeg):
    """A batch goes to the end of the queue after each photo: nobody waits for all of somebody else's."""
    first, second = given("a1.png", "a2.png", "a3.png"), given("b1.png", "b2.png")
    visitor.give(dark_jpeg, denoise=0.0)
    order = []

    def note(found):
        order.extend(name for name in found if name not in order)

    def alone():
        for step in visitor.steps():
            if isinstance(step, StageReady):
                note(["single"])
            yield

    def many(batch):
        for view in batch.run():
            note([item.name for item in view.items if item.status is Status.WORKING])
            yield

    people = [many(first), many(second), alone()]
    while people:
        for person in list(people):
            try:
                next(person)
            except StopIteration:
                people.remove(person)
    assert order == ["a1.png", "b1.png", "single", "a2.png", "b2.png", "a3.png"]


def test_a_batch_that_waits_says_how_many_are_before_it(queue, given):
    """In the line above the photos."""
    batch = given("a.png")
    with queue.turn(object()):
        views = batch.run()
        assert "0 of 1 done. Waiting: one photo is before yours" in gallery.progress(next(views))
    list(views)
    assert statuses(batch) == ["done"]


def test_a_batch_that_is_given_up_while_it_waits_is_before_nobody(queue, given):
    """The visitor has gone, and Gradio closes the generator."""
    with queue.turn(object()):
        views = given("a.png").run()
        next(views)
        views.close()
        with closing(given("b.png").run()) as others:
            assert next(others).ahead == 1


def test_a_batch_that_is_stopped_while_it_waits_leaves_the_queue(queue, given):
    """None of its photos is begun."""
    batch = given("a.png")
    with queue.turn(object()):
        views = batch.run()
        next(views)
        batch.cancelled.set()
        list(views)
    assert statuses(batch) == ["stopped"]


def test_a_batch_that_comes_to_a_full_queue_says_so_and_can_begin_again(given, monkeypatch):
    """Nothing of it is lost."""
    monkeypatch.setattr(batches, "QUEUE", full := Queue(0))
    batch = given("a.png")
    with full.turn(object()):
        list(batch.run())
    assert texts.BROKE_OFF in gallery.progress(batch.view)
    batch.again(QUICK)
    list(batch.run())
    assert statuses(batch) == ["done"]


# -- Opening one -------------------------------------------------------------------------------------------------------


def test_an_opened_photo_is_shown_as_if_it_had_been_made_alone(given, visitor):
    """The same facts, curves, pictures and offer, and the time that it took; nothing but that may differ."""
    batch = given("IMG.png", choices=Choices())
    list(batch.run())
    job, view = batch.open(0)
    visitor.give(job.source, "IMG.png")
    alone = visitor.work()[-1]
    assert (view.phase, view.message, view.seen) == (Phase.DONE, alone.message, alone.seen)
    assert (view.facts, view.network, view.how) == (alone.facts, alone.network, alone.how)
    assert (view.histograms, view.size) == (alone.histograms, alone.size)
    assert view.offer.details == alone.offer.details
    assert view.took
    for mine, theirs in zip((*view.pair, view.offer.path), (*alone.pair, alone.offer.path), strict=True):
        assert mine.read_bytes() == theirs.read_bytes()


def test_what_was_opened_outlives_the_batch(given):
    """Its files are its own."""
    batch = given("IMG.png")
    list(batch.run())
    job, view = batch.open(0)
    batch.delete()
    assert view.offer.path.exists()
    assert all(path.exists() for path in view.pair)
    job.delete()
    assert not view.offer.path.exists()


def test_what_has_no_result_cannot_be_opened(given):
    """Neither a file that is no photo, nor one that waits, nor one that is not there."""
    batch = given("bad.png", "a.png")
    assert [batch.open(index) for index in (0, 1, 2, -1)] == [None] * 4
    list(batch.run())
    assert batch.open(0) is None
    shutil.rmtree(batch.folder)
    with pytest.raises(LowlightError, match="deleted after 20 minutes"):
        batch.open(1)


def test_an_opened_photo_is_looked_at_in_its_own_pixels(given, visitor):
    """The photo's and the result's, read from their files at the first look and kept for the next."""
    batch = given("IMG.png")
    list(batch.run())
    job, view = batch.open(0)
    visitor.session.show(job, view)
    for _ in range(2):
        part = visitor.look(0.5, 0.5, 1.0, 1.0).detail
        assert alike(load_photo(part.before).rgb, dark_photo(40, 60, 0))
        assert alike(load_photo(part.after).rgb, load_photo(batch.view.items[0].made.result).rgb)
        job.source.unlink(missing_ok=True)


def test_a_moved_control_on_an_opened_photo_works_on_it_anew(given, visitor):
    """The network's picture was not kept: the result is the library's all the same, and the old one stays till then."""
    batch = given("IMG.png", choices=Choices())
    list(batch.run())
    visitor.session.show(*batch.open(0))
    job = visitor.change(exposure=1.0)
    assert visitor.view.pair is not None
    assert (job.among.batch, job.among.index) == (batch, 0)
    visitor.work()
    *_, expected = enhance(dark_photo(40, 60, 0), Settings(exposure=1.0))
    assert np.array_equal(load_photo(visitor.view.offer.path).rgb, expected.picture)


def test_another_result_takes_the_place_of_the_one_before(given):
    """On the card, in the zip and in the report; its name stays, and the old files go."""
    batch = given("a.png", "b.png")
    list(batch.run())
    old = batch.view.items[1].made, batch.view.archive
    visitor = changed(batch, 1, Choices(Settings(exposure=1.0, denoise=0.0)))
    made = batch.view.items[1].made
    *_, expected = enhance(dark_photo(40, 60, 1), Settings(exposure=1.0, denoise=0.0))
    assert np.array_equal(load_photo(made.result).rgb, expected.picture)
    assert zipped(batch)["b_enhanced.png"] == made.result.read_bytes() != zipped(batch)["a_enhanced.png"]
    assert made.choices.settings.exposure == 1.0
    assert not old[0].folder.exists()
    assert not old[1].exists()
    visitor.job.delete()
    assert made.result.exists()


def test_another_format_gets_another_name(given):
    """Distinct from the others."""
    batch = given("a.png", "a.png")
    list(batch.run())
    changed(batch, 1, Choices(Settings(denoise=0.0), "jpg"))
    assert list(zipped(batch)) == ["a_enhanced.png", "a_enhanced.jpg", "report.csv"]


def test_a_result_that_is_gone_takes_nobodys_place(given):
    """The sentence says so, and what was there stays."""
    batch = given("a.png")
    list(batch.run())
    job, view = batch.open(0)
    job.delete()
    with pytest.raises(LowlightError, match="deleted after 20 minutes"):
        batch.replace(0, begin_again(job, QUICK), view)
    assert batch.view.items[0].made.result.exists()


def test_the_same_look_for_all(given):
    """All are made anew but the one that has this look already; a bad file is tried again and says why again."""
    batch = given("a.png", "bad.png", "c.png")
    list(batch.run())
    wanted = Choices(Settings(exposure=1.0, denoise=0.0))
    changed(batch, 0, wanted)
    mine = batch.view.items[0].made
    batch.again(wanted)
    assert statuses(batch) == ["done", "waiting", "waiting"]
    list(batch.run())
    assert statuses(batch) == ["done", "refused", "done"]
    assert batch.view.items[0].made is mine
    *_, expected = enhance(dark_photo(40, 60, 2), wanted.settings)
    assert np.array_equal(load_photo(batch.view.items[2].made.result).rgb, expected.picture)
    assert zipped(batch)["c_enhanced.png"] == batch.view.items[2].made.result.read_bytes()


def test_the_same_look_for_all_while_they_are_worked_on(given):
    """The photo that is under way is made once more; at the end all have the look."""
    batch = given("a.png", "b.png")
    views = batch.run()
    next(views)
    wanted = Choices(Settings(exposure=1.0, denoise=0.0))
    batch.again(wanted)
    list(views)
    assert [item.made.choices for item in batch.view.items] == [wanted] * 2


def test_stop_in_the_middle_of_another_look_loses_nothing(given):
    """Those that were not reached keep the result they had."""
    batch = given("a.png", "b.png")
    list(batch.run())
    batch.again(Choices(Settings(exposure=1.0, denoise=0.0)))
    views = batch.run()
    next(views)
    batch.cancelled.set()
    list(views)
    assert statuses(batch) == ["done", "done"]
    assert len(zipped(batch)) == 3


# -- What arrives ------------------------------------------------------------------------------------------------------

STANDING = ("natural", 100, 0.0, 0, 0, 0, 0, 0, 0, 2.0, 8, "same", [])
"""What the page's controls stand at here: nothing is denoised."""


def gathered(files):
    """Have files gathered by an event; return the session, the page's parts, and what becomes of them."""
    outputs = ManyOutputs(gr.HTML(), gr.HTML(), gr.HTML(), gr.DownloadButton())
    session, event = Session(), gr.EventData(None, {"files": files})
    return session, outputs, ManyCallbacks(outputs).gathered(event, session, *STANDING)


def test_gathered_photos_are_taken_if_they_were_uploaded(tmp_path, monkeypatch):
    """A path of this machine is no upload, whatever an event says."""
    monkeypatch.setenv("GRADIO_TEMP_DIR", str(tmp_path))
    here = [{"path": str(upload.path), "orig_name": upload.name} for upload in photos(tmp_path / "abc", "a.png")]
    session, *_ = gathered([{"path": str(DARK), "orig_name": "b.png"}, "c.png", {}, *here])
    assert [item.name for item in session.batch.view.items] == ["a.png"]


@pytest.mark.parametrize("files", [None, 7, [], ["a.png"], [{"path": str(DARK)}]])
def test_an_event_without_uploads_is_refused_in_words(tmp_path, monkeypatch, files):
    """Whatever a program sends in their place."""
    monkeypatch.setenv("GRADIO_TEMP_DIR", str(tmp_path))
    session, outputs, updates = gathered(files)
    assert texts.NO_PHOTO in updates[outputs.progress]
    assert session.batch is None


# -- As HTML -----------------------------------------------------------------------------------------------------------


def test_names_cannot_become_markup(given):
    """Names of files from people are text, on cards, in what went wrong and in the line above."""
    evil = "<img src=x onerror=alert(1)>"
    batch = given(evil, f"bad{evil}")
    said = [gallery.progress(view) + gallery.cards(view) for view in batch.run()]
    assert all("<img src=x" not in html for html in said)
    assert sum("&lt;img src=x" in html for html in said) == len(said)


def test_cards_are_in_the_order_of_the_photos(given):
    """Those with a result are buttons with a link beside them; a bad file's card has its sentence and no button."""
    batch = given("a.png", "bad.png", "c.png")
    list(batch.run())
    first, second, third = gallery.cards(batch.view).split("<li ")[1:]
    assert 'data-index="0"' in first
    assert 'download="a_enhanced.png"' in first
    assert "<button" not in second
    assert "text file" in second
    assert 'data-index="2"' in third


def test_files_of_items_lie_in_the_batchs_folder_alone(given):
    """So that they are deleted with it."""
    batch = given("a.png")
    list(batch.run())
    made = batch.view.items[0].made
    assert {path.parent.parent for path in (made.result, *made.pair, made.thumbnail)} == {batch.folder}
    assert made.thumbnail.stat().st_size < 100_000


@pytest.mark.parametrize("left_after", range(1, 9))
def test_whoever_leaves_and_comes_back_finds_all_of_it(given, left_after):
    """Wherever the work broke off, what was done stays whole, and a new run does what is missing."""
    batch = given("a.png", "b.png")
    with closing(batch.run()) as run:
        for _ in range(left_after):
            next(run, None)
    *_, last = batch.run()
    assert [item.status for item in last.items] == [Status.DONE, Status.DONE]
    assert not last.sentence
    with zipfile.ZipFile(last.archive) as archive:
        assert archive.testzip() is None
        assert set(archive.namelist()) == {"a_enhanced.png", "b_enhanced.png", "report.csv"}
