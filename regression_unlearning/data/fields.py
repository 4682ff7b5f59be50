"""Fields of a table that was read, checked row by row: errors say where the file holds them."""

import logging
import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from regression_unlearning.data.headers import numbered, sign_of
from regression_unlearning.data.parquet import is_parquet
from regression_unlearning.errors import UserError

if TYPE_CHECKING:
    import pandas as pd

log = logging.getLogger(__name__)

#: A number with a comma before its decimals.
COMMA = r"\s*[-+]?\d*,\d+\s*"
#: A number with points between its thousands, or so it seems.
POINTS = r"\s*[-+]?\d{1,3}(?:\.\d{3})+(?:,\d+)?\s*"
LARGEST = float(np.finfo(np.float32).max)


def lines_of(path: Path) -> list[int]:
    """Lines on which the header and the rows of a CSV file begin, from 1; blank ones are left out.

    Parameters
    ----------
    path : Path
        A UTF-8 file with one of `SIGNS` between columns.
    """
    sign = sign_of(path)
    with path.open(encoding="utf-8-sig", newline="") as file:
        return [line for line, _ in numbered(file, sign)]


def place(path: Path, row: int) -> str:
    """Where a file holds a row: its line of text, or of a Parquet file its number.

    Parameters
    ----------
    path : Path
        The file.
    row : int
        The row's number, from 0.
    """
    named = f"row {row + 1:,}" if is_parquet(path) else f"line {lines_of(path)[row + 1]}"
    return f"{path}, {named}"


def without_empty_end(read: Callable[..., "pd.DataFrame"], path: Path) -> "pd.DataFrame":
    """Read a table without the lines of separators alone that a spreadsheet writes at its end.

    Parameters
    ----------
    read : callable
        ``read(nrows=n)`` reads the first n rows, ``read()`` all of them.
    path : Path
        The file, for the log.

    Returns
    -------
    DataFrame
        Up to the last row that has a field; the same as of a file that ends there.
    """
    rows = read()
    if len(rows) and not _has_field(rows.iloc[-1:]).any():
        filled = np.flatnonzero(_has_field(rows))
        count = int(filled[-1]) + 1 if len(filled) else 0
        log.info("%s: left out, empty lines at its end: %d", path, len(rows) - count)
        rows = read(nrows=count)
    return rows


def _has_field(rows: "pd.DataFrame") -> np.ndarray:
    return (rows.notna() & (rows != "")).any(axis=1).to_numpy()


def refuse(table: "pd.DataFrame", column: str, wrong: np.ndarray, path: Path, why: str) -> None:
    """Raise an error if fields are wrong: it shows the first by line and value, counts the others.

    Parameters
    ----------
    table, column, path : DataFrame, str, Path
        All rows in their order, the name of a column, and the file that they are from.
    wrong : bool array (rows,)
        The wrong fields.
    why : str
        What is wrong; it follows the value.

    Raises
    ------
    UserError
        Where any is wrong.
    """
    at = np.flatnonzero(wrong)
    if len(at):
        others = f" ({len(at) - 1:,} more rows likewise)" if len(at) > 1 else ""
        value = table[column].astype(object).fillna("").iloc[at[0]]
        raise UserError(
            f"{place(path, at[0])}: {column} {str(value)!r} {why}{others}; mend the rows or take "
            "them out."
        )


def numbers(
    table: "pd.DataFrame",
    column: str,
    path: Path,
    *,
    text: "pd.Series | None" = None,
    gaps: bool = False,
) -> np.ndarray:
    """A column as numbers.

    Parameters
    ----------
    table, column, path : DataFrame, str, Path
        See `refuse`.
    text : Series (rows,), optional
        Read in place of the column, such as its trimmed fields.
    gaps : bool
        Whether fields may be empty.

    Returns
    -------
    float64 array (rows,)
        NaN where a number is missing.

    Raises
    ------
    UserError
        Naming the first field that is no number of float32's range, and counting the others.
    """
    import pandas as pd

    given = table[column] if text is None else text
    values = pd.to_numeric(given, errors="coerce").to_numpy(np.float64, na_value=np.nan)
    wrong = ~(np.abs(values) <= LARGEST)
    if gaps:
        wrong &= table[column].notna().to_numpy()
    why = "is not a number"
    if wrong.any() and re.search(r"\d", first := str(given.iloc[wrong.argmax()])):
        why += "" if re.fullmatch(r"\S*(inf|e\d+)", first) else " (digits alone, such as 1200.5)"
    refuse(table, column, wrong, path, why)
    return values


def with_points(table: "pd.DataFrame", column: str, path: Path) -> "pd.Series":
    """A column of a file with commas before decimals: with points there; other fields stay.

    Parameters
    ----------
    table, column, path : DataFrame, str, Path
        See `refuse`.

    Raises
    ------
    UserError
        Where a point of a number may stand between thousands.
    """
    words = table[column].astype(str)
    why = "has a point, and commas stand before decimals (digits alone, such as 1200,5)"
    refuse(table, column, words.str.fullmatch(POINTS).to_numpy(bool), path, why)
    return table[column].mask(words.str.fullmatch(COMMA), words.str.replace(",", ".", regex=False))


def parts_of(
    table: "pd.DataFrame", column: str, spelt: Mapping[str, str], path: Path
) -> "pd.Series":
    """Each row's part, from a column of a table.

    Parameters
    ----------
    table, column, path : DataFrame, str, Path
        See `refuse`.
    spelt : mapping of str to str
        What the column may hold, and the part that it means.

    Returns
    -------
    Series of str (rows,)
        Values of `spelt`.

    Raises
    ------
    UserError
        Naming the first field that `spelt` does not hold, and counting the others.
    """
    parts = table[column].str.strip().map(dict(spelt))
    refuse(table, column, parts.isna().to_numpy(), path, f"is none of {', '.join(spelt)}")
    return parts
