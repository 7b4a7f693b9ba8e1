"""Enhance dark photos from the command line: ``python -m lowlight PHOTO... --out DIR``."""

import sys

from lowlight.command.main import main

if __name__ == "__main__":
    sys.exit(main())
