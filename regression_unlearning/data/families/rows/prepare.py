"""A table of rows to arrays: scaled numbers, and numbered categories.

A column's median, mean, deviation and categories are those of its training rows.
"""

import logging
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from regression_unlearning.data.checks import check_splits
from regression_unlearning.data.families.rows.settings import Columns
from regression_unlearning.data.families.rows.table import read, with_signs
from regression_unlearning.data.fields import numbers
from regression_unlearning.data.work import Work
from regression_unlearning.errors import UserError
from regression_unlearning.files import write_json

if TYPE_CHECKING:
    import pandas as pd

log = logging.getLogger(__name__)

#: How each column was prepared, in the prepared folder: enough to prepare another row likewise.
COLUMNS = "columns.json"


def prepare(
    raw: Path, source: Columns, embedding: None = None, work: Work | None = None
) -> tuple["pd.DataFrame", dict[str, np.ndarray]]:
    """Turn a raw table into rows and arrays; see `settings.Columns` for the rules.

    Parameters
    ----------
    raw : Path
        The raw folder.
    source : Columns
        The loader's settings.
    embedding
        Not used.
    work : Work, optional
        Its folder gets `COLUMNS`.

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
        See `table.read`; also when a split holds no row, or every feature is constant.
    """
    path = raw / source.table
    table = read(path, source)
    rows = table.rows
    check_splits(rows, raw)
    train = (rows["split"] == "train").to_numpy()
    facts: list[dict[str, Any]] = []
    numeric = [
        column
        for name in table.numeric
        for column in _scaled(name, numbers(rows, name, path, gaps=True), train, facts)
    ]
    codes = [_numbered(rows[name], train, facts) for name in table.categorical]
    for name in set(table.categorical).difference(source.categories):
        if advice := with_signs(rows[name].dropna().drop_duplicates()):
            log.warning("%s: %s is read as words; %sleave it so.", path, name, advice)
    if not numeric and not codes:
        raise UserError(f"{path}: every feature is the same in every training row; add another.")
    if work is not None:
        write_json(work.folder / COLUMNS, facts)
    none = [np.empty((len(rows), 0))]
    return rows, {
        "numeric": np.column_stack(numeric or none).astype(np.float32, copy=False),
        "categorical": np.column_stack([c for c, _ in codes] or none).astype(np.int32, copy=False),
        "sizes": np.array([size for _, size in codes], np.int32),
    }


def _scaled(name: str, values: np.ndarray, train: np.ndarray, facts: list) -> list[np.ndarray]:
    """A column of numbers, scaled; then, if training rows have gaps, a column that marks gaps."""
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
    facts.append({"column": name, "kind": "number", **fact})
    columns = [] if same else [((values - mean) / deviation).astype(np.float32)]
    return [*columns, missing.astype(np.float32)] if gaps else columns


def _numbered(column: "pd.Series", train: np.ndarray, facts: list) -> tuple[np.ndarray, int]:
    """The categories of a column as int32, those of training rows from 1 on, and their number."""
    import pandas as pd

    missing = column.isna().to_numpy()
    known = pd.Index(column[train & ~missing].unique()).sort_values()
    codes = known.get_indexer(column) + 1
    gaps = bool(missing[train].any())
    codes[missing] = len(known) + 1 if gaps else 0
    fact = {"categories": known.tolist(), "missing": gaps}
    facts.append({"column": column.name, "kind": "category", **fact})
    return codes.astype(np.int32), len(known) + 1 + gaps
