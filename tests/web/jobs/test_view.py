"""How each step changes what the page shows."""

from dataclasses import replace
from pathlib import Path

import pytest

from lowlight.messages import NOTHING, Message
from lowlight.web.i18n import texts
from lowlight.web.jobs.crop import Detail
from lowlight.web.jobs.live import Live
from lowlight.web.jobs.view import (
    Card,
    Failed,
    Finished,
    Glimpse,
    LiveReady,
    Looked,
    Offer,
    Phase,
    PreviewReady,
    Refused,
    StageReady,
    Stopped,
    Tick,
    View,
    failed,
    reduced,
    started,
)

TICK = Tick(Message("Saving"), 1.0)
PART = Detail(Path("before.png"), Path("after.png"), 0.1, 0.2, 0.3, 0.4)
OFFER = Offer(Path("a_enhanced.png"), Message("PNG"))


def card(name, *, stale=False):
    """Return a stage's card, whose picture is lighter than the stage's own."""
    return Card(Message(name), Message(f"{name}."), Path(f"{name}-seen.jpg"), stale)


def stage(name, *facts):
    """Return the step of a stage that is ready."""
    return StageReady(name, card(name), Path(f"{name}.jpg"), tuple(map(Message, facts)), (5, 4))


def finished(*, same=False, message=NOTHING):
    """Return the step at the end."""
    curves = ((0.0,), (1.0,))
    return Finished(OFFER, curves, Message("Took 1 s."), message, Message("How."), Message("Weights."), same, 1.0)


STAGES = [
    stage("original", "600 x 400"),
    stage("lightness"),
    stage("light", "Dim."),
    stage("brightened", "Noisy."),
    stage("denoised"),
]


def after(*steps, view=None):
    """Return the view after some steps."""
    view = view or started(TICK)
    for step in steps:
        view = reduced(view, step)
    return view


def test_a_job_begins_with_nothing_but_its_first_words():
    """The first view of a photo says what happens and shows nothing yet."""
    assert started(TICK) == View(Phase.WORKING, tick=TICK)


def test_the_pair_follows_the_stages():
    """Before and after are the photo itself, then the brightened photo, then the result."""
    shown = [after(*STAGES[:count]) for count in range(1, 6)]
    assert [view.pair[1].stem for view in shown] == ["original", "original", "original", "brightened", "denoised"]
    assert {view.pair[0].stem for view in shown} == {"original"}
    assert [view.seen for view in shown] == [texts.SEEN_ORIGINAL] * 3 + [texts.SEEN_BRIGHTENED, texts.SEEN_RESULT]
    assert [card.title for card in shown[-1].cards] == ["original", "lightness", "light", "brightened", "denoised"]
    assert shown[-1].facts == ("600 x 400", "Dim.", "Noisy.")
    assert shown[-1].size == (5, 4)


def test_a_preview_stands_until_the_result():
    """The brightened photo does not take the place of a preview of the result, which looks better."""
    view = after(STAGES[0], PreviewReady(Path("preview.jpg")))
    assert (view.pair, view.seen) == ((Path("original.jpg"), Path("preview.jpg")), texts.SEEN_PREVIEW)
    assert after(*STAGES[1:4], view=view).pair == view.pair
    assert after(*STAGES[1:], view=view).pair[1] == Path("denoised.jpg")
    assert after(*STAGES[1:], view=view).seen == texts.SEEN_RESULT


def test_the_end_says_what_it_took():
    """The result is offered, the bar is gone, and how long it took and what denoised it stand apart from the facts."""
    view = after(*STAGES, TICK, finished())
    assert (view.phase, view.tick, view.message, view.seen) == (Phase.DONE, None, NOTHING, texts.SEEN_RESULT)
    assert view.facts == ("600 x 400", "Dim.", "Noisy.")
    assert (view.took, view.seconds, view.how, view.network) == ("Took 1 s.", 1.0, "How.", "Weights.")
    assert (view.offer, view.histograms) == (OFFER, ((0.0,), (1.0,)))


def test_a_part_of_the_old_result_is_not_shown_over_the_new_one():
    """The part that is looked at stays until there is a new result, and is looked at anew then."""
    done = after(*STAGES, finished(), Looked(PART))
    assert started(TICK, done).detail == PART
    assert after(*STAGES, finished(), view=started(TICK, done)).detail is None


def test_a_photo_that_stays_as_it_is_says_why():
    """In place of what denoised it, which nothing did."""
    view = after(*STAGES, finished(same=True, message=texts.BRIGHT))
    assert (view.message, view.seen) == (texts.BRIGHT, texts.SEEN_SAME)
    assert (view.facts, view.how) == (("600 x 400", "Dim.", "Noisy."), NOTHING)


def test_the_browser_draws_from_the_result_to_the_next_job():
    """What the browser needs to draw is there once a step brought it, and gone when the photo is made anew."""
    live = Live(Path("live.webp"), None, Path("live-2-8.json"), untouched=True)
    view = after(*STAGES, finished(), LiveReady(live))
    assert (view.live, view.phase) == (live, Phase.DONE)
    assert started(TICK, view).live is None
    assert started(TICK).live is None


def test_other_choices_begin_with_the_old_pictures():
    """They stay, marked as stale; what was said of the old result goes, and what was said of the photo stays."""
    done = replace(after(*STAGES, finished()), notice=Message("b.png: no photo."))
    view = started(TICK, done)
    assert (view.phase, view.tick, view.message, view.notice) == (Phase.WORKING, TICK, NOTHING, NOTHING)
    assert (view.pair, view.seen, view.offer) == (done.pair, done.seen, None)
    assert (view.facts, view.took, view.how) == (done.facts, NOTHING, NOTHING)
    assert [card.stale for card in view.cards] == [True] * 5
    assert [card.stale for card in after(*STAGES[:2], view=view).cards] == [False, False, True, True, True]
    assert after(STAGES[0], view=view).pair == done.pair, "the old result stays until there is something new"
    assert after(*STAGES, view=view).facts == done.facts, "each is said once"


@pytest.mark.parametrize(
    ("seen", "then"), [(texts.SEEN_PREVIEW, texts.SEEN_PREVIEW_ONLY), (texts.SEEN_BRIGHTENED, texts.SEEN_BRIGHTENED)]
)
def test_who_stops_keeps_what_there_is(seen, then):
    """And is promised nothing more."""
    view = reduced(replace(after(STAGES[0]), seen=seen), Stopped())
    assert (view.phase, view.tick, view.message, view.seen) == (Phase.STOPPED, None, texts.STOPPED, then)
    assert len(view.cards) == 1


def test_a_failure_empties_the_page():
    """Only its sentence is left."""
    assert after(*STAGES, Failed(Message("Broken."), opened=True)) == failed(Message("Broken."))
    assert failed(Message("Broken.")) == View(Phase.EMPTY, Message("Broken."), wrong=True)


def test_a_refused_file_changes_nothing_else():
    """It is said beside the photo that is shown; on an empty page it is what the page says."""
    view = after(*STAGES, finished())
    assert reduced(view, Refused(Message("No photo."))) == replace(view, notice=Message("No photo."))
    assert reduced(View(Phase.EMPTY), Refused(Message("No photo."))) == failed(Message("No photo."))


def test_the_small_steps_change_one_thing_each():
    """The bar, the download, the part that is looked at."""
    view = after(*STAGES, finished())
    other = Offer(Path("a.jpg"), Message("JPEG"))
    assert reduced(view, TICK) == replace(view, tick=TICK)
    assert reduced(view, other) == replace(view, offer=other)
    moved = replace(PART, left=0.3)
    assert reduced(view, Looked(moved)) == replace(view, detail=moved)


def test_a_glimpse_is_the_photo_until_there_is_more():
    """The photo small is on both sides of the line; a preview takes the right one, and both stay when all is read."""
    small, made = Path("glimpse.jpg"), Path("preview.jpg")
    glimpsed = after(Glimpse(small, (5, 4)))
    assert (glimpsed.pair, glimpsed.seen, glimpsed.size) == ((small, small), texts.SEEN_ORIGINAL, (5, 4))
    previewed = after(PreviewReady(made), stage("original", "600 x 400"), view=glimpsed)
    assert (previewed.pair, previewed.seen) == ((small, made), texts.SEEN_PREVIEW)
