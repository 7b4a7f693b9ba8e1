"""The page: lays it out and wires it up. What happens with a photo is in `lowlight.web`."""

import sys
from typing import Any

import gradio as gr
from gradio.components import Component

from lowlight import limits
from lowlight.pipeline import Settings
from lowlight.web import markup, server, texts
from lowlight.web.callbacks import Callbacks, arrived_many, compare_methods, enhance, look, stop_many, work_many
from lowlight.web.samples import SAMPLES, thumbnail
from lowlight.web.screen import Screen
from lowlight.web.shield import Page
from lowlight.web.views import Phase, View

LIGHT: dict[str, Any] = {
    "queue": False,
    "show_progress": "hidden",
    "trigger_mode": "multiple",
    "api_visibility": "private",
}
"""Events that answer at once."""
HEAVY: dict[str, Any] = {
    "concurrency_id": "work",
    "concurrency_limit": 1,
    "show_progress": "hidden",
    "trigger_mode": "multiple",
    "api_visibility": "private",
}
"""Events that wait for their turn: one at a time on this machine."""

EXPOSURE_SHOWN = (-2.0, 2.0)
"""The brightness slider's ends, in stops; programs may ask for what `limits` allows."""

# What is written here is read out by screen readers.
LIVE = '<div role="status">${value}</div>'

# The custom events of the page's script (page.js) arrive at this element and are passed on to the server.
BOARD = '<div class="board"></div>'
RELAY = """
const board = element.querySelector('.board');
for (const name of ['picked', 'refused', 'settled', 'looked'])
  board.addEventListener(name, (e) => trigger(name, e.detail || {}));
"""


def build_page() -> gr.Blocks:
    """Return the page, ready to be launched with `server.launch_options`."""
    server.prepare()
    page = Page(title=texts.TITLE, fill_width=True, delete_cache=server.CLEANING, analytics_enabled=False)
    with page:
        gr.HTML(markup.header(), elem_id="head")
        note = gr.HTML(markup.note(View(Phase.EMPTY)), elem_id="note", html_template=LIVE)
        with gr.Column(elem_id="desk"):
            photo = gr.Image(
                sources=["upload", "webcam", "clipboard"],
                label=texts.PHOTO_LABEL,
                show_label=False,
                placeholder=texts.DROP,
                buttons=[],
                elem_id="photo",
            )
            with gr.Column(elem_id="table"):
                compare = gr.ImageSlider(
                    label=texts.COMPARE_LABEL,
                    show_label=False,
                    interactive=False,
                    buttons=["fullscreen"],
                    elem_id="compare",
                )
                with gr.Row(elem_id="strip"):
                    progress = gr.HTML(elem_id="progress")
                    stop = gr.Button(texts.STOP, elem_id="stop", scale=0)
                    position = _slider(0, 100, 50, step=1, label=texts.POSITION_LABEL, elem_id="position")
                seen = gr.HTML(elem_id="seen")
            with gr.Column(elem_id="side"):
                facts = gr.HTML(elem_id="facts", html_template=LIVE)
                again = gr.Button(texts.AGAIN, elem_id="again")
                download = gr.DownloadButton(texts.DOWNLOAD, variant="primary", interactive=False, elem_id="download")
                preset = gr.Radio(
                    [name for name, _ in texts.PRESETS],
                    value=texts.PRESETS[0][0],
                    label=texts.PRESET,
                    info=texts.PRESET_HELP,
                    elem_id="preset",
                )
                form = gr.Radio(texts.FORMATS, value="same", label=texts.FORMAT, info=texts.FORMAT_HELP, elem_id="form")
                controls, reset = _controls()
        loupe = gr.HTML(elem_id="loupe")
        stages = gr.HTML(elem_id="stages")
        versus = _versus()
        many = _many()
        gr.HTML(markup.samples(SAMPLES, [thumbnail(sample) for sample in SAMPLES]), elem_id="samples")
        gr.HTML(markup.footer(), elem_id="foot")
        signals = gr.HTML(BOARD, js_on_load=RELAY, elem_id="signals")
        screen = Screen(gr.State(), photo, note, compare, position, progress, seen, facts, download, stages, loupe)
        reference, compare_button, table = versus
        compare_button.click(compare_methods, [screen.job, reference], table, preprocess=False, **HEAVY)
        _wire_many(*many, [*controls, form])
        _wire(screen, signals, stop, again, reset, preset, form, controls)
    page.queue(max_size=server.QUEUE, default_concurrency_limit=1, api_open=False)
    return page


def _slider(low: float, high: float, value: float, **options: Any) -> gr.Slider:  # noqa: ANN401 -- they are gr.Slider's
    """Return a slider without a reset button of its own, which would not be noticed as a change."""
    return gr.Slider(low, high, value, buttons=[], **options)


def _controls() -> tuple[list[Component], gr.Button]:
    """Lay out the controls; return them in the order of `callbacks.choices`, and the button that resets them."""
    usual = Settings()
    with gr.Accordion(texts.CONTROLS, open=False, elem_id="controls"):
        exposure = _slider(
            *EXPOSURE_SHOWN,
            usual.exposure,
            step=0.1,
            label=texts.EXPOSURE,
            info=texts.EXPOSURE_HELP,
            elem_id="exposure",
        )
        denoise = _slider(0, 1, usual.denoise, step=0.05, label=texts.DENOISE, info=texts.DENOISE_HELP)
        clip_limit = _slider(1, 8, usual.clip_limit, step=0.5, label=texts.CLIP_LIMIT, info=texts.CLIP_LIMIT_HELP)
        tile_grid = _slider(2, 16, usual.tile_grid, step=1, label=texts.TILE_GRID, info=texts.TILE_GRID_HELP)
        reset = gr.Button(texts.RESET, size="sm", elem_id="reset")
    return [exposure, denoise, clip_limit, tile_grid], reset


def _versus() -> tuple[gr.File, gr.Button, gr.HTML]:
    """Lay out what compares methods: a reference, the button, and where the results go."""
    with gr.Accordion(texts.VERSUS, open=False, elem_id="versus"):
        gr.Markdown(texts.VERSUS_HELP, elem_id="versus-help")
        with gr.Row(elem_id="versus-head"):
            reference = gr.File(label=texts.VERSUS_REFERENCE, height=110, elem_id="versus-reference")
            button = gr.Button(texts.VERSUS_RUN, elem_id="versus-run")
        table = gr.HTML(elem_id="versus-table", html_template=LIVE)
    return reference, button, table


def _many() -> tuple[gr.File, gr.HTML, gr.Button, gr.DownloadButton]:
    """Lay out what takes many photos: the way in, the gallery, and what can be done with it."""
    with gr.Accordion(texts.MANY, open=False, elem_id="many"):
        gr.Markdown(texts.MANY_HELP, elem_id="many-help")
        files = gr.File(
            file_count="multiple",
            file_types=["image", ".heic", ".heif", ".avif"],
            label=texts.MANY_DROP.format(limit=limits.MAX_BATCH),
            elem_id="many-files",
        )
        gallery = gr.HTML(elem_id="many-gallery", html_template=LIVE)
        with gr.Row(elem_id="many-foot"):
            stop = gr.Button(texts.MANY_STOP, elem_id="many-stop")
            archive = gr.DownloadButton(
                texts.MANY_DOWNLOAD, variant="primary", interactive=False, elem_id="many-download"
            )
    return files, gallery, stop, archive


def _wire_many(
    files: gr.File, gallery: gr.HTML, stop: gr.Button, archive: gr.DownloadButton, chosen: list[Component]
) -> None:
    batch = gr.State()
    files.upload(arrived_many, [files, batch, *chosen], [batch, gallery, archive], preprocess=False, **LIGHT).success(
        work_many, batch, [gallery, archive], **HEAVY
    )
    stop.click(stop_many, batch, None, **LIGHT)


def _wire(
    screen: Screen,
    signals: gr.HTML,
    stop: gr.Button,
    again: gr.Button,
    reset: gr.Button,
    preset: gr.Radio,
    form: gr.Radio,
    controls: list[Component],
) -> None:
    answers = Callbacks(screen)
    job, chosen = screen.job, [*controls, form]
    usual, natural = [component.value for component in controls], preset.value
    starts = (
        screen.photo.upload(answers.arrived, [screen.photo, job, *chosen], screen.outputs, preprocess=False, **LIGHT),
        signals.picked(answers.picked, [job, *chosen], screen.outputs, **LIGHT),
        signals.settled(answers.settled, [job, *chosen], screen.outputs, **LIGHT),
        again.click(answers.settled, [job, *chosen], screen.outputs, **LIGHT),
        reset.click(lambda: [*usual, natural], None, [*controls, preset], **LIGHT).then(
            answers.settled, [job, *chosen], screen.outputs, **LIGHT
        ),
        preset.input(look, preset, controls, **LIGHT).then(answers.settled, [job, *chosen], screen.outputs, **LIGHT),
    )
    for start in starts:
        start.failure(answers.broke_off, job, screen.outputs, **LIGHT)
        work = start.success(answers.work, job, screen.outputs, **HEAVY)
        work.failure(answers.broke_off, job, screen.outputs, **LIGHT)
    signals.refused(answers.refused, job, screen.outputs, **LIGHT)
    signals.looked(answers.looked, job, screen.outputs, **LIGHT)
    stop.click(answers.stop, job, screen.outputs, **LIGHT)
    form.input(answers.reformat, [job, form], screen.outputs, **HEAVY)
    screen.position.input(
        None, screen.position, screen.compare, js="(p) => ({ slider_position: p, __type__: 'update' })"
    )
    gr.Button(visible=False).click(
        enhance,
        [screen.photo, *chosen],
        screen.download,
        preprocess=False,
        api_name="enhance",
        concurrency_id="work",
        concurrency_limit=1,
        api_description=texts.API_DESCRIPTION,
    )


if __name__ == "__main__":
    page = build_page()
    server.start_helpers()
    page.launch(**server.launch_options(), inbrowser="--open" in sys.argv)
