"""The networks, what training makes small, and what a network costs."""
