"""The page in a browser that asks for French: in French, and no wider than the window."""

import pytest

from tests.helpers.places import DARK
from tests.helpers.visits import SIZES, visiting

pytestmark = pytest.mark.browser

NARROW = "\N{NARROW NO-BREAK SPACE}"
CUT_OFF = """() => [...document.querySelectorAll("button, label, h1, h2, h3")].filter((one) => {
  const right = one.getBoundingClientRect().right, room = one.closest(".block") ?? document.body;
  return one.innerText && one.checkVisibility() && one.clientWidth > 1 && (one.scrollWidth > one.clientWidth + 1
    || right > room.getBoundingClientRect().right + 1 || right > document.documentElement.clientWidth + 1);
}).map((one) => one.innerText)"""


@pytest.fixture
def french(chromium, address, size):
    """A visit in French."""
    with visiting(chromium, address, size, locale="fr-FR") as visit:
        yield visit


def cut_off(visit):
    """Return the labels that are cut off or reach beyond their room or the window."""
    assert visit.page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
    return visit.page.evaluate(CUT_OFF)


@SIZES
def test_the_landing_page_speaks_french(french):
    """What greets a visitor, and what screen readers are told of its language."""
    assert french.page.locator("html").get_attribute("lang") == "fr"
    assert french.text(".choose") == "Choisir une photo"
    assert "Déposez une photo sombre. Elle revient claire, nette et fidèle." in french.text("body")
    assert cut_off(french) == []


@SIZES
def test_a_result_is_told_in_french(french):
    """Labels, steps and facts are French, numbers and signs are set as in French."""
    french.result(DARK)
    french.page.wait_for_selector("#facts >> text=Prêt en")
    assert f"(0,24{NARROW}Mpx), très sombre" in french.text("#facts")
    assert french.page.locator("#stages h3").all_inner_texts() == [
        *("Original", "Clarté", "Carte de lumière", "Éclaircie", "Débruitée", "Fiabilité")
    ]
    assert french.page.locator("#look label").all_inner_texts() == ["Naturel", "Lumineux", "Nuit"]
    assert french.text("#download").startswith("Télécharger (PNG")
    assert french.page.get_by_label("range slider for Hautes lumières").count() == 1
    assert french.page.locator("#view .label.after").inner_text() == "Après"
    assert cut_off(french) == []


@SIZES
def test_a_refusal_is_told_in_french(french, tmp_path):
    """What is wrong with a file, and what can be done about it."""
    bad = tmp_path / "dark.jpg"
    bad.write_text("This is a letter. " * 20)
    french.give(bad, kind="image/jpeg")
    french.page.wait_for_selector("#note p")
    assert french.text("#note").startswith(f"dark.jpg{NARROW}: C\N{RIGHT SINGLE QUOTATION MARK}est un fichier texte")
    assert cut_off(french) == []
