"""Where a request stands in the chain: the model that it begins with, the rows that are left."""

import logging
import shutil
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from regression_unlearning import seals
from regression_unlearning.data.forget_sets import select
from regression_unlearning.data.ids import BEFORE, HELD_OUT, NOW, UNKNOWN, ids_of, states
from regression_unlearning.errors import UserError, command
from regression_unlearning.files import read_record, sha256, write_record, write_text
from regression_unlearning.pipeline import paths
from regression_unlearning.requests import ledger
from regression_unlearning.requests.forgotten import named
from regression_unlearning.requests.ledger import AUDIT, FAILED, FOLDER, MODEL, PAGE, Line
from regression_unlearning.requests.page import as_html
from regression_unlearning.requests.request import RETRAIN, Request
from regression_unlearning.requests.verifying import check_files
from regression_unlearning.settings.forget_sets import Ids

if TYPE_CHECKING:
    import pandas as pd

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Start:
    """The model that a request begins with: its file, its hash, the line of the one before."""

    path: Path
    sha256: str
    line: Line | None


def refuse_twice(folder: Path, request: Request, lines: list[Line]) -> None:
    """See that no answer bears the request's id.

    Raises
    ------
    UserError
        When one does, or the rest of one.
    """
    answered = {name for line in lines for name in (line.id, *line.together)}
    for one in request.members:
        if one.id in answered:
            raise UserError(f"request {one.id!r} was answered; give this one another id.")
    place = folder / request.id
    if place.exists() and not (place.is_dir() and not any(place.iterdir())):  # Snakemake makes it
        raise UserError(
            f"{folder / request.id} is there, is no whole answer, and in no line of "
            f"{folder / ledger.LEDGER}. Move it away, or give another id."
        )


def start_of(project: Path, request: Request, lines: list[Line]) -> Start:
    """The model to begin with.

    Raises
    ------
    UserError
        When it is missing, not what the ledger says, or another than the chain's last.
    """
    folder = project / FOLDER
    earlier = ledger.chain(lines, request.dataset, request.seed)
    if not earlier:
        path = Path(request.checkpoint or project / paths.original(request.dataset, request.seed))
        if not path.is_file():
            raise UserError(
                f"{path} does not exist: train the model, such as with `{command('snakemake')} "
                f"{paths.original(request.dataset, request.seed)}`, or name its file under "
                "`checkpoint`."
            )
        return Start(path, sha256(path), None)
    last = earlier[-1]
    check_files(folder, last)
    digest = last.files[MODEL]
    given = request.checkpoint
    if given is not None and (not Path(given).is_file() or sha256(given) != digest):
        raise UserError(
            f"request {request.id!r}: checkpoint: {given} is not the model of {last.id!r}, the "
            f"last request that passed, and may hold what was forgotten; take it out, or name "
            f"{folder / last.id / MODEL}."
        )
    return Start(folder / last.id / MODEL, digest, last)


def since_retraining(folder: Path, lines: list[Line], request: Request) -> int:
    """Answers of the chain since the last one that trained anew."""
    found = 0
    for line in reversed(ledger.chain(lines, request.dataset, request.seed)):
        if read_record(folder / line.id / AUDIT)["method"]["label"] == RETRAIN:
            break
        found += 1
    return found


def parts_of(
    folder: Path, request: Request, rows: "pd.DataFrame", lines: list[Line], key: bytes
) -> tuple[dict[str, np.ndarray], dict[str, Any]]:
    """Parts of the data for this request, and what the audit says of its rows.

    What any request on this dataset named stays out of the rows to keep, whether it passed or not.
    """
    names = rows["id"].astype(str)
    done, asked = np.zeros(len(rows), bool), np.zeros(len(rows), bool)
    own = ledger.chain(lines, request.dataset, request.seed)
    ours = [line for line in lines if line.dataset == request.dataset]
    for line, mask in named(folder, ours, names, key):
        asked |= mask
        done |= mask & (line in own)
    earlier = {"forget": np.flatnonzero(done)} if own else None
    parts: dict[str, np.ndarray] = {}
    count: Counter[str] = Counter()
    ids: set[str] = set()
    letters = []
    for one in request.members:
        found = select(rows, one.forget, one.id, earlier)
        now = found.get("forget_now", found["forget"])
        known = dict.fromkeys(names.iloc[now], NOW)
        if isinstance(one.forget, Ids):
            known |= states(rows, ids_of(one.forget), done)
        own_count = Counter(state for name, state in known.items() if name not in ids)
        count, ids = count + own_count, ids | set(known)
        letters.append(
            {
                "id": one.id,
                "date": one.date.isoformat(),
                "reference": one.reference,
                "chosen_by": one.forget.select,
                "rows_forgotten": len(now),
            }
        )
        parts = _joined(parts, found) if parts else found
    parts["retain"] = np.setdiff1d(parts["retain"], np.flatnonzero(asked)).astype(np.int32)
    if not len(parts["retain"]):
        raise UserError(f"request {request.id!r}: nothing would be left to train on; narrow it.")
    return parts, {
        "rows_forgotten": len(parts.get("forget_now", parts["forget"])),
        "rows_to_keep": len(parts["retain"]),
        "letters": letters,
        "ids": {state: count[state] for state in (NOW, BEFORE, HELD_OUT, UNKNOWN)},
        "hashes": sorted(ledger.hashed(key, ids)),
        "hashed_by": "HMAC-SHA256 under a key that is not part of this audit",
    }


def _joined(
    parts: Mapping[str, np.ndarray], others: Mapping[str, np.ndarray]
) -> dict[str, np.ndarray]:
    """Parts of two choices together: kept is what neither takes."""
    return {
        name: (np.intersect1d if name.endswith("retain") else np.union1d)(part, others[name])
        for name, part in parts.items()
    }


def enter(folder: Path, waiting: Path, request: Request, audit: dict[str, Any], key: bytes) -> str:
    """Write the audit, put the answer in its place, add its line to the ledger; give its head."""
    write_record(waiting / AUDIT, audit)
    write_text(waiting / PAGE, as_html(audit, sha256(waiting / AUDIT)))
    wanted = _files(audit)
    for path in waiting.iterdir():
        if path.name not in wanted:
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
    """The audit of an answer whose files are what was written, and that ends the chain."""
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
