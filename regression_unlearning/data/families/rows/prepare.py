"""A table of rows to arrays: scaled numbers, and numbered categories.

A column's median, mean, deviation and categories are those of its training rows.
"""

import logging
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from regression_unlearning.data.checks import check_splits
from regression_unlearning.data.families.rows.settings import Columns
from regression_unlearning.data.families.rows.table import TABLE, read, with_signs
from regression_unlearning.data.headers import numbers
from regression_unlearning.data.work import Work
from regression_unlearning.errors import UserError
from regression_unlearning.files import write_json

if TYPE_CHECKING:
    import pandas as pd

log = logging.getLogger(__name__)

#: What became of each column, in the prepared folder: what it takes to prepare another row alike.
COLUMNS = "columns.json"


def prepare(
    raw: Path, source: Columns, embedding: None = None, work: Work | None = None
) -> tuple["pd.DataFrame", dict[str, np.ndarray]]:
    """Turn a raw table into rows and arrays; see `settings.Columns` for the rules.

    Returns
    -------
    rows : DataFrame
        Columns row, id, split, target, and the table's others as they were.
    arrays : dict
        ``numeric`` float32 (rows, n); ``categorical`` int32 (rows, m), 0 where a category is
        unknown; ``sizes`` int32 (m,): how many categories each column has, the unknown one too.

    Raises
    ------
    UserError
        See `table.read`; also when a part holds no row, or no feature says anything.
    """
    path = raw / TABLE
    table = read(path, source)
    rows = table.rows
    check_splits(rows, raw)
    train = (rows["split"] == "train").to_numpy()
    told: list[dict[str, Any]] = []
    numeric = [
        column
        for name in table.numeric
        for column in _scaled(name, numbers(rows, name, path, gaps=True), train, told)
    ]
    codes = [_numbered(rows[name], train, told) for name in table.categorical]
    for name in set(table.categorical).difference(source.categories):
        if said := with_signs(rows[name].dropna().drop_duplicates()):
            log.warning("%s: %s is read as words; %sleave it so.", path, name, said)
    if not numeric and not codes:
        raise UserError(f"{path}: every feature is the same in every training row; add another.")
    if work is not None:
        write_json(work.folder / COLUMNS, told)
    none = [np.empty((len(rows), 0))]
    return rows, {
        "numeric": np.column_stack(numeric or none).astype(np.float32, copy=False),
        "categorical": np.column_stack([c for c, _ in codes] or none).astype(np.int32, copy=False),
        "sizes": np.array([size for _, size in codes], np.int32),
    }


def _scaled(name: str, values: np.ndarray, train: np.ndarray, told: list) -> list[np.ndarray]:
    """A column of numbers, scaled; then, where training rows lack some, whether one is missing."""
    missing = np.isnan(values)
    gaps = bool(missing[train].any())
    median = float(np.median(values[train & ~missing]))
    values = np.where(missing, median, values)
    known = values[train]
    same = bool(known.min() == known.max())
    mean, deviation = float(known.mean()), float(known.std())
    if same:
        log.info("%s is the same in every training row; it is not read", name)
    fact = {
        "median": median,
        "mean": mean,
        "deviation": deviation,
        "missing": gaps,
        "read": not same,
    }
    told.append({"column": name, "kind": "number", **fact})
    found = [] if same else [((values - mean) / deviation).astype(np.float32)]
    return [*found, missing.astype(np.float32)] if gaps else found


def _numbered(column: "pd.Series", train: np.ndarray, told: list) -> tuple[np.ndarray, int]:
    """The categories of a column as int32, the training rows' from 1 on, and how many there are."""
    import pandas as pd

    missing = column.isna().to_numpy()
    known = pd.Index(column[train & ~missing].unique()).sort_values()
    codes = known.get_indexer(column) + 1
    gaps = bool(missing[train].any())
    codes[missing] = len(known) + 1 if gaps else 0
    fact = {"categories": known.tolist(), "missing": gaps}
    told.append({"column": column.name, "kind": "category", **fact})
    return codes.astype(np.int32), len(known) + 1 + gaps
