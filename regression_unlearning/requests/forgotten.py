"""Rows that requests have named: no later forget set, and no later training, holds them.

Rows are known by hashes of their ids, also after the data were prepared anew in another order.
"""

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from regression_unlearning.data.forget_sets import columns_of
from regression_unlearning.data.prepared import read_rows
from regression_unlearning.errors import UserError
from regression_unlearning.files import read_record
from regression_unlearning.requests import ledger
from regression_unlearning.requests.ledger import AUDIT, FOLDER, Line
from regression_unlearning.requests.verifying import check_files
from regression_unlearning.settings.forget_sets import Selector

if TYPE_CHECKING:
    import pandas as pd

#: The split that is said of such rows, in memory alone.
FORGOTTEN = "forgotten"


def places(rows: "pd.DataFrame", key: bytes, number: int | None = None) -> dict[str, Any]:
    """Number of the first rows, or of all; hash of their ids and targets in order.

    Parameters
    ----------
    rows : DataFrame
        The prepared rows.
    key : bytes
        The ledger's key.
    number : int, optional
        How many rows; all if it is not given.
    """
    first = rows[:number]
    targets = first["target"].to_numpy().astype("<f8").tobytes().hex()
    whole = "\n".join([*first["id"].astype(str), targets])
    return {"rows": len(first), "hash": ledger.hashed(key, [whole])[0]}


def check_places(rows: "pd.DataFrame", told: Mapping[str, Any], key: bytes, name: str) -> None:
    """See that rows that are named by their place are still in it; further ones may follow.

    Parameters
    ----------
    rows : DataFrame
        The prepared rows.
    told : mapping
        What the audit says of the request's rows; without ``places`` they have ids of their own.
    key, name : bytes, str
        The ledger's key; the request's id.

    Raises
    ------
    UserError
        When they are not.
    """
    if "places" in told and places(rows, key, told["places"]["rows"]) != told["places"]:
        raise UserError(
            f"request {name!r} named rows by their place in the data (no `source.id`), and rows "
            "have other places now: nobody can tell which were forgotten. Put the data back as "
            "they were; or take those rows out of the file, and give it, with a column of ids, to "
            "a dataset of another name."
        )


def named(
    folder: Path, lines: Iterable[Line], rows: "pd.DataFrame", key: bytes
) -> Iterator[tuple[Line, np.ndarray]]:
    """Each answer, and which rows its request named.

    Parameters
    ----------
    folder : Path
        The folder of requests.
    lines : iterable of Line
        Answers of the dataset.
    rows : DataFrame
        The dataset's rows.
    key : bytes
        The key under which ids are hashed.

    Yields
    ------
    Line
        An answer.
    bool array (rows,)
        Whether its request named the row.

    Raises
    ------
    UserError
        When the key is not the answer's, its audit is not what was written, or rows that were
        named by their place have another.
    """
    digests = np.array(ledger.hashed(key, rows["id"].astype(str)))
    for line in lines:
        if line.key != ledger.key_sha256(folder):
            raise UserError(
                f"{folder / ledger.KEY} is not the key of request {line.id!r}; put it back."
            )
        check_files(folder, line, AUDIT)
        told = read_record(folder / line.id / AUDIT)["rows"]
        check_places(rows, told, key, line.id)
        yield line, np.isin(digests, told["hashes"])


def forgotten(prepared: Path, rows: "pd.DataFrame | None" = None) -> np.ndarray | None:
    """Rows that any request on a dataset named, whether it passed or not; None without a request.

    Parameters
    ----------
    prepared : Path
        ``PROJECT/data/prepared/DATASET``; the ledger is looked for in ``PROJECT/requests``.
    rows : DataFrame, optional
        The dataset's rows, if they were read before.

    Returns
    -------
    bool array (rows,), or None
    """
    project = prepared.absolute().parents[2:3]
    folder = (project[0] if project else Path()) / FOLDER
    lines = [line for line in ledger.read(folder) if line.dataset == prepared.absolute().name]
    if not lines:
        return None
    rows = read_rows(prepared, ()) if rows is None else rows
    key = ledger.key(folder)
    return np.logical_or.reduce([one for _, one in named(folder, lines, rows, key)])


def left(prepared: Path, *selectors: Selector) -> "pd.DataFrame":
    """The rows of a dataset, with training rows that requests named in the split `FORGOTTEN`.

    Parameters
    ----------
    prepared : Path
        See `forgotten`.
    *selectors : Selector
        Forget sets; of the dataset's further columns only those are read by which they choose.

    Returns
    -------
    DataFrame
        See `data.prepared.read_rows`.

    Raises
    ------
    UserError
        When rows, ledger, key or an audit are missing or not what was written.
    """
    rows = read_rows(prepared, columns_of(*selectors))
    gone = forgotten(prepared, rows)
    if gone is None:
        return rows
    train = rows["split"] == "train"
    return rows.assign(split=rows["split"].mask(gone & train, FORGOTTEN))
