"""What the page does with one photo after the other: a job's views, from the first picture to the result."""

from dataclasses import fields, replace
from threading import Thread

import cv2
import gradio as gr
import numpy as np
import pytest
from PIL import ExifTags, Image

from lowlight import LowlightError, captions, enhance, load_photo
from lowlight.files.results import RESULT_FORMATS
from lowlight.messages import Message
from lowlight.web.callbacks import Callbacks
from lowlight.web.i18n import texts
from lowlight.web.jobs import worker
from lowlight.web.jobs.job import Choices, begin
from lowlight.web.jobs.view import Finished, Phase, PreviewReady, Refused, StageReady, Tick
from lowlight.web.jobs.worker import run
from lowlight.web.ui import sliders
from lowlight.web.ui.outputs import Outputs
from tests.helpers.photos import cut_png, dark_photo
from tests.helpers.places import DARK, EXAMPLES


def test_the_last_view_offers_what_the_library_gives(visitor, dark_jpeg):
    """The result's pixels are the pipeline's, at full size."""
    visitor.give(dark_jpeg)
    visitor.work()
    *_, expected = enhance(load_photo(dark_jpeg).rgb)
    assert np.array_equal(np.asarray(Image.open(visitor.reformat("png").offer.path)), expected.picture)


@pytest.mark.parametrize(
    ("file_format", "name"), [("same", "jpg"), *((one, RESULT_FORMATS[one].suffix[1:]) for one in RESULT_FORMATS)]
)
def test_the_result_has_a_telling_name_and_the_format_that_was_asked_for(visitor, dark_jpeg, file_format, name):
    """A lossy photo comes back as JPEG unless the person says otherwise."""
    visitor.session.start(begin(dark_jpeg, dark_jpeg.name, Choices(file_format=file_format), visitor.root))
    assert visitor.work()[-1].offer.path.name == f"IMG 1234_enhanced.{name}"


def test_the_stages_come_one_by_one(visitor, dark_jpeg):
    """Each view has the stages so far, and the before/after pictures as soon as there are any."""
    visitor.give(dark_jpeg)
    shown = visitor.work()
    assert [len(view.cards) for view in shown] == [1, 2, 3, 4, 5, 6, 6, 6]
    first = shown[0]
    assert first.pair == (first.photo,) * 2
    assert shown[-1].pair == (first.photo, shown[-1].cards[4].picture)


def test_a_bad_file_is_refused_and_the_old_job_goes_on(visitor, dark_jpeg, tmp_path):
    """Only a photo takes the place of a photo."""
    visitor.give(dark_jpeg)
    bad = tmp_path / "bad.jpg"
    bad.write_bytes(b"\0" * 100)
    with pytest.raises(LowlightError):
        visitor.give(bad)
    assert visitor.work()[-1].phase is Phase.DONE


def test_a_photo_that_breaks_while_it_is_read_gives_the_result_back_that_was_there(visitor, dark_jpeg, tmp_path):
    """With the sentence above it; it can still be downloaded, and a control works on the old photo again."""
    visitor.give(dark_jpeg)
    old = visitor.work()[-1]
    visitor.give(cut_png(tmp_path))
    last = visitor.work()[-1]
    assert (last.phase, last.wrong, visitor.job.name) == (Phase.DONE, False, dark_jpeg.name)
    assert last.notice.startswith("cut.png: ")
    assert last.offer == old.offer
    assert last.offer.path.exists()
    visitor.change(exposure=1.0)
    again = visitor.work()[-1]
    assert again.phase is Phase.DONE
    assert again.notice == ""


def test_a_photo_that_breaks_while_it_is_read_is_a_view_with_a_sentence(visitor, tmp_path):
    """A file whose header is good and whose pixels are cut short ends in words and in an empty page."""
    visitor.give(cut_png(tmp_path))
    last = visitor.work()[-1]
    assert last.wrong
    assert last.phase is Phase.EMPTY
    assert last.message.startswith("cut.png: ")
    assert last.pair is None


def test_a_superseded_job_falls_silent(visitor, dark_jpeg):
    """As soon as another photo arrives, nothing of the old one is shown any more, and its work ends."""
    old = visitor.give(dark_jpeg)
    steps = run(old)
    next(step for step in steps if isinstance(step, StageReady))
    visitor.give(DARK)
    fresh = visitor.view
    rest = list(steps)
    assert [visitor.session.take(old, step) for step in rest] == [False] * len(rest)
    assert visitor.view is fresh
    assert len(rest) < 3


def test_stop_keeps_what_there_is_and_offers_no_result(visitor, dark_jpeg):
    """A stopped job says so, still shows its pictures and has no download."""
    job = visitor.give(dark_jpeg)
    steps = visitor.steps()
    next(step for step in steps if len(visitor.view.cards) == 2)
    job.cancel()
    list(steps)
    last = visitor.view
    assert (last.phase, last.message, last.offer) == (Phase.STOPPED, texts.STOPPED, None)
    assert len(last.cards) >= 2


def test_a_preview_that_stays_promises_nothing_more(visitor, tmp_path):
    """Stopped after the preview, the page does not say that the full result is on its way."""
    path = tmp_path / "large.jpg"
    Image.fromarray(dark_photo(1800, 2000)).save(path)
    job = visitor.give(path)
    steps = visitor.steps()
    next(step for step in steps if visitor.view.seen == texts.SEEN_PREVIEW)
    job.cancel()
    list(steps)
    assert visitor.view.seen == texts.SEEN_PREVIEW_ONLY


def test_a_job_that_was_stopped_while_it_waited_is_not_worked_on(visitor, dark_jpeg):
    """Stop counts before the first pixel is read."""
    job = visitor.give(dark_jpeg)
    job.cancel()
    assert [view.phase for view in visitor.work()] == [Phase.STOPPED]
    assert not job.folder.exists()


def test_a_job_is_worked_on_once(visitor, dark_jpeg):
    """Two turns in the queue for one job are one run."""
    visitor.give(dark_jpeg)
    assert visitor.work()
    assert visitor.work() == []


@pytest.mark.slow
def test_a_large_photo_has_a_preview_at_once(visitor, tmp_path):
    """Before the stages of a large photo come, a small version of its result is there to see, once."""
    path = tmp_path / "large.png"
    Image.fromarray(dark_photo(1600, 2400)).save(path)
    visitor.give(path)
    seen = [view.seen for view in visitor.work()]
    assert seen[1] == texts.SEEN_PREVIEW
    assert texts.SEEN_BRIGHTENED not in seen
    assert seen[-1] == texts.SEEN_RESULT


def test_a_photo_that_is_gone_is_said_to_be_gone(visitor, dark_jpeg):
    """After its minutes the photo cannot be worked on again, and the sentence says why."""
    job = visitor.give(dark_jpeg)
    visitor.work()
    dark_jpeg.unlink()
    with pytest.raises(LowlightError, match="deleted after 20 minutes"):
        visitor.change()
    job.delete()
    with pytest.raises(LowlightError, match="deleted after 20 minutes"):
        visitor.reformat("png")
    with pytest.raises(LowlightError, match="deleted after 20 minutes"):
        visitor.look(0.5, 0.5, 0.2, 0.2)


def test_without_weights_the_brightened_photo_is_the_result(visitor, dark_jpeg, monkeypatch):
    """When no weights are to be had, the classical stages still work and the page says so."""

    def none():
        raise LowlightError("The bundled weights are missing.")

    monkeypatch.setattr("lowlight.pipeline.default_network", none)
    monkeypatch.setattr("lowlight.web.jobs.summary.default_network", none)
    visitor.give(dark_jpeg)
    last = visitor.work()[-1]
    assert last.phase is Phase.DONE
    assert "The bundled weights are missing." in last.how
    assert last.network == "The bundled weights are missing."


def test_a_lack_of_memory_is_a_sentence_and_the_next_photo_works(visitor, dark_jpeg, monkeypatch):
    """A photo that is too much for the machine does not take the page down."""

    def exhausted(*_):
        raise MemoryError

    visitor.give(dark_jpeg)
    with monkeypatch.context() as patch:
        patch.setattr(worker, "load_photo", exhausted)
        assert visitor.work()[-1].message == f"IMG 1234.jpg: {texts.NO_MEMORY}"
    visitor.give(dark_jpeg)
    assert visitor.work()[-1].phase is Phase.DONE


def test_work_has_a_deadline(visitor, dark_jpeg):
    """A photo that takes longer than it may is ended with a sentence, and the next one works."""
    visitor.give(dark_jpeg)
    list(visitor.steps(deadline=0.0))
    assert visitor.view.wrong
    assert "longer than 0 seconds" in visitor.view.message
    visitor.give(dark_jpeg)
    assert visitor.work()[-1].phase is Phase.DONE


def test_a_black_photo_is_called_black(visitor, tmp_path):
    """A frame with nothing in it is never called bright: the page says that there is nothing to bring back."""
    Image.fromarray((np.random.default_rng(0).random((60, 90, 3)) < 0.05).astype(np.uint8)).save(tmp_path / "cap.png")
    visitor.give(tmp_path / "cap.png")
    visitor.work()
    for settings in ({}, {"exposure": 1.0}):
        visitor.change(**settings)
        last = visitor.work()[-1]
        assert last.message == captions.BLACK
        assert not any("bright" in line for line in last.facts)


def test_an_hdr_photo_is_said_to_be_read_as_sdr(visitor, tmp_path):
    """Where there is a gain map the facts say that it is not applied, and say it of no other photo."""
    Image.fromarray(dark_photo(60, 90)).save(tmp_path / "phone.jpg")
    plain = (tmp_path / "phone.jpg").read_bytes()
    for data, told in ((plain + b"urn:iso:std:iso:ts:21496:-1", True), (plain, False)):
        (tmp_path / "phone.jpg").write_bytes(data)
        visitor.give(tmp_path / "phone.jpg", denoise=0.0)
        assert (texts.READ_AS_SDR in visitor.work()[-1].facts) is told


def test_a_photo_at_strength_0_is_said_to_be_as_it_came(visitor, dark_jpeg):
    """It is not called bright, nor do the facts speak of what was done to it."""
    visitor.give(dark_jpeg, strength=0.0)
    last = visitor.work()[-1]
    assert last.seen == texts.SEEN_SAME
    assert last.message == ""
    assert last.cards[4].sentence == "The strength is 0: this is the photo as it came."
    assert last.how == ""


def test_a_bright_photo_comes_back_as_it_is(visitor):
    """The page says that it left a bright photo alone, and it did."""
    coffee = EXAMPLES / "coffee.png"
    visitor.give(coffee)
    last = visitor.work()[-1]
    assert last.message == texts.BRIGHT
    assert np.array_equal(np.asarray(Image.open(last.offer.path)), load_photo(coffee).rgb)


def test_the_camera_stays_in_the_result_in_every_format(visitor, tmp_path):
    """And the place where the photo was taken does not."""
    exif = Image.Exif()
    exif[ExifTags.Base.Make] = "Cam"
    exif.get_ifd(ExifTags.IFD.GPSInfo)[ExifTags.GPS.GPSLatitude] = (48.0, 8.0, 0.0)
    Image.fromarray(dark_photo(60, 90)).save(tmp_path / "shot.jpg", exif=exif)
    visitor.give(tmp_path / "shot.jpg")
    for path in (visitor.work()[-1].offer.path, visitor.reformat("png").offer.path):
        with Image.open(path) as result:
            found = result.getexif()
        assert found[ExifTags.Base.Make] == "Cam"
        assert not found.get_ifd(ExifTags.IFD.GPSInfo)


def test_what_is_deleted_already_can_be_deleted(visitor, dark_jpeg):
    """Old folders go by themselves too, and a job without any has nothing to delete."""
    job = visitor.give(dark_jpeg)
    job.delete()
    visitor.work()
    job.delete()
    job.delete()
    assert not job.folder.exists()


class Slow(Refused):
    """A step that lets another thread go first, just while it is taken."""

    def __init__(self, other):
        object.__setattr__(self, "other", other)

    @property
    def sentence(self):
        self.other.start()
        self.other.join(0.3)
        return Message("late")


def test_a_step_of_one_job_never_lands_in_the_next(visitor, dark_jpeg):
    """However the threads take turns, a view belongs to its job."""
    job = visitor.give(dark_jpeg)
    visitor.work()
    other = Thread(target=lambda: visitor.give(DARK))
    visitor.session.take(job, Slow(other))
    other.join()
    assert visitor.job.name == DARK.name
    assert (visitor.view.phase, visitor.view.notice) == (Phase.WORKING, "")


def test_the_cards_and_facts_say_what_the_stages_say(visitor, dark_jpeg):
    """Titles and sentences are the pipeline's; the facts are about this photo, each at its stage."""
    visitor.give(dark_jpeg)
    *shown, last = visitor.work()
    stages = list(enhance(load_photo(dark_jpeg).rgb))
    assert [(card.title, card.sentence) for card in last.cards[:5]] == [(one.title, one.sentence) for one in stages]
    assert [len(view.facts) for view in shown] == [1, 1, 2, 3, 3, 3, 3]
    assert last.size == (90, 60)
    assert last.facts[0] == "90 \N{MULTIPLICATION SIGN} 60, dark"
    assert last.facts[1] in texts.KINDS.values()
    assert last.took.startswith("Done in ")
    assert 0 < last.seconds < 60
    assert last.offer.details.startswith("JPEG, ")


def test_the_facts_are_about_the_photo_whatever_people_choose(visitor, dark_jpeg):
    """Another look or a moved control says nothing new of the photo itself."""
    visitor.give(dark_jpeg)
    said = visitor.work()[-1].facts
    for chosen in ({"look": "night"}, {"exposure": -2.0}, {"strength": 0.0}, {"denoise": 0.0}):
        visitor.change(**chosen)
        assert visitor.work()[-1].facts == said
        visitor.give(dark_jpeg, **chosen)
        assert visitor.work()[-1].facts == said


def test_how_sure_the_photo_is_comes_before_the_result(visitor, dark_jpeg):
    """The sixth card is a map of it, and the result is offered after that."""
    visitor.give(dark_jpeg)
    *_, sure, last, _live = [step for step in visitor.steps() if not isinstance(step, Tick)]
    assert (sure.name, sure.facts) == ("sure", ())
    assert sure.card.marks
    assert isinstance(last, Finished)


def test_what_the_browser_draws_with_comes_after_the_result(visitor, dark_jpeg):
    """The result does not wait for it."""
    visitor.give(dark_jpeg)
    *_, done, last = visitor.work()
    assert (done.phase, done.live) == (Phase.DONE, None)
    assert last.live.photo.exists()
    assert last == replace(done, live=last.live)


@pytest.mark.slow
def test_the_preview_is_made_with_the_settings(visitor, tmp_path):
    """Of a large photo, before its stages: a grey photo is asked for, and the preview is grey."""
    Image.fromarray(dark_photo(1800, 1700)).save(tmp_path / "large.png")
    job = visitor.give(tmp_path / "large.png", colour=-1.0)
    steps = visitor.steps()
    next(step for step in steps if isinstance(step, PreviewReady))
    picture = np.asarray(Image.open(visitor.view.pair[1]), float)
    job.cancel()
    list(steps)
    assert np.abs(picture[..., 0] - picture[..., 2]).mean() < 2


@pytest.mark.parametrize(("wanted", "suffix", "deep"), [("png", ".png", False), ("tif", ".tif", True)])
def test_a_format_that_is_chosen_while_the_photo_waits_is_the_result_s(visitor, dark_jpeg, wanted, suffix, deep):
    """It is asked for before there is a result, and written as soon as there is one; of 16 bits from the pixels."""
    visitor.give(dark_jpeg)
    list(answers().reformat(visitor.session, wanted, []))
    list(answers().work(visitor.session))
    assert visitor.view.offer.path.suffix == suffix
    assert has_steps_between(visitor.view.offer.path) == deep


def test_a_choice_that_is_told_twice_is_followed_once(visitor, dark_jpeg):
    """As Gradio's list tells it; another one is followed, and so is the first one after that."""
    visitor.give(dark_jpeg)
    visitor.work()
    offers = []
    for wanted in ("png", "png", "jpg", "jpg", "png"):
        list(answers().reformat(visitor.session, wanted, []))
        offers.append(visitor.view.offer)
    assert offers[0] is offers[1]
    assert offers[2] is offers[3]
    assert [offer.path.suffix for offer in offers] == [".png", ".png", ".jpg", ".jpg", ".png"]


def answers():
    """Return the page's callbacks without a page."""
    return Callbacks(Outputs(**{field.name: gr.HTML() for field in fields(Outputs)}), [])


@pytest.mark.parametrize("worked", [True, False], ids=["done", "waiting"])
def test_what_was_chosen_of_the_file_is_found_again(visitor, dark_jpeg, worked):
    """After a reload the page shows it; undo takes it back as a step of its own, and not with a moved control."""
    before = tuple(sliders.from_link("exposure=1"))
    visitor.give(dark_jpeg)
    visitor.session.controls.put(before)
    if worked:
        visitor.work()
    list(answers().reformat(visitor.session, "png", ["place", "colours"]))
    assert visitor.session.controls.now == (*before[:-2], "png", ["colours", "place"])
    assert visitor.session.link == "exposure=1&format=png&keep=colours"
    assert visitor.session.controls.back() == before


def has_steps_between(path):
    """Whether a file has steps between those of 8 bits."""
    deep = load_photo(path).deep
    return deep is not None and bool((deep % 257).any())


def test_16_bits_are_made_from_the_pixels_and_the_network_rests(visitor, dark_jpeg):
    """They are the picture that was there, with steps between its own; JPEG can be chosen again."""
    visitor.give(dark_jpeg)
    eight = load_photo(visitor.work()[-1].offer.path).rgb.astype(int)
    list(answers().reformat(visitor.session, "png16", []))
    sixteen = load_photo(visitor.view.offer.path)
    assert has_steps_between(visitor.view.offer.path)
    assert np.abs(sixteen.rgb - eight).mean() < 2  # the first is a JPEG
    assert (visitor.job.folder / "clean.npy").stat().st_nlink > 1  # taken over, not made anew
    list(answers().reformat(visitor.session, "jpg", []))
    assert visitor.view.offer.path.suffix == ".jpg"


def test_a_deep_photo_gives_a_deep_result(visitor, tmp_path):
    """A lossless photo of 16 bits comes back in 16, in the usual format."""
    deep = (dark_photo(60, 90).astype(np.uint16) * 257) + np.arange(90, dtype=np.uint16)[:, None]
    cv2.imwrite(str(tmp_path / "deep.png"), deep[..., ::-1])
    visitor.give(tmp_path / "deep.png")
    assert has_steps_between(visitor.work()[-1].offer.path)
    assert texts.DEEP in visitor.view.facts


def test_the_place_is_kept_for_who_asks(visitor, tmp_path):
    """The file is written anew with it, and says how it was made."""
    exif = Image.Exif()
    exif[ExifTags.IFD.GPSInfo] = {1: "N", 2: (48.0, 8.0, 0.0)}
    Image.fromarray(dark_photo(60, 90)).save(tmp_path / "shot.jpg", exif=exif)
    visitor.give(tmp_path / "shot.jpg")
    visitor.work()
    list(answers().reformat(visitor.session, "same", ["place"]))
    with Image.open(visitor.view.offer.path) as result:
        assert dict(result.getexif().get_ifd(ExifTags.IFD.GPSInfo)) == {1: "N", 2: (48.0, 8.0, 0.0)}
    assert b"lowlight:NetworkSHA256" in visitor.view.offer.path.read_bytes()
