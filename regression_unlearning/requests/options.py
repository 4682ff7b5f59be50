"""Whose rows a request names, by options of the command."""

import argparse
from typing import Any

from regression_unlearning.errors import UserError


def add(parser: argparse.ArgumentParser) -> None:
    """Add the options to a command."""
    rows = parser.add_argument_group("whose rows", "one of these, or `forget` in the file")
    rows.add_argument("--ids", nargs="+", metavar="ID", help="the ids to forget")
    rows.add_argument("--ids-file", metavar="FILE", help="a text file with one id a line")
    rows.add_argument(
        "--where",
        nargs="+",
        metavar=("COLUMN", "VALUE"),
        help="rows of a person, a customer: `--where customer MT_001`",
    )
    rows.add_argument(
        "--band",
        nargs=2,
        metavar=("FROM", "BELOW"),
        help="rows whose target lies in a band; - leaves an end open",
    )
    rows.add_argument(
        "--dates", nargs=2, metavar=("FIRST", "LAST"), help="rows of days, both ends included"
    )
    rows.add_argument("--column", help="the column of --band or --dates")


def chosen(given: argparse.Namespace) -> dict[str, Any] | None:
    """Whose rows the options ask for, as a request has it."""
    selectors: dict[str, dict[str, Any]] = {}
    if given.ids or given.ids_file:
        selectors["ids"] = {"ids": given.ids, "file": given.ids_file}
    if given.where:
        column, *values = given.where
        selectors["where"] = {"column": column, "equals": values}
    if given.band:
        edges = (None if one == "-" else _number(one) for one in given.band)
        selectors["band"] = dict(zip(("from", "below"), edges, strict=True)) | {
            "column": given.column
        }
    if given.dates:
        selectors["dates"] = {
            "first": given.dates[0],
            "last": given.dates[1],
            "column": given.column,
        }
    if len(selectors) > 1:
        raise UserError(f"--{' and --'.join(selectors)} choose rows in two ways; give one of them.")
    for select, values in selectors.items():
        return {"select": select, **{key: one for key, one in values.items() if one is not None}}
    return None


def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        raise UserError(f"--band: {text!r} is no number; give one, or - for no end.") from None
