"""The one error type that reaches people."""


class LowlightError(ValueError):
    """Something a person can mend: a photo or a setting that cannot be taken as it is.

    The message is one or two plain sentences: what was wrong, the value found, the limit, and what to do. It carries
    no path, no class name and no traceback. It is raised ``from`` its cause, which the log may show. Only the page
    turns it into an on-screen message, and only the command line turns it into an exit code.
    """
