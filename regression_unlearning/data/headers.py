"""Files of rows: UTF-8 text, a header, and in each row a field for each of its names."""

import codecs
import csv
from collections.abc import Iterable, Iterator
from functools import partial
from pathlib import Path

import numpy as np

from regression_unlearning.errors import UserError

#: Signs that may stand between columns.
SIGNS = ",;\t|"
#: What pandas calls a column without a name, such as the index that it saves, when it reads it.
NAMELESS = r"Unnamed: \d+"
#: Bytes that are looked at in one piece.
PIECE = 1 << 24


def sign_of(path: Path) -> str:
    """The sign of `SIGNS` that is most often in a file's first line: the one between its columns.

    Parameters
    ----------
    path : Path
        A UTF-8 file.
    """
    with path.open(encoding="utf-8-sig", newline="") as file:
        return max(SIGNS, key=file.readline().count)


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
            line_ends = signs[marks] == ord("\n")
            ends = np.flatnonzero(line_ends)
            if (np.diff(ends, prepend=-1 - fields) != width).any():
                return False
            fields = len(line_ends) - 1 - ends[-1] if len(ends) else fields + len(line_ends)
            last = piece[-1:]
    decoder.decode(b"", final=True)
    return not inside and fields == (0 if last == b"\n" else width - 1)


def _uneven(fields: list[str], width: int) -> bool:
    return any(map(str.strip, fields if len(fields) < width else fields[width:]))


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
