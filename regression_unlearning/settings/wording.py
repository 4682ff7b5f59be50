"""Messages on wrong settings, in words that need no knowledge of the checking library."""

import datetime
from collections.abc import Mapping, Sequence
from typing import Any

#: Kind of error -> what would be right. Other kinds speak of the range or choice by themselves.
SAID = {
    "missing": "this key is required",
    "string_type": "must be text",
    "int_type": "must be a whole number",
    "int_parsing": "must be a whole number",
    "int_parsing_size": "must be a smaller whole number",
    "int_from_float": "must be a whole number",
    "float_type": "must be a number",
    "float_parsing": "must be a number",
    "bool_type": "must be true or false",
    "bool_parsing": "must be true or false",
    "tuple_type": "must be a list",
    "list_type": "must be a list",
    "dict_type": "must hold keys and values",
    "mapping_type": "must hold keys and values",
    "model_type": "must hold keys and values",
    "model_attributes_type": "must hold keys and values",
}


def lines(errors: Sequence[Mapping[str, Any]], values: Any, where: str = "") -> list[str]:
    """A line for each error of a pydantic check: the place as keys of params.yaml, what is wrong.

    Parameters
    ----------
    errors : sequence of mappings
        What pydantic's ``errors()`` gives.
    values : object
        What was checked.
    where : str
        Place of `values`.
    """
    problems = []
    for error in errors:
        if _follows(error, errors):
            continue
        alike = [other for other in errors if _alike(error, other)]
        if alike[0] is not error:
            continue
        parts = place(values, error["loc"])
        spot = ".".join([where, *parts] if where else parts)
        more = f"; {len(alike) - 1} more likewise" if len(alike) > 1 else ""
        message = sentence(error) + more
        if getattr(error.get("ctx", {}).get("error"), "within", False):
            problems += [
                f"{spot}{line}" if spot else line.lstrip(".: ") for line in message.splitlines()
            ]
        else:
            problems.append(f"{spot}: {message}" if spot else message)
    return problems


def sentence(error: Mapping[str, Any]) -> str:
    """What is wrong, what would be right, and what was given."""
    kind, given = error["type"], error.get("input")
    if kind == "value_error":
        return error["msg"].removeprefix("Value error, ")
    if kind == "too_short":
        return f"needs at least {error['ctx']['min_length']} item"
    if kind == "string_too_long":
        most = error["ctx"]["max_length"]
        return f"may have at most {most} letters (given: {shown(given)})"
    if kind == "too_long":
        return f"may have at most {error['ctx']['max_length']} items"
    if kind == "missing":
        return SAID[kind]
    if kind.startswith("date_"):
        text = "must be a date, such as 2014-01-31"
    else:
        text = SAID.get(kind) or error["msg"].replace("Input should", "must")
    if error["loc"][-1:] == ("[key]",):
        text = f"a key {text}"
    single = isinstance(given, str | int | float)
    if kind == "string_type" and (single or isinstance(given, datetime.date)):
        text += in_quotes(given)
    if kind == "tuple_type" and single:
        text += f"; write [{given}]" if shown(given).strip("'") == str(given) else ""
    return f"{text} (given: {shown(given)})"


def in_quotes(value: Any) -> str:
    """What to do with a value that should be text; nothing where it is long."""
    return f'; write it in quotes: "{value}"' if shown(value).strip("'") == str(value) else ""


def shown(value: Any) -> str:
    """A value as a message shows it: what is long is only named."""
    if value is None:
        return "nothing"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, Mapping):
        return "keys and values"
    if isinstance(value, list | tuple):
        return "a list"
    if isinstance(value, int) and abs(value) >= 10**30:
        return "a number of more than 30 digits"
    text = repr(value) if isinstance(value, str | int | float) else str(value)
    return text if len(text) <= 80 else f"{text[:60]}…, {len(text):,} letters"


def place(values: Any, location: tuple[str | int, ...]) -> list[str]:
    """An error's place as keys of params.yaml: without the names of the unions' members."""
    if location[-1:] == ("[key]",):  # the message itself names a wrong key
        location = location[:-2]
    keys, inside, member = [], values, None
    for number, part in enumerate(location):
        if str(part).startswith("function-"):
            continue
        if isinstance(inside, Mapping):
            if inside is not member and part in (inside.get("select"), inside.get("name")):
                member = inside  # the member of a union that these keys have chosen
                continue
            if part not in inside and number < len(location) - 1:
                continue
        keys.append(str(part))
        try:
            inside = inside[part]
        except (KeyError, IndexError, TypeError):
            inside = None
    return keys


def _follows(error: Mapping[str, Any], errors: Sequence[Mapping[str, Any]]) -> bool:
    """Whether a list counts as too short only because its items are wrong."""
    spot = error["loc"]
    return error["type"] == "too_short" and any(
        other["loc"][: len(spot)] == spot and len(other["loc"]) > len(spot) for other in errors
    )


def _alike(error: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    """Whether both are the same, or the same mistake in items of one list."""
    if error is other:
        return True
    one, two = error["loc"], other["loc"]
    items = bool(one and two) and isinstance(one[-1], int) and isinstance(two[-1], int)
    return items and one[:-1] == two[:-1] and error["type"] == other["type"] != "missing"
