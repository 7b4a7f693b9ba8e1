"""What the page does with one photo after the other: a job's views, from the first picture to the result."""

import numpy as np
import pytest
from conftest import DARK, EXAMPLES
from PIL import Image
from test_denoise import dark_photo

from lowlight import LowlightError, Settings, captions, enhance, load_photo
from lowlight.web import texts, work
from lowlight.web.files import smaller
from lowlight.web.jobs import Choices, begin, begin_again
from lowlight.web.views import Phase, Tick, View
from lowlight.web.work import at_once, in_format, run


def job_for(path, tmp_path, old=None, **settings):
    """Begin a job for a photo."""
    return begin(old, path, path.name, Choices(Settings(**settings)), tmp_path / "page")


def views(job):
    """Run a job to its end and return the views."""
    return [shown for shown in run(job) if isinstance(shown, View)]


def test_the_last_view_offers_what_the_library_gives(dark_jpeg, tmp_path):
    """The result's pixels are the pipeline's, at full size."""
    job = job_for(dark_jpeg, tmp_path)
    last = in_format(job, "png") if views(job)[-1].phase is Phase.DONE else None
    *_, expected = enhance(load_photo(dark_jpeg).rgb)
    assert np.array_equal(np.asarray(Image.open(last.download)), expected.picture)


@pytest.mark.parametrize(("form", "name"), [("same", "jpg"), ("jpg", "jpg"), ("png", "png")])
def test_the_result_has_a_telling_name_and_the_format_that_was_asked_for(dark_jpeg, tmp_path, form, name):
    """A lossy photo comes back as JPEG unless the person says otherwise."""
    job = begin(None, dark_jpeg, dark_jpeg.name, Choices(form=form), tmp_path / "page")
    assert views(job)[-1].download.name == f"IMG 1234_enhanced.{name}"


def test_the_stages_come_one_by_one(dark_jpeg, tmp_path):
    """Each view has the stages so far, and the before/after pictures as soon as there are any."""
    shown = views(job_for(dark_jpeg, tmp_path))
    assert sorted({len(view.cards) for view in shown}) == [0, 1, 2, 3, 4, 5]
    first = next(view for view in shown if view.cards)
    assert first.pair == (first.cards[0].picture,) * 2
    assert shown[-1].pair == (shown[-1].cards[0].picture, shown[-1].cards[4].picture)


def test_a_bad_file_is_refused_and_the_old_job_goes_on(dark_jpeg, tmp_path):
    """Only a photo takes the place of a photo."""
    old = job_for(dark_jpeg, tmp_path)
    bad = tmp_path / "bad.jpg"
    bad.write_bytes(b"\0" * 100)
    with pytest.raises(LowlightError):
        job_for(bad, tmp_path, old)
    assert views(old)[-1].phase is Phase.DONE


def test_a_photo_that_breaks_while_it_is_read_gives_the_result_back_that_was_there(dark_jpeg, tmp_path):
    """With the sentence above it; it can still be downloaded, and a control works on the old photo again."""
    old = job_for(dark_jpeg, tmp_path)
    views(old)
    path = tmp_path / "cut.png"
    Image.fromarray(dark_photo(60, 90)).save(path)
    path.write_bytes(path.read_bytes()[:3000])
    job = job_for(path, tmp_path, old)
    last = views(job)[-1]
    assert (last.phase, last.wrong, job.name) == (Phase.DONE, False, dark_jpeg.name)
    assert last.notice.startswith("cut.png: ")
    assert last.download == old.view.download
    assert last.download.exists()
    again = views(begin_again(job, Choices(Settings(exposure=1.0))))[-1]
    assert again.phase is Phase.DONE
    assert again.notice == ""


def test_another_setting_shows_a_preview_at_once(tmp_path):
    """Before any work, from the network's picture of the run before: as the full result, at a preview's size."""
    path = tmp_path / "large.jpg"
    Image.fromarray(dark_photo(1100, 1600)).save(path, quality=95)
    old = job_for(path, tmp_path)
    views(old)
    new = begin_again(old, Choices(Settings(exposure=1.0)))
    at_once(new)
    preview = np.asarray(Image.open(new.view.pair[1]), float)
    assert preview.shape == (688, 1000, 3)
    last = in_format(new, "png") if views(new)[-1].phase is Phase.DONE else None
    result = smaller(load_photo(last.download).rgb, 1000)
    assert np.abs(preview - result).mean() < 3
    assert preview.mean() > smaller(load_photo(old.view.download).rgb, 1000).mean() + 10


EACH_CONTROL = [
    *({"strength": 0.4}, {"exposure": -1.0}, {"shadows": 0.8}, {"highlights": -0.8}, {"warmth": 0.7}, {"colour": -1.0}),
    *({"detail": 1.0}, {"denoise": 0.3}, {"clip_limit": 8.0}, {"tile_grid": 2}, {"look": "bright"}, {"look": "night"}),
]


def test_every_control_shows_a_preview_at_once(dark_jpeg, tmp_path):
    """Whichever control is moved, the preview is the full result, small photos' to the eye the same."""
    old = job_for(dark_jpeg, tmp_path)
    views(old)
    for chosen in EACH_CONTROL:
        new = begin_again(old, Choices(Settings(**chosen)))
        preview = np.asarray(Image.open(at_once(new).pair[1]), float)
        *_, expected = enhance(load_photo(dark_jpeg).rgb, Settings(**chosen))
        assert np.abs(preview - expected.picture).mean() < 2, chosen


@pytest.mark.parametrize("chosen", EACH_CONTROL, ids=str)
def test_the_preview_is_made_of_the_picture_that_was_kept(dark_jpeg, tmp_path, chosen):
    """The network is not asked again: where the kept picture is another one, so is the preview."""
    old = job_for(dark_jpeg, tmp_path)
    views(old)
    first = np.asarray(Image.open(at_once(begin_again(old, Choices(Settings(**chosen)))).pair[1]), float)
    kept = np.load(old.folder / "small-clean.npy")
    kept[:, : kept.shape[1] // 2] = 0.5
    np.save(old.folder / "small-clean.npy", kept)
    second = np.asarray(Image.open(at_once(begin_again(old, Choices(Settings(**chosen)))).pair[1]), float)
    assert np.abs(first - second)[:, 4:38].mean() > 3


def test_where_the_network_made_no_picture_the_preview_is_without_it(tmp_path):
    """A photo that is fine has one at once too, and so has one for which the denoising was off at first."""
    Image.fromarray(np.full((60, 90, 3), 150, np.uint8)).save(tmp_path / "fine.png")
    Image.fromarray(dark_photo(60, 90)).save(tmp_path / "dark.png")
    for name, first, then in (("fine.png", {}, {"exposure": -1.0}), ("dark.png", {"denoise": 0.0}, {"exposure": 1.0})):
        old = job_for(tmp_path / name, tmp_path, **first)
        views(old)
        preview = np.asarray(Image.open(at_once(begin_again(old, Choices(Settings(**then)))).pair[1]), float)
        *_, expected = enhance(load_photo(tmp_path / name).rgb, Settings(denoise=0.0, **then))
        assert np.abs(preview - expected.picture).mean() < 5, "but for JPEG"


def test_a_photo_that_breaks_while_it_is_read_is_a_view_with_a_sentence(tmp_path):
    """A file whose header is good and whose pixels are cut short ends in words and in an empty page."""
    path = tmp_path / "cut.png"
    Image.fromarray(dark_photo(60, 90)).save(path)
    path.write_bytes(path.read_bytes()[:3000])
    last = views(job_for(path, tmp_path))[-1]
    assert last.wrong
    assert last.phase is Phase.EMPTY
    assert last.message.startswith("cut.png: ")
    assert last.pair is None


def test_a_superseded_job_falls_silent(dark_jpeg, tmp_path):
    """As soon as another photo arrives, nothing of the old one is shown any more."""
    old = job_for(dark_jpeg, tmp_path)
    shown = run(old)
    next(view for view in shown if isinstance(view, View) and view.cards)
    job_for(DARK, tmp_path, old)
    assert list(shown) == []


def test_stop_keeps_what_there_is_and_offers_no_result(dark_jpeg, tmp_path):
    """A stopped job says so, still shows its pictures and has no download."""
    job = job_for(dark_jpeg, tmp_path)
    shown = run(job)
    next(view for view in shown if isinstance(view, View) and len(view.cards) == 2)
    job.stop()
    last = list(shown)[-1]
    assert (last.phase, last.message, last.download) == (Phase.STOPPED, texts.STOPPED, None)
    assert len(last.cards) >= 2


def test_a_preview_that_stays_promises_nothing_more(tmp_path):
    """Stopped after the preview, the page does not say that the full result is on its way."""
    path = tmp_path / "large.jpg"
    Image.fromarray(dark_photo(1800, 2000)).save(path)
    job = job_for(path, tmp_path)
    shown = run(job)
    next(view for view in shown if isinstance(view, View) and view.seen == texts.SEEN_PREVIEW)
    job.stop()
    assert list(shown)[-1].seen == texts.SEEN_PREVIEW_ONLY


def test_a_job_that_was_stopped_while_it_waited_is_not_worked_on(dark_jpeg, tmp_path):
    """Stop counts before the first pixel is read."""
    job = job_for(dark_jpeg, tmp_path)
    job.stop()
    assert [view.phase for view in views(job)] == [Phase.STOPPED]
    assert job.folder is None


def test_a_job_is_worked_on_once(dark_jpeg, tmp_path):
    """Two turns in the queue for one job are one run."""
    job = job_for(dark_jpeg, tmp_path)
    assert views(job)
    assert views(job) == []


def test_a_changed_setting_keeps_the_pictures_until_the_new_ones_are_there(dark_jpeg, tmp_path):
    """The old stages stay, marked as stale, and give way one by one; the old result cannot be downloaded meanwhile."""
    old = job_for(dark_jpeg, tmp_path)
    views(old)
    job = begin_again(old, Choices(Settings(denoise=0.0)))
    assert job.view.pair == old.view.pair
    assert job.view.download is None
    assert all(card.stale for card in job.view.cards)
    shown = views(job)
    assert {len(view.cards) for view in shown} == {5}
    assert not any(card.stale for card in shown[-1].cards)
    assert shown[-1].pair != old.view.pair


def test_another_setting_leaves_the_network_at_rest(dark_jpeg, tmp_path):
    """The network's picture is kept from one setting to the next, and the result is what it would have been."""
    first = job_for(dark_jpeg, tmp_path)
    views(first)
    second = begin_again(first, Choices(Settings(exposure=1.0)))
    began = [shown for shown in run(second) if isinstance(shown, Tick)]
    assert [tick.label for tick in began] == [texts.PREPARING, texts.SAVING]
    *_, expected = enhance(load_photo(dark_jpeg).rgb, Settings(exposure=1.0))
    assert np.array_equal(np.load(second.folder / "result.npy"), expected.picture)


@pytest.mark.slow
def test_a_large_photo_has_a_preview_at_once(tmp_path):
    """Before the stages of a large photo come, a small version of its result is there to see, once."""
    rgb = dark_photo(1600, 2400)
    path = tmp_path / "large.png"
    Image.fromarray(rgb).save(path)
    seen = [view.seen for view in run(job_for(path, tmp_path)) if isinstance(view, View)]
    assert seen.index(texts.SEEN_PREVIEW) < 4
    assert texts.SEEN_BRIGHTENED not in seen
    assert seen[-1] == texts.SEEN_RESULT


def test_only_the_last_two_results_of_a_person_are_kept(dark_jpeg, tmp_path):
    """Playing with a control does not fill the disk."""
    job = job_for(dark_jpeg, tmp_path)
    views(job)
    for strength in (0.0, 0.5, 0.8):
        job = begin_again(job, Choices(Settings(denoise=strength)))
        views(job)
    assert len(list((tmp_path / "page").iterdir())) == 2


def test_a_photo_that_is_gone_is_said_to_be_gone(dark_jpeg, tmp_path):
    """After its minutes the photo cannot be worked on again, and the sentence says why."""
    job = job_for(dark_jpeg, tmp_path)
    views(job)
    dark_jpeg.unlink()
    with pytest.raises(LowlightError, match="deleted after 20 minutes"):
        begin_again(job, Choices())
    job.delete()
    with pytest.raises(LowlightError, match="deleted after 20 minutes"):
        in_format(job, "png")


def test_without_weights_the_brightened_photo_is_the_result(dark_jpeg, tmp_path, monkeypatch):
    """When no weights are to be had, the classical stages still work and the page says so."""

    def none():
        raise LowlightError("The bundled weights are missing.")

    monkeypatch.setattr("lowlight.pipeline.default_network", none)
    last = views(job_for(dark_jpeg, tmp_path))[-1]
    assert last.phase is Phase.DONE
    assert any("The bundled weights are missing." in line for line in last.facts)


def test_a_lack_of_memory_is_a_sentence_and_the_next_photo_works(dark_jpeg, tmp_path, monkeypatch):
    """A photo that is too much for the machine does not take the page down."""

    def exhausted(*_):
        raise MemoryError

    with monkeypatch.context() as patch:
        patch.setattr(work, "load_photo", exhausted)
        assert views(job_for(dark_jpeg, tmp_path))[-1].message == f"IMG 1234.jpg: {texts.NO_MEMORY}"
    assert views(job_for(dark_jpeg, tmp_path))[-1].phase is Phase.DONE


def test_work_has_a_deadline(dark_jpeg, tmp_path):
    """A photo that takes longer than it may is ended with a sentence, and the next one works."""
    *_, last = run(job_for(dark_jpeg, tmp_path), deadline=0.0)
    assert last.wrong
    assert "longer than 0 seconds" in last.message
    assert views(job_for(dark_jpeg, tmp_path))[-1].phase is Phase.DONE


def test_a_black_photo_is_called_black(tmp_path):
    """A frame with nothing in it is never called bright: the page says that there is nothing to bring back."""
    Image.fromarray((np.random.default_rng(0).random((60, 90, 3)) < 0.05).astype(np.uint8)).save(tmp_path / "cap.png")
    job = job_for(tmp_path / "cap.png", tmp_path)
    for settings in ({}, {"exposure": 1.0}):
        job = begin_again(job, Choices(Settings(**settings)))
        last = views(job)[-1]
        assert last.message == captions.BLACK
        assert not any("bright" in line for line in last.facts)


def test_a_photo_at_strength_0_is_said_to_be_as_it_came(dark_jpeg, tmp_path):
    """It is not called bright, nor do the facts speak of what was done to it."""
    last = views(job_for(dark_jpeg, tmp_path, strength=0.0))[-1]
    assert last.seen == texts.SEEN_SAME
    assert last.message == ""
    assert last.facts[-1] == "The strength is 0: this is the photo as it came."
    assert not set(last.facts) & set(captions.SEEN.values())


def test_a_photo_without_the_network_s_picture_says_so(dark_jpeg, tmp_path):
    """With the denoising switched off afterwards, the facts do not name weights that had no part in it."""
    first = job_for(dark_jpeg, tmp_path)
    assert any(line.startswith("Weights: ") for line in views(first)[-1].facts)
    again = views(begin_again(first, Choices(Settings(denoise=0.0))))[-1]
    assert again.facts[-1] == "Denoising is switched off: this is the brightened photo."


def test_a_bright_photo_comes_back_as_it_is(tmp_path):
    """The page says that it left a bright photo alone, and it did."""
    coffee = EXAMPLES / "coffee.png"
    last = views(job_for(coffee, tmp_path))[-1]
    assert last.message == texts.BRIGHT
    assert np.array_equal(np.asarray(Image.open(last.download)), load_photo(coffee).rgb)
