"""Every word of the page that the library does not say itself, in one place."""

from lowlight.light.scene import Kind
from lowlight.measure.certainty import Sure
from lowlight.messages import Message

KEEP_MINUTES = 20
"""How long a photo and its results may lie on the machine, at most."""

TITLE = "Lowlight"
TAGLINE = Message("Dark photos back bright, clean and true.")

SKIP = Message("Skip to the controls")
HERO = Message("Drop a dark photo. Get it back bright, clean and true.")
CHOOSE = Message("Choose a dark photo")
DROP = Message("or drop one anywhere on this page")
NEXT_PHOTO = Message("New photo")
CAMERA, PASTE = Message("Camera"), Message("Paste")
PROMISE = Message(
    "Free, without an account, at full size. Photos are deleted after {minutes} minutes.", minutes=KEEP_MINUTES
)
SCENES = Message("What is shown")
SCENES_SHOWN = (("room", Message("A dim room")), ("night", Message("A night that stays a night")))
"""What the landing page shows: the names of its files, and what they show."""
EXAMPLES = Message("Examples")
EXAMPLES_HINT = Message("No photo at hand? Click one of these. The left half is as it came, the right half brightened.")

BEFORE = Message("Before")
AFTER = Message("After")
PHOTO_LABEL = Message("Photo")
STAGES = Message("Step by step")
STAGES_HINT = Message("Click a step to see it large, and hold the picture to see what there was before it.")
COMPARED = Message("Before: {title}.")
CHANGE = Message(
    "What this step changed, {times} times as strong. Grey: nothing. Lighter: light was taken away. Darker: light was "
    "added."
)
SURE = Message("How sure")
SURE_MARKS = {
    Sure.MEASURED: Message("measured"),
    Sure.LITTLE: Message("little was recorded"),
    Sure.NOTHING: Message("nothing was recorded"),
    Sure.BURNT: Message("burnt out"),
}
SCALE = Message("Stops, from the darkest to the lightest grey")
OPEN_STAGE = Message("Open large: {title}")

WAITING = Message("Waiting: {count} photos are before yours")
WAITING_FOR_ONE = Message("Waiting: one photo is before yours")
STARTING = Message("Starting with {name}")
OPENING = Message("Opening {name}")
PREPARING = Message("Brightening")
LOOKING = Message("Looking at the light")
DENOISING = Message("Denoising, {share:.0%}")
FINISHING = Message("Finishing")
SAVING = Message("Saving")

SEEN_ORIGINAL = Message("The photo as it came. The result takes its place step by step.")
SEEN_PREVIEW = Message("Left of the line: as it came. Right: a preview; the full result is on its way.")
SEEN_PREVIEW_ONLY = Message("Left of the line: as it came. Right: a preview of the result.")
SEEN_BRIGHTENED = Message("Left of the line: as it came. Right: brightened, the noise still in it.")
SEEN_RESULT = Message("Left of the line: the photo as it came. Right: the result.")
SEEN_SAME = Message("The photo as it came; the result is the same.")

STOPPED = Message("Stopped. Change a control or start again when you like.")
BRIGHT = Message("This photo is bright already, so it stays as it is. To brighten it all the same, move Brightness.")
GONE = Message(
    "This photo was deleted after {minutes} minutes, as promised. Choose it again to go on.", minutes=KEEP_MINUTES
)
ABOUT = Message("{name}: {sentence}")
NO_MEMORY = Message("There was not enough memory for this photo. Make it smaller and try again.")
TOO_LONG = Message(
    "This took longer than {seconds:.0f} seconds, so it was ended. Make the photo smaller, or try again later."
)
NO_ROOM = Message("The result could not be written: {reason}. Try again, or tell whoever runs this page.")
NO_FORMAT = Message("The file format must be one of {formats}; it was {format}.")
NO_KEEP = Message("What is kept of the photo must be among {keeps}; it was {keep}.")
UNKNOWN = Message("unknown")
NO_PHOTO = Message("No photo arrived. Choose a file and try again.")
BAD_REQUEST = "This is not what the page asks for: too few values, or a photo that was not uploaded here."
NO_ADDRESS = "Photos are not fetched from addresses. Upload the file itself and try again."
BROKE_OFF = Message("Too many photos are waiting right now, or something broke. Wait a minute and try again.")
BODY_TOO_LARGE = "This request is larger than the {limit:.3g} MB that are taken here."
TOO_LARGE = Message("{name} has {megabytes:.0f} MB; at most {limit:.0f} MB are taken. Make it smaller and try again.")

SIZE = Message("{width} \N{MULTIPLICATION SIGN} {height}")
SIZE_MEGAPIXELS = Message("{size} ({megapixels:.{digits}f} MP)")
FILE_MEGABYTES = Message("{format}, {megabytes:.1f} MB")
FILE_KILOBYTES = Message("{format}, {kilobytes} kB")
DEEP = Message("Read with more than 8 bits.")
TOOK = Message("Done in {seconds:.1f} s.")
DARKNESS = (
    (0.1, Message("very dark")),
    (0.2, Message("dark")),
    (0.32, Message("rather dark")),
    (1.0, Message("bright")),
)
"""Words for a photo's mean luma, each with the value below which it is used."""
NOISE = (
    (2.5, Message("Hardly any noise.")),
    (6.0, Message("A little noise.")),
    (12.0, Message("Noisy.")),
    (255.0, Message("Very noisy: fine detail is lost in the grain.")),
)
"""Words for the noise after brightening, in levels of 255, each with the level below which they are used."""
BLACK = Message("In {share:.0%} nothing was recorded that could be brought back.")
BLOWN = Message("{share:.0%} was burnt out: pure white.")
READ_AS_SDR = Message("An HDR photo, read in standard range (SDR): its gain map is not applied.")
KINDS = {
    Kind.NIGHT: Message("A dark photo with bright parts."),
    Kind.BACKLIT: Message("Backlit: what matters is darker than what lies behind it."),
    Kind.DIM: Message("A dim photo: hardly anything in it is bright."),
}
"""What a photo was taken for."""
WORTH_SAYING = 0.01
"""Shares of a photo below this are not mentioned."""
HISTOGRAM_LABEL = Message(
    "How much of the photo is how light, from black on the left to white on the right, before and after"
)
HISTOGRAM_AXIS = (Message("black"), Message("middle"), Message("white"))
PROGRESS = Message("Progress")

VISIT_GONE = Message("Your last photo here is no longer kept. Choose it again to go on.")
UNDO, REDO = Message("Undo"), Message("Redo")
TAKEN = {
    "copy": (Message("Copy"), Message("Copy the result")),
    "share": (Message("Share"), Message("Share the result")),
    "picture": (Message("Picture"), Message("Before and after as one picture")),
    "film": (Message("Film"), Message("Before and after as a short film")),
    "link": (Message("Link"), Message("Copy a link to these settings; it holds no photo")),
}
"""What can be taken along beside the download: in a word, and in full."""
STOP = Message("Stop")
AGAIN = Message("Start again")
DOWNLOAD = Message("Download")
DOWNLOAD_DETAILS = Message("Download ({details})")
TAKE_CAPTION = Message("Before / after, made with Lowlight")
"""Stands below what people take along to show; `lowlight.web.jobs.sheet.font_of` draws it."""
FORMAT = Message("File format")
FORMATS = (
    (Message("Format: as the photo"), "same"),
    (Message("JPEG: opens everywhere"), "jpg"),
    (Message("PNG: every pixel as it is, larger"), "png"),
    (Message("PNG with 16 bits: for editing on"), "png16"),
    (Message("TIFF with 16 bits: for editing on"), "tif"),
    (Message("JPEG XL: small and fine, for newer programs"), "jxl"),
    (Message("AVIF with 10 bits: small, for the web"), "avif"),
)
KEEP = Message("What the file keeps")
KEEPS = ((Message("Where it was taken"), "place"), (Message("The photo's own colour space"), "colours"))
KEEP_HELP = Message("Camera, date, rating, caption and copyright are kept anyhow.")

LOOK = Message("Look")
LOOKS = ((Message("Natural"), "natural"), (Message("Bright"), "bright"), (Message("Night kept"), "night"))
"""Looks to choose from, each with its name in the settings."""
LOOK_HELP = Message(
    "Natural follows the photo; Bright is a little lighter; Night kept lifts by little more than a stop."
)

CONTROLS = Message("More controls")
METHOD = Message("Method")
SLIDERS = {
    "strength": (Message("Strength"), Message("0 is the photo as it came, exactly; 100 the result.")),
    "exposure": (
        Message("Brightness"),
        Message("In stops: +1 is as if exposed twice as long, but bright parts do not burn out."),
    ),
    "shadows": (
        Message("Shadows"),
        Message("Above 0 lifts dark areas, below 0 deepens them, by up to a stop and a half."),
    ),
    "highlights": (
        Message("Highlights"),
        Message("Below 0 brings bright areas down, above 0 lifts them, by up to a stop."),
    ),
    "warmth": (
        Message("Warmth"),
        Message("Above 0 goes towards orange, below 0 towards blue, at the same brightness."),
    ),
    "colour": (Message("Colour"), Message("Above 0 makes colours stronger, below 0 paler; -100 is grey.")),
    "detail": (
        Message("Detail"),
        Message("Brings back fine structure that denoising took away, and its grain with it."),
    ),
    "denoise": (
        Message("Denoise"),
        Message("0 is the brightened photo with all its grain, 100 the network's clean picture."),
    ),
    "clip_limit": (
        Message("Local contrast (clip limit)"),
        Message("How far each part of a photo that is lifted gets a contrast of its own: 1 is none, 2 is usual."),
    ),
    "tile_grid": (
        Message("Contrast areas (tile grid)"),
        Message("Into how many areas a side the photo is cut for that. More follow smaller details."),
    ),
}
"""The sliders by the names of their settings: what they are called, and what they do."""
RESET = Message("Reset")

COMPARISON = Message("Compare methods")
COMPARISON_HELP = Message(
    "The same photo by the published steps alone, with the original four-layer network, and by ours as the controls "
    "stand; of these the published ones know brightness, clip limit and tile grid. With a bright photo of the same "
    "scene as reference, PSNR and SSIM say how close each comes."
)
COMPARISON_RUN = Message("Compare on this photo")
REFERENCE_DROP = Message("Drop a reference photo here, if you have one.")
REFERENCE_GIVEN = Message("Reference: {name}. Drop another one here to take its place.")
REFERENCE_CHOOSE = Message("Choose a reference")
COMPARISON_BUSY = Message("Comparing: {done} of 3")
COMPARISON_TIME = Message("Time")
COMPARISON_AS_IT_IS, COMPARISON_GIVEN = Message("As it is"), Message("With the exposure given")
COMPARISON_SMALL = Message(
    "Larger photos are compared at a long side of {side} pixels; figures of reduced photos flatter."
)
COMPARISON_NOTHING = Message("Choose a photo first; then it can be compared.")
METHOD_STEPS, METHOD_ORIGINAL, METHOD_OURS = Message("Steps alone"), Message("Original network"), Message("Ours")
OTHER_SIZE = Message(
    "The reference must have the photo's size: that is {photo} pixels, and the reference has {reference}."
)

MANY = Message("Many photos")
MANY_HELP = Message(
    "Choose several at once, up to {limit}, or drop them anywhere. All get the look and the controls as they stand. "
    "One that cannot be taken does not stop the others. Click one to see it large."
)
MANY_CHOOSE = Message("Choose photos")
MANY_AGAIN = Message("Same look for all")
MANY_STOP = Message("Stop")
MANY_DOWNLOAD = Message("Download all (zip)")
MANY_UNDER_WAY = Message("{done} of {total} done. Now: {name}")
MANY_WAITING = Message("{done} of {total} done. {waiting}")
MANY_DONE = Message("{done} of {total} photos are done.")
MANY_STOPPED = Message("Stopped: {done} of {total} photos are done.")
MANY_OPEN = Message("Open {name}: {status}")
MANY_GET = Message("Download {name}")
STATUS = {
    "waiting": Message("waiting"),
    "working": Message("in progress"),
    "done": Message("done"),
    "refused": Message("not taken"),
    "stopped": Message("stopped"),
}
"""How far one of many photos is."""
REPORT = (
    *(Message("File"), Message("Result"), Message("Status"), Message("What was done, or why not")),
    *(Message("Width"), Message("Height"), Message("Seconds")),
)
"""The columns of the report on many photos."""
TOO_MANY = Message("At most {limit} photos can be given at once; these are {count}. Choose fewer.")

PRIVACY = Message(
    "Your photo stays on the machine that runs this page and is deleted after {minutes} minutes. "
    "The place where it was taken is not written into the result.",
    minutes=KEEP_MINUTES,
)

SAMPLES = (
    ("dark-hall.png", Message("Against the light: bright windows"), "LOL, © Chen Wei, MIT"),
    ("dark-shelf.png", Message("Dark room"), "LOL, © Chen Wei, MIT"),
    ("portrait.jpg", Message("Portrait, far too dark"), Message("NASA, public domain; darkened for this page")),
    ("rocket-at-dusk.jpg", Message("Rocket at dusk"), Message("SpaceX, public domain")),
    ("bridge-at-night.jpg", Message("A night that stays a night"), "Tony Webster, CC0"),
    ("lantern.jpg", Message("A lamp that does not burn out"), "Mr. Lee, CC0"),
    ("coffee.png", Message("Bright already"), "Rachel Michetti, CC0"),
)
"""The example photos: file, title, credit."""
API_DESCRIPTION = "Make a dark photo bright and clean; returns the result as a file."
MCP_PHOTO = (
    'The photo must be a path that POST /gradio_api/upload gave back for a form with the file as its field "files".'
)
MCP_MISSING = (
    'GRADIO_MCP_SERVER asks for MCP, which needs one more package: pip install "gradio[mcp]=={version}". '
    "The page serves without."
)
NO_TEMPORARY = "No folder for temporary files can be written: {reason}. Set GRADIO_TEMP_DIR to one that can."
CANNOT_WRITE = (
    "Nothing can be written in {folder}, where photos and results go: {reason}. "
    "Make it a folder that can be written, or set GRADIO_TEMP_DIR to one."
)
NO_PORT = "GRADIO_SERVER_PORT must be a number from 1 to 65535; it was {port}."
PORT_TAKEN = (
    "Another program listens on {name}, port {port}. End it, or set GRADIO_SERVER_PORT to a port that is free: "
    "without it, the page looks for one."
)
CANNOT_LISTEN = (
    "The page cannot listen on {name}, port {port}: {reason}. Check GRADIO_SERVER_NAME and GRADIO_SERVER_PORT."
)
NO_SUCH_PROXY = (
    "The weights are on the Hub, and the proxy in {variable} cannot be used to fetch them. "
    "Proxies are http://, https:// or, after pip install socksio, socks5://."
)
"""What ends a start, on the terminal."""

STYLED = {"veil": Message("Drop it: it will be brightened at once")}
"""Words that the page's style writes."""
SCRIPTED = {
    "before": BEFORE,
    "after": AFTER,
    "line": Message("Line between before and after"),
    "zoom": Message("How the picture is shown"),
    "fit": Message("Whole picture"),
    "fitShort": Message("Fit"),
    "one": Message("1:1, one pixel of the photo on one of the screen"),
    "two": Message("2:1, twice as large"),
    "hold": Message("Hold to see the photo before"),
    "beside": Message("Side by side"),
    "full": Message("Full screen"),
    "previous": Message("Step before"),
    "next": Message("Next step"),
    "close": Message("Close"),
    "ok": Message("OK"),
    "cancel": Message("Cancel"),
    "again": Message("Try again"),
    "camera": CAMERA,
    "shoot": Message("Take the photo"),
    "sending": Message("Sending {name}: {share} %"),
    "sendingMany": Message("Sending {name} ({at} of {of}): {share} %"),
    "tooLarge": Message("At most {limit} MB are taken. These are larger and were left out: {names}"),
    "tooLargeHere": Message("This server lets no file of this size through: {names}. Try a smaller copy."),
    "brokeOff": Message("The photo could not be sent. Is there still a connection?"),
    "noCamera": Message("The camera could not be used. Allow it for this page, or choose a photo instead."),
    "nothingToPaste": Message("There is no picture on the clipboard. Copy one first."),
    "pasteByKey": Message("This browser pastes only by its keys: press Ctrl+V, or Cmd+V on a Mac."),
    "saveFirst": Message("This picture is still on its own page: save it first, then drop the file here."),
    "lost": Message("The connection is lost. Your photo is kept; the page goes on when the connection is back."),
    "making": Message("One moment: it is being made."),
    "made": Message("Made, and saved with your downloads."),
    "linkCopied": Message("The link to these settings is copied. It holds no photo."),
    "copied": Message("Copied."),
    "cannotCopy": Message("This browser does not let pages copy pictures. Save it instead."),
    "copyRefused": Message("The browser did not allow the picture to be copied. Save it instead."),
    "copyFailed": Message("This picture cannot be copied here; it may be too large. Save it instead."),
    "shared": Message("Shared."),
    "cannotShare": Message("This browser does not let pages share pictures. Save it instead."),
    "shareAgain": Message("Ready: tap Share again."),
    "shareRefused": Message("The browser did not allow the picture to be shared. Save it instead."),
    "unreachable": Message("The file did not arrive. It may have been deleted meanwhile, or the page is gone."),
    "fewSecondsLeft": Message("a few seconds left"),
    "secondsLeft": Message("about {seconds} s left"),
    "minuteLeft": Message("about 1 minute left"),
    "minuteAndHalfLeft": Message("about 1 and a half minutes left"),
    "minutesLeft": Message("about {minutes} min left"),
    "holdStep": Message("Hold to compare"),
    "changed": Message("What changed"),
}
"""Words that the page's scripts write: ``window.lowlight.words``. Their values are written by the scripts too."""
