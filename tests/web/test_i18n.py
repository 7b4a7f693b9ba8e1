"""The page in other languages: whole catalogues, messages that keep their values, each browser answered in its own."""

import pickle
import re
import shutil

import gradio as gr
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lowlight import LowlightError, Settings, captions
from lowlight.light.scene import Kind
from lowlight.measure.certainty import Sure
from lowlight.messages import NOTHING, Message, joined
from lowlight.settings import LOOKS
from lowlight.web.gradio_internals import Page
from lowlight.web.i18n import texts
from lowlight.web.i18n.catalogue import (
    CATALOGUES,
    DOMAIN,
    ENGLISH,
    FOLDER,
    Html,
    language,
    load,
    preferred,
    speaking,
    translate,
)
from lowlight.web.i18n.localized import LanguageMiddleware, localized
from lowlight.web.jobs.view import Phase, Tick, View, failed
from lowlight.web.ui import markup
from tools import catalogues

OTHERS = pytest.mark.parametrize("code", sorted(set(CATALOGUES) - {ENGLISH}))

ONLY_ENGLISH = {"the", "is", "this", "its", "of", "what", "that", "were", "with", "and", "little"}
"""Words that are in most of what is said, and in no other language of the page."""

EMPTY_FILE = Message("The file is empty: it has 0 bytes. Choose or copy the photo again.")
LEER = "Die Datei ist leer: Sie hat 0 Byte. Bitte das Foto noch einmal auswählen oder kopieren."


def catalogue(code):
    """Return a language's catalogue, as a translator left it."""
    return catalogues.read(FOLDER / code / "LC_MESSAGES" / f"{DOMAIN}.po")


# -- Catalogues ------------------------------------------------------------------------------------------------------


@OTHERS
def test_every_message_is_translated_and_nothing_else(code):
    """`make texts` has nothing to do: no message is new, none is left over, none lacks its translation."""
    said, translated = catalogues.messages(), catalogue(code)
    assert len(said) > 200
    assert {message.id for message in said} == {message.id for message in translated}
    assert catalogues.missing(translated) == []


@OTHERS
def test_the_compiled_catalogue_is_the_one_that_can_be_read(code):
    """What the page loads is what stands in the file beside it."""
    assert (FOLDER / code / "LC_MESSAGES" / f"{DOMAIN}.mo").read_bytes() == catalogues.compiled(catalogue(code))


@OTHERS
def test_a_translation_has_the_fields_of_its_english(code):
    """No value is lost, and none is asked for that is not there."""

    def fields(text):
        return sorted(re.findall(r"\{[^{}]*(?:\{[^{}]*\}[^{}]*)?\}", text))

    for message in catalogue(code):
        if message.id:
            assert fields(message.id) == fields(message.string), message.id


@OTHERS
def test_every_look_has_its_own_name(code):
    """Two choices that read the same could not be told apart."""
    with speaking(code):
        assert len({translate(name) for name, _ in texts.LOOKS}) == len(texts.LOOKS)


def test_a_language_is_one_folder():
    """Every catalogue is a folder that is named by its language, and there is no other list."""
    folders = {path.name for path in FOLDER.iterdir()}
    assert set(CATALOGUES) == folders | {ENGLISH}
    assert all(re.fullmatch("[a-z]{2,3}", name) for name in folders)


def test_a_language_that_is_not_compiled_yet_is_not_spoken(tmp_path, monkeypatch):
    """Whoever copies a catalogue to begin a new language can run the page, and the tool that compiles it."""
    shutil.copytree(FOLDER, tmp_path / "locale")
    shutil.copytree(FOLDER / "de", tmp_path / "locale" / "it", ignore=shutil.ignore_patterns("*.mo"))
    monkeypatch.setattr("lowlight.web.i18n.catalogue.FOLDER", tmp_path / "locale")
    assert set(load()) == set(CATALOGUES)


def test_numbers_are_written_as_the_language_does():
    """The thousands' mark may be any sign: in French it is a narrow space that no line breaks at."""
    with speaking("fr"):
        assert translate(Message("{bytes:,} {share:.1f}", bytes=1234567, share=0.5)) == "1\u202f234\u202f567 0,5"


# -- Messages --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("message", "english", "german"),
    [
        (texts.AFTER, "After", "Nachher"),
        (
            Message(texts.DENOISING, share=0.42),
            "Denoising, 42%",
            "Wird entrauscht, 42\N{NO-BREAK SPACE}%",
        ),
        (Message(texts.OPEN_STAGE, title=Message("Lightness")), "Open large: Lightness", "Groß zeigen: Helligkeit"),
        (
            Message(texts.DOWNLOAD_DETAILS, details=Message(texts.FILE_MEGABYTES, format="PNG", megabytes=2.2)),
            "Download (PNG, 2.2 MB)",
            "Herunterladen (PNG, 2,2 MB)",
        ),
        (
            Message(texts.TOO_LARGE, name="1.5.jpg", megabytes=30.6, limit=30.0),
            "1.5.jpg has 31 MB; at most 30 MB are taken. Make it smaller and try again.",
            "1.5.jpg hat 31 MB; höchstens 30 MB sind möglich. Bitte verkleinern und noch einmal versuchen.",
        ),
        (Message(texts.TOOK, seconds=0.6), "Done in 0.6 s.", "Fertig in 0,6 s."),
        (
            joined(Message("Noisy."), Message(texts.BLOWN, share=0.03), NOTHING),
            "Noisy. 3% was burnt out: pure white.",
            "Verrauscht. 3\N{NO-BREAK SPACE}% war ausgebrannt: reines Weiß.",
        ),
        (Message("{bytes:,} bytes", bytes=1234567), "1,234,567 bytes", "1.234.567 bytes"),
        (Message(texts.ABOUT, name="a.jpg", sentence=EMPTY_FILE), f"a.jpg: {EMPTY_FILE}", f"a.jpg: {LEER}"),
        ("After", "After", "Nachher"),
        ("Nobody says this.", "Nobody says this.", "Nobody says this."),
        ("", "", ""),
    ],
)
def test_messages_are_said_with_their_values(message, english, german):
    """Whole, with values, nested and joined messages are translated; what is not known stays as it is."""
    assert (str(message), translate(message)) == (english, english)
    with speaking("de"):
        assert translate(message) == german


def test_an_error_carries_its_message():
    """Whoever shows it in another language gets the template; the text is the English, in other processes too."""
    error = LowlightError("Tile grid must be a whole number; it was {value}.", value=8.5)
    for one in (error, pickle.loads(pickle.dumps(error))):
        assert str(one) == "Tile grid must be a whole number; it was 8.5."
        with speaking("de"):
            assert translate(one.message) == "Das Raster muss eine ganze Zahl sein; angegeben war 8,5."


@given(st.text(), st.floats(allow_nan=False), st.integers())
def test_a_message_is_what_format_gives(name, share, count):
    """In English, values included that look like fields; so are its copies."""
    template = "{name} is {share:.1%} of {count:,}"
    message = Message(template, name=name, share=share, count=count)
    assert message == template.format(name=name, share=share, count=count)
    copy = pickle.loads(pickle.dumps(message))
    assert (copy, copy.template, copy.values) == (message, message.template, message.values)
    assert Message(name) == name
    assert translate(message) == message


@OTHERS
@pytest.mark.parametrize("look", LOOKS)
@pytest.mark.parametrize("kind", list(Kind))
def test_what_is_said_of_a_photo_is_translated_whole(code, kind, look):
    """Each stage's sentence, whatever the photo was taken for and whatever was asked, leaves no English behind."""
    asked = [Settings(look=look, clip_limit=limit, denoise=share) for limit in (1.0, 2.0) for share in (0.0, 0.5, 1.0)]
    asked += [Settings(look=look, exposure=1.0), Settings(look=look, detail=0.5, warmth=-0.5, colour=0.5, strength=0.5)]
    said = [captions.LIGHTNESS, captions.shown(8), captions.UNKNOWN]
    said += [captions.certainty(dict.fromkeys(Sure, share)) for share in (0.25, 0.0)]
    said += [
        tell(one, kind, most)
        for tell in (captions.light_map, captions.brightened)
        for one in asked
        for most in (0.0, 2.3)
    ]
    said += [captions.clahe(one, need, black=kind is Kind.BLACK) for one in asked for need in (0.0, 0.5)]
    said += [captions.multiplied(one, factor, 0.0) for one in asked for factor in (0.5, 1.0, 2.0)]
    said += [captions.finished(one, clean=True) for one in asked]
    said += [
        captions.denoised(one, fine=fine, same=same, black=kind is Kind.BLACK)
        for one in (*asked, Settings(strength=0.0))
        for fine, same in ((True, True), (True, False), (False, False))
    ]
    with speaking(code):
        for sentence in said:
            assert set(translate(sentence).lower().split()) & ONLY_ENGLISH == set(), sentence


@pytest.mark.parametrize("name", ["Noisy.", "dark", "Original", "Opening night.jpg", "Photo: dark", "{name}"])
def test_names_from_people_are_never_translated(name):
    """A file that is called like a text of the page keeps its name wherever it is shown."""
    with speaking("de"):
        assert f"<h2>{name}</h2>" in markup.facts(View(Phase.DONE), name)
        assert f">{name} wird geöffnet<" in markup.progress(Tick(Message(texts.OPENING, name=name)))
        assert f">{name}: {LEER}<" in markup.note(failed(Message(texts.ABOUT, name=name, sentence=EMPTY_FILE)))
        filled = Message(texts.MANY_UNDER_WAY, done=1, total=2, name=name)
        assert translate(filled) == f"1 von 2 fertig. Jetzt: {name}"


def test_facts_are_translated_piece_by_piece():
    """Size and darkness stand between commas; the size has no words."""
    size = Message(texts.SIZE_MEGAPIXELS, size="600 x 400", megapixels=0.24, digits=2)
    first = joined(size, Message("very dark"), between=", ")
    view = View(Phase.DONE, facts=(first, Message("Noisy.")), took=Message(texts.TOOK, seconds=0.6))
    with speaking("de"):
        html = markup.facts(view, "x.jpg")
    lines = ("600 x 400 (0,24 MP), sehr dunkel", "Verrauscht.", "Fertig in 0,6 s.")
    assert "".join(f"<li>{line}</li>" for line in lines) in html


# -- Which language --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("header", "code"),
    [
        ("de-AT,de;q=0.9,en;q=0.5", "de"),
        ("DE", "de"),
        ("en;q=0.4, de;q=0.8", "de"),
        ("en,de;q=0.9", "en"),
        ("it-IT,it;q=0.9,de;q=0.3,en;q=0.2", "de"),
        ("it-IT,it;q=0.9,fr-CA;q=0.8,de;q=0.3", "fr"),
        ("it", "en"),
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

    assert localized(answer)(asking("de"), "event", "x", 1, 2) == ("event", "x", (1, 2), "de")
    inputs, _, event_index, _ = gr.helpers.special_args(
        localized(answer), ["x", 1], asking("de"), gr.EventData(None, {"_data": 1})
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

    steps = localized(answer)(asking("de"), 3)
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
    {"type": "html", "props": {"value": Html(lambda: f"<p>{markup.say(texts.EXAMPLES)}</p>"), "label": None}},
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
    assert photo["placeholder"] == "oder eins irgendwo auf diese Seite ziehen"
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

    running = LanguageMiddleware(app)({"type": "http", "headers": headers}, None, None)
    with pytest.raises(StopIteration):
        running.send(None)
    assert served == [code]
    assert language() == ENGLISH
