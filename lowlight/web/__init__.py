"""The page's own parts: what it says, what it does with a photo, how that becomes HTML, and its Gradio components."""
