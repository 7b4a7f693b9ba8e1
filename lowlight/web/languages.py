"""The page's languages: English is in the code, every other one is a catalogue beside it.

A catalogue is the file ``languages/CODE.json``: {English: translation}. Texts with fields have the same fields on both
sides, ``{name}`` for a text that is formatted by name, ``{0}``, ``{1}``, ... in order for an f-string. A sentence is
recognised by its English, so that the library need not know that there are languages; only texts with a name from
people, which could be mistaken for anything, are put together by `fill`.
"""

import json
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from functools import cached_property, partial
from html import escape, unescape
from pathlib import Path
from string import Formatter

ENGLISH = "en"

LONGEST = 800
"""Texts beyond this length are not looked up: the page says none, and their time would grow with names from people."""

_FOLDER = Path(__file__).with_suffix("")
_BETWEEN_SENTENCES = re.compile(r"(?<=[.!?]) ")
_BETWEEN_TAGS = re.compile(r"(?<=>)[^<>]+(?=<)")
_FIELD = re.compile(r"\{(\w+)[^}]*\}")
_NAME = "name"  # the field for what comes from people
_SAMPLE = "1.5"  # a number; its translation shows the language's decimal mark
_MEASURED = re.compile(r"(?<![\w.])(\d+)\.(\d+)(?= (?:MP|MB)\b)|^(-?\d+)\.(\d+)$")


class Filled(str):
    """A text with values written into it by `fill`, which still knows which they are: a name may be any text itself."""

    template: str
    values: Mapping[str, str]


def fill(template: str, **values: object) -> Filled:
    """Write values into a text of the page, as `str.format` does."""
    written = {
        name: value if isinstance(value := values[name], str) else format(value, form)
        for name, form in fields(template)
    }
    filled = Filled(_FIELD.sub(lambda field: written[field[1]], template))
    filled.template, filled.values = template, written
    return filled


@dataclass(frozen=True)
class Catalogue:
    """The texts of one language.

    Attributes:
        texts: {English: translation}.
    """

    texts: Mapping[str, str]

    @cached_property
    def patterns(self) -> dict[str, re.Pattern[str]]:
        """The texts with fields and what they look like once values are written in; those that say most come first."""
        formatted = [text for text in self.texts if fields(text) and (_NAME, "") not in fields(text)]
        formatted.sort(key=lambda english: len(_FIELD.sub("", english)), reverse=True)
        return {english: _pattern(english) for english in formatted}

    def translated(self, text: str) -> str:
        """Return a text in this language; what is not in the catalogue stays as it is."""
        if isinstance(text, Filled):
            values = {name: value if name == _NAME else self.translated(value) for name, value in text.values.items()}
            return _FIELD.sub(lambda field: values[field[1]], self.texts.get(text.template, text.template))
        return text if len(text) > LONGEST else self._said(text) or self._measured(text)

    def _measured(self, text: str) -> str:
        """Return a number, or a text without words as "24.1 MP", with this language's decimal mark."""
        mark = self.texts.get(_SAMPLE, _SAMPLE)[1]
        return _MEASURED.sub(lambda found: mark.join(part for part in found.groups() if part), text)

    def _said(self, text: str) -> str | None:
        """Return the translation of a text, or of several sentences one after the other; None if it is not known."""
        return self.texts.get(text) or self._filled(text) or self._joined(text)

    def _filled(self, text: str) -> str | None:
        """Return the translation of a text with fields, with the values that were written into it."""
        for english, pattern in self.patterns.items():
            if found := pattern.fullmatch(text):
                return _FIELD.sub(partial(self._value, found), self.texts[english])
        return None

    def _value(self, found: re.Match[str], field: re.Match[str]) -> str:
        """Return what stands in a field; a value that is a text itself is translated."""
        value = found[f"_{field[1]}"]
        return self._said(value) or self._measured(value)

    def _joined(self, text: str) -> str | None:
        """Return the translation of several sentences: the first that is known, and what follows."""
        for space in _BETWEEN_SENTENCES.finditer(text):
            head = text[: space.start()]
            if first := self.texts.get(head) or self._filled(head):
                tail = text[space.end() :]
                return f"{first} {self._said(tail) or tail}"
        return None


def fields(text: str) -> list[tuple[str, str]]:
    """Return a text's fields, each with its format."""
    return [(name, form or "") for _, name, form, _ in Formatter().parse(text) if name is not None]


def _pattern(english: str) -> re.Pattern[str]:
    """Return what a text looks like once values are written into it; formatted numbers are one word."""
    parts = []
    for literal, name, form, _ in Formatter().parse(english):
        parts.append(re.escape(literal))
        if name is not None:
            parts.append(f"(?P<_{name}>{r'[^ ]+?' if form else '.+?'})")
    return re.compile("".join(parts), re.DOTALL)


def _load() -> dict[str, Catalogue]:
    """Return every catalogue there is; English needs none."""
    found = {path.stem: Catalogue(json.loads(path.read_text("utf-8"))) for path in sorted(_FOLDER.glob("*.json"))}
    return {ENGLISH: Catalogue({}), **found}


CATALOGUES = _load()
"""The page's languages by their codes."""

_language = ContextVar("language", default=ENGLISH)


def language() -> str:
    """Return the code of the language that is spoken here and now."""
    return _language.get()


@contextmanager
def speaking(code: str) -> Iterator[None]:
    """Speak a language within the block."""
    token = _language.set(code)
    try:
        yield
    finally:
        _language.reset(token)


def translate(text: str) -> str:
    """Return an English text of the page in the language that is spoken."""
    return CATALOGUES[language()].translated(text)


def translate_html(html: str) -> str:
    """Return HTML with the texts between its tags in the language that is spoken."""
    return _BETWEEN_TAGS.sub(lambda text: escape(translate(unescape(text[0]))), html)


def preferred(header: str) -> str:
    """Return the language that a browser likes best among those there are; English if it likes none of them.

    Args:
        header: Accept-Language, as in ``de-AT,de;q=0.9,en;q=0.5``.
    """
    wishes = [_wish(part) for part in header.split(",")]
    liked = sorted((wish for wish in wishes if wish[0] > 0), key=lambda wish: -wish[0])
    return next((code for _, code in liked if code in CATALOGUES), ENGLISH)


def _wish(part: str) -> tuple[float, str]:
    """Return how much a language is liked, in [0, 1], and its code without a region."""
    tag, _, quality = part.partition(";")
    found = re.fullmatch(r"\s*q\s*=\s*([01](?:\.\d{0,3})?)\s*", quality)
    liked = float(found[1]) if found else 0.0 if quality.strip() else 1.0
    return liked, tag.strip().lower().partition("-")[0]
