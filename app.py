"""The page: lays it out and wires it up. What happens with a photo is in `lowlight.web`."""

import sys
from inspect import signature
from typing import Any

import gradio as gr
from gradio.components import Component

from lowlight import limits
from lowlight.settings import LOOKS, Settings
from lowlight.web import markup, server, sliders, texts
from lowlight.web.callbacks import Callbacks, arrived_many, compare_methods, enhance, stop_many, work_many
from lowlight.web.page import Page, heard
from lowlight.web.samples import SAMPLES, thumbnail
from lowlight.web.screen import Screen
from lowlight.web.sliders import Slider
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

WAITING_SECONDS = 2
"""How often a page that waits asks how long the line before it is."""

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
    page.head_in = server.head
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
                look, controls, reset = _controls()
                form = gr.Radio(texts.FORMATS, value="same", label=texts.FORMAT, info=texts.FORMAT_HELP, elem_id="form")
        stages = gr.HTML(elem_id="stages")
        loupe = gr.HTML(elem_id="loupe")
        versus = _versus()
        gr.HTML(markup.samples(SAMPLES, [thumbnail(sample) for sample in SAMPLES]), elem_id="samples")
        many = _many()
        gr.HTML(markup.footer(), elem_id="foot")
        signals = gr.HTML(BOARD, js_on_load=RELAY, elem_id="signals")
        pulse = gr.Timer(WAITING_SECONDS, active=False)
        screen = Screen(
            gr.State(), photo, note, compare, position, progress, seen, facts, download, stages, loupe, pulse
        )
        reference, compare_button, table = versus
        compare_button.click(heard(compare_methods), [screen.job, reference], table, preprocess=False, **HEAVY)
        _wire_many(*many, [look, *controls, form])
        _wire(screen, signals, stop, again, reset, look, controls, form)
        _serve_programs(screen, form)
    page.queue(max_size=server.QUEUE, default_concurrency_limit=1, api_open=False)
    return page


def _slider(low: float, high: float, value: float, **options: Any) -> gr.Slider:  # noqa: ANN401 -- they are gr.Slider's
    """Return a slider without a reset button of its own, which would not be noticed as a change."""
    return gr.Slider(low, high, value, buttons=[], **options)


def _controls() -> tuple[gr.Radio, list[Component], gr.Button]:
    """Lay out the controls; return the looks, the sliders in the order of `sliders.SLIDERS`, and what resets them."""
    look = gr.Radio(texts.LOOKS, value=LOOKS[0], label=texts.LOOK, info=texts.LOOK_HELP, elem_id="look")
    first = [_control(one) for one in sliders.FIRST]
    with gr.Accordion(texts.CONTROLS, open=False, elem_id="controls"):
        more = [_control(one) for one in sliders.MORE]
        with gr.Accordion(texts.METHOD, open=False, elem_id="method"):
            method = [_control(one) for one in sliders.METHOD]
        reset = gr.Button(texts.RESET, size="sm", elem_id="reset")
    return look, [*first, *more, *method], reset


def _control(one: Slider) -> gr.Slider:
    classes = ["control", "percent" if one.percent else "signed" if one.low < 0 else "plain"]
    options = {"step": one.step, "label": one.label, "info": one.help, "elem_id": one.name, "elem_classes": classes}
    return _slider(one.low, one.high, one.usual, **options)


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
    files.upload(
        heard(arrived_many), [files, batch, *chosen], [batch, gallery, archive], preprocess=False, **LIGHT
    ).success(heard(work_many), batch, [gallery, archive], **HEAVY)
    stop.click(stop_many, batch, None, **LIGHT)


def _wire(
    screen: Screen,
    signals: gr.HTML,
    stop: gr.Button,
    again: gr.Button,
    reset: gr.Button,
    look: gr.Radio,
    controls: list[Component],
    form: gr.Radio,
) -> None:
    answers = Callbacks(screen)
    arrived, settled, broke_off = heard(answers.arrived), heard(answers.settled), heard(answers.broke_off)
    job, chosen = screen.job, [look, *controls, form]
    usual = [component.value for component in (look, *controls)]
    starts = (
        screen.photo.upload(arrived, [screen.photo, job, *chosen], screen.outputs, preprocess=False, **LIGHT),
        signals.picked(heard(answers.picked), [job, *chosen], screen.outputs, **LIGHT),
        signals.settled(settled, [job, *chosen], screen.outputs, **LIGHT),
        again.click(settled, [job, *chosen], screen.outputs, **LIGHT),
        reset.click(lambda: usual, None, [look, *controls], **LIGHT).then(
            settled, [job, *chosen], screen.outputs, **LIGHT
        ),
        look.input(settled, [job, *chosen], screen.outputs, **LIGHT),
    )
    for start in starts:
        start.failure(broke_off, job, screen.outputs, **LIGHT)
        work = start.success(heard(answers.work), job, screen.outputs, **HEAVY)
        work.failure(broke_off, job, screen.outputs, **LIGHT)
    signals.refused(heard(answers.refused), job, screen.outputs, **LIGHT)
    signals.looked(heard(answers.looked), job, screen.outputs, **LIGHT)
    screen.pulse.tick(heard(answers.waited), job, screen.outputs, **LIGHT)
    stop.click(heard(answers.stop), job, screen.outputs, **LIGHT)
    form.input(heard(answers.reformat), [job, form], screen.outputs, **HEAVY)
    screen.position.input(
        None, screen.position, screen.compare, js="(p) => ({ slider_position: p, __type__: 'update' })"
    )


def _serve_programs(screen: Screen, form: gr.Radio) -> None:
    """Add the endpoint for programs, which takes the settings by their own names and ranges: nobody sees these."""
    usual = Settings()
    taken: dict[str, Component] = {
        name: gr.Slider(*limits.RANGES[name], getattr(usual, name), label=texts.SLIDERS[name][0], visible=False)
        for name in limits.RANGES
    }
    taken |= {"photo": screen.photo, "form": form}
    taken["look"] = gr.Radio(LOOKS, value=usual.look, label=texts.LOOK, visible=False)
    gr.Button(visible=False).click(
        enhance,
        [taken[name] for name in signature(enhance).parameters],
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
