"""The columns of a plan and of what became of its photos, as Parquet has them."""

from typing import Any

import pyarrow as pa

PLAN = pa.schema(
    {
        "id": pa.string(),
        "source": pa.binary(),
        "named": pa.string(),
        "target": pa.binary(),
        "named_target": pa.string(),
        "there": pa.map_(pa.string(), pa.int64()),
        "made": pa.map_(pa.string(), pa.int64()),
    }
)
"""A plan's, as `rows.Row` explains them. Paths are bytes, since a name may hold some that are no text."""

OUTCOME = pa.schema(
    {
        "path": pa.string(),
        "status": pa.string(),
        "result": pa.string(),
        "seconds": pa.float64(),
        "width": pa.int64(),
        "height": pa.int64(),
        "bytes_in": pa.int64(),
        "bytes_out": pa.int64(),
        "sentence": pa.string(),
    }
)
"""What became of a photo, as `outcome.Outcome` explains it."""

DONE = pa.schema([PLAN.field("id"), *OUTCOME])
"""The same, with the row's id in the plan."""


def as_text(values: dict[str, Any]) -> dict[str, Any]:
    """Return a row whose names are text: what is none in them is written as escapes."""
    return {name: text(value) if isinstance(value, str) else value for name, value in values.items()}


def text(name: str) -> str:
    """Return a name in which what is no text is written as escapes."""
    return str(name).encode("utf-8", "backslashreplace").decode()
