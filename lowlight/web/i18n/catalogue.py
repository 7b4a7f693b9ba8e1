"""The page's languages: English is in the code, every other one is a gettext catalogue beside it.

A catalogue is the file ``locale/CODE/LC_MESSAGES/lowlight.po``, with its compiled form (.mo) next to it. A message is
looked up by its template, and its values are written into what is found: nothing is recognised by what it looks like,
and a name from people is never taken for a text. ``docs/languages.md`` says how a language is added.
"""

import gettext
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from pathlib import Path
from string import Formatter
from typing import Any, Self

from lowlight.messages import Message

ENGLISH = "en"
DOMAIN = "lowlight"
FOLDER = Path(__file__).parent / "locale"

_SAMPLE, _PERCENT = Message("1,234.5"), Message("5%")  # a translation shows how the language writes these


def load() -> dict[str, gettext.NullTranslations]:
    """Return every catalogue that is compiled; English needs none. A new one is not yet (`tools.catalogues`)."""
    codes = sorted(path.parts[-3] for path in FOLDER.glob(f"*/LC_MESSAGES/{DOMAIN}.mo"))
    return {
        ENGLISH: gettext.NullTranslations(),
        **{code: gettext.translation(DOMAIN, FOLDER, [code]) for code in codes},
    }


CATALOGUES = load()
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
    """Return an English text of the page in the language that is spoken.

    Args:
        text: a message; or any other text, which is translated if it is a whole text of the page.
    """
    catalogue = CATALOGUES[language()]
    if not isinstance(text, Message):
        return catalogue.gettext(text) if text else text
    template = catalogue.gettext(text.template) if text else ""
    return _Writer().vformat(template, (), text.values) if text.values else template


class _Writer(Formatter):
    """Writes values into a template: messages in the language that is spoken, and numbers with its marks."""

    def format_field(self, value: Any, form: str) -> str:  # noqa: ANN401 -- whatever can be formatted
        if isinstance(value, Message):
            return translate(value)
        written = str(super().format_field(value, form))
        if not isinstance(value, int | float):
            return written
        written = written.translate(_marks())
        return written.replace("%", CATALOGUES[language()].gettext(_PERCENT.template)[1:])


def _marks() -> dict[int, str]:
    """Return how the language that is spoken marks thousands and decimals, by how English does."""
    said = CATALOGUES[language()].gettext(_SAMPLE.template)
    return str.maketrans({",": said[1], ".": said[-2]})


class Html(str):
    """HTML with texts in it, which can be made anew in the language that is spoken.

    Args:
        make: what returns it.
    """

    make: Callable[[], str]

    __slots__ = ("make",)

    def __new__(cls, make: Callable[[], str]) -> Self:
        """Make it in the language that is spoken now."""
        html = super().__new__(cls, make())
        html.make = make
        return html

    def __reduce__(self) -> tuple[type[Self], tuple[Callable[[], str]]]:
        """Have copies know how they are made."""
        return type(self), (self.make,)


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
