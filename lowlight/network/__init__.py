"""The network: which weights, how they are had, how a photo of any size is run through them, within which rules."""
