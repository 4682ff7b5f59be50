"""The header of a table of load, and the width of its rows."""

import csv
import re
from pathlib import Path

from regression_unlearning.data.families.load_windows.format import Format
from regression_unlearning.errors import UserError
from regression_unlearning.files import not_utf8

#: Signs that may stand between columns.
SIGNS = ",;\t|"


def read_header(path: Path, form: Format) -> list[str]:
    """The names of a table's columns, once all of its rows are known to have a field for each.

    Parameters
    ----------
    path : Path
        The file.
    form : Format
        How it is written.

    Returns
    -------
    list of str
        All different. The first is empty where another is the column of dates and this one has no
        name: it holds the numbers of the rows.

    Raises
    ------
    UserError
        For a file that is no UTF-8 text, a header that names too little or one name twice, and a
        row with other than a field for each name.
    """
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            rows = csv.reader(file, delimiter=form.delimiter)
            header = _named(path, form, next(rows, []))
            for number, fields in enumerate(rows, 2):
                if len(fields) != len(header) and _uneven(fields, len(header)):
                    raise UserError(
                        f"{path}, row {number}: it has {len(fields)} fields, and the header "
                        f"{len(header)} names; every column needs a name and every row a field for "
                        f"each (one that holds {form.delimiter!r} stands in double quotes)."
                    )
    except UnicodeDecodeError as error:
        raise not_utf8(path) from error
    except (OSError, csv.Error) as error:
        raise UserError(f"cannot read {path}: {error}.") from error
    return header


def _uneven(fields: list[str], width: int) -> bool:
    """Whether fields are missing or too many; empty ones behind the last count for nothing."""
    return any(map(str.strip, fields if len(fields) < width else fields[width:]))


def _named(path: Path, form: Format, header: list[str]) -> list[str]:
    """The names of the columns, checked."""
    header = [re.sub(r"^Unnamed: \d+$", "", name.strip().strip('"')) for name in header]
    if any("\0" in name for name in header):
        raise not_utf8(path)
    if len(header) < 2:
        other = next((sign for sign in SIGNS if sign in "".join(header)), None)
        to = f" to {other!r}" if other else ""
        raise UserError(
            f"{path}: its first line holds no {form.delimiter!r}; it must name a column of dates "
            f"and one column a customer. Set source.table.delimiter{to}."
        )
    if form.date and form.date not in header:
        raise UserError(f"{path}: no column is named {form.date!r}; the first is {header[0]!r}.")
    header[0] = header[0] or ("" if form.date else " ")
    for name in header[not header[0] :]:
        if not name or header.count(name) > 1:
            raise UserError(
                f"{path}: a column's name is {'twice there' if name else 'empty'} ({name!r}); "
                "every customer needs a name of its own."
            )
    return header
