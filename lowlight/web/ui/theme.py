"""How the page looks beside its style sheet: Gradio's theme."""

import gradio as gr
from gradio.themes.utils import colors, sizes


def theme() -> gr.themes.Base:
    """Return the page's theme: greys, since colour around a photo changes how it is judged, and the system's fonts."""
    system = ("system-ui", "-apple-system", "Segoe UI", "Roboto", "Helvetica Neue", "Arial", "sans-serif")
    mono = ("ui-monospace", "SFMono-Regular", "Menlo", "Consolas", "monospace")
    look = gr.themes.Base(
        primary_hue=colors.neutral,
        secondary_hue=colors.neutral,
        neutral_hue=colors.neutral,
        radius_size=sizes.radius_md,
        text_size=sizes.text_md,
        font=system,
        font_mono=mono,
    )
    return look.set(
        body_background_fill="#f2f2f2",
        body_background_fill_dark="#1b1b1b",
        body_text_color="#1a1a1a",
        body_text_color_dark="#ececec",
        body_text_color_subdued="#595959",
        body_text_color_subdued_dark="#a8a8a8",
        block_background_fill="#f2f2f2",
        block_background_fill_dark="#1b1b1b",
        block_border_width="0px",
        block_shadow="none",
        block_info_text_color="#595959",
        block_info_text_color_dark="#a8a8a8",
        checkbox_border_color="#858585",
        checkbox_border_color_dark="#8c8c8c",
        checkbox_border_color_selected="#1f1f1f",
        checkbox_border_color_selected_dark="#ededed",
        checkbox_background_color_selected="#1f1f1f",
        checkbox_background_color_selected_dark="#4a4a4a",
        slider_color="#3d3d3d",
        slider_color_dark="#c9c9c9",
        button_primary_background_fill="#1f1f1f",
        button_primary_background_fill_hover="#000000",
        button_primary_background_fill_dark="#ededed",
        button_primary_background_fill_hover_dark="#ffffff",
        button_primary_text_color="#ffffff",
        button_primary_text_color_dark="#111111",
        button_secondary_background_fill="#e2e2e2",
        button_secondary_background_fill_hover="#d6d6d6",
        button_secondary_background_fill_dark="#333333",
        button_secondary_background_fill_hover_dark="#404040",
        button_secondary_text_color="#1a1a1a",
        button_secondary_text_color_dark="#ececec",
    )
