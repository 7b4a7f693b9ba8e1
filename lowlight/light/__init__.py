"""How light a photo is, how light it ought to be, and the arithmetic that makes it so. No network, no files."""
