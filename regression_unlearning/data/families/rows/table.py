"""Read a table of rows, and report what is wrong with it in one line."""

import logging
import re
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from regression_unlearning.data.families.rows.settings import Columns
from regression_unlearning.data.fields import (
    COMMA,
    numbers,
    parts_of,
    refuse,
    with_points,
    without_empty_end,
)
from regression_unlearning.data.headers import NAMELESS, not_utf8, read_header
from regression_unlearning.data.parquet import column_names, is_parquet, read_parquet
from regression_unlearning.data.splits import divided
from regression_unlearning.data.text_table import WRITTEN
from regression_unlearning.errors import UserError, unknown

if TYPE_CHECKING:
    import pandas as pd

log = logging.getLogger(__name__)

#: Columns of the prepared rows, whatever the table calls them.
OWN = ("row", "id", "split", "target")


@dataclass(frozen=True)
class Table:
    """A table of rows.

    Attributes
    ----------
    rows : DataFrame
        ``row``, ``id``, ``split``, ``target`` (float64), then every further column.
    numeric, categorical : list of str
        The features that are numbers, and the others.
    """

    rows: "pd.DataFrame"
    numeric: list[str]
    categorical: list[str]


def read(path: Path, columns: Columns) -> Table:
    """Read a table: CSV with a column for each name in its first line, or Parquet.

    Parameters
    ----------
    path : Path
        The file.
    columns : Columns
        What its columns are for.

    Returns
    -------
    Table
        See `Table`.

    Raises
    ------
    UserError
        Naming file, line, column: a column that is missing or has a reserved name, no rows, a
        target or a feature with a field that is no number, an unknown split, an id that is missing
        or repeated, a target that is the same in every row, a feature that is empty or is no
        category.
    """
    header = _header(path, columns)
    as_text = set(header).difference(header if columns.features is None else columns.features)
    as_text.update(columns.own, columns.categories, columns.leave_out)
    as_text.discard(columns.target)
    if is_parquet(path):
        frame = read_parquet(path, [name for name in header if name], as_text.__contains__)
    else:
        frame = _read_csv(path, header, as_text, columns)
    if frame.empty:
        raise UserError(f"{path} holds names of columns and no row; put the rows below them.")
    own = _own_columns(frame, columns, path)
    for position, (name, values) in enumerate(own.items()):
        frame.insert(position, name, values)
    train = (frame["split"] == "train").to_numpy()
    numeric, categorical = [], []
    for name in columns.features or frame.columns.difference([*OWN, *columns.leave_out], False):
        kind = numeric if _is_number(frame, name, train, columns, path) else categorical
        kind.append(name)
    if not numeric and not categorical:
        raise UserError(f"{path}: no column is left to predict from; see leave_out.")
    return Table(frame, numeric, categorical)


def _read_csv(path: Path, header: list[str], as_text: set[str], columns: Columns) -> "pd.DataFrame":
    """The columns that have a name; those of `as_text` as text."""
    import pandas as pd

    try:
        read = partial(
            pd.read_csv,
            path,
            names=[name or number for number, name in enumerate(header)],
            header=0,
            sep=columns.delimiter,
            decimal=columns.decimal,
            usecols=[name for name in header if name],
            dtype=dict.fromkeys(as_text, str),
            float_precision="round_trip",
            index_col=False,
            encoding="utf-8-sig",
        )
        frame = without_empty_end(read, path)
    except UnicodeDecodeError as error:
        raise not_utf8(path) from error
    except ValueError as error:
        raise UserError(f"cannot read {path}: {str(error).strip()}") from error
    if columns.delimiter == ",":
        return frame
    for name in set(frame).difference(as_text):
        if pd.api.types.is_numeric_dtype(frame[name]):
            continue
        if columns.decimal == ",":  # beside a field that is no number all are text
            frame[name] = with_points(frame, name, path)
        elif (found := frame[name].astype(str).str.fullmatch(COMMA)).any():
            raise UserError(
                f"{path}: {name} holds {frame[name][found].iloc[0]!r}; where commas stand before "
                'decimals, set source.decimal to ",".'
            )
    return frame


def with_signs(words: "pd.Series") -> str:
    """Advice for a column whose values are all numbers with signs or units beside them.

    Parameters
    ----------
    words : Series
        Values of the column, none of them missing.

    Returns
    -------
    str
        The beginning of a sentence, to be continued; empty where a value is anything else.
    """
    if not len(words) or not words.astype(str).str.fullmatch(WRITTEN).all():
        return ""
    return f"write digits alone (1200.5) where numbers are meant, not {words.iloc[0]!r}; or "


def _header(path: Path, columns: Columns) -> list[str]:
    """The names of a table's columns, after a check that it has all that the settings name."""
    if is_parquet(path):
        header = column_names(path)
    else:
        header = read_header(path, columns.delimiter, "set source.delimiter")
    # a column without a name holds row numbers, also where pandas has named it
    own = columns.named
    header = ["" if re.fullmatch(NAMELESS, name) and name not in own else name for name in header]
    if not header:
        raise UserError(f"{path} is empty; a table has a line of names, and a row a line below it.")
    for name, key in columns.named.items():
        if name not in header:
            advice = "; or have the parts drawn by source.divided" if key == "split" else ""
            message = str(unknown("column", name, header, str(path))).removesuffix(".")
            raise UserError(f"{message}; it is what source.{key} names{advice}.")
    free = set(OWN) - set(columns.own) - ({columns.split} if columns.divided else set())
    if reserved := sorted(free & set(header)):
        raise UserError(f"{path}: the column {reserved[0]!r} has a name that is taken; rename it.")
    return header


def _own_columns(frame: "pd.DataFrame", columns: Columns, path: Path) -> dict[str, "pd.Series"]:
    """The columns of `OWN`; the columns that they come from are removed from the frame."""
    import pandas as pd

    target = numbers(frame, columns.target, path)
    numbered = pd.Series(np.arange(len(frame)))
    ids = numbered.astype(str)
    if columns.id is not None:
        ids = frame[columns.id]
        refuse(frame, columns.id, ids.isna().to_numpy(), path, "is no id")
        refuse(frame, columns.id, ids.duplicated().to_numpy(), path, "is the id of an earlier row")
    if columns.divided:
        names = _by_content(frame) if columns.id is None else ids
        parts = pd.Series(divided(frame, columns.divided, path, names))
        if columns.split in frame:
            log.info("%s: %r is not read, as divided draws the parts", path, columns.split)
    else:
        parts = parts_of(frame, columns.split, columns.splits, path)
    trained = target[(parts == "train").to_numpy()]
    if len(trained) and trained.min() == trained.max():
        raise UserError(
            f"{path}: {columns.target} is {trained[0]:g} in every training row: there is "
            "nothing to learn; name another column with source.target."
        )
    used = {columns.split, *columns.own} & set(frame.columns)
    frame.drop(columns=list(used), inplace=True)
    return dict(zip(OWN, (numbered, ids, parts, pd.Series(target)), strict=True))


def _by_content(frame: "pd.DataFrame") -> "pd.Series":
    """Names for rows that depend on their own fields alone; equal rows are numbered."""
    import pandas as pd

    content = pd.util.hash_pandas_object(frame, index=False)
    return content.astype(str) + "-" + content.groupby(content).cumcount().astype(str)


def _is_number(
    frame: "pd.DataFrame", name: str, train: np.ndarray, columns: Columns, path: Path
) -> bool:
    """Whether a feature is a number, and no category.

    Raises
    ------
    UserError
        When it is empty, holds both text and numbers, or about as many words as rows.
    """
    import pandas as pd

    present = frame[name].notna().to_numpy()
    if train.any() and not (present & train).any():
        raise UserError(
            f"{path}: {name} is empty in every training row; leave it out with source.leave_out."
        )
    if name in columns.categories:
        return False
    if pd.api.types.is_numeric_dtype(frame[name]):
        numbers(frame, name, path, gaps=True)  # refuses infinite numbers
        return True
    words = pd.Series(frame[name][present].unique())
    if pd.to_numeric(words, errors="coerce").notna().any():
        try:
            numbers(frame, name, path, gaps=True)
        except UserError as error:
            message = str(error).removesuffix(".")
            raise UserError(f"{message}; or name {name} in source.categories.") from None
        return True
    if 2 * len(words) > train.sum():
        raise UserError(
            f"{path}: {name} has {len(words):,} different words for {train.sum():,} training rows, "
            f"and is of no use to a network; {with_signs(words)}leave it out with "
            "source.leave_out, or name it in source.categories."
        )
    return False
