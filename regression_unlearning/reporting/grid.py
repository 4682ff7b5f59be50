"""Tables of texts, which the report shows beside the tables of numbers."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Grid:
    """Rows of texts under a header.

    Parameters
    ----------
    title : str
        Its heading.
    columns : tuple of str
        Headings of the columns.
    rows : tuple of tuple of str
        A text for each column.
    note : str
        A note for the reader.
    """

    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    note: str = ""


def phrase(settings: Mapping[str, Any]) -> str:
    """Settings as one phrase: ``"epochs 4, schedule plateau (factor 0.1, patience 10)"``.

    Settings without a value are left out.
    """
    present = {
        key: value for key, value in settings.items() if value is not None and value not in ({}, [])
    }
    return ", ".join(f"{key.replace('_', ' ')} {written(value)}" for key, value in present.items())


def written(value: Any) -> str:
    """A setting's value as text; for a section its name, and the rest in brackets."""
    if isinstance(value, Mapping):
        name, rest = value.get("name"), {key: value[key] for key in value if key != "name"}
        inner = f"({phrase(rest)})"
        return f"{name} {inner}" if name and rest else str(name) if name else inner
    if isinstance(value, list | tuple):
        return f"[{', '.join(map(written, value))}]"
    if isinstance(value, bool):
        return "yes" if value else "no"
    return f"{value:.15g}" if isinstance(value, float) else str(value)
