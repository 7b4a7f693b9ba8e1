"""Words of the page without a server, where photos stay on the device, beside those it shares (`texts`)."""

from lowlight.messages import Message
from lowlight.web.i18n import texts

PROMISE = Message("Free, without an account, at full size. Your photo does not leave this device.")
PRIVACY = Message(
    "Everything is worked out on this device: no photo is sent anywhere, and none is kept. "
    "The place where it was taken is not written into the result."
)
QUALITY = Message("Network")
QUALITIES = {"small": Message("Small, quick"), "large": Message("Large, less grain")}
"""The networks to choose from."""
GRAPHICS = Message("Use the graphics card")
LICENCES = Message("Licences")

SCRIPTED = {
    "fetching": Message("Fetching the network, once: {done} of {all} MB"),
    "reading": texts.OPENING,
    "brightening": texts.PREPARING,
    "makingWhole": Message("Denoising, {share} %"),
    "whole": Message("Make it at full size: {megapixels} MP, {time}"),
    "download": texts.DOWNLOAD,
    "aFewSeconds": Message("a few seconds"),
    "seconds": Message("about {seconds} s"),
    "minutes": Message("about {minutes} min"),
    "seenPreview": texts.SEEN_PREVIEW_ONLY,
    "seenWhole": texts.SEEN_RESULT,
    "bright": texts.BRIGHT,
    "took": Message("Done in {seconds} s."),
    "stopped": texts.STOPPED,
    "oneAtATime": Message("This page takes one photo at a time; it took the first."),
    "tooManyPixels": Message(
        "This photo has {megapixels} megapixels; on a device at most {most} are taken. Make it smaller and try again."
    ),
    "unreadable": Message("This file cannot be read as a photo by this browser. Try JPEG, PNG, WebP or AVIF."),
    "noHeic": Message("This browser does not read HEIC. Export the photo as JPEG, or use Safari."),
    "noMemory": Message("There was not enough memory for this photo. Close other pages, or make it smaller."),
    "brokeOffHere": Message("Something broke. Load the page anew and try again."),
    "tooOld": Message("This browser is too old for this page. Update it."),
    "noRuntime": Message("The network cannot be run in this browser. Update it, or load the page anew."),
    "networkMissing": Message("The network could not be fetched. Is there a connection? Then try again."),
    "damagedNetwork": Message("The network that arrived is not the right one. Load the page anew."),
    "graphicsDiffers": Message("The graphics card gives another picture than the processor, which works on."),
    "graphicsMissing": Message("The graphics card cannot be used in this browser, so the processor works on."),
    "notKept": Message("The browser does not let this page keep its files, so it does not work offline."),
}
"""Words that its scripts write, with those of `texts.SCRIPTED`: ``window.lowlight.words``."""
