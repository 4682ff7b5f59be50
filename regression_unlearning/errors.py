"""The error for a mistake of the user's, and helpers for its message."""

import os
from collections.abc import Iterable
from difflib import get_close_matches


class UserError(ValueError):
    """Something the user gave is wrong: the message names what, where, and what to do.

    Programs print only the message, without a traceback, and end with status 2.
    """


def command(line: str) -> str:
    """A command as it is typed here: by uv where uv started this program."""
    return f"python3 -m uv run {line}" if "UV" in os.environ else line


def unknown(kind: str, name: str, known: Iterable[str], where: str = "") -> UserError:
    """Make the error for an unknown name, with the nearest name that exists.

    Parameters
    ----------
    kind : str
        What the name is of, such as ``"method"``.
    name : str
        The name that was given.
    known : iterable of str
        The names that exist.
    where : str, optional
        Where it was given, such as ``"params.yaml: experiments.demo"``.
    """
    known = sorted(map(str, known))
    near = get_close_matches(str(name), known, n=1, cutoff=0.5)
    given = repr(name) if len(repr(name)) <= 80 else f"{repr(name)[:60]}…"
    hint = f"did you mean {near[0]!r}?" if near else f"known: {', '.join(known) or 'none'}."
    return UserError(f"{where + ': ' if where else ''}unknown {kind} {given}; {hint}")
