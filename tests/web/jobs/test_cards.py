"""The steps as the page shows them: bright enough to be seen, and beside what there was before."""

import numpy as np
import pytest
from PIL import Image

from lowlight.web.i18n import texts
from tests.helpers.photos import dark_photo
from tests.helpers.places import DARK, EXAMPLES
from tests.helpers.sessions import Visitor


def mean(path):
    """Return a picture's mean luma in levels of 255."""
    return float(np.asarray(Image.open(path).convert("L")).mean())


@pytest.fixture(scope="module")
def shown(tmp_path_factory):
    """The view of a dark photo that is done, its files still there."""
    visitor = Visitor(tmp_path_factory.mktemp("page"))
    visitor.give(DARK)
    return visitor.work()[-1]


def test_the_first_card_can_be_seen_and_the_pair_is_true(shown):
    """The original is shown some times as light, which is said; the before picture is the photo as it came."""
    first = shown.cards[0]
    assert mean(first.picture) > 50
    assert first.note == "Shown 8 times as light, so that it can be seen."
    assert shown.pair[0] == shown.photo != first.picture
    assert abs(mean(shown.pair[0]) - mean(DARK)) < 1


def test_no_card_of_a_dark_photo_is_a_black_tile(shown):
    """Every step's picture, and what it is compared with, is as light as a dim room on a screen."""
    beside = [card.before.picture for card in shown.cards if card.before]
    assert len(beside) == 5
    assert all(mean(path) > 40 for path in (*(card.picture for card in shown.cards), *beside))


def test_what_was_before_is_a_card_s_own_picture(shown):
    """Each step is compared with a picture that was shown before it, under that one's title."""
    for index, card in enumerate(shown.cards[1:], 1):
        earlier = {one.picture: one.title for one in shown.cards[:index]}
        assert earlier[card.before.picture] in card.before.caption
    assert shown.cards[0].before is None


def test_the_brightened_photo_is_no_lighter_on_its_card(shown):
    """What is bright enough by itself is shown as it is, and no note says otherwise."""
    assert {card.note for card in shown.cards[2:]} == {""}
    assert shown.pair[1] == shown.cards[4].picture


def test_the_light_map_has_its_scale_and_the_last_step_what_it_took(shown):
    """The greys of one are explained in stops; of the other, what the step changed is a picture on grey."""
    scales, changes = ([getattr(card, name) for card in shown.cards] for name in ("scale", "change"))
    assert [bool(scale) for scale in scales] == [False, False, True, False, False, False]
    assert [bool(change) for change in changes] == [False, False, False, False, True, False]
    assert scales[2][1] > scales[2][0]
    assert 110 < mean(changes[4].picture) < 146


def test_what_stays_as_it_is_has_no_picture_of_a_change(tmp_path):
    """A bright photo is shown as it came in every step, and nothing was taken from it."""
    visitor = Visitor(tmp_path)
    visitor.give(EXAMPLES / "coffee.png")
    view = visitor.work()[-1]
    assert view.cards[4].change is None
    assert {card.note for card in view.cards} == {""}
    assert view.cards[0].picture == view.photo


def test_the_last_card_and_the_facts_say_the_same_shares(tmp_path):
    """Of a photo whose third is black, both say how much of it holds nothing."""
    rgb = dark_photo(90, 120)
    rgb[:30] = 0
    Image.fromarray(rgb).save(tmp_path / "third.png")
    visitor = Visitor(tmp_path / "page")
    visitor.give(tmp_path / "third.png", denoise=0.0)
    view = visitor.work()[-1]
    share = next(line for line in view.facts if "nothing was recorded" in line).split("In ")[1].split("%")[0]
    assert 25 <= int(share) <= 33
    assert f"In {share}% nothing was recorded" in view.cards[5].sentence
    assert view.cards[5].title == texts.SURE
    assert len(view.cards[5].marks) >= 2
