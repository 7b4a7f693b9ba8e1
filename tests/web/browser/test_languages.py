"""The page in a browser that asks for French: in French, and no wider than the window."""

import pytest

from tests.helpers.places import DARK
from tests.helpers.visits import SIZES, visiting

pytestmark = pytest.mark.browser

WIDTH = "[document.documentElement.scrollWidth, window.innerWidth]"
CUT_OFF = """() => [...document.querySelectorAll("button, label, h2, h3")].filter(
  (one) => one.checkVisibility() && one.clientWidth && one.scrollWidth > one.clientWidth + 1
).map((one) => one.innerText)"""


@pytest.fixture
def french(chromium, address, size):
    """A visit in French."""
    with visiting(chromium, address, size, locale="fr-FR") as visit:
        yield visit


def fits(visit):
    """Say whether nothing is wider than the window, and no label is cut off."""
    wide, window = visit.page.evaluate(WIDTH)
    return wide <= window and visit.page.evaluate(CUT_OFF) == []


@SIZES
def test_the_landing_page_speaks_french(french):
    """What greets a visitor, and what screen readers are told of its language."""
    assert french.page.locator("html").get_attribute("lang") == "fr"
    assert french.text(".choose") == "Choisir une photo sombre"
    assert "Déposez une photo sombre. Elle revient claire, nette et fidèle." in french.text("body")
    assert fits(french)


@SIZES
def test_a_result_is_told_in_french(french):
    """Labels, steps and facts are French, numbers and signs are set as in French."""
    french.result(DARK)
    french.page.wait_for_selector("#facts >> text=Prêt en")
    assert "(0,24\N{NARROW NO-BREAK SPACE}Mpx), très sombre" in french.text("#facts")
    assert french.page.locator("#stages h3").all_inner_texts() == [
        *("Original", "Clarté", "Carte de lumière", "Éclaircie", "Débruitée", "Fiabilité")
    ]
    assert french.page.locator("#look label").all_inner_texts() == ["Naturel", "Lumineux", "Nuit préservée"]
    assert french.text("#download").startswith("Télécharger (PNG")
    assert french.page.get_by_label("range slider for Hautes lumières").count() == 1
    assert french.page.locator("#view .label.after").inner_text() == "Après"
    assert fits(french)


@SIZES
def test_a_refusal_is_told_in_french(french, tmp_path):
    """What is wrong with a file, and what can be done about it."""
    bad = tmp_path / "dark.jpg"
    bad.write_text("This is a letter. " * 20)
    french.give(bad, kind="image/jpeg")
    french.page.wait_for_selector("#note p")
    told = french.text("#note").replace("\N{NARROW NO-BREAK SPACE}", "_").replace("\N{RIGHT SINGLE QUOTATION MARK}", "'")
    assert told.startswith("dark.jpg_: C'est un fichier texte, pas une photo lisible. Formats possibles_: JPEG")
    assert fits(french)
