"""A table in a file to arrays: every column that is no id, split or target is read by the network.

Each is scaled to mean 0 and deviation 1 over the training rows.
"""

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from regression_unlearning.data.work import Work
from regression_unlearning.errors import UserError
from regression_unlearning.settings.section import Section

if TYPE_CHECKING:
    import pandas as pd

TABLE = "table.csv"
OWN = ("id", "split", "target")


def prepare(
    raw: Path, source: Section, embedding: None, work: Work | None = None
) -> tuple["pd.DataFrame", dict[str, np.ndarray]]:
    """Turn the raw table into rows and arrays.

    Returns
    -------
    rows : DataFrame
        A case a row: row, id, split, target, and the table's other columns as they were.
    arrays : dict
        ``values`` float32 (rows, columns), scaled.

    Raises
    ------
    UserError
        When the table lacks a column, holds a value that is no number, or a column that is the same
        in every training row.
    """
    import pandas as pd

    path = raw / TABLE
    rows = pd.read_csv(path, dtype={"id": str, "split": str})
    if missing := [name for name in OWN if name not in rows]:
        raise UserError(f"{path}: no column {missing[0]!r}; a table needs {', '.join(OWN)}.")
    columns = rows.drop(columns=["id", "split"]).apply(pd.to_numeric, errors="coerce")
    wrong = ~np.isfinite(columns.to_numpy(float))
    if wrong.any():
        row, column = np.argwhere(wrong)[0]
        raise UserError(f"{path}, row {row + 2}: {columns.columns[column]} is no number.")
    values = columns.drop(columns="target").to_numpy(float)
    known = values[(rows["split"] == "train").to_numpy()]
    deviation = known.std(0)
    if not deviation.all():
        same = columns.columns[columns.columns != "target"][deviation == 0][0]
        raise UserError(f"{path}: {same} is the same in every training row; take it out.")
    rows.insert(0, "row", np.arange(len(rows)))
    return rows, {"values": ((values - known.mean(0)) / deviation).astype(np.float32)}
