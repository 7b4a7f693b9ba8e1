"""Tables in Markdown."""

from collections.abc import Sequence


def table(rows: Sequence[Sequence[str]], left: int = 1) -> str:
    """Return a Markdown table.

    Args:
        rows: cells by row, the heads first.
        left: how many columns are set to the left; the others are figures, and are set to the right.
    """
    heads, *rest = rows
    rule = ["---" if at < left else "---:" for at in range(len(heads))]
    cells = [[cell.replace("|", r"\|") for cell in row] for row in (heads, rule, *rest)]
    return "\n".join(f"| {' | '.join(row)} |" for row in cells)
