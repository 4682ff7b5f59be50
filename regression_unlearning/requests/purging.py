"""Delete the rows of a request from every place where the project holds them."""

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

from regression_unlearning.errors import UserError, unknown
from regression_unlearning.files import read_record, refused
from regression_unlearning.requests import ledger
from regression_unlearning.requests.holding import held, inside, outside
from regression_unlearning.requests.ledger import AUDIT, FOLDER, Purge
from regression_unlearning.requests.verifying import check_files


def purge(
    name: str,
    *,
    agree: Callable[[dict[str, Any]], bool] = lambda _: True,
    project: str | Path = ".",
) -> dict[str, Any]:
    """Delete what holds the rows of an answered request; the ledger gets a line.

    The line is written first: where the deletion is cut off, it is done by calling this again.

    Parameters
    ----------
    name : str
        The request's id.
    agree : callable
        Asked with what is returned, before anything is done.
    project : path
        The project's folder.

    Returns
    -------
    dict
        ``taken``: see `holding.held`; ``left``: those models among them that stay, the last of
        their chains; ``outside``: see `holding.outside`; ``purged``: whether it was done.

    Raises
    ------
    UserError
        When no such request passed, or something cannot be deleted.
    """
    project = Path(project)
    folder = project / FOLDER
    with ledger.locked(folder):
        lines = ledger.read(folder)
        passed = {line.id: line for line in lines if line.passed}
        if name not in passed:
            raise unknown("request", name, passed, "requests that passed")
        line = passed[name]
        last = ledger.chain(lines, line.dataset, line.seed)[-1]
        for one in (last, line):
            check_files(folder, one, *((AUDIT,) if one is not last else ()))
        hashes = read_record(folder / name / AUDIT)["rows"]["hashes"]
        chains = {(one.dataset, one.seed): one for one in lines if one.passed}
        staying = {str(FOLDER / one.id / one.weights) for one in chains.values()}
        cut_off = {
            str(FOLDER / path.name): "an answer that was cut off"
            for path in folder.glob("*.unfinished")
        }
        entries = held(project, line.dataset, lines, hashes, cut_off)
        taken = [
            one
            for one in entries
            if one["place"] not in staying and inside(project, project / one["place"])
        ]
        plan = {
            "taken": taken,
            "left": [one for one in entries if one["place"] in staying],
            "outside": outside(project, line.dataset, lines, hashes),
        }
        if not taken or not agree(plan):
            return {**plan, "purged": False}
        sizes = {one["place"]: (one["files"], one["bytes"]) for one in taken}
        ledger.append(folder, Purge, purge=name, taken=sizes)
        for place in sizes:
            _delete(project / place)
    return {**plan, "purged": True, "head": ledger.head(folder)}


def _delete(path: Path) -> None:
    try:
        shutil.rmtree(path) if path.is_dir() else path.unlink()
    except OSError as error:
        raise UserError(refused(f"delete {error.filename or path}", error)) from error
