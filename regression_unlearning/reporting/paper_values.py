"""The numbers that the paper prints (Tables 1 to 4)."""

from importlib.resources import files

import pandas as pd

from regression_unlearning.errors import unknown


def paper_values(table: str | None = None) -> pd.DataFrame:
    """The printed values of one table, or of all.

    Parameters
    ----------
    table : {"table1", "table2", "table3", "table4"}, optional
        A table of "Deep Regression Unlearning"; all by default.

    Returns
    -------
    DataFrame
        Columns `table`, `dataset`, `forget_set`, `method`, `measure`, `value`; `value` is the text
        as printed. Where the paper prints a dash there is no row.

    Raises
    ------
    UserError
        When there is no such table.
    """
    with (files(__package__) / "paper_values.csv").open(encoding="utf-8") as file:
        values = pd.read_csv(file, dtype=str, keep_default_na=False)
    if table is None:
        return values
    if table not in set(values["table"]):
        raise unknown("table of the paper", table, set(values["table"]))
    return values[values["table"] == table].reset_index(drop=True)
