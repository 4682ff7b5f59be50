"""Windows that read what is to be forgotten."""

from typing import TYPE_CHECKING

import numpy as np

from regression_unlearning.errors import UserError

if TYPE_CHECKING:
    import pandas as pd

NEEDED = ("customer", "first", "hour")


def reads_hours(rows: "pd.DataFrame") -> bool:
    """Whether the rows of a dataset are windows over hours."""
    return set(NEEDED) <= set(rows.columns)


def overlapping(rows: "pd.DataFrame", chosen: np.ndarray) -> np.ndarray:
    """Mark windows whose inputs hold an hour that a chosen window of that customer predicts.

    Parameters
    ----------
    rows : DataFrame
        With the columns customer, first (hour read) and hour (predicted): see `load_windows`.
    chosen : bool array (rows,)

    Returns
    -------
    bool array (rows,)

    Raises
    ------
    UserError
        When the rows are no windows.
    """
    if not reads_hours(rows):
        raise UserError("overlap: this dataset's rows are no windows over hours; leave it out.")
    _, customer = np.unique(rows["customer"].to_numpy(str), return_inverse=True)
    first, hour = (rows[name].to_numpy(np.int64) for name in ("first", "hour"))
    hours = int(hour.max()) + 1
    start = customer * hours
    forgotten = np.zeros((int(customer.max()) + 1) * hours + 1, np.int64)
    forgotten[start[chosen] + hour[chosen] + 1] = 1
    before = forgotten.cumsum()
    return before[start + hour] > before[start + first]
