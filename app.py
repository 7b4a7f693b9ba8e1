"""The page: lays it out and wires it up. What happens with a photo is in `lowlight.web`."""

import sys

from lowlight.web.server import environment

if __name__ == "__main__":
    environment.prepare()  # before Gradio is loaded

from inspect import signature
from typing import Any

import gradio as gr
from gradio.components import Component

from lowlight import limits
from lowlight.messages import Message
from lowlight.settings import LOOKS, Settings
from lowlight.web.callbacks import Callbacks, arrived_many, compare_methods, enhance, stop_many, work_many
from lowlight.web.gradio_internals import Page
from lowlight.web.i18n import texts
from lowlight.web.i18n.catalogue import Html
from lowlight.web.i18n.localized import localized
from lowlight.web.jobs.session import Session
from lowlight.web.jobs.view import Phase, View
from lowlight.web.server import launch
from lowlight.web.ui import markup, sliders
from lowlight.web.ui.examples import SAMPLES, thumbnail
from lowlight.web.ui.outputs import Outputs
from lowlight.web.ui.sliders import Slider

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
"""How often a page that waits asks how many are before it."""

# What is written here is read out by screen readers.
LIVE = '<div role="status">${value}</div>'

# The custom events of the page's script (page.js) arrive at this element and are passed on to the server.
EVENTS = '<div class="events"></div>'
RELAYED = ("picked", "refused", "settled", "looked")
RELAY = f"""
const events = element.querySelector('.events');
for (const name of {list(RELAYED)})
  events.addEventListener(name, (e) => trigger(name, e.detail || {{}}));
"""


def build_page() -> gr.Blocks:
    """Return the page, ready to be launched with `launch.launch_options`."""
    launch.set_up()
    page = Page(title=texts.TITLE, fill_width=True, delete_cache=launch.CLEANING, analytics_enabled=False)
    page.head_in = launch.head
    with page:
        gr.HTML(Html(markup.header), elem_id="head")
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
                file_format = gr.Radio(
                    texts.FORMATS, value="same", label=texts.FORMAT, info=texts.FORMAT_HELP, elem_id="format"
                )
        stages = gr.HTML(elem_id="stages")
        loupe = gr.HTML(elem_id="loupe")
        comparison = _comparison()
        gr.HTML(Html(_examples), elem_id="samples")
        many = _many()
        gr.HTML(Html(markup.footer), elem_id="foot")
        browser_events = gr.HTML(EVENTS, js_on_load=RELAY, elem_id="browser-events")
        queue_timer = gr.Timer(WAITING_SECONDS, active=False)
        outputs = Outputs(
            *(gr.State(Session()), photo, note, compare, position, progress, seen),
            *(facts, download, stages, loupe, queue_timer),
        )
        chosen = [look, *controls, file_format]
        reference, compare_button, table = comparison
        compare_button.click(localized(compare_methods), [outputs.session, reference], table, preprocess=False, **HEAVY)
        _wire_many(*many, chosen)
        _wire(outputs, browser_events, stop, again, reset, look, controls, file_format)
        _serve_programs(outputs, file_format)
    page.queue(max_size=launch.QUEUE_SIZE, default_concurrency_limit=1, api_open=False)
    return page


def _examples() -> str:
    return markup.samples(SAMPLES, [thumbnail(sample) for sample in SAMPLES])


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
    return _slider(one.low, one.high, one.default, **options)


def _comparison() -> tuple[gr.File, gr.Button, gr.HTML]:
    """Lay out what compares methods: a reference, the button, and where the results go."""
    with gr.Accordion(texts.COMPARISON, open=False, elem_id="comparison"):
        gr.Markdown(texts.COMPARISON_HELP, elem_id="comparison-help")
        with gr.Row(elem_id="comparison-head"):
            reference = gr.File(label=texts.COMPARISON_REFERENCE, height=110, elem_id="comparison-reference")
            button = gr.Button(texts.COMPARISON_RUN, elem_id="comparison-run")
        table = gr.HTML(elem_id="comparison-table", html_template=LIVE)
    return reference, button, table


def _many() -> tuple[gr.File, gr.HTML, gr.Button, gr.DownloadButton]:
    """Lay out what takes many photos: the way in, the gallery, and what can be done with it."""
    with gr.Accordion(texts.MANY, open=False, elem_id="many"):
        gr.Markdown(texts.MANY_HELP, elem_id="many-help")
        files = gr.File(
            file_count="multiple",
            file_types=["image", ".heic", ".heif", ".avif"],
            label=Message(texts.MANY_DROP, limit=limits.MAX_BATCH),
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
        localized(arrived_many), [files, batch, *chosen], [batch, gallery, archive], preprocess=False, **LIGHT
    ).success(localized(work_many), batch, [gallery, archive], **HEAVY)
    stop.click(stop_many, batch, None, **LIGHT)


def _wire(
    outputs: Outputs,
    browser_events: gr.HTML,
    stop: gr.Button,
    again: gr.Button,
    reset: gr.Button,
    look: gr.Radio,
    controls: list[Component],
    file_format: gr.Radio,
) -> None:
    answers = Callbacks(outputs)
    arrived, settled, broke_off = localized(answers.arrived), localized(answers.settled), localized(answers.broke_off)
    session, chosen, every = outputs.session, [look, *controls, file_format], outputs.all
    defaults = [component.value for component in (look, *controls)]
    starts = (
        outputs.photo.upload(arrived, [outputs.photo, session, *chosen], every, preprocess=False, **LIGHT),
        browser_events.picked(localized(answers.picked), [session, *chosen], every, **LIGHT),
        browser_events.settled(settled, [session, *chosen], every, **LIGHT),
        again.click(settled, [session, *chosen], every, **LIGHT),
        reset.click(lambda: defaults, None, [look, *controls], **LIGHT).then(
            settled, [session, *chosen], every, **LIGHT
        ),
        look.input(settled, [session, *chosen], every, **LIGHT),
    )
    for start in starts:
        start.failure(broke_off, session, every, **LIGHT)
        work = start.success(localized(answers.work), session, every, **HEAVY)
        work.failure(broke_off, session, every, **LIGHT)
    browser_events.refused(localized(answers.refused), session, every, **LIGHT)
    browser_events.looked(localized(answers.looked), session, every, **LIGHT)
    outputs.queue_timer.tick(localized(answers.waited), session, every, **LIGHT)
    stop.click(localized(answers.stop), session, every, **LIGHT)
    file_format.input(localized(answers.reformat), [session, file_format], every, **HEAVY)
    outputs.position.input(
        None, outputs.position, outputs.compare, js="(p) => ({ slider_position: p, __type__: 'update' })"
    )


def _serve_programs(outputs: Outputs, file_format: gr.Radio) -> None:
    """Add the endpoint for programs, which takes the settings by their own names and ranges: nobody sees these."""
    defaults = Settings()
    taken: dict[str, Component] = {
        name: gr.Slider(*limits.RANGES[name], getattr(defaults, name), label=texts.SLIDERS[name][0], visible=False)
        for name in limits.RANGES
    }
    taken |= {"photo": outputs.photo, "form": file_format}
    taken["look"] = gr.Radio(LOOKS, value=defaults.look, label=texts.LOOK, visible=False)
    gr.Button(visible=False).click(
        enhance,
        [taken[name] for name in signature(enhance).parameters],
        outputs.download,
        preprocess=False,
        api_name="enhance",
        concurrency_id="work",
        concurrency_limit=1,
        api_description=texts.API_DESCRIPTION,
    )


if __name__ == "__main__":
    page = build_page()
    launch.start_helpers()
    page.launch(**launch.launch_options(), inbrowser="--open" in sys.argv)
