"""Draw who imports whom, room by room, as a Mermaid diagram: `python -m tools.rooms`. docs/architecture.md holds it.

An arrow that follows from others is left out: who imports `network` may import what `network` imports.
"""

import grimp

HOUSES = {
    "training/": {"training": ("all of its rooms", ["training"])},
    "lowlight/web/": {
        "callbacks": ("callbacks.py", ["lowlight.web.callbacks"]),
        "server": ("server/", ["lowlight.web.server"]),
        "ui": ("ui/", ["lowlight.web.ui"]),
        "jobs": ("jobs/", ["lowlight.web.jobs"]),
        "uploads": ("uploads.py, gradio_internals.py", ["lowlight.web.uploads", "lowlight.web.gradio_internals"]),
        "i18n": ("i18n/", ["lowlight.web.i18n"]),
    },
    "lowlight/": {
        "command": ("command/", ["lowlight.command"]),
        "recipe": (
            "pipeline.py, published.py, stages.py, captions.py, history.py",
            [f"lowlight.{name}" for name in ("pipeline", "published", "stages", "captions", "history")],
        ),
        "network": ("network/", ["lowlight.network"]),
        "light": ("light/", ["lowlight.light"]),
        "files": ("files/", ["lowlight.files"]),
        "measure": ("measure/", ["lowlight.measure"]),
        "base": (
            "settings.py, shipped.py, arrays.py, limits.py, errors.py, messages.py, version.py, threads.py",
            [
                f"lowlight.{name}"
                for name in ("settings", "shipped", "arrays", "limits", "errors", "messages", "version", "threads")
            ],
        ),
    },
}
"""The rooms by the folders they are in, each with what it is called and the packages in it."""

ROOMS = {room: packages for rooms in HOUSES.values() for room, (_, packages) in rooms.items()}


def imports() -> dict[str, set[str]]:
    """Return the rooms that each room imports."""
    graph = grimp.build_graph("lowlight", "training")
    owner = {
        module: room
        for room, packages in ROOMS.items()
        for module in graph.modules
        if any(module == package or module.startswith(f"{package}.") for package in packages)
    }
    found: dict[str, set[str]] = {room: set() for room in ROOMS}
    for module, room in owner.items():
        others = {owner[other] for other in graph.find_modules_directly_imported_by(module) if other in owner}
        found[room] |= others - {room}
    return found


def reached(found: dict[str, set[str]], room: str) -> set[str]:
    """Return every room that one leads to."""
    return found[room].union(*(reached(found, other) for other in found[room]))


def diagram() -> str:
    """Return the picture's text."""
    found = imports()
    lines = ["flowchart TD"]
    for house, rooms in HOUSES.items():
        lines += [f'  subgraph "{house}"', *(f'    {room}["{title}"]' for room, (title, _) in rooms.items()), "  end"]
    for room in ROOMS:
        further = set().union(*(reached(found, other) for other in found[room]))
        lines += [f"  {room} --> {other}" for other in ROOMS if other in found[room] - further]
    return "\n".join(lines)


if __name__ == "__main__":
    print(diagram())
