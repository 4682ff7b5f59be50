"""Files of rows: UTF-8 text, a header, and in each row a field for each of its names."""

import codecs
import csv
import re
from collections.abc import Iterable, Iterator, Mapping
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from regression_unlearning.errors import UserError

if TYPE_CHECKING:
    import pandas as pd

#: Signs that may stand between columns.
SIGNS = ",;\t|"
#: What pandas calls a column without a name, such as the index that it saves, when it reads it.
NAMELESS = r"Unnamed: \d+"
LARGEST = float(np.finfo(np.float32).max)
#: Bytes that are looked at in one piece.
PIECE = 1 << 24


def numbered(file: Iterable[str], delimiter: str) -> Iterator[tuple[int, list[str]]]:
    """Rows of a file, blank ones left out, each with the line on which it begins."""
    before, rows = 0, csv.reader(file, delimiter=delimiter)
    for fields in rows:
        if len(fields) > 1 or any(map(str.strip, fields)):
            yield before + 1, fields
        before = rows.line_num


def read_header(path: Path, delimiter: str, advice: str) -> list[str]:
    """The names in a file's first line, once every row is known to have a field for each.

    pandas also reads rows with more or fewer fields: it shifts names, drops fields, or fills up.

    Parameters
    ----------
    path, delimiter : Path, str
        The file, and the sign between two columns.
    advice : str
        What to do where another sign separates them.

    Returns
    -------
    list of str
        Empty where a name is; the others all differ.

    Raises
    ------
    UserError
        For a file that is no UTF-8 text, a name that occurs twice, and a row with more or fewer
        fields than names; empty fields behind the last one count for nothing.
    """
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            rows = numbered(file, delimiter)
            header = [name.strip().strip('"') for name in next(rows, (1, []))[1]]
            _check(path, header, delimiter, advice)
            for line, fields in () if _even(path, delimiter, len(header)) else rows:
                if len(fields) != len(header) and _uneven(fields, len(header)):
                    raise UserError(
                        f"{path}, line {line}: it has {len(fields)} fields, and the header "
                        f"{len(header)} names; every column needs a name and every row a field for "
                        f"each (one that holds {delimiter!r} stands in double quotes)."
                    )
    except UnicodeDecodeError as error:
        raise not_utf8(path) from error
    except (OSError, csv.Error) as error:
        raise UserError(f"cannot read {path}: {error}.") from error
    return header


def _check(path: Path, header: list[str], delimiter: str, advice: str) -> None:
    if any("\0" in name for name in header):
        raise not_utf8(path)
    other = next((sign for sign in SIGNS if len(header) == 1 and sign in header[0]), None)
    if other:
        raise UserError(
            f"{path}: its columns stand apart by {other!r}, not {delimiter!r}; {advice}."
        )
    twice = next((name for name in header if name and header.count(name) > 1), None)
    if twice:
        raise UserError(
            f"{path}: a column's name is twice there ({twice!r}); every column needs a name of its "
            "own, in the file's first line."
        )


def _even(path: Path, delimiter: str, width: int) -> bool:
    """Whether every line has `width` fields by its quotes and delimiters, counted all at once.

    A quote inside of a field without quotes, or a blank line, also makes a file uneven: then rows
    are looked at one by one. Bytes that are no UTF-8 text raise a UnicodeDecodeError.
    """
    decoder = codecs.getincrementaldecoder("utf-8")()
    inside, fields, last = False, 0, b""
    with path.open("rb") as file:
        for piece in iter(partial(file.read, PIECE), b""):
            decoder.decode(piece)
            signs = np.frombuffer(piece, np.uint8)
            marks = (signs == ord(delimiter)) | (signs == ord("\n"))
            quotes = signs == ord('"')
            if inside or quotes.any():
                within = np.logical_xor.accumulate(quotes) ^ inside
                marks &= ~within
                inside = bool(within[-1])
            found = signs[marks] == ord("\n")
            ends = np.flatnonzero(found)
            if (np.diff(ends, prepend=-1 - fields) != width).any():
                return False
            fields = len(found) - 1 - ends[-1] if len(ends) else fields + len(found)
            last = piece[-1:]
    decoder.decode(b"", final=True)
    return not inside and fields == (0 if last == b"\n" else width - 1)


def _uneven(fields: list[str], width: int) -> bool:
    return any(map(str.strip, fields if len(fields) < width else fields[width:]))


def lines_of(path: Path) -> list[int]:
    """Lines on which the header and the rows of a CSV file begin, from 1; blank ones are left out.

    Parameters
    ----------
    path : Path
        A UTF-8 file with commas between columns.
    """
    with path.open(encoding="utf-8-sig", newline="") as file:
        return [line for line, _ in numbered(file, ",")]


def refuse(table: "pd.DataFrame", column: str, wrong: np.ndarray, path: Path, why: str) -> None:
    """Raise an error if fields are wrong: it shows the first by line and value, counts the others.

    Parameters
    ----------
    table, column, path : DataFrame, str, Path
        All rows in their order, the name of a column, and the CSV file that they are from.
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
        value, line = table[column].astype(object).fillna("").iloc[at[0]], lines_of(path)[at[0] + 1]
        raise UserError(
            f"{path}, line {line}: {column} {str(value)!r} {why}{others}; mend the rows or take "
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


def not_utf8(path: Path) -> UserError:
    """Make the error for a file that is no UTF-8 text: its kind is guessed from its first bytes.

    Parameters
    ----------
    path : Path
        The file.
    """
    with path.open("rb") as file:
        first = file.read(1024)
    known = {b"PK": "a zip archive or a workbook", b"\x1f\x8b": "a gzip file", b"PAR1": "Parquet"}
    kind = next((kind for sign, kind in known.items() if first.startswith(sign)), None)
    if kind is None and (b"\0" in first or first[:2] in {b"\xff\xfe", b"\xfe\xff"}):
        kind = "UTF-16 text"
    kind = kind or "text in Latin-1 or another encoding of single bytes"
    return UserError(f"{path} is {kind}; save it as UTF-8 text (of a spreadsheet: CSV UTF-8).")
