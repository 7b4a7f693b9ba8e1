"""What a browser is given to make a photo's picture itself."""

import json
from base64 import b64decode

import numpy as np
import pytest
from PIL import Image

from lowlight import Settings, load_photo
from lowlight.light import controls
from lowlight.pipeline import Clean, Plan, steps
from lowlight.web.jobs import live
from lowlight.web.jobs.kept import Kept
from lowlight.web.jobs.live import prepared
from tests.helpers.originals import original_cnn
from tests.helpers.places import DARK, EXAMPLES


def kept(folder, path, *, cleaned=True):
    """Keep of a photo what a job keeps; return the folder."""
    photo = load_photo(path)
    Kept(folder).begin(photo)
    for step in steps(photo.rgb) if cleaned else ():
        if isinstance(step, Clean):
            Kept(folder).keep_clean(step)
    return folder


@pytest.fixture(scope="module")
def dark(tmp_path_factory):
    """The folder of a job on a dark photo."""
    return kept(tmp_path_factory.mktemp("jobs") / "dark", DARK)


def facts(found):
    """Return what stands in the file of maps, and the maps as arrays."""
    told = json.loads(found.maps.read_text())
    shape = told["rows"], told["cols"]
    return told, {name: np.frombuffer(b64decode(text), "<f4").reshape(shape) for name, text in told["maps"].items()}


def test_the_photo_comes_without_loss(dark):
    """The browser has the small photo to the bit, and the network's picture at the same size."""
    found = prepared(dark, Settings())
    small, _ = Kept(dark).small()
    with Image.open(found.photo) as photo, Image.open(found.clean) as clean:
        assert np.array_equal(np.asarray(photo), small.rgb)
        assert clean.size == photo.size
    assert not found.untouched


@pytest.mark.parametrize("look", ["natural", "night"])
def test_the_maps_are_those_of_the_job(dark, look):
    """The file has the light map of each look to the bit, with the local contrast that the job's settings ask for."""
    settings = Settings(clip_limit=4.0, tile_grid=4, exposure=1.0)
    told, maps = facts(prepared(dark, settings))
    small, clean = Kept(dark).small()
    plan = Plan(small.rgb, Settings(clip_limit=4.0, tile_grid=4, look=look), clean.wanted)
    assert np.array_equal(maps[look], plan.asked.stops)
    assert np.array_equal(maps["own"], plan.scene.stops)
    assert maps["hold"].shape == maps["clean_logarithm"].shape == maps["base"].shape
    assert (told["settings"]["clip_limit"], told["settings"]["tile_grid"]) == (4.0, 4)


def test_a_slider_begins_where_it_stands_at_first(dark):
    """The job's own exposure is not in what the browser takes for unmoved."""
    told, _ = facts(prepared(dark, Settings(exposure=2.0, look="night")))
    assert (told["settings"]["exposure"], told["settings"]["look"]) == (0.0, "natural")


def test_the_numbers_are_the_recipes(dark):
    """A number of the recipe that is changed is changed in the browser too."""
    told, _ = facts(prepared(dark, Settings()))
    assert told["numbers"]["SHADOW_STOPS"] == controls.SHADOW_STOPS
    assert told["numbers"]["CODE"] == live.CODE


def test_a_photo_that_asks_for_nothing_says_so(tmp_path):
    """A photo that is fine has no clean picture, and the browser is told that it stays untouched."""
    found = prepared(kept(tmp_path / "fine", EXAMPLES / "coffee.png"), Settings())
    assert (found.clean, found.untouched) == (None, True)
    assert facts(found)[0]["untouched"]


def test_a_photo_that_was_not_denoised_has_no_clean_picture(tmp_path):
    """Where the network has not worked the browser gets the photo alone, which it brightens with its grain."""
    found = prepared(kept(tmp_path / "raw", DARK, cleaned=False), Settings(denoise=0.0))
    assert (found.clean, found.untouched) == (None, False)
    assert "hold" not in facts(found)[1]


@pytest.mark.parametrize("settings", [Settings(brightness=3.0), Settings(target_mean=0.4)], ids=["factor", "mean"])
def test_a_wanted_factor_or_mean_is_left_to_the_server(dark, settings):
    """Under a fixed brightness nothing is written for the browser."""
    assert prepared(dark, settings) is None


def test_the_published_network_is_left_to_the_server(dark, monkeypatch):
    """The published network's recipe has no light map, so nothing is written for the browser."""
    monkeypatch.setattr(live, "default_network", original_cnn)
    assert prepared(dark, Settings()) is None


def test_files_that_are_gone_do_no_harm(tmp_path):
    """A job whose folder is deleted meanwhile, or half of it, has no live picture, and nothing breaks."""
    assert prepared(tmp_path / "never", Settings()) is None
    folder = kept(tmp_path / "cut", DARK, cleaned=False)
    (folder / "small.npy").write_bytes(b"")
    assert prepared(folder, Settings()) is None
