"""Hashes of what letters asked for, by which a letter that was edited later is found."""

import json
from pathlib import Path
from typing import Any

from regression_unlearning.data.ids import ids_of
from regression_unlearning.errors import UserError
from regression_unlearning.files import read_record
from regression_unlearning.requests import ledger
from regression_unlearning.requests.ledger import AUDIT, Line
from regression_unlearning.requests.request import Member, Request, read_request
from regression_unlearning.settings.forget_sets import Ids


def letters(key: bytes, request: Request) -> dict[str, str]:
    """Hash of what each letter asks of which model, by the letter's id; files of ids are read."""
    return {
        one.id: _hashed(key, [request.dataset, request.seed, *_asked(one)])
        for one in request.members
    }


def whole(key: bytes, request: Request) -> str:
    """Hash of a request: all letters, and how they are to be answered."""
    how = request.model_dump(mode="json", include={"checkpoint", "method", "options", "thresholds"})
    return _hashed(key, [letters(key, request), how])


def edited(folder: Path, line: Line) -> list[str]:
    """Letters of an answer whose ``requests/ID.yaml`` asks for something else by now.

    Parameters
    ----------
    folder, line : Path, Line
        Where ledger, key and answers lie; the answer.

    Returns
    -------
    list of str
        A line for each, which says what to do.
    """
    entries = read_record(folder / line.id / AUDIT)["rows"].get("letters", [])
    problems = []
    for one in entries:
        path = folder / f"{one['id']}.yaml"
        if "asked" not in one or not path.is_file():
            continue
        try:
            now = letters(ledger.key(folder), read_request(path)).get(one["id"])
            why = None if now == one["asked"] else "it asks for something else"
        except UserError as error:
            why = str(error).partition("\n")[0]
        if why:
            problems.append(
                f"{path} is no longer what request {line.id!r} answered ({why}): put it back, or "
                "ask for the rest under another id."
            )
    return problems


def _asked(member: Member) -> list[Any]:
    chosen = member.forget.model_dump(mode="json", exclude={"ids", "file", "title"})
    ids = sorted(set(ids_of(member.forget))) if isinstance(member.forget, Ids) else None
    return [member.id, member.date.isoformat(), member.reference, chosen, ids]


def _hashed(key: bytes, values: list[Any]) -> str:
    return ledger.hashed(key, [json.dumps(values, sort_keys=True)])[0]
