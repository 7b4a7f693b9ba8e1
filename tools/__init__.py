"""Programs that measure and try the project from outside, each a target of the Makefile."""
