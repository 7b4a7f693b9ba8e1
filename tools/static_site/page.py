"""The static page's HTML and words, in each language, out of the same parts as the page that Gradio serves."""

import json
from collections.abc import Mapping
from html import escape

from lowlight import limits
from lowlight.web.i18n import on_device, texts
from lowlight.web.i18n.catalogue import CATALOGUES, ENGLISH, language, speaking, translate
from lowlight.web.server.launch import STYLES
from lowlight.web.ui import markup, sliders
from lowlight.web.ui.examples import SAMPLES, scenes
from lowlight.web.ui.markup import say
from lowlight.web.ui.sliders import Slider
from tools.static_site import icon
from tools.static_site.recipe import Shipped
from tools.static_site.runtime import GRAPHICS, PROCESSOR

SCRIPTS = ("before-after.js", "ways-in.js", "take.js", "maps.js", "live.js", "time.js", "sight.js")
"""Scripts that it shares with the page that Gradio serves, in the order in which they run."""

SHEETS = (STYLES[0], "site.css")
MOST_PIXELS = 24_000_000
"""The largest photo taken: it needs about a gigabyte in the browser."""

_POLICY = (
    "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self' 'unsafe-inline'; worker-src 'self'; "
    "img-src 'self' blob: data:; connect-src 'self' blob:; manifest-src 'self'; base-uri 'none'; form-action 'none'"
)
"""What the browser is to hold the page to: nothing goes to another place, whatever a script wants."""


def pages() -> dict[str, str]:
    """Return the page in each language, by its file's name; English comes first and sends others on."""
    found = {}
    for code in CATALOGUES:
        with speaking(code):
            found["index.html" if code == ENGLISH else f"{code}.html"] = _page()
    return found


def offered(networks: Mapping[str, Shipped]) -> dict[str, dict[str, object]]:
    """Return what the scripts are told of the networks, by the names under which people choose them."""
    return {
        name: {"file": one.file, "bytes": len(one.data), "sha256": one.sha256, "halo": one.halo}
        for name, one in networks.items()
    }


def words(networks: Mapping[str, Shipped]) -> dict[str, str]:
    """Return what the scripts are told in each language, as a script of its own, by its file's name."""
    limited = {"maxBytes": limits.MAX_FILE_BYTES, "maxPixels": MOST_PIXELS, "largeSuffixes": []}
    ran = {"runtime": PROCESSOR.facts, "graphics": GRAPHICS.facts}
    found = {}
    for code in CATALOGUES:
        with speaking(code):
            said = {**texts.SCRIPTED, **on_device.SCRIPTED}
            facts = {
                **limited,
                **ran,
                "networks": offered(networks),
                "language": code,
                "words": {name: translate(word) for name, word in said.items()},
            }
        found[f"words.{code}.js"] = f"window.lowlight = {json.dumps(facts, ensure_ascii=False)};\n"
    return found


def manifest() -> str:
    """Return what makes the page one that can be installed."""
    facts = {
        "name": texts.TITLE,
        "short_name": texts.TITLE,
        "description": str(texts.TAGLINE),
        "start_url": "./",
        "scope": "./",
        "display": "standalone",
        "background_color": "#1b1b1b",
        "theme_color": "#1b1b1b",
        "icons": [
            {"src": f"icon-{side}.png", "sizes": f"{side}x{side}", "type": "image/png", "purpose": "any maskable"}
            for side in icon.SIDES
        ],
    }
    return json.dumps(facts, indent=2)


def _page() -> str:
    styled = " ".join(
        f"--{name}: {json.dumps(translate(word), ensure_ascii=False)};" for name, word in texts.STYLED.items()
    )
    sheets = "".join(f'<link rel="stylesheet" href="{name}">' for name in SHEETS)
    scripts = "".join(f'<script src="{name}" defer></script>' for name in (f"words.{language()}.js", *SCRIPTS))
    others = f' data-others="{" ".join(sorted({*CATALOGUES} - {ENGLISH}))}"' if language() == ENGLISH else ""
    return (
        f'<!doctype html><html lang="{language()}"{others} style="{escape(styled)}"><head><meta charset="utf-8">'
        f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">'
        '<meta name="viewport" content="width=device-width, initial-scale=1, viewport-fit=cover">'
        f'<title>{texts.TITLE}</title><meta name="description" content="{say(texts.TAGLINE)}">'
        '<script src="early.js"></script>'
        '<link rel="icon" href="favicon.png"><link rel="apple-touch-icon" href="icon-192.png">'
        f'<link rel="manifest" href="manifest.webmanifest">{sheets}{scripts}'
        f'<script src="app.js" type="module"></script></head><body>'
        '<div class="gradio-container"><main class="main app contain">'
        f"{_prose('head', markup.header())}"
        '<div id="note" role="status"><div class="note" data-phase="empty"></div></div>'
        f"{_prose('hero', markup.hero(scenes(), on_device.PROMISE))}"
        f"{_desk()}{_prose('samples', markup.samples(SAMPLES))}{_prose('foot', _foot())}"
        "</main></div></body></html>\n"
    )


def _prose(name: str, inside: str) -> str:
    return f'<div id="{name}"><div class="prose">{inside}</div></div>'


def _foot() -> str:
    return f'{markup.footer(on_device.PRIVACY)}<p><a href="LICENSES.txt">{say(on_device.LICENCES)}</a></p>'


def _desk() -> str:
    return (
        '<div id="desk"><div id="table"><div id="compare"><before-after id="view"></before-after></div>'
        '<div id="strip"><div id="progress" role="status"></div>'
        f'<button type="button" id="stop" hidden>{say(texts.STOP)}</button></div>'
        '<div id="facts"><div class="prose"><div role="status"><div class="told"><h2></h2><p class="seen"></p></div>'
        f'</div></div></div></div><div id="side">{_looks()}'
        f"{''.join(_control(one) for one in (*sliders.FIRST, *sliders.MORE))}"
        f'<details id="contrast"><summary>{say(texts.METHOD)}</summary>'
        f"{''.join(_control(one) for one in sliders.METHOD)}{_networks()}</details>"
        f'<button type="button" id="reset">{say(texts.RESET)}</button>{_keep()}</div></div>'
    )


def _looks() -> str:
    choices = "".join(
        f'<label><input type="radio" name="look" value="{name}"{" checked" if not index else ""}>'
        f"<span>{say(word)}</span></label>"
        for index, (word, name) in enumerate(texts.LOOKS)
    )
    said = f'<legend>{say(texts.LOOK)}</legend><p class="help">{say(texts.LOOK_HELP)}</p>'
    return f'<fieldset id="look">{said}{choices}</fieldset>'


def _networks() -> str:
    choices = "".join(f'<option value="{name}">{say(word)}</option>' for name, word in on_device.QUALITIES.items())
    return (
        f'<label class="choice">{say(on_device.QUALITY)}<select id="quality">{choices}</select></label>'
        f'<label class="choice" id="graphics" hidden>{say(on_device.GRAPHICS)}<input type="checkbox"></label>'
    )


def _keep() -> str:
    kinds = "".join(f'<option value="{kind}">{say(word)}</option>' for word, kind in texts.FORMATS[:3])
    return (
        f'<div id="keep"><select id="format" aria-label="{say(texts.FORMAT)}">{kinds}</select>'
        '<button type="button" id="download" class="primary" disabled></button>'
        f'<div id="take"><div class="prose">{markup.take(("copy", "share"))}</div></div></div>'
    )


def _control(one: Slider) -> str:
    kind = "percent" if one.percent else "signed" if one.low < 0 else "plain"
    hundred = " hundred" if one.full == 100 else ""
    return (
        f'<div class="control {kind}{hundred}" id="{one.name}"><label for="{one.name}-range">{say(one.label)}</label>'
        f'<output for="{one.name}-range">{one.default:g}</output><input type="range" id="{one.name}-range"'
        f' min="{one.low:g}" max="{one.high:g}" step="{one.step:g}" value="{one.default:g}"'
        f' aria-describedby="{one.name}-help"><p class="help" id="{one.name}-help">{say(one.help)}</p></div>'
    )
