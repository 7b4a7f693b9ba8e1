"""The one error type that reaches people."""

from collections.abc import Mapping
from typing import Any, TypeVar

from lowlight.messages import Message

Reason = TypeVar("Reason", bound=str)


class LowlightError(ValueError):
    """Something a person can mend: a photo or a setting that cannot be taken as it is.

    The message is one or two plain sentences: what was wrong, the value found, the limit, and what to do. It carries
    no path, no class name and no traceback. It is raised ``from`` its cause, which the log may show. Only the page
    turns it into an on-screen message, and only the command line turns it into an exit code.

    Args:
        template: as `Message` has it.
        values: what stands in its fields.

    Attributes:
        message: the sentence, which can be said in other languages; `str` of the error is the same in English.
    """

    def __init__(self, template: str, /, **values: Any) -> None:  # noqa: ANN401 -- whatever can be formatted
        self.message = Message(template, **values)
        super().__init__(self.message)


def reason_for(error: Exception, reasons: Mapping[str, Reason]) -> Reason:
    """Return what a table says about an error: under the name of its class, or of the nearest one above it.

    Names, and not classes, since the library that raises may be one that cannot be imported.

    Args:
        error: what was raised.
        reasons: sentences by class names; "Exception" is among them.
    """
    return next(reasons[kind.__name__] for kind in type(error).__mro__ if kind.__name__ in reasons)
