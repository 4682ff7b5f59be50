"""Read a file of one's own as text, to see what it holds."""

import csv
import re
from functools import partial
from pathlib import Path

from regression_unlearning.data.fields import without_empty_end
from regression_unlearning.data.headers import NAMELESS, not_utf8, read_header, sign_of
from regression_unlearning.data.parquet import column_names, is_parquet, read_parquet
from regression_unlearning.data.text_table import HEAD, TextTable
from regression_unlearning.errors import UserError
from regression_unlearning.files import not_there


def read_text_table(path: Path) -> TextTable:
    """Read a file of rows as text.

    Parameters
    ----------
    path : Path
        A file with one of `SIGNS` between its columns, or Parquet. Of a long table of load only
        the first rows are kept; all are counted.

    Returns
    -------
    TextTable
        The rows, and counts of rows and empty fields.

    Raises
    ------
    UserError
        When it is missing, is empty, has one column or no line of names; see `read_header`.
    """
    import pandas as pd

    if not path.is_file():
        raise UserError(not_there(str(path), "file"))
    if is_parquet(path):
        names = [name for name in column_names(path) if not re.fullmatch(f"|{NAMELESS}", name)]
        rows = read_parquet(path, names, lambda _: True)
        return _checked(TextTable(path, ",", rows, rows.isna().sum(), len(rows)))
    try:
        sign = sign_of(path)
        names = [] if sign == "\t" else read_header(path, sign, "")
        quoting = csv.QUOTE_NONE if sign == "\t" else csv.QUOTE_MINIMAL
        read = partial(
            pd.read_csv, path, sep=sign, dtype=str, encoding="utf-8-sig", quoting=quoting,
            index_col=False, usecols=lambda name: not re.fullmatch(NAMELESS, name), header=0,
            names=[name or f"Unnamed: {at}" for at, name in enumerate(names)] or None,
        )  # fmt: skip
        rows = read(nrows=HEAD)
        head = TextTable(path, sign, rows, rows.isna().sum(), len(rows))
        if len(rows) == HEAD and head.loader == "hourly_table":  # which may be long, and wide
            parts = [(chunk.isna().sum(), len(chunk)) for chunk in read(chunksize=5 * HEAD)]
            missing, count = map(sum, zip(*parts, strict=True))
        else:
            rows = without_empty_end(read, path)
            missing, count = rows.isna().sum(), len(rows)
    except UnicodeDecodeError as error:
        raise not_utf8(path) from error
    except (OSError, ValueError) as error:
        raise UserError(f"cannot read {path} as rows of text: {error}") from error
    return _checked(TextTable(path, sign, rows, missing, count))


def _checked(table: TextTable) -> TextTable:
    """The table, if it has rows, columns, and names that are none of its values."""
    path, rows = table.path, table.rows
    if rows.empty:
        raise UserError(f"{path} needs a line of names, and a row a line below it.")
    if len(rows.columns) < 2:
        raise UserError(f"{path}: its rows have one column; a target and one more are needed.")
    if at := table.headless:
        raise UserError(
            f"{path}: its first line looks like a row (the name {at!r} is a number like those "
            "below it); write a line of names above it."
        )
    return table
