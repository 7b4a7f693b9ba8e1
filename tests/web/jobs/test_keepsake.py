"""What people take along to show: before and after in one picture, and the film of the line between them."""

import resource
from contextlib import contextmanager
from dataclasses import fields
from io import BytesIO

import cv2
import gradio as gr
import numpy as np
import pytest
from PIL import Image

from lowlight import LowlightError, load_photo
from lowlight.web.callbacks import Callbacks
from lowlight.web.i18n import texts
from lowlight.web.i18n.catalogue import CATALOGUES, speaking, translate
from lowlight.web.jobs.keepsake import FILM_SIDE, PICTURE_SIDE, Kind, film, keepsake, side_by_side
from lowlight.web.jobs.kept import Kept
from lowlight.web.jobs.sheet import GROUND, Words, font_of, laid_out
from lowlight.web.jobs.view import StageReady
from lowlight.web.ui.outputs import Outputs
from tests.helpers.pictures import scene

ENGLISH = Words("Before", "After", "Before / after, made with Lowlight")
GERMAN = Words("Vorher", "Nachher", "Vorher / nachher, gemacht mit Lowlight")
KINDS = pytest.mark.parametrize("kind", list(Kind))
DARK, LIGHT = (60, 20, 10), (230, 150, 90)


def pair(height, width):
    """Return a dark picture with shapes in it, and a light one of the same."""
    after = scene(height, width)
    return after // 4, after


def plain(height, width):
    """Return a picture of one dark colour and one of one light colour."""
    return tuple(np.full((height, width, 3), colour, np.uint8) for colour in (DARK, LIGHT))


def opened(data):
    """Return a file's picture."""
    return Image.open(BytesIO(data))


def place_of(picture, sheet):
    """Return where a picture's lower half lies on a sheet, (x, y), and how far its values are off there in the mean."""
    part = picture[picture.shape[0] // 2 :]
    off = cv2.matchTemplate(np.asarray(sheet.convert("RGB")), part, cv2.TM_SQDIFF)
    least, _, place, _ = cv2.minMaxLoc(off)
    return place, (max(least, 0) / part.size) ** 0.5


def lines(data):
    """Return the share of the photo that is left of the line, and the milliseconds, for each frame of a plain pair."""
    with opened(data) as moving:
        for index in range(moving.n_frames):
            moving.seek(index)
            row = np.asarray(moving.convert("RGB"), np.int16)[round(moving.height * 0.8), 30:-30]  # the edges are soft
            left, right = ((np.abs(row - colour).max(axis=1) < 24).sum() for colour in (DARK, LIGHT))
            yield left / (left + right), moving.info["duration"]


# -- The picture -----------------------------------------------------------------------------------------------------


def test_a_tall_photo_has_before_and_after_beside_each_other():
    """The photo is on the left, the result on the right, both as they are."""
    before, after = pair(600, 400)
    sheet = opened(side_by_side(before, after, ENGLISH))
    (first, off), (second, off_too) = place_of(before, sheet), place_of(after, sheet)
    assert max(off, off_too) < 3
    assert abs(second[1] - first[1]) <= 1
    assert 400 < second[0] - first[0] < 420
    assert sheet.width > sheet.height


def test_a_wide_photo_has_before_above_after():
    """Beside each other they would be a thin strip in a feed."""
    before, after = pair(400, 600)
    sheet = opened(side_by_side(before, after, ENGLISH))
    (first, off), (second, off_too) = place_of(before, sheet), place_of(after, sheet)
    assert max(off, off_too) < 3
    assert abs(second[0] - first[0]) <= 1
    assert 400 < second[1] - first[1] < 420
    assert sheet.height > sheet.width


@pytest.mark.parametrize("size", [(2, 3), (3, 2), (3, 4), (4, 3), (1, 1), (9, 16), (16, 9)])
def test_the_picture_suits_a_feed(size):
    """Photos of every usual shape become pictures that a feed shows nearly whole, between 2:3 and 2:1."""
    height, width = (200 * side for side in size)
    sheet = opened(side_by_side(*plain(height, width), ENGLISH))
    assert 0.63 < sheet.width / sheet.height < 2


def test_large_photos_are_made_smaller():
    """The picture is at most 2400 pixels long, whatever the photo's size, and fills that."""
    for height, width in ((3000, 4000), (4000, 3000), (3000, 3000)):
        sheet = opened(side_by_side(*plain(height, width), ENGLISH))
        assert PICTURE_SIDE - 4 <= max(sheet.size) <= PICTURE_SIDE


@pytest.mark.parametrize("words", [ENGLISH, GERMAN], ids=["english", "german"])
@pytest.mark.parametrize("size", [(1, 1), (60, 90), (1, 4000), (4000, 1), (80, 4000), (800, 600)])
def test_the_words_are_never_cut_off(size, words):
    """Also below a photo of one pixel the caption and the labels are whole, with grey around."""
    for data in (side_by_side(*plain(*size), words), film(*plain(*size), words)):
        sheet = np.asarray(opened(data).convert("RGB"), np.int16)
        written = np.argwhere((sheet > 110).all(axis=2))
        assert written.min() >= 6
        assert (np.array(sheet.shape[:2]) - written.max(axis=0)).min() >= 6


def test_the_caption_is_written_below():
    """A line in soft grey stands in the middle of the foot, and nothing else."""
    sheet = np.asarray(opened(side_by_side(*plain(800, 600), ENGLISH)), np.int16)
    assert np.abs(sheet[-3:] - GROUND).max() <= 3
    foot = sheet[-int(0.05 * sheet.shape[0]) :]
    columns = np.flatnonzero((foot.mean(axis=2) > 110).any(axis=0))
    assert columns.size > 100
    assert abs(columns.min() + columns.max() - sheet.shape[1]) < 8


def test_letters_keep_what_hangs_below():
    """The caption is as high as its letters: neither a g nor an accent is cut."""
    words = Words("Avant", "Après", "Échange gagné, ÄÖÜ")
    height, width = 1600, 1200
    size = laid_out((width, height), (2, 1), PICTURE_SIDE, words).type
    _, top, _, bottom = font_of(size).getbbox(words.caption)
    foot = np.asarray(opened(side_by_side(*plain(height, width), words)), np.int16)[-2 * size :]
    rows = np.flatnonzero((foot.mean(axis=2) > 60).any(axis=1))
    assert abs(rows.max() + 1 - rows.min() - (bottom - top)) <= 2


def test_the_font_has_the_letters_of_every_language():
    """Whoever adds a language with other letters is told that the words on the picture need another font."""
    font = font_of(40)
    unknown = bytes(font.getmask("\ue000"))
    for code in CATALOGUES:
        with speaking(code):
            said = "".join(map(translate, (texts.BEFORE, texts.AFTER, texts.TAKE_CAPTION)))
        assert [letter for letter in said if bytes(font.getmask(letter)) == unknown] == [], code


# -- The film --------------------------------------------------------------------------------------------------------


def test_the_line_sweeps_over_the_photo_and_back():
    """It begins in the middle, shows the whole result, then the whole photo, and is back where it began."""
    shares = [share for share, _ in lines(film(*plain(400, 600), ENGLISH))]
    assert abs(shares[0] - 0.5) < 0.03
    assert shares[0] > shares[1]
    left, right = shares.index(0), shares.index(1)
    assert left < right
    assert sorted(shares[:left], reverse=True) == shares[:left]
    assert sorted(shares[left:right]) == shares[left:right]
    assert sorted(shares[right:], reverse=True) == shares[right:]
    assert np.abs(np.diff([*shares, shares[0]])).max() < 0.1


def test_the_film_rests_at_both_ends_and_goes_on_for_ever():
    """A round takes about two and a half seconds, and the ends are shown longer than the rest."""
    data = film(*plain(400, 600), ENGLISH)
    times = list(lines(data))
    assert opened(data).info["loop"] == 0
    assert 2300 < sum(time for _, time in times) < 2800
    usual = sorted(time for _, time in times)[len(times) // 2]
    assert 35 <= usual <= 85
    longest = sorted(times, key=lambda one: one[1])[-2:]
    assert {share for share, _ in longest} == {0, 1}
    assert min(time for _, time in longest) >= 250


def test_the_film_shows_photo_and_result_as_they_are():
    """Where the line rests at one end there is all of the result, at the other all of the photo."""
    before, after = pair(400, 600)
    data = film(before, after, ENGLISH)
    frames = enumerate(lines(film(*plain(400, 600), ENGLISH)))
    rests = {share: index for index, (share, time) in frames if time >= 250}
    moving = opened(data)
    for share, picture in ((0, after), (1, before)):
        moving.seek(rests[share])
        _, off = place_of(picture, moving)
        assert off < 3, share


def test_a_film_of_nothing_but_noise_is_still_small():
    """The worst photo there can be stays under three megabytes, at the full size of a film."""
    after = np.random.default_rng(0).integers(0, 256, (1200, 1200, 3), np.uint8)
    data = film(after // 4, after, ENGLISH)
    assert max(opened(data).size) == FILM_SIDE
    assert len(data) < 3_000_000


# -- From a job to the file ------------------------------------------------------------------------------------------


@pytest.fixture
def placed(tmp_path):
    """A photo that says where it was taken, and with what."""
    exif = Image.Exif()
    exif[0x010F] = "Maker"
    exif[0x8825] = {1: "N", 2: (47.0, 22.0, 0.0), 3: "E", 4: (8.0, 32.0, 0.0)}
    path = tmp_path / "IMG_1234.jpg"
    Image.fromarray(pair(90, 60)[0]).save(path, exif=exif, quality=95)
    return path


@KINDS
def test_what_is_taken_along_tells_nothing_of_place_or_camera(visitor, placed, kind):
    """The photo has both, and of the file only pictures are left."""
    job = visitor.give(placed)
    visitor.work()
    data = keepsake(job, visitor.view, kind).read_bytes()
    assert not opened(data).getexif()
    assert [word for word in (b"Exif", b"Maker", b"http", b"ICCP", b"ICC_PROFILE") if word in data] == []
    assert set(opened(data).info) <= {"jfif", "jfif_version", "jfif_unit", "jfif_density", "loop", "background"}


@pytest.mark.parametrize(
    ("kind", "name", "form"),
    [(Kind.PICTURE, "IMG_1234_before-after.jpg", "JPEG"), (Kind.FILM, "IMG_1234_before-after.webp", "WEBP")],
)
def test_it_is_named_after_the_photo(visitor, placed, kind, name, form):
    """A file tells which photo it came from, and is what its name says."""
    job = visitor.give(placed)
    visitor.work()
    path = keepsake(job, visitor.view, kind)
    assert (path.name, opened(path.read_bytes()).format) == (name, form)


def test_the_result_is_taken_at_full_size(visitor, placed):
    """Photo and result are those that the job kept, not the page's previews."""
    job = visitor.give(placed)
    visitor.work()
    assert keepsake(job, visitor.view, Kind.PICTURE).read_bytes() == side_by_side(*Kept(job.folder).pictures(), ENGLISH)


def test_it_is_written_in_the_visitor_s_language(visitor, placed):
    """A German browser gets German labels and a German caption."""
    job = visitor.give(placed)
    visitor.work()
    with speaking("de"):
        german = keepsake(job, visitor.view, Kind.PICTURE).read_bytes()
    assert german == side_by_side(*Kept(job.folder).pictures(), GERMAN)


def test_until_there_is_a_result_the_previews_are_taken(visitor, placed):
    """What is on the page can be taken along as soon as it is seen."""
    job, shown = visitor.give(placed), None
    for step in visitor.steps():
        if isinstance(step, StageReady) and step.name == "brightened":
            made, shown = keepsake(job, visitor.view, Kind.PICTURE), visitor.view.pair
            expected = side_by_side(*(load_photo(path).rgb for path in shown), ENGLISH)
            assert made.read_bytes() == expected
    assert shown


@KINDS
def test_a_result_that_is_gone_is_said_to_be_gone(visitor, placed, kind):
    """After its minutes nothing is left to take along, whether the page shows a result or a preview."""
    job = visitor.give(placed)
    views = visitor.work()
    job.delete()
    for view in (views[0], visitor.view):
        with pytest.raises(LowlightError, match="deleted after 20 minutes"):
            keepsake(job, view, kind)


@contextmanager
def room_for(count):
    """Let no file be larger than so many bytes, as if the disk were full."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (count, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


@KINDS
def test_a_full_disk_is_a_sentence(visitor, placed, kind):
    """Whoever runs the page is to be told."""
    job = visitor.give(placed)
    visitor.work()
    with room_for(100), pytest.raises(LowlightError, match="The result could not be written: "):
        keepsake(job, visitor.view, kind)


# -- What the page's script is told ----------------------------------------------------------------------------------


def asked(**data):
    """Return the event that the page's script sends when something is to be taken along."""
    return gr.EventData(None, data)


@pytest.fixture
def answers():
    """The page's answers to events."""
    return Callbacks(Outputs(**{field.name: gr.HTML() for field in fields(Outputs)}), [])


def test_the_page_is_told_where_the_file_lies(visitor, placed, answers):
    """The answer is a link with the file's name, which says what was asked for."""
    visitor.give(placed)
    visitor.work()
    told = answers.keepsake(asked(kind="film"), visitor.session)
    assert told.startswith('<a data-kind="film" href="gradio_api/file=')
    assert told.endswith('/IMG_1234_before-after.webp" download="IMG_1234_before-after.webp"></a>')


def test_the_page_is_told_why_there_is_no_file(visitor, placed, answers):
    """In place of the link there is a sentence, in the visitor's language; the page stays as it is."""
    job = visitor.give(placed)
    visitor.work()
    view = visitor.view
    job.delete()
    with speaking("de"):
        told = answers.keepsake(asked(kind="picture"), visitor.session)
        assert told == f'<p data-kind="picture">{translate(texts.GONE)}</p>'
    assert visitor.view is view


@pytest.mark.parametrize("event", [asked(), asked(kind="poster"), asked(kind=["film"])])
def test_what_is_no_kind_changes_nothing(visitor, placed, answers, event):
    """Whatever a program sends in its place, nothing is made and nothing breaks."""
    visitor.give(placed)
    visitor.work()
    before = set(visitor.root.iterdir())
    assert answers.keepsake(event, visitor.session) == gr.skip()
    assert set(visitor.root.iterdir()) == before


def test_without_a_photo_there_is_nothing_to_take_along(visitor, answers):
    """An empty page that is asked for a film stays empty."""
    assert answers.keepsake(asked(kind="film"), visitor.session) == gr.skip()
