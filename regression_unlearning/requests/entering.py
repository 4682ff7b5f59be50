"""Move an answer to its folder and into the ledger; the next run finishes one that was cut off."""

import logging
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from regression_unlearning import seals
from regression_unlearning.errors import UserError
from regression_unlearning.files import read_record, sha256, write_record, write_text
from regression_unlearning.requests import ledger
from regression_unlearning.requests.ledger import AUDIT, FAILED, MODEL, PAGE, Line
from regression_unlearning.requests.page import as_html
from regression_unlearning.requests.request import Request

log = logging.getLogger(__name__)


def enter(folder: Path, waiting: Path, request: Request, audit: dict[str, Any], key: bytes) -> str:
    """Write the audit, put the answer in its place, and add its line to the ledger.

    Parameters
    ----------
    folder, waiting : Path
        The folder of requests, and the one in it that holds the checkpoint.
    request : Request
        Its id becomes the name of the answer's folder.
    audit : dict
        The audit's content, as JSON values.
    key : bytes
        The key under which ids are hashed; it is written where there is none yet.

    Returns
    -------
    str
        The ledger's new head.

    Raises
    ------
    UserError
        When a file cannot be written.
    """
    write_record(waiting / AUDIT, audit)
    write_text(waiting / PAGE, as_html(audit, sha256(waiting / AUDIT)))
    kept = _files(audit)
    for path in waiting.iterdir():
        if path.name not in kept:
            shutil.rmtree(path) if path.is_dir() else path.unlink()
    ledger.keep_key(folder, key)
    waiting.replace(folder / request.id)
    return _append(folder, audit)


def finish(folder: Path, lines: list[Line]) -> list[Line]:
    """Add the lines of answers that were cut off when nothing but their line was missing.

    Parameters
    ----------
    folder, lines : Path, list of Line
        The ledger; its lines.

    Returns
    -------
    list of Line
        All lines.
    """
    for path in sorted(folder.glob(f"*/{AUDIT}")):
        own = path.parent.suffix != ".unfinished"
        if own and all(line.id != path.parent.name for line in lines):
            audit = _whole(path.parent, lines)
            if audit is not None:
                log.info("%s was cut off before its line was written: it is now", path.parent)
                _append(folder, audit)
                lines = ledger.read(folder)
    return lines


def _whole(place: Path, lines: list[Line]) -> dict[str, Any] | None:
    """The audit of an answer that is undamaged and follows the end of the chain; else None."""
    try:
        audit = read_record(place / AUDIT)
        weights = place / (MODEL if audit["passed"] else FAILED)
        record = read_record(weights.with_suffix(".json"))
        seals.check_recorded(weights, record["sha256"], weights.with_suffix(".json"))
        page = (place / PAGE).read_text(encoding="utf-8")
        about = audit["request"]
        last = ledger.chain(lines, about["dataset"], about["seed"])[-1:]
        right = (
            place.name == about["id"] == record["request"]
            and {path.name for path in place.iterdir()} == _files(audit)
            and page == as_html(audit, sha256(place / AUDIT))
            and audit["start"]["sha256"] == record["start"]
            and audit["previous_audit"] == (last[0].files[AUDIT] if last else None)
        )
    except (UserError, KeyError, TypeError, OSError, UnicodeDecodeError):
        return None
    return audit if right else None


def _files(audit: Mapping[str, Any]) -> set[str]:
    """Names of the files of an answer."""
    name = MODEL if audit["passed"] else FAILED
    return {AUDIT, PAGE, name, Path(name).with_suffix(".json").name}


def _append(folder: Path, audit: Mapping[str, Any]) -> str:
    """Add the line of an answer that is in its place; give the ledger's head."""
    about = audit["request"]
    ledger.append(
        folder,
        key=ledger.key_sha256(folder),
        id=about["id"],
        dataset=about["dataset"],
        seed=about["seed"],
        together=[one["id"] for one in audit["rows"].get("letters", [])[1:]],
        start=audit["start"]["sha256"],
        passed=audit["passed"],
        files={name: sha256(folder / about["id"] / name) for name in sorted(_files(audit))},
    )
    return ledger.head(folder)
