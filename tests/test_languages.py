"""The page's languages: the catalogues are whole, sentences are recognised, and each browser is heard."""

import ast
import re
from pathlib import Path

import gradio as gr
import pytest
from conftest import PROJECT
from hypothesis import given
from hypothesis import strategies as st

from lowlight import Settings, captions
from lowlight.scene import Kind
from lowlight.settings import LOOKS
from lowlight.web import markup, texts
from lowlight.web.languages import (
    CATALOGUES,
    ENGLISH,
    LONGEST,
    fields,
    fill,
    language,
    preferred,
    speaking,
    translate,
    translate_html,
)
from lowlight.web.page import Ears, Page, heard
from lowlight.web.views import Phase, Tick, View, failed

OTHERS = pytest.mark.parametrize("code", sorted(set(CATALOGUES) - {ENGLISH}))
SENTENCE = re.compile(r"[A-Z{].*[a-z] .*\.", re.DOTALL)
WITHOUT_WORDS = {"TITLE", "SIZE", "MEGAPIXELS", "VERSUS_TIME", "VERSUS_SCORE"}
CHOICES_OF = {"SAMPLES", "FORMATS", "LOOKS"}
FOR_PROGRAMS = {"API_DESCRIPTION", "BODY_TOO_LARGE", "BAD_REQUEST", "NO_ADDRESS", "MCP_PHOTO", "MCP_MISSING"}

EMPTY_FILE = "The file is empty: it has 0 bytes. Choose or copy the photo again."
LEER = "Die Datei ist leer: Sie hat 0 Byte. Bitte das Foto noch einmal auswählen oder kopieren."


def written(path):
    """Yield every text in a module that is no docstring; the fields of f-strings are {0}, {1}, ..."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    skipped = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    for node in ast.walk(tree):
        if isinstance(node, ast.JoinedStr):
            skipped.update(map(id, node.values))
            numbers = iter(range(len(node.values)))
            yield "".join(
                part.value if isinstance(part, ast.Constant) else f"{{{next(numbers)}}}" for part in node.values
            )
        elif isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in skipped:
            yield node.value


def library():
    """Return every text in the library's modules, the command line's apart."""
    folder = PROJECT / "lowlight"
    return {text for path in folder.glob("*.py") if path.stem != "__main__" for text in written(path)}


def stage_titles():
    """Return the titles that the recipes give their stages."""
    found = set()
    for name in ("pipeline", "published"):
        tree = ast.parse((PROJECT / "lowlight" / f"{name}.py").read_text(encoding="utf-8"))
        calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)]
        found |= {call.args[1].value for call in calls if call.func.id == "Stage"}
    return found


def words_of(value):
    """Yield the texts in a constant of texts.py that people read."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for one in value.values():
            yield from words_of(one)
    elif isinstance(value, tuple):
        for one in value:
            yield from words_of(one)


def shown():
    """Return every text of texts.py that the page shows and that has words to translate."""
    names = {name for name in vars(texts) if name.isupper()} - WITHOUT_WORDS - FOR_PROGRAMS - CHOICES_OF
    titles = {title for _, title, _ in texts.SAMPLES} | {title for title, _ in (*texts.FORMATS, *texts.LOOKS)}
    return titles.union(*(words_of(getattr(texts, name)) for name in names))


# -- Catalogues ------------------------------------------------------------------------------------------------------


@OTHERS
def test_every_word_of_the_page_is_translated(code):
    """What texts.py holds for the page is in the catalogue."""
    assert sorted(shown() - set(CATALOGUES[code].texts)) == []


@OTHERS
def test_every_sentence_of_the_library_is_translated(code):
    """Stages' titles and sentences, and what is said about files and settings that cannot be taken, are in it too."""
    said = stage_titles() | {text for text in library() if SENTENCE.fullmatch(text)}
    assert len(said) > 50
    assert sorted(said - set(CATALOGUES[code].texts)) == []


@OTHERS
def test_nothing_is_translated_that_nobody_says(code):
    """Every entry of the catalogue is a text of the page or of the library."""
    page = {text for path in (PROJECT / "lowlight" / "web").glob("*.py") for text in written(path)}
    owners = {credit for *_, credit in texts.SAMPLES}
    assert sorted(set(CATALOGUES[code].texts) - shown() - library() - page - owners) == []
    assert "1.5" in CATALOGUES[code].texts, "shows the decimal mark"


@OTHERS
def test_a_translation_has_the_fields_of_its_english(code):
    """No value is lost, and none is asked for that is not there."""
    catalogue = CATALOGUES[code].texts
    assert {english for english, said in catalogue.items() if sorted(fields(english)) != sorted(fields(said))} == set()


@OTHERS
def test_every_look_has_its_own_name(code):
    """Two choices that read the same could not be told apart."""
    assert len({CATALOGUES[code].texts[name] for name, _ in texts.LOOKS}) == len(texts.LOOKS)


# -- Sentences -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("english", "german"),
    [
        (texts.AFTER, "Nachher"),
        (texts.DENOISING_LEFT.format(share=0.42, seconds=3.2), "Wird entrauscht, 42%, noch etwa 3 s"),
        (texts.LOUPE_SIDE.format(side=texts.BEFORE), "Vorher, im Maßstab 1:1"),
        (texts.OPEN_STAGE.format(title="Lightness"), "Groß zeigen: Helligkeit"),
        (texts.DOWNLOAD_DETAILS.format(details="PNG, 2.2 MB"), "Herunterladen (PNG, 2,2 MB)"),
        (
            fill(texts.TOO_LARGE, name="1.5.jpg", megabytes=30.6, limit=30.0),
            "1.5.jpg hat 31 MB; höchstens 30 MB sind möglich. Bitte verkleinern und noch einmal versuchen.",
        ),
        (texts.TOOK.format(seconds=0.6), "fertig in 0,6 s"),
        ("Photo by X, CC BY 4.0", "Photo by X, CC BY 4.0"),
        (
            "This is a text file, not a photo that can be read. Photos can be JPEG, PNG, WebP, AVIF, HEIC, TIFF, BMP "
            "or GIF.",
            "Das ist eine Textdatei, kein lesbares Foto. Möglich sind JPEG, PNG, WebP, AVIF, HEIC, TIFF, BMP oder GIF.",
        ),
        (
            "Noisy. 25% is pure black, where nothing was recorded that could be brought back. 3% is pure white and "
            "stays so.",
            "Verrauscht. 25% ist reines Schwarz: Dort wurde nichts aufgezeichnet, was sich zurückholen ließe. 3% ist "
            "reines Weiß und bleibt es.",
        ),
        (
            "The bundled weights are missing. Fetch the project's files again. This is the brightened photo, its noise "
            "still in it.",
            "Die mitgelieferten Gewichte fehlen. Bitte die Dateien des Projekts neu holen. Das ist das aufgehellte "
            "Foto, noch mit seinem Rauschen.",
        ),
        (fill(texts.ABOUT, name="a.jpg", sentence=EMPTY_FILE), f"a.jpg: {LEER}"),
        ("Nobody says this.", "Nobody says this."),
    ],
)
def test_sentences_are_recognised_by_their_english(english, german):
    """Exact, formatted, nested and joined sentences are translated with their values; others stay as they are."""
    with speaking("de"):
        assert translate(english) == german
    assert translate(english) == english


@OTHERS
@pytest.mark.parametrize("look", LOOKS)
@pytest.mark.parametrize("kind", list(Kind))
def test_what_is_said_of_a_photo_is_translated_whole(code, kind, look):
    """Each stage's sentence, whatever the photo was taken for and whatever was asked, leaves no English behind."""
    asked = [Settings(look=look, clip_limit=limit, denoise=share) for limit in (1.0, 2.0) for share in (0.0, 0.5, 1.0)]
    said = [captions.lightness(1), captions.lightness(8), *(captions.brightened(2.3, by_hand=by) for by in (0, 1))]
    said += [captions.light_map(one, kind, most) for one in asked for most in (0.0, 2.3)]
    said += [
        captions.denoised(one, fine=fine, same=same, black=kind is Kind.BLACK)
        for one in (*asked, Settings(strength=0.0))
        for fine, same in ((True, True), (True, False), (False, False))
    ]
    with speaking(code):
        for sentence in said:
            assert set(translate(sentence).split()) & {"the", "is", "what", "of", "photo", "takes"} == set(), sentence


@pytest.mark.parametrize("name", ["Noisy.", "dark", "Original", "Opening night.jpg", "Photo: dark", "1 of 2 done. Now"])
def test_names_from_people_are_never_translated(name):
    """A file that is called like a text of the page keeps its name wherever it is shown."""
    with speaking("de"):
        assert f"<h2>{name}</h2>" in markup.facts(View(Phase.DONE), name)
        assert f">{name} wird geöffnet<" in markup.progress(Tick(fill(texts.OPENING, name=name)))
        assert f">{name}: {LEER}<" in markup.note(failed(fill(texts.ABOUT, name=name, sentence=EMPTY_FILE)))
        assert translate(fill(texts.MANY_UNDER_WAY, done=1, total=2, name=name)) == f"1 von 2 fertig. Jetzt: {name}"


def test_every_text_with_a_name_is_filled():
    """What is formatted in another way could not be translated: a name is not told from a text."""
    named = [name for name, text in vars(texts).items() if name.isupper() and "{name}" in str(text)]
    code = "".join(path.read_text(encoding="utf-8") for path in (PROJECT / "lowlight" / "web").glob("*.py"))
    assert len(named) == 5
    assert [name for name in named if f"texts.{name}.format" in code] == []


def test_a_filled_text_is_what_format_gives():
    """In English nothing changes, figures included."""
    values = {"name": "a {limit}.jpg", "megabytes": 30.6, "limit": 30.0}
    assert fill(texts.TOO_LARGE, **values) == texts.TOO_LARGE.format(**values)


@given(st.lists(st.sampled_from([*CATALOGUES["de"].texts, ": ", " ", "x", ". ", "; this one is "])).map("".join))
def test_whatever_is_said_is_answered(text):
    """Any mixture of sentences, as a file's name could make it, is translated or left as it is, without failing."""
    with speaking("de"):
        assert isinstance(translate(text), str)
        assert translate("x" * LONGEST + text) == "x" * LONGEST + text


def test_facts_are_translated_piece_by_piece():
    """Size, darkness and time stand between commas; the size has no words."""
    view = View(Phase.DONE, facts=("600 x 400 (0.24 MP), very dark, took 0.6 s", "Noisy."))
    with speaking("de"):
        html = markup.facts(view, "x.jpg")
    assert "<p>600 x 400 (0,24 MP), sehr dunkel, fertig in 0,6 s</p><p>Verrauscht.</p>" in html


def test_html_is_translated_between_its_tags():
    """What stands in tags, such as a file's name, is left alone."""
    with speaking("de"):
        assert translate_html('<b title="dark">dark</b> &amp; <i>A &lt; B</i>') == (
            '<b title="dark">dunkel</b> &amp; <i>A &lt; B</i>'
        )


# -- Which language --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("header", "code"),
    [
        ("de-AT,de;q=0.9,en;q=0.5", "de"),
        ("DE", "de"),
        ("en;q=0.4, de;q=0.8", "de"),
        ("en,de;q=0.9", "en"),
        ("fr-FR,fr;q=0.9,de;q=0.3,en;q=0.2", "de"),
        ("fr", "en"),
        ("de;q=0", "en"),
        ("*", "en"),
        ("", "en"),
    ],
)
def test_the_browsers_favourite_language_is_spoken(header, code):
    """The one that it likes best among those there are, by its own figures; English if there is none."""
    assert preferred(header) == code


@given(st.one_of(st.text(), st.text("de-n,;q=01. *")))
def test_no_header_is_too_strange(header):
    """Whatever a browser sends, the answer is a language that there is."""
    assert preferred(header) in CATALOGUES


def asking(header):
    """Return a request with an Accept-Language header, as callbacks get it."""
    return gr.Request(headers={"accept-language": header})


def test_callbacks_answer_in_the_browsers_language():
    """The language is set for the one call, with the callback's other parameters where Gradio looks for them."""

    def answer(event: gr.EventData, name: str, *rest: object) -> tuple:
        return event, name, rest, language()

    assert heard(answer)(asking("de"), "event", "x", 1, 2) == ("event", "x", (1, 2), "de")
    inputs, _, event_index, _ = gr.helpers.special_args(
        heard(answer), ["x", 1], asking("de"), gr.EventData(None, {"_data": 1})
    )
    assert event_index == 1
    assert [type(one) for one in inputs] == [gr.Request, gr.EventData, str, int]
    assert language() == ENGLISH


def test_each_step_of_a_generator_is_in_the_browsers_language():
    """Between the steps nothing of it is left behind, and the generator is closed when nobody listens any more."""
    closed = []

    def answer(count):
        try:
            for _ in range(count):
                yield language()
        finally:
            closed.append(language())

    steps = heard(answer)(asking("de"), 3)
    assert next(steps) == "de"
    assert language() == ENGLISH
    assert next(steps) == "de"
    steps.close()
    assert len(closed) == 1


# -- What browsers are told ------------------------------------------------------------------------------------------


CHOICES = [("Natural", "Natural"), ("Bright", "Bright")]
COMPONENTS = [
    {"type": "radio", "props": {"label": "Look", "info": "Progress", "value": "Natural", "choices": CHOICES}},
    {"type": "image", "props": {"label": "Photo", "placeholder": texts.DROP, "value": None}},
    {"type": "html", "props": {"value": "<p>Examples</p>", "label": None}},
    {"type": "button", "props": {"value": "Reset"}},
]


@pytest.fixture
def page():
    """A page of four components. It is not made as Gradio makes one, which opens an event loop."""
    small = Page.__new__(Page)
    small.head_in = language
    small.config = {"title": "Lowlight", "head": "en", "components": COMPONENTS}
    return small


def test_browsers_are_told_about_the_page_in_their_language(page):
    """Labels, hints, choices, buttons and HTML are German, and the values of choices stay what they are."""
    with speaking("de"):
        told = page.config
    radio, photo, html, button = (component["props"] for component in told["components"])
    assert (radio["label"], radio["info"], radio["value"]) == ("Stil", "Fortschritt", "Natural")
    assert radio["choices"] == [("Natürlich", "Natural"), ("Hell", "Bright")]
    assert photo["placeholder"].startswith("# Dunkles Foto auswählen")
    assert (html["value"], button["value"], told["head"]) == ("<p>Beispiele</p>", "Zurücksetzen", "de")


def test_what_one_browser_is_told_leaves_nothing_behind(page):
    """After a German visit the next one is told in English."""
    with speaking("de"):
        assert page.config["components"][3]["props"]["value"] == "Zurücksetzen"
    assert page.config == {"title": "Lowlight", "head": "en", "components": COMPONENTS}
    assert COMPONENTS[3]["props"]["value"] == "Reset"


def test_programs_are_told_in_english(page, monkeypatch):
    """What programs see is kept by Gradio for all: it is English, whoever asks first."""
    monkeypatch.setattr(gr.Blocks, "get_api_info", lambda *_: language())
    with speaking("de"):
        assert page.get_api_info() == ENGLISH


@pytest.mark.parametrize(("headers", "code"), [([(b"accept-language", b"de-DE,en;q=0.5")], "de"), ([], "en")])
def test_each_request_is_served_in_its_language(headers, code):
    """The middleware hears the header, and nothing is left behind."""
    served = []

    async def app(_scope, _receive, _send):
        served.append(language())

    running = Ears(app)({"type": "http", "headers": headers}, None, None)
    with pytest.raises(StopIteration):
        running.send(None)
    assert served == [code]
    assert language() == ENGLISH


def test_a_language_is_one_file():
    """Every catalogue is a file that is named by its language, and there is no other list."""
    files = {path.stem for path in (PROJECT / "lowlight" / "web" / "languages").iterdir()}
    assert set(CATALOGUES) == files | {ENGLISH}
    assert all(re.fullmatch("[a-z]{2,3}", name) for name in files)
    assert Path(markup.__file__).with_name("languages").is_dir()
