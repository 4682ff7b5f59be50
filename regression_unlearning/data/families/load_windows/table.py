"""A wide table of load, a column of dates and one column per customer, read to whole hours.

The file is read in a stream, so that memory holds hours, never all of the file's rows. Faults in
it are reported with customer and row before anything else is done.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from regression_unlearning.data.families.load_windows.dates import HOUR, Dates, step_of, steps_since
from regression_unlearning.data.families.load_windows.format import Format
from regression_unlearning.data.headers import read_header
from regression_unlearning.errors import UserError

if TYPE_CHECKING:
    import pandas as pd

#: Numbers of a table that are held at once as text or double precision.
HELD = 2_000_000
#: No load is as large; single precision holds it.
LARGE = 1e30


@dataclass(frozen=True)
class Hours:
    """Load by the hour.

    Attributes
    ----------
    first : datetime64[h]
        The first hour; the others follow without a gap.
    names : list of str
        Customers, sorted as text.
    load : float32 array (customers, hours)
        NaN in hours that the file does not hold whole, where its format takes gaps.
    """

    first: np.datetime64
    names: list[str]
    load: np.ndarray


def read(path: Path, form: Format) -> Hours:
    """Read a table by the hour; hours at its begin and end that are not whole are left out.

    Parameters
    ----------
    path : Path
        The table.
    form : Format
        Its format.

    Raises
    ------
    UserError
        Naming file, row and customer, for a file that is no such table, a row with a field too many
        or too few, a cell that is no number, and dates that are no dates, missing, repeated or out
        of order.
    """
    parts: list[np.ndarray] = []
    due, fill = None, form.fill or 0
    for start, dates, values, names in _chunks(path, form):
        if due is None:
            step, per_hour = step_of(path, dates)
            due = dates[0]
            begin = due - step if form.stamp == "end" else due
            skip = int((begin.astype("datetime64[h]") + HOUR - begin) // step) % per_hour
            hour = (begin + skip * step).astype("datetime64[h]")
            rest = values[:0]
        position = steps_since(path, dates, due, step, start, fill)
        if position[-1] >= len(position):
            rows = np.full((position[-1] + 1, len(names)), np.nan)
            rows[position] = values
            values = rows
        due = dates[-1] + step
        values, skip = np.concatenate([rest, values[skip:]]), 0
        complete = len(values) // per_hour * per_hour
        hourly = getattr(values[:complete].reshape(-1, per_hour, len(names)), form.finer)(1)
        parts.append(hourly.T.astype(np.float32))
        rest = values[complete:]
    if not parts or not sum(part.shape[1] for part in parts):
        raise UserError(f"{path}: it holds no whole hour.")
    order = sorted(range(len(names)), key=names.__getitem__)
    hours = Hours(hour, [names[n] for n in order], np.concatenate(parts, axis=1)[order])
    _refuse_gaps(path, hours, fill)
    return hours


def _refuse_gaps(path: Path, hours: Hours, fill: int) -> None:
    """Raise an error for more than `fill` hours in a row without load."""
    for name, gap in zip(hours.names, np.isnan(hours.load), strict=True):
        begin, end = np.flatnonzero(np.diff(gap, prepend=False, append=False)).reshape(-1, 2).T
        if (end - begin > fill).any():
            at = int((end - begin > fill).argmax())
            raise UserError(
                f"{path}: customer {name!r} has no load for {end[at] - begin[at]} hours from "
                f"{hours.first + begin[at] * HOUR} on; source.table.fill takes {fill}. Mend the "
                "rows, or take the column out (before there was a customer its load is 0)."
            )


def _chunks(path: Path, form: Format) -> Iterator[tuple[int, np.ndarray, np.ndarray, list[str]]]:
    """Number of the first row (the header is row 1), dates, values and customers, part by part."""
    import pandas as pd

    header = _header(path, form)
    date = header.index(form.date) if form.date else 0
    columns = [number for number in range(not header[0], len(header)) if number != date]
    names = [header[number] for number in columns]
    options = {
        "sep": form.delimiter, "decimal": form.decimal, "chunksize": max(1000, HELD // len(header)),
        "names": list(range(len(header))), "header": 0, "index_col": False,
        "keep_default_na": bool(form.fill), "na_values": [""], "encoding": "utf-8-sig",
    }  # fmt: skip
    kinds = dict.fromkeys(range(len(header)), str) | dict.fromkeys(columns, np.float64)
    dated, start = Dates(path, form.date_format), 2
    try:
        for chunk in pd.read_csv(path, dtype=kinds, **options):
            if chunk.empty:  # a header alone
                continue
            values = chunk[columns].to_numpy()
            if not _usable(values, form).all():
                raise ValueError("a cell is empty or infinite")
            dates = dated.read(chunk[date], start)
            if start == 2 and dated.is_date(header[date]):
                raise UserError(
                    f"{path}: its first line begins with {header[date]!r}, a date; put a line "
                    "before it that names the column of dates and every customer."
                )
            yield start, dates, values, names
            start += len(chunk)
    except UserError:
        raise
    except (ValueError, OSError) as error:
        dated, start = Dates(path, form.date_format), 2
        for chunk in pd.read_csv(path, dtype=str, **options):
            dated.read(chunk[date], start)
            _name_wrong_cell(path, chunk[columns].set_axis(names, axis=1), form, start)
            start += len(chunk)
        raise UserError(f"cannot read {path}: {str(error).splitlines()[0]}") from error


def _header(path: Path, form: Format) -> list[str]:
    """Names of the columns; the first is empty where that column numbers the rows."""
    names = read_header(path, form.delimiter, "set source.table.delimiter")
    header = [
        re.sub(r"^Unnamed: \d+$", "", name) for name in names
    ]  # pandas's name for a column without one
    if len(header) < 2:
        raise UserError(
            f"{path}: its first line holds no {form.delimiter!r}; it must name a column of dates "
            "and one column a customer. Set source.table.delimiter."
        )
    if form.date and form.date not in header:
        raise UserError(f"{path}: no column is named {form.date!r}; the first is {header[0]!r}.")
    header[0] = header[0] or ("" if form.date else " ")
    if not all(header[1:]):
        raise UserError(
            f"{path}: column {header.index('', 1) + 1} has no name; every customer needs one."
        )
    return header


def _usable(values: np.ndarray, form: Format) -> np.ndarray:
    """Which values may be a load."""
    return (np.abs(values) < LARGE) | (np.isnan(values) & bool(form.fill))


def _name_wrong_cell(path: Path, cells: "pd.DataFrame", form: Format, start: int) -> None:
    """Raise an error for the first cell that is no number, in a part of the table read as text."""
    for name in cells:
        wrong = ~_usable(_numbers(cells[name], form), form)
        if wrong.any():
            row = int(wrong.argmax())
            cell = cells[name].iloc[row]
            problem = f"holds {cell!r}, no number that can be a load"
            if isinstance(cell, float):
                problem = "is empty (source.table.fill: hours that may be missing)"
            elif set(cell) & {".", ","} - {form.decimal}:
                problem += f" (source.table.decimal is {form.decimal!r})"
            raise UserError(
                f"{path}, row {start + row}: the cell of customer {name!r} {problem}; mend the "
                "row, or take the column out."
            )


def _numbers(cells: "pd.Series", form: Format) -> np.ndarray:
    """Numbers of texts in the file's format: NaN for empty ones, infinite for other texts."""
    import pandas as pd

    plain = cells
    if form.decimal != ".":
        plain = cells.str.replace(".", "?", regex=False).str.replace(form.decimal, ".", regex=False)
    numbers = pd.to_numeric(plain, errors="coerce").to_numpy(np.float64)
    return np.where(cells.notna() & np.isnan(numbers), np.inf, numbers)
