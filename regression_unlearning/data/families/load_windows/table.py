"""A wide table of load: a column of dates and one column a customer, read to whole hours.

The file is read in a stream, so that memory holds hours, never the file's own rows. What is wrong
in it is named by customer and row before any work rests on it.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import numpy as np

from regression_unlearning.errors import UserError
from regression_unlearning.settings.section import Section

if TYPE_CHECKING:
    import pandas as pd

#: Numbers of a table that are held at once as text or double precision.
HELD = 2_000_000
HOUR = np.timedelta64(1, "h")


class Format(Section):
    """How a table's text is written.

    `date` names the column of dates; without it the first one is meant. A date may stamp the
    `begin` or the `end` of the time that its row counts. Rows finer than an hour are summed.
    """

    delimiter: str = ","
    decimal: str = "."
    date: str | None = None
    stamp: Literal["begin", "end"] = "begin"


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
    """

    first: np.datetime64
    names: list[str]
    load: np.ndarray


def read(path: Path, form: Format) -> Hours:
    """Read a table and sum it to hours; hours that the file does not hold whole are left out.

    Raises
    ------
    UserError
        Naming file, row and customer, for a file that is no such table, a cell that is no number,
        and dates that are missing, twice there or out of order.
    """
    parts: list[np.ndarray] = []
    due = None
    for start, dates, values, names in _chunks(path, form):
        if due is None:
            step, per_hour = _step(path, dates)
            due = dates[0]
            begin = due - step if form.stamp == "end" else due
            skip = int((begin.astype("datetime64[h]") + HOUR - begin) // step) % per_hour
            hour = (begin + skip * step).astype("datetime64[h]")
            left, values = values[:0], values[skip:]
        _check_dates(path, dates, due, step, start)
        due = dates[-1] + step
        values = np.concatenate([left, values])
        whole = len(values) // per_hour * per_hour
        hourly = values[:whole].reshape(-1, per_hour, len(names)).sum(1)
        parts.append(hourly.T.astype(np.float32))
        left = values[whole:]
    if not parts or not sum(part.shape[1] for part in parts):
        raise UserError(f"{path}: no whole hour is in it.")
    order = sorted(range(len(names)), key=names.__getitem__)
    load = np.concatenate(parts, axis=1)[order]
    return Hours(hour, [names[column] for column in order], load)


def _chunks(path: Path, form: Format) -> Iterator[tuple[int, np.ndarray, np.ndarray, list[str]]]:
    """Number of the first row (the header is row 1), dates, values and customers, part by part."""
    import pandas as pd

    header = _header(path, form)
    column = header.index(form.date) if form.date else 0
    names = [name for number, name in enumerate(header) if number != column]
    rows = max(1000, HELD // len(header))
    kinds = dict.fromkeys(names, np.float64) | {header[column]: str}
    options = {
        "sep": form.delimiter, "decimal": form.decimal, "chunksize": rows, "names": header,
        "header": 0, "index_col": False, "keep_default_na": False, "na_values": [""],
    }  # fmt: skip
    start = 2
    try:
        for chunk in pd.read_csv(path, dtype=kinds, **options):
            values = chunk[names].to_numpy()
            if not np.isfinite(values).all():
                raise ValueError("a cell is empty or infinite")
            yield start, _dates(path, chunk[header[column]], start), values, names
            start += len(chunk)
    except UserError:
        raise
    except (ValueError, OSError) as error:
        _name_wrong_cell(path, names, form, pd.read_csv(path, dtype=str, **options))
        raise UserError(f"cannot read {path}: {str(error).splitlines()[0]}") from error


def _header(path: Path, form: Format) -> list[str]:
    try:
        with path.open(encoding="utf-8-sig") as file:
            line = file.readline()
    except (OSError, UnicodeDecodeError) as error:
        raise UserError(f"cannot read {path} as UTF-8 text: {error}") from error
    header = [name.strip().strip('"') for name in line.rstrip("\r\n").split(form.delimiter)]
    # the first column of a table that was written with its index has no name
    header = [name or ("date" if not n else "") for n, name in enumerate(header)]
    if len(header) < 2:
        raise UserError(
            f"{path}: its first line holds no {form.delimiter!r}; it must name a column of dates "
            "and one column a customer. Set the table's delimiter."
        )
    if form.date and form.date not in header:
        raise UserError(f"{path}: no column is named {form.date!r}; the first is {header[0]!r}.")
    for name in header:
        if not name or header.count(name) > 1:
            raise UserError(f"{path}: a column's name is {'twice there' if name else 'empty'}"
                            f" ({name!r}); every customer needs a name of its own.")  # fmt: skip
    return header


def _name_wrong_cell(path: Path, names: list[str], form: Format, chunks) -> None:
    """Look for the first cell that is no number, in a table read as text."""
    start = 2
    for chunk in chunks:
        for name in names:
            number = _numbers(chunk[name], form)
            wrong = ~np.isfinite(number)
            if wrong.any():
                row = int(wrong.argmax())
                cell = chunk[name].iloc[row]
                said = "is empty" if isinstance(cell, float) else f"holds {cell!r}, no number"
                raise UserError(
                    f"{path}, row {start + row}: the cell of customer {name!r} {said}; mend the "
                    "row, or take the column out."
                )
        start += len(chunk)


def _numbers(cells: "pd.Series", form: Format) -> np.ndarray:
    import pandas as pd

    plain = cells if form.decimal == "." else cells.str.replace(form.decimal, ".", regex=False)
    return pd.to_numeric(plain, errors="coerce").to_numpy(np.float64)


def _dates(path: Path, texts: "pd.Series", start: int) -> np.ndarray:
    import pandas as pd

    dates = pd.to_datetime(texts, errors="coerce", cache=False)
    wrong = dates.isna().to_numpy()
    if wrong.any():
        row = int(wrong.argmax())
        raise UserError(
            f"{path}, row {start + row}: {texts.iloc[row]!r} is no date; mend the row, or set the "
            "table's date column."
        )
    return dates.to_numpy().astype("datetime64[s]")


def _step(path: Path, dates: np.ndarray) -> tuple[np.timedelta64, int]:
    """Time between two rows, and rows in an hour."""
    if len(dates) < 2:
        raise UserError(f"{path}: it holds {len(dates)} row(s); two at least are needed.")
    step = dates[1] - dates[0]
    seconds = int(step / np.timedelta64(1, "s"))
    if seconds <= 0:
        _refuse(path, dates[0], dates[1], dates[0] + HOUR, 3)
    if 3600 % seconds:
        raise UserError(
            f"{path}, row 3: {seconds / 60:g} minutes after row 2; rows must be an hour apart, or "
            "an equal part of one."
        )
    return step, 3600 // seconds


def _check_dates(
    path: Path, dates: np.ndarray, expected: np.datetime64, step: np.timedelta64, start: int
) -> None:
    """Refuse a date that is not one step after the one before it."""
    due = expected + np.arange(len(dates)) * step
    wrong = dates != due
    if wrong.any():
        row = int(wrong.argmax())
        _refuse(path, due[row] - step, dates[row], due[row], start + row)


def _refuse(
    path: Path, before: np.datetime64, date: np.datetime64, due: np.datetime64, row: int
) -> None:
    """Say what is wrong with a date: for every customer, as a table has one column of dates."""
    if date == before:
        said = "stands twice"
    elif date < before:
        said = f"comes after {before}: the dates are not in order"
    else:
        said = f"follows {before}: the rows from {due} on are missing, for every customer"
    raise UserError(f"{path}, row {row}: the date {date} {said}; sort, thin or fill the table.")
