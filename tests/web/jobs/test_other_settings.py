"""What happens when a control is moved: a preview at once, the network at rest, and nothing lost on the way."""

import numpy as np
import pytest
from PIL import Image

from lowlight import Settings, enhance, load_photo
from lowlight.arrays import smaller
from lowlight.web.i18n import texts
from lowlight.web.jobs import eta
from lowlight.web.jobs.eta import Estimate, Part
from lowlight.web.jobs.view import Phase, Tick
from tests.helpers.photos import cut_png, dark_photo


def test_another_setting_shows_a_preview_at_once(visitor, tmp_path):
    """Before any work, from the network's picture of the run before: as the full result, at a preview's size."""
    path = tmp_path / "large.jpg"
    Image.fromarray(dark_photo(1100, 1600)).save(path, quality=95)
    visitor.give(path)
    old = visitor.work()[-1]
    visitor.change(exposure=1.0)
    preview = np.asarray(Image.open(visitor.preview().pair[1]), float)
    assert preview.shape == (688, 1000, 3)
    visitor.work()
    result = smaller(load_photo(visitor.reformat("png").offer.path).rgb, 1000)
    assert np.abs(preview - result).mean() < 4  # it is a JPEG
    assert preview.mean() > smaller(load_photo(old.offer.path).rgb, 1000).mean() + 10


EACH_CONTROL = [
    *({"strength": 0.4}, {"exposure": -1.0}, {"shadows": 0.8}, {"highlights": -0.8}, {"warmth": 0.7}, {"colour": -1.0}),
    *({"detail": 1.0}, {"denoise": 0.3}, {"clip_limit": 8.0}, {"tile_grid": 2}, {"look": "bright"}, {"look": "night"}),
]


def test_every_control_shows_a_preview_at_once(visitor, dark_jpeg):
    """Whichever control is moved, and however many before it, the preview is the full result to the eye."""
    visitor.give(dark_jpeg)
    visitor.work()
    for chosen in EACH_CONTROL:
        visitor.change(**chosen)
        preview = np.asarray(Image.open(visitor.preview().pair[1]), float)
        *_, expected = enhance(load_photo(dark_jpeg).rgb, Settings(**chosen))
        assert np.abs(preview - expected.picture).mean() < 4, chosen


@pytest.mark.parametrize("chosen", EACH_CONTROL, ids=str)
def test_the_preview_is_made_of_the_picture_that_was_kept(visitor, dark_jpeg, chosen):
    """The network is not asked again: where the kept picture is another one, so is the preview."""
    old = visitor.give(dark_jpeg)
    visitor.work()
    visitor.change(**chosen)
    first = np.asarray(Image.open(visitor.preview().pair[1]), float)
    kept = np.load(old.folder / "small-clean.npy")
    kept[:, : kept.shape[1] // 2] = 0.5
    np.save(old.folder / "small-clean.npy", kept)
    visitor.change(**chosen)
    second = np.asarray(Image.open(visitor.preview().pair[1]), float)
    assert np.abs(first - second)[:, 4:38].mean() > 3


def test_where_the_network_made_no_picture_the_preview_is_without_it(visitor, tmp_path):
    """A photo that is fine has one at once too, and so has one for which the denoising was off at first."""
    Image.fromarray(np.full((60, 90, 3), 150, np.uint8)).save(tmp_path / "fine.png")
    Image.fromarray(dark_photo(60, 90)).save(tmp_path / "dark.png")
    for name, first, then in (("fine.png", {}, {"exposure": -1.0}), ("dark.png", {"denoise": 0.0}, {"exposure": 1.0})):
        visitor.give(tmp_path / name, **first)
        visitor.work()
        visitor.change(**then)
        preview = np.asarray(Image.open(visitor.preview().pair[1]), float)
        *_, expected = enhance(load_photo(tmp_path / name).rgb, Settings(denoise=0.0, **then))
        assert np.abs(preview - expected.picture).mean() < 8, "but for JPEG"


def test_a_changed_setting_keeps_the_pictures_until_the_new_ones_are_there(visitor, dark_jpeg):
    """The old stages stay, marked as stale, and give way one by one; the old result cannot be downloaded meanwhile."""
    visitor.give(dark_jpeg)
    old = visitor.work()[-1]
    visitor.change(denoise=0.0)
    assert visitor.view.pair == old.pair
    assert visitor.view.offer is None
    assert all(card.stale for card in visitor.view.cards)
    shown = visitor.work()
    assert {len(view.cards) for view in shown} == {6}
    assert not any(card.stale for card in shown[-1].cards)
    assert shown[-1].pair != old.pair


def test_another_setting_leaves_the_network_at_rest(visitor, dark_jpeg):
    """The network's picture is kept from one setting to the next, and the result is what it would have been."""
    visitor.give(dark_jpeg)
    visitor.work()
    job = visitor.change(exposure=1.0)
    ticks = [step for step in visitor.steps() if isinstance(step, Tick)]
    said = [texts.LOOKING, texts.PREPARING, texts.FINISHING, texts.SAVING]
    assert [tick.label for tick in ticks] == ["Opening IMG 1234.jpg", *said]
    *_, expected = enhance(load_photo(dark_jpeg).rgb, Settings(exposure=1.0))
    assert np.array_equal(np.load(job.folder / "result.npy"), expected.picture)
    assert visitor.view.how == "", "the network made the picture all the same"


def test_a_setting_whose_turn_never_came_loses_nothing(visitor, dark_jpeg, tmp_path):
    """Of controls moved in a row only the last is worked on, with the network's picture; nothing is lost on the way."""
    visitor.give(dark_jpeg)
    done = visitor.work()[-1]
    for exposure in (0.2, 0.4, 0.6):
        visitor.change(exposure=exposure)
        assert visitor.preview().seen == texts.SEEN_PREVIEW
    assert not any(step.share for step in visitor.steps() if isinstance(step, Tick))
    assert visitor.view.phase is Phase.DONE
    visitor.change(exposure=0.8)
    visitor.give(cut_png(tmp_path))
    assert visitor.work()[-1].offer.path.exists()
    assert visitor.view.offer != done.offer


def test_only_the_last_two_results_of_a_person_are_kept(visitor, dark_jpeg):
    """Playing with a control does not fill the disk."""
    visitor.give(dark_jpeg)
    visitor.work()
    for strength in (0.0, 0.5, 0.8):
        visitor.change(denoise=strength)
        visitor.work()
    assert len(list(visitor.root.iterdir())) == 2


def test_a_photo_without_the_network_s_picture_says_so(visitor, dark_jpeg):
    """With the denoising switched off afterwards it is said that nothing was denoised, and no more once it is on."""
    visitor.give(dark_jpeg)
    assert visitor.work()[-1].how == ""
    visitor.change(denoise=0.0)
    assert visitor.work()[-1].how == "Denoising is switched off: this is the brightened photo."
    visitor.change(denoise=0.5)
    assert visitor.work()[-1].how == ""


def test_the_result_is_made_of_the_picture_that_was_kept(visitor, dark_jpeg):
    """With other settings the network is at rest at full size too: where the kept picture is grey, so is the result."""
    old = visitor.give(dark_jpeg)
    visitor.work()
    kept = np.load(old.folder / "clean.npy")
    kept[:, : kept.shape[1] // 2] = 0.5
    np.save(old.folder / "clean.npy", kept)
    visitor.change()
    visitor.work()
    made = load_photo(visitor.reformat("png").offer.path).rgb.astype(float)
    *_, own = enhance(load_photo(dark_jpeg).rgb)
    apart = np.abs(made - own.picture)
    assert apart[:, 4:38].mean() > 3 > 1 > apart[:, 60:].mean()


def test_a_control_moved_before_anything_is_shown_is_taken(visitor, dark_jpeg):
    """The same photo again has a kept picture and no view yet: there is no preview, and no harm."""
    visitor.give(dark_jpeg)
    visitor.work()
    visitor.give(dark_jpeg)
    visitor.change(exposure=1.0)
    assert visitor.preview().pair is None
    assert visitor.work()[-1].phase is Phase.DONE


def test_pictures_that_are_shown_are_there(visitor, dark_jpeg):
    """However often the work is cut short, and wherever, until there is a new result; then two folders are left."""
    visitor.give(dark_jpeg)
    visitor.work()
    visitor.look(0.5, 0.5, 0.4, 0.4)
    for cut in range(1, 9):
        visitor.change(exposure=cut / 10)
        visitor.preview()
        for _, _step in zip(range(cut), visitor.steps(), strict=False):
            pass
        shown = [*visitor.view.pair, *(card.picture for card in visitor.view.cards), visitor.view.detail.before]
        assert [path for path in shown if not path.exists()] == []
    visitor.change(exposure=1.0)
    ticks = [step for step in visitor.steps() if isinstance(step, Tick)]
    assert not any(tick.share for tick in ticks), "the network is at rest"
    assert visitor.view.phase is Phase.DONE
    assert len(list(visitor.root.iterdir())) == 2


def test_another_photo_takes_nothing_over(visitor, tmp_path):
    """Of the photo before; the same photo again takes over the network's picture."""
    for seed in (0, 1):
        Image.fromarray(dark_photo(60, 90, seed)).save(tmp_path / f"{seed}.png")
    for seed in (0, 1):
        visitor.give(tmp_path / f"{seed}.png")
        assert visitor.job.earlier is None
        visitor.work()
        *_, expected = enhance(dark_photo(60, 90, seed))
        assert np.array_equal(load_photo(visitor.view.offer.path).rgb, expected.picture)
    earlier = visitor.job.folder
    visitor.give(tmp_path / "1.png")
    assert visitor.job.earlier == earlier


@pytest.mark.slow
def test_only_the_network_at_work_is_a_measure_of_time(visitor, tmp_path, monkeypatch):
    """How fast the network is, is learned from a photo's first run alone."""
    monkeypatch.setattr(eta, "ETA", estimate := Estimate())
    Image.fromarray(dark_photo(1000, 1200)).save(tmp_path / "a.png")
    visitor.give(tmp_path / "a.png")
    visitor.work()
    learned = estimate.expected(Part.NETWORK, 1_200_000)
    assert 0 < learned < 60
    visitor.change(exposure=1.0)
    visitor.work()
    assert estimate.expected(Part.NETWORK, 1_200_000) == learned
