"""Faults that are known and not mended yet: each must still be met, or it leaves known.json.

`python tests/faults/figures.py --known` writes that file from a run.
"""

import json
from pathlib import Path

import pytest

PLACE = Path(__file__).with_name("known.json")
#: Beginning of a case's name to the ends of the names.
KNOWN: dict[str, list[str]] = json.loads(PLACE.read_text(encoding="utf-8"))


def parted(name: str) -> tuple[str, str]:
    """Beginning and end of a case's name."""
    group, _, end = name.rpartition(": ")
    return group, end


def marked(*values: object, name: str):
    """A case by its name; a known fault is marked as one, strictly."""
    group, end = parted(name.encode("unicode_escape").decode())  # as pytest writes it
    known = end in KNOWN.get(group, ())
    marks = [pytest.mark.xfail(strict=True, reason="known, not mended yet")] if known else []
    return pytest.param(*values, id=name, marks=marks)
