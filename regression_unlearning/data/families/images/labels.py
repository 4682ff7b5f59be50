"""Labels of images: a CSV file with a file name, a number and a split per row, all checked."""

import logging
from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from regression_unlearning.data import fields
from regression_unlearning.data.families.images.places import inner
from regression_unlearning.data.fetching.names import composed, listed
from regression_unlearning.data.fields import lines_of, refuse, with_points
from regression_unlearning.data.headers import read_header
from regression_unlearning.data.signs import Signs
from regression_unlearning.errors import UserError, unknown

if TYPE_CHECKING:
    import pandas as pd

log = logging.getLogger(__name__)

#: As most files are written.
PLAIN = Signs()
#: Columns that `prepare` adds itself.
TAKEN = ("row", "id", "place")
#: What to do where a column is missing.
ADVICE = {
    "file": "Name with source.file the column that holds the images' names.",
    "target": "Name with source.target the column that holds the numbers to predict.",
    "split": (
        "Add a column with train, validation or test for each row, or name it with source.split; "
        "or have the parts drawn by source.divided: {validation: 0.1, test: 0.1, seed: 0}."
    ),
}


def read_csv(path: Path, signs: Signs = PLAIN) -> "pd.DataFrame":
    """Read a CSV file with a header, every field as text.

    Parameters
    ----------
    path : Path
        The file, UTF-8.
    signs : Signs
        How it is written.

    Returns
    -------
    DataFrame of str
        A row per line below the header; "" where a field is empty.

    Raises
    ------
    UserError
        When it is missing or is written by other signs, and see `read_header`.
    """
    import pandas as pd

    advice = "" if signs is PLAIN else "set source.delimiter, or "
    read_header(path, signs.delimiter, f"{advice}save it with commas between them")
    try:
        read = partial(
            pd.read_csv, path, sep=signs.delimiter, dtype=str, keep_default_na=False,
            index_col=False, encoding="utf-8-sig",
        )  # fmt: skip
        rows = fields.without_empty_end(read, path)
    except ValueError as error:
        raise UserError(f"cannot read {path}: {str(error).strip()}") from error
    rows.columns = rows.columns.str.strip()
    return rows


def numbers(table: "pd.DataFrame", column: str, path: Path) -> np.ndarray:
    """Convert a column of text to float64; see `fields.numbers`.

    Parameters
    ----------
    table, column : DataFrame, str
        The table of `read_csv`, and the column's name.
    path : Path
        The file, for messages.

    Returns
    -------
    float64 array (rows,)
    """
    return fields.numbers(table, column, path, text=table[column].str.strip())


def read_labels(
    path: Path,
    *,
    file: str,
    target: str,
    split: str | None,
    splits: Mapping[str, str],
    signs: Signs = PLAIN,
) -> "pd.DataFrame":
    """Read the labels of images.

    Parameters
    ----------
    path : Path
        The CSV file.
    file, target, split : str
        Names of its columns; no `split` where the splits are drawn.
    splits : mapping of str to str
        Its names of the splits, and the split that each means.
    signs : Signs
        How it is written.

    Returns
    -------
    DataFrame
        ``file``, ``target`` (float64), ``split`` (unless they are drawn), and every further column
        as text.

    Raises
    ------
    UserError
        Naming line and value: a column that is missing, a target that is no number, an unknown
        split, a name that leads out of the folder, two rows for one file.
    """
    table = read_csv(path, signs)
    if split is None and "split" in table.columns:
        log.info("%s: its column 'split' is not read, as divided draws the parts", path)
        table = table.drop(columns="split")
    chosen = {file: "file", target: "target", **({split: "split"} if split else {})}
    for column, meant in chosen.items():
        if column not in table.columns:
            problem = unknown("column", column, table.columns, str(path))
            raise UserError(f"{problem} {ADVICE[meant]}")
    further = [column for column in table.columns if column not in chosen]
    for column in further:
        if column in (*TAKEN, *chosen.values()):
            raise UserError(f"{path}: the column {column!r} has a name that is taken; rename it.")
    outside = ~table[file].map(inner).to_numpy(bool)
    refuse(table, file, outside, path, "is no name inside the images' folder")
    if signs.decimal == ",":
        for column in table.columns.drop(file):
            table[column] = with_points(table, column, path)
    plain = table[file].map(composed)
    twice = plain.duplicated(keep=False).to_numpy()
    if twice.any():
        first = table[file].iloc[twice.argmax()]
        lines = np.array(lines_of(path)[1:])[plain == composed(first)]
        names = list(dict.fromkeys(table[file][twice]))
        raise UserError(
            f"{path}: {len(names):,} files have two rows or more: {listed(names)}; {first!r} on "
            f"lines {', '.join(map(str, lines))}. Keep one row for each."
        )
    values = numbers(table, target, path)
    rows = table[[*chosen, *further]].rename(columns=chosen).assign(target=values)
    if split is None:
        return rows
    return rows.assign(split=fields.parts_of(table, split, splits, path))
