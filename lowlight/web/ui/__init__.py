"""What a visitor sees: jobs as HTML, the parts of the page that change, its sliders, its examples, its theme."""
