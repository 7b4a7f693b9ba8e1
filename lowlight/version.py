"""The version: of the library, the page and the command line."""

__version__ = "0.17.0"
