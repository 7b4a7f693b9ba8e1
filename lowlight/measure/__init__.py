"""Figures about photos: how noisy one is, what there is to say of it, how close it comes to a reference."""
