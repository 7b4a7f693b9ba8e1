"""Where things lie in the project."""

from pathlib import Path

PROJECT = Path(__file__).resolve().parents[2]
EXAMPLES = PROJECT / "lowlight" / "examples"
DARK = EXAMPLES / "dark-shelf.png"
