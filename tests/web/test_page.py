"""The page apart from the browser: settings, words, HTML, files, examples and the endpoint for programs."""

import time
from dataclasses import replace
from io import BytesIO

import numpy as np
import pytest
from PIL import Image

from lowlight import LowlightError, Settings, enhance, load_photo
from lowlight.arrays import smaller
from lowlight.measure.certainty import Sure
from lowlight.measure.metrics import score
from lowlight.messages import Message
from lowlight.pipeline import Plan, Stage
from lowlight.web.callbacks import choices
from lowlight.web.i18n import texts
from lowlight.web.jobs import crop, summary
from lowlight.web.jobs.comparison import compare
from lowlight.web.jobs.job import Choices
from lowlight.web.jobs.storage import PREVIEW_SIDE, new_folder, save_preview, sweep
from lowlight.web.jobs.view import Phase, Tick, View, failed
from lowlight.web.ui import markup, steps
from lowlight.web.ui.examples import SAMPLES, thumbnail
from lowlight.web.uploads import as_upload
from tests.helpers.originals import original_cnn
from tests.helpers.photos import dark_photo
from tests.helpers.pictures import alike
from tests.helpers.places import DARK, EXAMPLES
from tests.helpers.running import result_of
from tests.helpers.serving import serving
from tests.helpers.sessions import Visitor

# -- What programs may send ------------------------------------------------------------------------------------------


USUAL = ("natural", 100, 0.0, 0, 0, 0, 0, 0, 100, 2.0, 8, "same", [])
"""What the page's controls stand at."""


def test_the_controls_become_settings():
    """Each control sets what it says, those in percent as shares; whole numbers may come as 8.0."""
    light = {"look": "night", "strength": 0.5, "exposure": 1.5, "shadows": 0.35, "highlights": -0.4}
    rest = {"warmth": 0.1, "colour": -1.0, "detail": 0.25, "denoise": 0.9, "clip_limit": 3.0, "tile_grid": 8}
    wanted = Settings(**light, **rest)
    assert choices("night", 50, 1.5, 35, -40, 10, -100, 25, 90, 3.0, 8.0, "png", []) == Choices(wanted, "png")
    assert choices(*USUAL) == Choices()


@pytest.mark.parametrize(
    ("place", "wrong"),
    [
        *[(0, "dark"), (0, None), (0, ["night"]), (1, 101), (1, -1), (2, 99.0), (2, float("nan")), (3, 120)],
        *[
            (4, "50"),
            (5, True),
            (6, float("inf")),
            (7, []),
            (8, None),
            (9, "2"),
            (10, 8.5),
            (11, "gif"),
            (12, ["name"]),
        ],
    ],
)
def test_what_is_no_setting_is_refused_in_words(place, wrong):
    """Values out of range, missing ones and text are refused before any work, with the value in the sentence."""
    with pytest.raises(LowlightError, match=r"must be .* it was"):
        choices(*USUAL[:place], wrong, *USUAL[place + 1 :])


def test_an_upload_keeps_its_own_name(monkeypatch):
    """The name that the person knows is kept where the stored file has a plainer one."""
    monkeypatch.setenv("GRADIO_TEMP_DIR", "/page")
    upload = as_upload({"path": "/page/abc/IMG1.jpg", "orig_name": "IMG (1).jpg"})
    assert (str(upload.path), upload.name) == ("/page/abc/IMG1.jpg", "IMG (1).jpg")
    assert as_upload({"path": "/page/abc/IMG1.jpg"}).name == "IMG1.jpg"
    assert as_upload(None) is None
    assert as_upload({"path": ""}) is None


# -- Words and HTML --------------------------------------------------------------------------------------------------


def test_names_from_people_cannot_become_markup(dark_jpeg, tmp_path):
    """A file name with tags in it is shown as it is written."""
    evil = "<img src=x onerror=alert(1)>.jpg"
    visitor = Visitor(tmp_path / "page")
    visitor.give(dark_jpeg, evil)
    html = (
        markup.facts(visitor.view, evil) + markup.progress(next(visitor.steps())) + markup.note(failed(Message(evil)))
    )
    assert html.count("&lt;img") == 3
    assert "<img" not in html


@pytest.mark.parametrize(
    ("width", "height", "said"),
    [(4000, 3000, " (12 MP)"), (1600, 1067, " (1.7 MP)"), (600, 400, " (0.24 MP)"), (40, 30, "")],
)
def test_sizes_are_said_in_pixels_and_megapixels(width, height, said):
    """Megapixels have as many digits as mean something."""
    assert summary.size(width, height) == f"{width} \N{MULTIPLICATION SIGN} {height}{said}"


@pytest.mark.parametrize(("level", "word"), [(5, "very dark"), (40, "dark"), (70, "rather dark"), (150, "bright")])
def test_darkness_is_said_in_words(level, word):
    """A photo's mean brightness has a word."""
    assert summary.darkness(np.full((4, 4, 3), level, np.uint8)) == word


def test_methods_are_compared_with_a_reference(tmp_path):
    """Three methods come one by one, each with its figures against the reference; another size is refused in words."""
    rgb = dark_photo(80, 120)
    for name, picture in {"dark": rgb // 3, "bright": rgb, "other": rgb[:60]}.items():
        Image.fromarray(picture).save(tmp_path / f"{name}.png")
    found = list(compare(tmp_path / "dark.png", Settings(), tmp_path / "bright.png", tmp_path / "page"))
    assert [len(done) for done in found] == [1, 2, 3]
    assert [one.title for one in found[-1]] == [texts.METHOD_STEPS, texts.METHOD_ORIGINAL, texts.METHOD_OURS]
    *_, ours = enhance(rgb // 3)
    assert found[-1][2].score == score(ours.picture, rgb)
    *_, published = enhance(rgb // 3, Settings(denoise=0.0), network=original_cnn())
    assert found[-1][0].score == score(published.picture, rgb)
    assert f"{found[-1][2].score.psnr:.2f} dB" in markup.comparison(found[-1], whole=True)
    *_, (*_, dimmed) = compare(
        tmp_path / "dark.png", Settings(strength=0.0), tmp_path / "bright.png", tmp_path / "page"
    )
    assert dimmed.score == score(rgb // 3, rgb), "ours is as the controls stand"
    with pytest.raises(LowlightError, match=r"120 . 80 pixels, and the reference has 120 . 60"):
        list(compare(tmp_path / "dark.png", Settings(), tmp_path / "other.png", tmp_path / "page"))


def test_a_close_look_shows_photo_and_result_in_their_own_pixels(tmp_path):
    """A part of the photo and of the result, inside the picture wherever one looks, in the place of the last one."""
    rgb = dark_photo(700, 1000)
    path = tmp_path / "wide.png"
    Image.fromarray(rgb).save(path)
    visitor = Visitor(tmp_path / "page")
    job = visitor.give(path)
    assert visitor.work()[-1].detail is None
    result = np.load(job.folder / "result.npy")
    for point, (top, left) in {(0.0, 0.0): (0, 0), (1.0, 1.0): (400, 600), (0.5, 0.5): (200, 300)}.items():
        part = visitor.look(*point, 0.4, 3 / 7).detail
        assert (part.left, part.top, part.width, part.height) == (left / 1000, top / 700, 0.4, 3 / 7)
        for shown, whole in ((part.before, rgb), (part.after, result)):
            assert alike(load_photo(shown).rgb, whole[top : top + 300, left : left + 400])
    assert set(job.folder.glob("part-*")) == {part.before, part.after}


def test_a_close_look_at_much_of_a_photo_is_as_sharp_as_a_screen(tmp_path):
    """Of a large part at most 3 million pixels are sent; it is the same part, in the same shape."""
    photo = np.kron(dark_photo(20, 30), np.ones((100, 100, 1), np.uint8))
    part = crop.detail(tmp_path, photo, photo, crop.Look(0.5, 0.5, 1.0, 1.0))
    assert (part.left, part.top, part.width, part.height) == (0, 0, 1, 1)
    sharp = load_photo(part.after).rgb
    assert sharp.shape == (1414, 2121, 3)
    assert alike(smaller(sharp, 30), dark_photo(20, 30))


def test_the_verdict_says_what_cannot_be_brought_back(dark_jpeg, tmp_path):
    """The facts say how dark and how noisy a photo is, and how much of it is black, if it is worth saying."""
    visitor = Visitor(tmp_path / "page")
    visitor.give(dark_jpeg)
    last = visitor.work()[-1]
    assert "dark" in last.facts[0]
    assert last.facts[1] in texts.KINDS.values()
    assert "nois" in last.facts[2].lower()
    shares = {Sure.MEASURED: 0.745, Sure.LITTLE: 0.0, Sure.NOTHING: 0.25, Sure.BURNT: 0.005}
    said = summary.verdict(Plan(dark_photo(40, 60), Settings()), shares)
    assert "In 25% nothing was recorded" in said
    assert "white" not in said


def test_what_a_photo_was_taken_for_is_said_where_it_is_true():
    """A dark photo is called what it is, whatever people choose; of one that is bright or black nothing is said."""
    rgb = dark_photo(60, 90)
    said = texts.KINDS[Plan(rgb, Settings()).scene.kind]
    for chosen in (Settings(), Settings(look="night"), Settings(strength=0.0), Settings(exposure=1.0)):
        assert summary.taken_for(Plan(rgb, chosen)) == said
    assert summary.taken_for(Plan(np.full_like(rgb, 150), Settings(exposure=1.0))) == ""
    assert summary.taken_for(Plan(np.zeros_like(rgb), Settings(exposure=1.0))) == ""


def test_the_histograms_are_those_of_photo_and_result(dark_jpeg, tmp_path):
    """At the end two curves are shown: the photo's is highest on the left, the result's further to the right."""
    visitor = Visitor(tmp_path / "page")
    visitor.give(dark_jpeg)
    last = visitor.work()[-1]
    before, after = last.histograms
    assert len(before) == len(after) == 64
    assert max(before) == max(after) == 1
    assert np.average(range(64), weights=after) > np.average(range(64), weights=before) + 8
    assert markup.facts(last, "x").count("<path") == 2


def test_the_bar_is_there_for_screen_readers():
    """The bar's value is a whole percentage, and missing while it is not known."""
    assert 'aria-valuenow="42"' in markup.progress(Tick(Message("Denoising"), 0.42))
    assert "aria-valuenow" not in markup.progress(Tick(Message("Opening")))


def test_stages_to_come_have_their_room(dark_jpeg, tmp_path):
    """Six places are there from the start, so that nothing moves when the stages come."""
    visitor = Visitor(tmp_path / "page")
    visitor.give(dark_jpeg)
    assert {steps.stages(view).count("<li") for view in visitor.work()} == {6}
    assert steps.stages(View(Phase.EMPTY)) == ""


# -- Files -----------------------------------------------------------------------------------------------------------


def test_previews_are_bounded_and_keep_their_shape(tmp_path):
    """Pictures for the screen have a long side of at most 1600 pixels; small ones stay as they are."""
    large = np.zeros((1000, 3000, 3), np.uint8)
    with Image.open(save_preview(large, tmp_path / "preview.jpg")) as picture:
        assert picture.size == (PREVIEW_SIDE, 533)
    small = dark_photo(20, 30)
    assert smaller(small, PREVIEW_SIDE) is small
    assert smaller(np.zeros((1, 4000, 3), np.uint8), 100).shape == (1, 100, 3)


def test_old_folders_go_and_young_ones_stay(tmp_path):
    """Results are deleted after their minutes, uploads' empty folders too; other files are not touched."""
    folder, empty, other = new_folder(tmp_path), tmp_path / "0123", tmp_path / "kept"
    (folder / "result.npy").write_bytes(b"1")
    empty.mkdir()
    other.mkdir()
    (other / "example.png").write_bytes(b"1")
    sweep(tmp_path, 60)
    assert folder.exists()
    time.sleep(0.02)
    sweep(tmp_path, 0.01)
    assert [path.name for path in tmp_path.iterdir()] == ["kept"]
    sweep(tmp_path / "missing", 0)


def test_folder_names_cannot_be_guessed(tmp_path):
    """128 bits of chance stand between one person's pictures and another's."""
    names = {new_folder(tmp_path).name for _ in range(20)}
    assert len(names) == 20
    assert {len(name) for name in names} == {36}


# -- Examples --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda sample: sample.file)
def test_every_example_can_be_read_and_is_accounted_for(sample):
    """Each example is a photo of at most 1600 pixels that LICENSES.md names, with its credit on the page."""
    photo = load_photo(sample.path)
    assert max(photo.rgb.shape) <= 1600
    assert f"`{sample.file}`" in (EXAMPLES / "LICENSES.md").read_text(encoding="utf-8")
    html = markup.samples([sample])
    assert sample.credit in html
    assert f"{sample.file}.webp" in html
    assert max(Image.open(BytesIO(thumbnail(sample))).size) == 360


def test_no_example_lies_about_unused():
    """What is in the folder is on the page."""
    assert {path.name for path in EXAMPLES.iterdir()} == {sample.file for sample in SAMPLES} | {"LICENSES.md"}


# -- The endpoint for programs ---------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def client(address):
    """A program that talks to the running page."""
    from gradio_client import Client

    with_page = Client(address, verbose=False, analytics_enabled=False)
    yield with_page
    with_page.close()


def handle(path):
    """Return a file as the client sends it."""
    from gradio_client import handle_file

    return handle_file(path)


def test_programs_get_the_result_as_a_file(client):
    """The endpoint gives what the library gives, under the name that people get."""
    path = client.predict(handle(DARK), denoise=0.0, form="png", api_name="/enhance")
    *_, expected = enhance(load_photo(DARK).rgb, replace(Settings(), denoise=0.0))
    assert path.endswith("dark-shelf_enhanced.png")
    assert np.array_equal(np.asarray(Image.open(path)), expected.picture)


def test_programs_set_every_control_by_its_own_name(client):
    """What the settings are called is what the endpoint's parameters are called, with the library's ranges."""
    wanted = {"strength": 0.8, "exposure": 0.5, "shadows": 0.3, "highlights": -0.3, "warmth": 0.2, "colour": -0.5}
    wanted |= {"detail": 0.4, "denoise": 0.6, "clip_limit": 3.0, "tile_grid": 4, "look": "bright"}
    path = client.predict(handle(DARK), form="png", api_name="/enhance", **wanted)
    *_, expected = enhance(load_photo(DARK).rgb, Settings(**wanted))
    assert np.array_equal(np.asarray(Image.open(path)), expected.picture)


def test_programs_of_earlier_versions_get_what_they_ask_for(address, client, tmp_path):
    """The five settings of 0.9 keep their places, for a client and for a request that gives no others."""
    wanted = Settings(exposure=0.5, denoise=0.8, clip_limit=3.0, tile_grid=4)
    *_, expected = enhance(load_photo(DARK).rgb, wanted)
    path = client.predict(handle(DARK), 0.5, 0.8, 3.0, 4, "png", api_name="/enhance")
    assert np.array_equal(np.asarray(Image.open(path)), expected.picture)
    (tmp_path / "result.png").write_bytes(result_of(address, DARK, [0.5, 0.8, 3.0, 4, "png"]))
    assert np.array_equal(load_photo(tmp_path / "result.png").rgb, expected.picture)


def test_programs_are_told_what_is_wrong(client, tmp_path):
    """Bad files and bad settings come back as the sentence that people see, without a path."""
    from gradio_client.exceptions import AppError

    bad = tmp_path / "bad.jpg"
    bad.write_text("no photo " * 30)
    with pytest.raises(AppError, match="not a photo that can be read") as caught:
        client.predict(handle(bad), api_name="/enhance")
    assert str(tmp_path) not in str(caught.value)
    with pytest.raises(AppError, match=r"Brightness in stops must be a number .*; it was 99"):
        client.predict(handle(DARK), exposure=99, api_name="/enhance")
    with pytest.raises(AppError, match=r"Warmth must be a number from -1 to 1; it was 2"):
        client.predict(handle(DARK), warmth=2, api_name="/enhance")
    with pytest.raises(AppError, match=r"Look must be one of natural, bright, night; it was 'noon'"):
        client.predict(handle(DARK), look="noon", api_name="/enhance")


def test_programs_see_one_endpoint(client):
    """What the page uses for itself is not offered to programs."""
    assert set(client.view_api(return_format="dict")["named_endpoints"]) == {"/enhance"}
    assert client.view_api(return_format="dict")["unnamed_endpoints"] == {}


def test_a_photo_the_server_did_not_receive_is_refused(client):
    """A program cannot have the page read a file of its machine."""
    from gradio_client.exceptions import AppError

    with pytest.raises((AppError, ValueError)):
        client.predict(
            {"path": "/etc/passwd", "meta": {"_type": "gradio.FileData"}, "orig_name": "a.png"}, api_name="/enhance"
        )


@pytest.mark.slow
@pytest.mark.timeout(120)
def test_nothing_of_a_visitor_is_left(tmp_path):
    """Uploads, previews and results go when their minutes are over, here three seconds."""
    from gradio_client import Client

    hasty = (
        "import app; from lowlight.web.server import launch; launch.CLEANING = (0.5, 3); page = app.build_page(); "
        "launch.start_helpers(); page.launch(**launch.launch_options())"
    )
    left = tmp_path / "left"
    with serving(tmp_path / "page.log", "-c", hasty, GRADIO_TEMP_DIR=str(left)) as address:
        client = Client(address, verbose=False, analytics_enabled=False, download_files=False)
        client.predict(handle(DARK), denoise=0.0, api_name="/enhance")
        assert list(left.rglob("*.png"))
        deadline = time.monotonic() + 40
        while list(left.rglob("*")) and time.monotonic() < deadline:
            time.sleep(0.2)
        client.close()
        assert list(left.rglob("*")) == []


def test_stages_are_the_pipelines():
    """The page keeps room for as many stages as the pipeline has, and for how sure the photo is."""
    stages = [step for step in enhance(dark_photo(20, 30), Settings(denoise=0.0)) if isinstance(step, Stage)]
    assert len(stages) + 1 == steps.STEPS
