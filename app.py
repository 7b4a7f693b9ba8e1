"""The page: lays it out and wires it up. What happens with a photo is in `lowlight.web`."""

import sys
from collections.abc import Sequence

from lowlight.web.server import environment

if __name__ == "__main__":
    environment.prepare()  # before Gradio is loaded

from inspect import signature
from typing import Any

import gradio as gr
from gradio.components import Component

from lowlight import limits
from lowlight.settings import LOOKS, Settings
from lowlight.web.callbacks import Callbacks, ManyCallbacks, compare_methods, enhance
from lowlight.web.gradio_internals import Page
from lowlight.web.i18n import texts
from lowlight.web.i18n.catalogue import Html
from lowlight.web.i18n.localized import localized
from lowlight.web.jobs.session import Session
from lowlight.web.jobs.view import Phase, View
from lowlight.web.server import launch
from lowlight.web.ui import markup, sliders
from lowlight.web.ui.examples import SAMPLES, scenes
from lowlight.web.ui.gallery import ManyOutputs
from lowlight.web.ui.outputs import Outputs
from lowlight.web.ui.sliders import Slider

Control = gr.Radio | gr.Slider | gr.Dropdown | gr.CheckboxGroup

LIGHT: dict[str, Any] = {
    "queue": False,
    "show_progress": "hidden",
    "trigger_mode": "multiple",
    "api_visibility": "private",
}
"""Events that answer at once."""
HEAVY: dict[str, Any] = {
    "concurrency_limit": None,
    "show_progress": "hidden",
    "trigger_mode": "multiple",
    "api_visibility": "private",
}
"""Events that take turns (`lowlight.web.jobs.queue`): Gradio begins them at once, and they wait there."""

KEEPSAKE: dict[str, Any] = {**LIGHT, "queue": True, "concurrency_limit": 2}
"""What is made to be taken along takes a second and does not wait behind photos."""

# What is written here is read out by screen readers.
LIVE = '<div role="status">${value}</div>'

RELAYED = (
    *("arrived", "picked", "refused", "settled", "looked", "resumed", "referenced", "keepsake", "gathered", "opened"),
)
"""Events of the page's script, which arrive at one element and are passed on to the server."""
EVENTS = '<div class="events"></div>'
RELAY = f"""
const events = element.querySelector('.events');
for (const name of {list(RELAYED)})
  events.addEventListener(name, (e) => trigger(name, e.detail || {{}}));
events.dataset.ready = '';
window.lowlight.ready();
"""


def build_page() -> gr.Blocks:
    """Return the page, ready to be launched with `launch.launch_options`."""
    launch.set_up()
    page = Page(title=texts.TITLE, fill_width=True, delete_cache=launch.CLEANING, analytics_enabled=False)
    page.head_in = launch.head
    with page:
        gr.HTML(Html(markup.header), elem_id="head")
        note = gr.HTML(markup.note(View(Phase.EMPTY)), elem_id="note", html_template=LIVE)
        gr.HTML(Html(_hero), elem_id="hero")
        with gr.Column(elem_id="desk"):
            with gr.Column(elem_id="table"):
                gr.HTML('<before-after id="view"></before-after>', elem_id="compare")
                with gr.Row(elem_id="strip"):
                    progress = gr.HTML(elem_id="progress")
                    stop = gr.Button(texts.STOP, elem_id="stop", scale=0)
                facts = gr.HTML(elem_id="facts", html_template=LIVE)
            with gr.Column(elem_id="side"):
                look, sliders_, history, network = _controls()
                with gr.Accordion(texts.KEEP, open=False, elem_id="keeping"):
                    keep = gr.CheckboxGroup(
                        texts.KEEPS, value=[], label=texts.KEEP, show_label=False, info=texts.KEEP_HELP, elem_id="keeps"
                    )
                with gr.Column(elem_id="keep"):
                    file_format = gr.Dropdown(
                        texts.FORMATS, value="same", label=texts.FORMAT, filterable=False, elem_id="format"
                    )
                    again = gr.Button(texts.AGAIN, elem_id="again")
                    download = gr.DownloadButton(
                        texts.DOWNLOAD, variant="primary", interactive=False, elem_id="download"
                    )
                    gr.HTML(Html(markup.take), elem_id="take")
        stages = gr.HTML(elem_id="stages")
        shown = gr.HTML(elem_id="shown")
        many, many_again, many_stop = _many(shown)
        reference, compare_button, table = _comparison()
        gr.HTML(Html(_examples), elem_id="samples")
        gr.HTML(Html(markup.footer), elem_id="foot")
        kept = gr.HTML(elem_id="kept")
        browser_events = gr.HTML(EVENTS, js_on_load=RELAY, elem_id="browser-events")
        undo, redo, reset = history
        outputs = Outputs(
            *(gr.State(Session()), shown, note, progress, facts, network, download),
            *(undo, redo, stages, reference, table),
        )
        chosen: list[Control] = [look, *sliders_, file_format, keep]
        compare_button.click(localized(compare_methods), outputs.session, table, **HEAVY)
        _wire(outputs, many, browser_events, stop, again, reset, chosen)
        _wire_many(outputs, many, browser_events, many_again, many_stop, chosen)
        answers = Callbacks(outputs, chosen)
        browser_events.keepsake(localized(answers.keepsake), outputs.session, kept, **KEEPSAKE)
        _serve_programs(outputs, file_format)
    page.queue(max_size=launch.EVENTS_SIZE, default_concurrency_limit=1, api_open=False)
    return page


def _hero() -> str:
    return markup.hero(scenes())


def _examples() -> str:
    return markup.samples(SAMPLES)


def _slider(low: float, high: float, value: float, **options: Any) -> gr.Slider:  # noqa: ANN401 -- they are gr.Slider's
    """Return a slider without a reset button of its own, which would not be noticed as a change."""
    return gr.Slider(low, high, value, buttons=[], **options)


def _controls() -> tuple[gr.Radio, list[gr.Slider], tuple[gr.Button, gr.Button, gr.Button], gr.HTML]:
    """Lay out the controls; return looks, sliders in the order of `sliders.SLIDERS`, undo, redo, reset, network."""
    with gr.Row(elem_id="history"):
        undo = gr.Button(texts.UNDO, size="sm", interactive=False, elem_id="undo")
        redo = gr.Button(texts.REDO, size="sm", interactive=False, elem_id="redo")
        reset = gr.Button(texts.RESET, size="sm", elem_id="reset")
    look = gr.Radio(texts.LOOKS, value=LOOKS[0], label=texts.LOOK, info=texts.LOOK_HELP, elem_id="look")
    first = [_control(one) for one in (*sliders.FIRST, *sliders.MORE)]
    with gr.Accordion(texts.METHOD, open=False, elem_id="method"):
        method = [_control(one) for one in sliders.METHOD]
        network = gr.HTML(elem_id="network")
    return look, [*first, *method], (undo, redo, reset), network


def _control(one: Slider) -> gr.Slider:
    classes = ["control", "percent" if one.percent else "signed" if one.low < 0 else "plain"]
    classes += ["hundred"] if one.full == 100 else []
    options = {"step": one.step, "label": one.label, "info": one.help, "elem_id": one.name, "elem_classes": classes}
    return _slider(one.low, one.high, one.default, **options)


def _comparison() -> tuple[gr.HTML, gr.Button, gr.HTML]:
    """Lay out what compares methods: a reference, the button, and where the results go."""
    with gr.Accordion(texts.COMPARISON, open=False, elem_id="comparison"):
        gr.Markdown(texts.COMPARISON_HELP, elem_id="comparison-help")
        with gr.Row(elem_id="comparison-head"):
            reference = gr.HTML(Html(_no_reference), elem_id="comparison-reference")
            button = gr.Button(texts.COMPARISON_RUN, elem_id="comparison-run")
        table = gr.HTML(elem_id="comparison-table", html_template=LIVE)
    return reference, button, table


def _no_reference() -> str:
    return markup.reference("")


def _many(shown: gr.HTML) -> tuple[ManyOutputs, gr.Button, gr.Button]:
    """Lay out what takes many photos: the way in, what can be done with all of them, and a card for each."""
    with gr.Column(elem_id="many"):
        gr.HTML(Html(markup.many), elem_id="many-intro")
        progress = gr.HTML(elem_id="many-progress", html_template=LIVE)
        with gr.Row(elem_id="many-head"):
            again = gr.Button(texts.MANY_AGAIN, elem_id="many-again")
            stop = gr.Button(texts.MANY_STOP, elem_id="many-stop")
            archive = gr.DownloadButton(
                texts.MANY_DOWNLOAD, variant="primary", interactive=False, elem_id="many-download"
            )
        gallery = gr.HTML(elem_id="many-gallery")
    return ManyOutputs(shown, progress, gallery, archive), again, stop


def _wire_many(
    outputs: Outputs,
    many: ManyOutputs,
    browser_events: gr.HTML,
    again: gr.Button,
    stop: gr.Button,
    chosen: Sequence[Component],
) -> None:
    """Wire what happens to many photos, and the one that is opened among them."""
    answers, session, every = ManyCallbacks(many), outputs.session, many.all
    starts = (
        browser_events.gathered(localized(answers.gathered), [session, *chosen], every, **LIGHT),
        again.click(localized(answers.again_many), [session, *chosen], every, **LIGHT),
    )
    for start in starts:
        start.success(localized(answers.work_many), session, every, **HEAVY)
    stop.click(answers.stop_many, session, None, **LIGHT)
    opened = localized(Callbacks(outputs, chosen).opened)
    browser_events.opened(opened, session, [*outputs.all, *chosen], **LIGHT)


def _wire(
    outputs: Outputs,
    many: ManyOutputs,
    browser_events: gr.HTML,
    stop: gr.Button,
    again: gr.Button,
    reset: gr.Button,
    chosen: Sequence[Control],
) -> None:
    answers = Callbacks(outputs, chosen)
    settled, broke_off = localized(answers.settled), localized(answers.broke_off)
    session, every = outputs.session, outputs.all
    look, *_, file_format, keep = chosen
    adjusted = chosen[:-2]
    defaults = [component.value for component in adjusted]
    starts = (
        browser_events.arrived(localized(answers.arrived), [session, *chosen], every, **LIGHT),
        browser_events.picked(localized(answers.picked), [session, *chosen], every, **LIGHT),
        browser_events.resumed(localized(answers.resumed), [session, *chosen], [*every, *chosen], **LIGHT),
        browser_events.settled(settled, [session, *chosen], every, **LIGHT),
        again.click(settled, [session, *chosen], every, **LIGHT),
        outputs.undo.click(localized(answers.undo), session, [*every, *chosen], **LIGHT),
        outputs.redo.click(localized(answers.redo), session, [*every, *chosen], **LIGHT),
        reset.click(lambda: defaults, None, adjusted, **LIGHT).then(settled, [session, *chosen], every, **LIGHT),
        look.input(settled, [session, *chosen], every, **LIGHT),
    )
    replaced = {"fn": localized(ManyCallbacks(many).replaced), "inputs": session, "outputs": many.all}
    for start in starts:
        start.failure(broke_off, session, every, **LIGHT)
        work = start.success(localized(answers.work), session, every, **HEAVY)
        work.failure(broke_off, session, every, **LIGHT)
        work.success(**replaced, **LIGHT)
    back, others = starts[2], ManyCallbacks(many)
    back.success(localized(others.resumed_many), session, many.all, **LIGHT).success(
        localized(others.work_many), session, many.all, **HEAVY
    )
    browser_events.refused(localized(answers.refused), session, every, **LIGHT)
    browser_events.looked(localized(answers.looked), session, every, **LIGHT)
    browser_events.referenced(localized(answers.referenced), session, every, **LIGHT)
    stop.click(localized(answers.stop), session, every, **LIGHT)
    for one in (file_format, keep):
        reformat = one.input(localized(answers.reformat), [session, file_format, keep], every, **HEAVY)
        reformat.success(**replaced, **LIGHT)


def _serve_programs(outputs: Outputs, file_format: gr.Dropdown) -> None:
    """Add the endpoint for programs, which takes the settings by their own names and ranges: nobody sees these."""
    defaults = Settings()
    taken: dict[str, Component] = {
        name: gr.Slider(*limits.RANGES[name], getattr(defaults, name), label=texts.SLIDERS[name][0], visible=False)
        for name in limits.RANGES
    }
    taken |= {"photo": gr.Image(label=texts.PHOTO_LABEL, visible=False), "form": file_format}
    taken["look"] = gr.Radio(LOOKS, value=defaults.look, label=texts.LOOK, visible=False)
    gr.Button(visible=False).click(
        enhance,
        [taken[name] for name in signature(enhance).parameters],
        outputs.download,
        preprocess=False,
        api_name="enhance",
        concurrency_limit=None,
        api_description=texts.API_DESCRIPTION,
    )


if __name__ == "__main__":
    page = build_page()
    launch.start_helpers()
    page.launch(**launch.launch_options(), inbrowser="--open" in sys.argv)
