"""Photos on disk: which belong together, which train and which are held out, and whether they are fit to be used."""
