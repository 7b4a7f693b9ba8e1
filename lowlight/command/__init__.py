"""The command line: what was asked, which photos are meant, the work on each, and what is told of it."""
