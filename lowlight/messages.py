"""Sentences for people: an English template and the values in it, so that each can be said in any language."""

from typing import Any, Self


class Message(str):
    """A sentence for people: as a string it is English, and it still knows its template and the values in it.

    A translation looks up the template and writes the values into what it finds. Values that are messages are
    translated too; any other text is a name from people and stays as it is.

    Args:
        template: English, with fields as `str.format` has them; a message in its place stands for its template.
        values: what stands in the fields. Without any the template is the sentence, braces included.

    >>> said = Message("{name} has {megabytes:.1f} MB.", name="a.jpg", megabytes=30.62)
    >>> print(said, said.values["name"])
    a.jpg has 30.6 MB. a.jpg
    """

    __slots__ = ("template", "values")

    template: str
    values: dict[str, Any]

    def __new__(cls, template: str, /, **values: Any) -> Self:  # noqa: ANN401 -- whatever can be formatted
        """Write the values into the template."""
        if isinstance(template, Message):
            values = {**template.values, **values}
            template = template.template
        said = super().__new__(cls, template.format(**values) if values else template)
        said.template, said.values = template, values
        return said

    def __getnewargs_ex__(self) -> tuple[tuple[str], dict[str, Any]]:
        """Have copies, and pickles for other processes, know their template too."""
        return (self.template,), self.values


def joined(*sentences: Message, between: str = " ") -> Message:
    """Return several messages as one, in their order; those that are empty are left out.

    >>> joined(Message("Noisy."), Message("It is {how}.", how=Message("dark"))).template
    '{_0} {_1}'
    """
    values = {f"_{index}": sentence for index, sentence in enumerate(filter(None, sentences))}
    return Message(between.join(f"{{{name}}}" for name in values), **values)


_EMPTY = ""
NOTHING = Message(_EMPTY)
"""Where there is nothing to say."""
