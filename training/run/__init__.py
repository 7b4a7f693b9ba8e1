"""A run: the loop, where it stands on disk, what it tells people, several devices; and the trees that say how light."""
