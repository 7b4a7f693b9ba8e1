"""What a network learns from: patches, drawn, lit, varied and made, the same for the same seed and step."""
