"""Words of the page without a server, where photos stay on the device, beside those it shares (`texts`)."""

from lowlight.messages import Message

PROMISE = Message("Free, without an account, at full size. Your photo does not leave this device.")
PRIVACY = Message(
    "Everything is worked out on this device: no photo is sent anywhere, and none is kept. "
    "The place where it was taken is not written into the result."
)
QUALITY = Message("Network")
QUALITIES = {"small": Message("Small, quick"), "large": Message("Large, less grain")}
"""The networks to choose from."""
LICENCES = Message("Licences")

SCRIPTED = {
    "fetching": Message("Fetching the network, once: {done} of {all} MB"),
    "reading": Message("Reading {name}"),
    "makingPreview": Message("Making a preview"),
    "makingWhole": Message("Denoising, {share} %"),
    "whole": Message("Make it at full size: {megapixels} MP, {time}"),
    "wholeAgain": Message("Make it at full size anew"),
    "download": Message("Download"),
    "aFewSeconds": Message("a few seconds"),
    "seconds": Message("about {seconds} s"),
    "minutes": Message("about {minutes} min"),
    "seen": Message("Left of the line: as it came. Right: a preview of the result."),
    "seenWhole": Message("Left of the line: the photo as it came. Right: the result."),
    "bright": Message(
        "This photo is bright already, so it stays as it is. To brighten it all the same, move Brightness."
    ),
    "took": Message("Done in {seconds} s."),
    "stopped": Message("Stopped. Change a control or start again when you like."),
    "oneAtATime": Message("This page takes one photo at a time; it took the first."),
    "tooLargeHere": Message("{name} has {megabytes} MB; at most {limit} MB are taken. Make it smaller and try again."),
    "tooManyPixels": Message(
        "This photo has {megapixels} megapixels; on a device at most {most} are taken. Make it smaller and try again."
    ),
    "unreadable": Message("This file cannot be read as a photo by this browser. Try JPEG, PNG, WebP or AVIF."),
    "noHeic": Message("This browser does not read HEIC. Export the photo as JPEG, or use Safari."),
    "noMemory": Message("There was not enough memory for this photo. Close other pages, or make it smaller."),
    "brokeOffHere": Message("Something broke. Load the page anew and try again."),
    "noSimd": Message("This browser is too old for this page: it lacks WebAssembly with SIMD. Update it."),
    "noRuntime": Message("The network cannot be run in this browser. Update it, or load the page anew."),
    "networkMissing": Message("The network could not be fetched. Is there a connection? Then try again."),
    "damagedNetwork": Message("The network that arrived is not the right one. Load the page anew."),
    "notKept": Message("The browser does not let this page keep its files, so it does not work offline."),
}
"""Words that its scripts write, with those of `texts.SCRIPTED`: ``window.lowlight.words``."""
