"""The page's parts: its languages, its jobs, what is seen of them, and how it is served."""
