"""Every sentence is true of what ran."""

import numpy as np
import pytest

from lowlight import LowlightError, Settings, captions, enhance, pipeline
from tests.helpers import scenes
from tests.helpers.originals import original_cnn


def said(rgb, network=None, **settings):
    """Return the stages' sentences by name."""
    return {stage.name: stage.sentence for stage in enhance(rgb, Settings(**settings), network=network)}


@pytest.fixture(scope="module")
def room():
    """A dim room, small."""
    return scenes.room(60, 90)


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"warmth": 0.5}, "warmer"),
        ({"warmth": -0.5}, "cooler"),
        ({"colour": 0.5}, "stronger"),
        ({"colour": -0.5}, "paler"),
        ({"colour": -1.0, "warmth": 0.5}, "taken away"),
        ({"detail": 0.5}, "Fine structure"),
        ({"strength": 0.5}, "The strength is 50%: the rest is the photo as it came"),
        ({"denoise": 0.5}, "at 50% of its strength"),
        ({"denoise": 0.0, "warmth": 0.5}, "switched off: this is the brightened photo. Its colours were made warmer"),
        ({"denoise": 0.0, "strength": 0.3}, "The strength is 30%"),
    ],
)
def test_the_last_sentence_says_what_each_control_did(room, settings, words):
    """Of the end it is said what became of the noise, of detail and colours, and how much of it is the result."""
    assert words in said(room, **settings)["denoised"]


def test_nothing_is_said_of_controls_that_did_nothing(room):
    """At rest, or where they cannot matter, as detail without a network's picture."""
    assert said(room)["denoised"] == captions.DENOISED
    assert said(room, denoise=0.0, detail=1.0)["denoised"] == captions.NOT_DENOISED
    assert said(room, strength=0.0, warmth=1.0)["denoised"] == captions.STRENGTH_0


def test_a_photo_that_was_hardly_raised_keeps_its_grain():
    """The rules leave it the brightened photo's, so the sentence does not promise that all noise goes."""
    rgb = scenes.room(60, 90)
    assert captions.HARDLY_RAISED not in said(rgb)["denoised"]
    assert captions.HARDLY_RAISED in said(np.clip(rgb.astype(int) * 3 + 10, 0, 255).astype(np.uint8))["denoised"]


@pytest.fixture
def no_network(monkeypatch):
    """No network can be opened."""

    def fails():
        raise LowlightError("The weights are damaged.")

    monkeypatch.setattr(pipeline, "default_network", fails)


@pytest.mark.usefixtures("no_network")
def test_why_there_is_no_network_is_said_where_one_was_needed(room):
    """Not of a photo that no network would have seen, nor with denoising switched off."""
    assert said(room)["denoised"].startswith("The weights are damaged. This is the brightened photo")
    assert "Its colours were made warmer." in said(room, warmth=1.0)["denoised"]
    assert said(room, denoise=0.0)["denoised"] == captions.NOT_DENOISED
    assert said(room, strength=0.0)["denoised"] == captions.STRENGTH_0
    assert said(scenes.fine())["denoised"] == captions.BRIGHT
    assert said(scenes.black(), exposure=1.0)["denoised"] == captions.BLACK_ASKED


def test_a_kept_night_says_so_and_what_was_asked_beside():
    """A look alone is one sentence; more light that was asked for is another."""
    kept = said(scenes.night(), look="night", denoise=0.0)["light"]
    assert captions.NIGHT_KEPT in kept
    assert captions.ASKED_TOO not in kept
    assert captions.ASKED_TOO in said(scenes.night(), look="night", exposure=1.0, denoise=0.0)["light"]


def test_where_nothing_is_raised_nothing_is_called_lifted():
    """Three stops less leave no part lighter, and neither the map nor the brightened photo says that they do."""
    found = said(scenes.fine(), exposure=-3.0)
    assert found["light"] == captions.ASKED_LESS
    assert found["brightened"] == captions.ASKED_LIGHT


@pytest.mark.parametrize("settings", [{}, {"look": "night"}, {"look": "bright"}])
def test_a_black_frame_is_called_black_in_every_step(settings):
    """It is never called bright, nor said to have needed no light."""
    found = said(scenes.black(), **settings)
    assert found["light"] == found["brightened"] == captions.BLACK


def test_noise_that_was_hidden_is_spoken_of_where_it_shows():
    """Not where the photo was raised by less than a stop."""
    assert captions.NOISE_SHOWS in said(scenes.room(60, 90))["brightened"]
    assert captions.NOISE_SHOWS not in said(scenes.fine(), exposure=0.5)["brightened"]


def test_the_published_method_says_what_it_does_not_know(room):
    """It has no colours, detail or looks; and a black frame it does not call bright."""
    network = original_cnn()
    found = said(room, network, warmth=0.5, strength=0.5)["denoised"]
    assert captions.UNKNOWN in found
    assert "warmer" not in found
    assert "The strength is 50%" in found
    assert captions.UNKNOWN not in said(room, network)["denoised"]
    assert captions.BLACK in said(scenes.black(), network)["clahe"]
    assert said(scenes.fine(), network)["brightened"] == captions.BRIGHT_RAISED


@pytest.mark.parametrize(("share", "words"), [(1.0, "nearly every part"), (0.7, "In 70% of this photo")])
def test_the_shares_of_a_photo_are_said(share, words):
    """What was measured, and what was not, if it is worth saying."""
    sure = captions.Sure
    shares = {sure.MEASURED: share, sure.LITTLE: 0.0, sure.NOTHING: 0.9 - share * 0.9, sure.BURNT: 0.1 - share * 0.1}
    found = captions.certainty(shares)
    assert words in found
    assert ("27% nothing was recorded" in found) == (share < 1)
    assert "little" not in found
