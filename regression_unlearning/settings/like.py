"""Entries that are like another one: ``like: NAME`` and what differs, in place of repeating it.

NAME is an entry beside it (or, of tables and figures, of the same experiment); ``OWNER.NAME`` is
one of another dataset or experiment. It is followed where the entry ends up: of a dataset that is
like another, an entry that was like ``blindspot`` there is like its own ``blindspot``.
"""

from collections.abc import Callable, Mapping
from typing import Any

from regression_unlearning.errors import UserError, unknown

LIKE = "like"
#: Stands for a key that was taken out, until all is merged.
OUT = object()
#: Owner (a dataset, an experiment, or none), the mapping that it stands in, its name there.
Key = tuple[str, str, str]


def merged(base: Mapping[str, Any], own: Mapping[str, Any]) -> dict[str, Any]:
    """`own` on `base`: mappings deeply, all else replaces, None takes a key out (`without_out`).

    A mapping with a ``like`` of its own takes nothing from the one that it stands on.
    """
    result = dict(base)
    for key, value in own.items():
        if value is None:
            result[key] = OUT
        elif isinstance(value, Mapping):
            held = base.get(key)
            under = held if isinstance(held, Mapping) and LIKE not in value else {}
            result[key] = merged(under, value)
        else:
            result[key] = value
    return result


def without_out(value: Any) -> Any:
    """A copy without the keys that were taken out; no part of it is another entry's too."""
    if isinstance(value, Mapping):
        return {key: without_out(one) for key, one in value.items() if one is not OUT}
    return [without_out(one) for one in value] if isinstance(value, list) else value


def join(key: Key, base: Mapping[str, Any] | None, own: Any) -> Any:
    """An entry from the one that it is like, if any, and what it says itself."""
    return own if base is None else merged(base, own)


def expanded(
    entries: Mapping[Key, Any],
    place: Callable[[Key], str],
    join: Callable[[Key, Mapping[str, Any] | None, Any], Any] = join,
) -> dict[Key, Any]:
    """Entries without ``like``.

    Parameters
    ----------
    entries : mapping
        All that may be named, by owner, mapping and name.
    place : callable
        An entry's place, for messages.
    join : callable, optional
        How an entry is made of the one that it is like and of its own keys.

    Raises
    ------
    UserError
        Where an entry is like itself, also by way of others, or like one that does not exist.
    """
    complete: dict[Key, Any] = {}

    def other(key: Key, name: Any) -> Key:
        if not isinstance(name, str):
            raise UserError(f"{place(key)}.{LIKE}: must be the name of an entry.")
        owner, _, last = name.rpartition(".")
        parts = dict.fromkeys([key[1], *(one[1] for one in entries)])
        for one in ((owner or key[0], part, last) for part in parts):
            if one in entries:
                return one
        known = [
            f"{one[0]}.{one[2]}" if owner else str(one[2])
            for one in entries
            if one != key and (owner or one[0] == key[0])
        ]
        raise unknown("entry", name, known, f"{place(key)}.{LIKE}")

    def entry(key: Key, way: tuple[Key, ...] = ()) -> Any:
        if key in complete:
            return complete[key]
        own, base = entries[key], None
        if isinstance(own, Mapping) and LIKE in own:
            named = other(key, own[LIKE])
            way = (*way, key)
            if named in way:
                circle = " is like ".join(one[2] for one in (*way[way.index(named) :], named))
                raise UserError(f"{place(key)}.{LIKE}: {circle}; say what one of them is.")
            own = {name: value for name, value in own.items() if name != LIKE}
            base = entry(named, way)
            if not isinstance(base, Mapping):
                raise UserError(f"{place(named)}: must hold keys and values.")
        complete[key] = join(key, base, own)
        return complete[key]

    return {key: entry(key) for key in entries}
