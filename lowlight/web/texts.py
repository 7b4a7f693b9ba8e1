"""Every word of the page that the pipeline does not say itself, in one place, so that it can be translated.

`lowlight.web.languages` does that; texts with a ``{name}`` in them, which comes from people, are written by its `fill`.
"""

KEEP_MINUTES = 20
"""How long a photo and its results may lie on the machine, at most."""

TITLE = "Lowlight"
TAGLINE = "Dark photos back bright, clean and true."

DROP = "# Choose a dark photo\nor drop or paste one anywhere on this page"
EXAMPLES = "Examples"
EXAMPLES_HINT = "No photo at hand? Click one of these. The left half is as it came, the right half brightened."

BEFORE = "Before"
AFTER = "After"
PHOTO_LABEL = "Photo"
COMPARE_LABEL = "Before and after"
POSITION_LABEL = "Move the line between before and after"
LOUPE = "Loupe"
LOUPE_HINT = "A part at 1:1. Click the small picture, or move the frame on it with the arrow keys."
LOUPE_MAP = "Choose the part that is shown: click, or use the arrow keys"
LOUPE_SIDE = "{side}, at 1:1"
STAGES = "Step by step"
STAGES_HINT = "Click a step to see it large; the arrow keys flick between them."
OPEN_STAGE = "Open large: {title}"

WAITING = "Waiting: {count} photos are before yours"
WAITING_FOR_ONE = "Waiting: one photo is before yours"
STARTING = "Starting with {name}"
OPENING = "Opening {name}"
PREPARING = "Brightening"
EXPECTED = "This will take about {seconds:.0f} s"
DENOISING = "Denoising, {share:.0%}"
DENOISING_LEFT = "Denoising, {share:.0%}, about {seconds:.0f} s left"
SAVING = "Saving"

ZOOM = "Hold Ctrl and turn the wheel to zoom."
SEEN_ORIGINAL = "The photo as it came. The result takes its place step by step."
SEEN_PREVIEW = "Left of the line: as it came. Right: a preview; the full result is on its way."
SEEN_PREVIEW_ONLY = "Left of the line: as it came. Right: a preview of the result."
SEEN_BRIGHTENED = "Left of the line: as it came. Right: brightened, the noise still in it."
SEEN_RESULT = "Left of the line: the photo as it came. Right: the result."
SEEN_SAME = "The photo as it came; the result is the same."

STOPPED = "Stopped. Change a control or start again when you like."
BRIGHT = "This photo is bright already, so it stays as it is. To brighten it all the same, move Brightness."
GONE = f"This photo was deleted after {KEEP_MINUTES} minutes, as promised. Choose it again to go on."
ABOUT = "{name}: {sentence}"
NO_MEMORY = "There was not enough memory for this photo. Make it smaller and try again."
TOO_LONG = "This took longer than {seconds:.0f} seconds, so it was ended. Make the photo smaller, or try again later."
NO_ROOM = "The result could not be written: {reason}. Try again, or tell whoever runs this page."
NO_FORM = "The file format must be same, jpg or png; it was {form}."
NO_PHOTO = "No photo arrived. Choose a file and try again."
BAD_REQUEST = "This is not what the page asks for: too few values, or a photo that was not uploaded here."
NO_ADDRESS = "Photos are not fetched from addresses. Upload the file itself and try again."
BROKE_OFF = "Too many photos are waiting right now, or something broke. Wait a minute and try again."
BODY_TOO_LARGE = "This request is larger than the {limit:.2g} MB that are taken here."
TOO_LARGE = "{name} has {megabytes:.0f} MB; at most {limit:.0f} MB are taken. Make it smaller and try again."

SIZE = "{width} \N{MULTIPLICATION SIGN} {height}"
MEGAPIXELS = "MP"
TOOK = "took {seconds:.1f} s"
DARKNESS = ((0.1, "very dark"), (0.2, "dark"), (0.32, "rather dark"), (1.0, "bright"))
"""Words for a photo's mean luma, each with the value below which it is used."""
NOISE = (
    (2.5, "Hardly any noise."),
    (6.0, "A little noise."),
    (12.0, "Noisy."),
    (255.0, "Very noisy: fine detail is lost in the grain."),
)
"""Words for the noise after brightening, in levels of 255, each with the level below which they are used."""
BLACK = "{share:.0%} is pure black, where nothing was recorded that could be brought back."
BLOWN = "{share:.0%} is pure white and stays so."
WORTH_SAYING = 0.01
"""Shares of a photo below this are not mentioned."""
HISTOGRAM_LABEL = "How much of the photo is how light, from black on the left to white on the right, before and after"
PROGRESS = "Progress"

STOP = "Stop"
AGAIN = "Start again"
DOWNLOAD = "Download"
DOWNLOAD_DETAILS = "Download ({details})"
FORMAT = "File format"
FORMATS = (("As the photo", "same"), ("JPEG", "jpg"), ("PNG", "png"))
FORMAT_HELP = "PNG keeps every pixel, in a larger file."

LOOK = "Look"
LOOKS = (("Natural", "natural"), ("Bright", "bright"), ("Night kept", "night"))
"""Looks to choose from, each with its name in the settings."""
LOOK_HELP = "Natural follows the photo; Bright is a little lighter; Night kept lifts by little more than a stop."

CONTROLS = "More controls"
METHOD = "Method"
SLIDERS = {
    "strength": ("Strength", "0 is the photo as it came, exactly; 100 the result."),
    "exposure": ("Brightness", "In stops: +1 is as if exposed twice as long, but bright parts do not burn out."),
    "shadows": ("Shadows", "Above 0 lifts dark areas, below 0 deepens them, by up to a stop and a half."),
    "highlights": ("Highlights", "Below 0 brings bright areas down, above 0 lifts them, by up to a stop."),
    "warmth": ("Warmth", "Above 0 goes towards orange, below 0 towards blue, at the same brightness."),
    "colour": ("Colour", "Above 0 makes colours stronger, below 0 paler; -100 is grey."),
    "detail": ("Detail", "Brings back fine structure that denoising took away, and its grain with it."),
    "denoise": ("Denoise", "0 is the brightened photo with all its grain, 100 the network's clean picture."),
    "clip_limit": (
        "Local contrast (clip limit)",
        "How far each part of a photo that is lifted gets a contrast of its own: 1 is none, 2 is usual.",
    ),
    "tile_grid": (
        "Contrast areas (tile grid)",
        "Into how many areas a side the photo is cut for that. More follow smaller details.",
    ),
}
"""The sliders by the names of their settings: what they are called, and what they do."""
RESET = "Reset"

VERSUS = "Compare methods"
VERSUS_HELP = (
    "The same photo by the published steps alone, with the original four-layer network, and by ours as the controls "
    "stand; of these the published ones know brightness, clip limit and tile grid. With a bright photo of the same "
    "scene as reference, PSNR and SSIM say how close each comes."
)
VERSUS_RUN = "Compare on this photo"
VERSUS_REFERENCE = "Reference photo, if you have one"
VERSUS_BUSY = "Comparing: {done} of 3"
VERSUS_TIME = "{seconds:.2f} s"
VERSUS_SCORE = "PSNR {psnr:.2f} dB, SSIM {ssim:.3f}"
VERSUS_GIVEN = "with the exposure given: {psnr:.2f} dB, {ssim:.3f}"
VERSUS_SMALL = "Larger photos are compared at a long side of {side} pixels; figures of reduced photos flatter."
VERSUS_NOTHING = "Choose a photo first; then it can be compared."
METHOD_STEPS, METHOD_ORIGINAL, METHOD_OURS = "Steps alone", "Original network", "Ours"
OTHER_SIZE = "The reference must have the photo's size: that is {photo} pixels, and the reference has {reference}."

MANY = "Many photos"
MANY_DROP = "Choose or drop up to {limit} photos"
MANY_HELP = "All get the look and the controls set above. One that cannot be taken does not stop the others."
MANY_STOP = "Stop"
MANY_DOWNLOAD = "Download all (zip)"
MANY_UNDER_WAY = "{done} of {total} done. Now: {name}"
MANY_DONE = "{done} of {total} photos are done."
MANY_STOPPED = "Stopped: {done} of {total} photos are done."
TOO_MANY = "At most {limit} photos can be given at once; these are {count}. Choose fewer."

PRIVACY = (
    f"Your photo stays on the machine that runs this page and is deleted after {KEEP_MINUTES} minutes. "
    "The place where it was taken is not written into the result."
)

SAMPLES = (
    ("dark-hall.png", "Dark hall", "LOL, © Chen Wei, MIT"),
    ("dark-shelf.png", "Dark shelf", "LOL, © Chen Wei, MIT"),
    ("bridge-at-night.jpg", "Bridge at night", "Tony Webster, CC0"),
    ("lantern.jpg", "Lantern", "Mr. Lee, CC0"),
    ("rocket-at-dusk.jpg", "Rocket at dusk", "SpaceX, public domain"),
    ("coffee.png", "Bright already", "Rachel Michetti, CC0"),
)
"""The example photos: file, title, credit."""
API_DESCRIPTION = "Make a dark photo bright and clean; returns the result as a file."
MCP_PHOTO = (
    'The photo must be a path that POST /gradio_api/upload gave back for a form with the file as its field "files".'
)
MCP_MISSING = (
    '{switch} asks for MCP, which needs one more package: pip install "gradio[mcp]=={version}". '
    "The page serves without."
)
STYLED = {
    "before": BEFORE,
    "after": AFTER,
    "camera": "Camera",
    "paste": "Paste",
    "back": "Back",
    "reading": "Reading the photo",
}
"""Words that the page's style writes on the picture and on the ways in."""
VIEWER = {"previous": "Step before", "next": "Next step", "close": "Close"}
"""Labels of the buttons beside a stage that is open large."""
