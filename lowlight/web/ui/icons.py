"""The page's icons: outlines of 24 x 24, drawn for it, in the colour of the text beside them."""


def _drawn(*paths: str) -> str:
    lines = "".join(f'<path d="{path}"/>' for path in paths)
    return (
        '<svg viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-width="1.9" stroke-linecap="round"'
        f' stroke-linejoin="round" aria-hidden="true">{lines}</svg>'
    )


MARK = _drawn("M12 3a9 9 0 1 0 0 18z", "M12 3a9 9 0 0 1 0 18", "M12 8h7.5", "M12 12h9", "M12 16h7.5")
ADD = _drawn("M4 16v3a1 1 0 0 0 1 1h14a1 1 0 0 0 1-1v-3", "M12 15V4", "M7.5 8.5 12 4l4.5 4.5")
CAMERA = _drawn("M4 8h3l2-3h6l2 3h3v11H4z", "M12 10.2a3.3 3.3 0 1 0 0 6.6 3.3 3.3 0 0 0 0-6.6")
PASTE = _drawn("M9 5H6v15h12V5h-3", "M9 3.5h6v3H9z")
TAKEN = {
    "copy": _drawn("M9 9h11v11H9z", "M5 15H4V4h11v1"),
    "share": _drawn("M12 15V4", "M8 7.5 12 4l4 3.5", "M6 11H5v9h14v-9h-1"),
    "picture": _drawn("M3 5h18v14H3z", "M12 5v14", "M6 15l2-3 2 3"),
    "film": _drawn("M4 5h16v14H4z", "M10 9.2v5.6l4.6-2.8z"),
    "link": _drawn("M10 14a4 4 0 0 0 6 0l3-3a4 4 0 0 0-6-6l-1 1", "M14 10a4 4 0 0 0-6 0l-3 3a4 4 0 0 0 6 6l1-1"),
}
