"""The recipe in JavaScript gives what the one in Python gives, on the same pixels."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from lowlight import Settings, arrays, load_photo
from lowlight.light import tone, wanted
from lowlight.network.session import open_network
from lowlight.pipeline import Clean, Plan, Stage, steps
from tests.helpers.places import EXAMPLES, PROJECT
from tests.helpers.serving import patient
from tests.helpers.static_page import decoded, hosting, made
from tools.static_site import recipe

pytestmark = pytest.mark.browser

PHOTOS = ("dark-shelf.png", "bridge-at-night.jpg", "coffee.png")
"""A dim room, a night, and a photo that is bright already."""

CASES = PROJECT / "tests" / "files" / "cases"
COLOURED = ("cicp-p3.png", "adobe-chrm.png", "gama-linear.png", "p3nclx.avif", "jpeg-icc-short.jpg")
SIDE = 301  # pixels: odd, no multiple of the network's stride
TILE = 160  # pixels: several tiles a photo

WISHES = (
    {},
    {"exposure": 1.5, "shadows": 0.5, "highlights": -0.5},
    {"look": "night", "detail": 0.5},
    {"look": "bright", "denoise": 0.4, "warmth": 0.5, "colour": -0.5, "strength": 0.7},
    {"clip_limit": 4.0, "tile_grid": 6},
    {"denoise": 0.0, "colour": 0.8},
)

APPLIED = """async ([module, name, ...given]) => {
  const value = (await import(`./recipe/${module}.js`))[name](...given.map((one) =>
    one?.bytes ? Uint8Array.from(one.bytes) : one?.floats ? Float32Array.from(one.floats) : one));
  return Array.from(value);
}"""


@pytest.fixture(scope="module")
def page(chromium, built):
    """The built page in a browser."""
    with hosting(built) as host:
        page = patient(chromium.new_page())
        page.goto(f"{host.address}/LICENSES.txt")  # its address alone: no script of the page's runs
        yield page
        page.close()


@pytest.fixture(scope="module")
def networks():
    """The networks that the page ships."""
    return recipe.networks()


def in_python(rgb, network, wishes):
    """Return the brightened photo, and the result for each of the wishes."""
    clean, results, brightened = None, [], None
    for wish in wishes:
        for step in steps(rgb, Settings(**wish), network=network, clean=clean):
            if isinstance(step, Clean):
                clean = step
            elif isinstance(step, Stage) and step.name == "brightened" and not wish:
                brightened = step.picture
            elif isinstance(step, Stage):
                last = step.picture
        results.append(last.astype(int))
    return brightened, results


@pytest.mark.parametrize("name", PHOTOS)
def test_both_languages_make_the_same_picture(page, networks, name):
    """Every stage and every control gives Python's picture within 2 levels of 255, the network and its tiles too."""
    rgb = arrays.smaller(load_photo(EXAMPLES / name).rgb, SIDE)
    small = networks["small"]
    found = made(page, small, rgb, WISHES, size=TILE)
    plan = Plan(rgb, Settings())
    assert (found["kind"], found["gain"]) == (plan.scene.kind, pytest.approx(plan.scene.gain, rel=1e-3))
    assert np.abs(found["stops"] - plan.asked.stops.ravel()).max() < 0.03
    brightened, results = in_python(rgb, open_network(small.data), WISHES)
    assert np.abs(found["brightened"].astype(int) - brightened).max() <= 2
    for wish, result, expected in zip(WISHES, found["results"], results, strict=True):
        differences = np.abs(result.astype(int) - expected)
        assert differences.max() <= 2, wish
        assert differences.mean() < 0.1, wish


def test_the_large_network_too(page, networks):
    """The network for less grain gives the same in both."""
    rgb = arrays.smaller(load_photo(EXAMPLES / "dark-hall.png").rgb, 160)
    found = made(page, networks["large"], rgb, ({},))
    _, (expected,) = in_python(rgb, open_network(networks["large"].data), ({},))
    assert np.abs(found["results"][0].astype(int) - expected).max() <= 2


@pytest.mark.parametrize("shape", [(1, 1), (3, 200), (70, 9)], ids=str)
def test_odd_sizes(page, networks, shape):
    """A photo of one pixel, a strip and a narrow one are made alike too."""
    rgb = np.random.default_rng(1).integers(0, 40, (*shape, 3), np.uint8)
    found = made(page, networks["small"], rgb, ({},))
    _, (expected,) = in_python(rgb, open_network(networks["small"].data), ({},))
    assert np.abs(found["results"][0].astype(int) - expected).max() <= 2


def test_the_forest_is_asked_the_same(page, networks):
    """The numbers by which the trees judge a photo are those of Python, and so is their answer."""
    rgb = arrays.smaller(load_photo(EXAMPLES / "lantern.jpg").rgb, 240)
    found = made(page, networks["small"], rgb, ())
    survey = Plan(rgb, Settings()).survey
    assert found["features"] == pytest.approx(wanted.features(survey), abs=2e-3)
    assert found["wanted"] == pytest.approx(survey.wanted, abs=2e-3)


@pytest.mark.parametrize(
    "name", ["cicp-p3.png", "adobe-chrm.png", "gama-linear.png", "p3nclx.avif", "jpeg-icc-short.jpg"]
)
def test_photos_are_read_alike(page, name):
    """Photos in other colour spaces come into sRGB as Python brings them, within a level."""
    assert np.abs(decoded(page, CASES / name).astype(int) - load_photo(CASES / name).rgb).max() <= 1


def test_what_is_transparent_lies_over_black(page, tmp_path):
    """As in Python: over white, a dark photo would look bright."""
    path = tmp_path / "glass.png"
    Image.fromarray(np.full((4, 6, 4), (200, 100, 50, 128), np.uint8)).save(path)
    assert np.abs(decoded(page, path).astype(int) - load_photo(path).rgb).max() <= 1


def test_what_the_browser_does_not_read_has_its_sentence(page, tmp_path):
    """HEIC has one of its own; whatever else is no photo has another."""
    (tmp_path / "notes.jpg").write_text("no photo")
    assert decoded(page, CASES / "grid.heic") == "noHeic"
    assert decoded(page, tmp_path / "notes.jpg") == "unreadable"


@settings(max_examples=15)
@given(
    st.tuples(st.integers(1, 40), st.integers(1, 40)),
    *(st.integers(1, 9), st.floats(1, 8), st.integers(0, 99), st.integers(1, 255)),
)
def test_clahe_is_opencvs(page, shape, grid, limit, seed, top):
    """Whatever the grey picture, its size and the tiles: each value is OpenCV's, but for roundings."""
    grey = np.random.default_rng(seed).integers(0, top + 1, shape, np.uint8)
    given_ = ["clahe", "equalized", {"bytes": grey.ravel().tolist()}, *shape, limit, grid]
    found = np.array(page.evaluate(APPLIED, given_)).reshape(shape)
    assert np.abs(found - tone.equalize_lightness(grey, limit, grid)).max() <= 1


@settings(max_examples=20)
@given(st.lists(st.floats(-1e3, 1e3, width=32), min_size=1, max_size=50), st.floats(0, 100))
def test_percentiles_are_numpys(page, values, share):
    """Between values they lie as NumPy has them."""
    (found,) = page.evaluate(APPLIED, ["arrays", "percentiles", {"floats": values}, [share]])
    assert found == pytest.approx(np.percentile(values, share), rel=1e-5, abs=1e-4)
