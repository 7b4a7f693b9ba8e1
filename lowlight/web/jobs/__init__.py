"""What is done for a visitor: a photo to be worked on, many of them, who waits, and where their files lie."""
