"""Where a request stands in the chain: the model that it begins with, the rows that are left."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from regression_unlearning.data.forget_sets import select
from regression_unlearning.data.ids import BEFORE, HELD_OUT, NOW, UNKNOWN, ids_of, states
from regression_unlearning.errors import UserError, command
from regression_unlearning.files import read_record, sha256
from regression_unlearning.pipeline import paths
from regression_unlearning.requests import edits, ledger
from regression_unlearning.requests.forgotten import named
from regression_unlearning.requests.ledger import AUDIT, FOLDER, MODEL, PAGE, Line
from regression_unlearning.requests.request import Request
from regression_unlearning.requests.verifying import check_files, is_purged
from regression_unlearning.settings.forget_sets import Ids

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True)
class Start:
    """The model that a request begins with: its file, its hash, the line of the one before."""

    path: Path
    sha256: str
    line: Line | None


def answered(folder: Path, request: Request, lines: list[Line]) -> dict[str, Any] | None:
    """The audit of this very request, if it was answered before.

    Parameters
    ----------
    folder : Path
        The folder of requests.
    request : Request
        Every letter of it, and how they are to be answered, must be as it was then.
    lines : list of Line
        The ledger's answers.

    Returns
    -------
    dict or None
        The audit's content.

    Raises
    ------
    UserError
        When a file of the answer is not what was written, or the key is missing.
    """
    line = next((line for line in lines if line.id == request.id), None)
    if line is None:
        return None
    purged = ledger.taken(folder)
    for name in line.files:
        if not is_purged(line, name, purged):
            check_files(folder, line, name)
    audit = read_record(folder / request.id / AUDIT)
    same = audit["rows"].get("asked") == edits.whole(ledger.key(folder), request)
    return audit if same else None


def refuse_twice(folder: Path, request: Request, lines: list[Line]) -> None:
    """Check that no answer has an id of the request.

    Parameters
    ----------
    folder, request, lines
        See `answered`.

    Raises
    ------
    UserError
        When an answer has one, or the folder of an unfinished answer does.
    """
    answered = {name: line.id for line in lines for name in (line.id, *line.together)}
    for one in request.members:
        if one.id in answered:
            where = folder / answered[one.id] / PAGE
            raise UserError(f"request {one.id!r} was answered ({where}); give this one another id.")
    place = folder / request.id
    if place.exists() and not (place.is_dir() and not any(place.iterdir())):  # Snakemake makes it
        raise UserError(
            f"{folder / request.id} is there, is no whole answer, and in no line of "
            f"{folder / ledger.LEDGER}. Move it away, or give another id."
        )


def start_of(project: Path, request: Request, lines: list[Line]) -> Start:
    """The model to begin with: the chain's last, or the original.

    Parameters
    ----------
    project : Path
        The project's folder.
    request, lines
        See `answered`.

    Returns
    -------
    Start
        The model's file, its hash, and the line of the answer that made it.

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


def parts_of(
    folder: Path, request: Request, rows: "pd.DataFrame", lines: list[Line], key: bytes
) -> tuple[dict[str, np.ndarray], dict[str, Any]]:
    """Parts of the data for this request, and what the audit says of its rows.

    Rows that any request on this dataset named are not among the rows to keep, whether it passed or
    not: held-out rows too, should they become training rows when the data are divided anew.

    Parameters
    ----------
    folder, request, lines
        See `answered`.
    rows : DataFrame
        The prepared rows.
    key : bytes
        The key under which ids are hashed.

    Returns
    -------
    parts : dict of int32 array
        Row numbers; see `data.forget_sets.select`.
    about : dict
        Numbers of rows, letters and hashes of ids, as JSON values.

    Raises
    ------
    UserError
        When an id or another choice is wrong, nothing would be left to train on, or an earlier
        audit is not what was written.
    """
    names, train = rows["id"].astype(str), (rows["split"] == "train").to_numpy()
    done, asked = np.zeros(len(rows), bool), np.zeros(len(rows), bool)
    own = ledger.chain(lines, request.dataset, request.seed)
    ours = [line for line in lines if line.dataset == request.dataset]
    forgotten: dict[str, np.ndarray] = {}
    for line, mask in named(folder, ours, rows, key):
        asked |= mask
        if line in own:
            done |= mask
            forgotten[line.id] = mask
    earlier = {"forget": np.flatnonzero(done & train)} if own else None
    parts: dict[str, np.ndarray] = {}
    count: Counter[str] = Counter()
    ids: set[str] = set()
    letters, hashes = [], edits.letters(key, request)
    for one in request.members:
        by_id = states(rows, ids_of(one.forget), done) if isinstance(one.forget, Ids) else {}
        if set(by_id.values()) == {BEFORE}:
            _refuse_again(folder, one.id, names.isin(list(by_id)).to_numpy(), forgotten)
        chosen = select(rows, one.forget, one.id, earlier)
        now = chosen.get("forget_now", chosen["forget"])
        like = np.concatenate([chosen[part] for part in chosen if part.endswith("_forget")])
        known = dict.fromkeys(names.iloc[like[~done[like]]], HELD_OUT)
        known |= dict.fromkeys(names.iloc[now], NOW)
        known |= by_id
        own_count = Counter(state for name, state in known.items() if name not in ids)
        count, ids = count + own_count, ids | set(known)
        letters.append(
            {
                "id": one.id,
                "date": one.date.isoformat(),
                "reference": one.reference,
                "chosen_by": one.forget.select,
                "rows_forgotten": len(now),
                "asked": hashes[one.id],
            }
        )
        parts = _joined(parts, chosen) if parts else chosen
    parts["retain"] = np.setdiff1d(parts["retain"], np.flatnonzero(asked)).astype(np.int32)
    if not len(parts["retain"]):
        raise UserError(f"request {request.id!r}: nothing would be left to train on; narrow it.")
    return parts, {
        "rows_forgotten": len(parts.get("forget_now", parts["forget"])),
        "rows_to_keep": len(parts["retain"]),
        "letters": letters,
        "ids": {state: count[state] for state in (NOW, BEFORE, HELD_OUT, UNKNOWN)},
        "hashes": sorted(ledger.hashed(key, ids)),
        "asked": edits.whole(key, request),
        "hashed_by": "HMAC-SHA256 under a key that is not part of this audit",
    }


def _refuse_again(
    folder: Path, request: str, chosen: np.ndarray, forgotten: Mapping[str, np.ndarray]
) -> None:
    """Raise an error where all rows that a letter names are forgotten: it names the answers."""
    by = [folder / name / PAGE for name, mask in forgotten.items() if (mask & chosen).any()]
    if by:
        raise UserError(
            f"request {request!r}: its {chosen.sum():,} rows are forgotten already; the answer is "
            f"{' and '.join(map(str, by))}."
        )


def _joined(
    parts: Mapping[str, np.ndarray], others: Mapping[str, np.ndarray]
) -> dict[str, np.ndarray]:
    """The parts of two forget sets together: only rows in neither are kept."""
    return {
        name: (np.intersect1d if name.endswith("retain") else np.union1d)(part, others[name])
        for name, part in parts.items()
    }
