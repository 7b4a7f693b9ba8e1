"""Photo files: what is taken, how it becomes an upright sRGB array, and how such an array becomes a file again."""
