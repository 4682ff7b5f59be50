"""What a file of one's own holds: its columns, what they look like, and what is missing."""

import csv
import re
from dataclasses import dataclass
from functools import cached_property, partial
from pathlib import Path
from typing import TYPE_CHECKING

from regression_unlearning.data.headers import SIGNS, not_utf8, read_header
from regression_unlearning.data.overlaps import says_whose
from regression_unlearning.data.splits import SPELT
from regression_unlearning.errors import UserError, unknown
from regression_unlearning.files import not_there

if TYPE_CHECKING:
    import pandas as pd

PICTURE = r"(?i).+\.(png|jpe?g|bmp|gif|tiff?|webp)"
#: Names of what is often to be predicted, the likelier first.
TARGETS = ("target", "label", "y", "score", "age", "price", "value", "outcome", "response")
#: Rows by which a file's kind is told.
HEAD = 200


@dataclass(frozen=True)
class Look:
    """A file of rows with a line of names.

    Attributes
    ----------
    path : Path
        The file.
    delimiter : str
        The sign between its columns.
    rows : DataFrame of str
        Its rows, NaN where a field is empty; of a table of load the first.
    missing : Series of int
        Empty fields of each column.
    count : int
        How many rows there are.
    """

    path: Path
    delimiter: str
    rows: "pd.DataFrame"
    missing: "pd.Series"
    count: int

    @cached_property
    def kinds(self) -> dict[str, str]:
        """Of each column ``number``, ``text``, ``mixed`` or ``empty``."""
        found = {}
        for name in self.rows.columns:
            known = self.rows[name].dropna()
            number = self.numbers(name)[known.index].notna()
            kind = "number" if number.all() else "mixed" if number.any() else "text"
            found[name] = kind if len(known) else "empty"
        return found

    def numbers(self, name: str) -> "pd.Series":
        """A column as numbers, NaN where it holds none; decimals behind a point, or a comma."""
        import pandas as pd

        text = self.rows[name].str.strip()
        return pd.to_numeric(text.str.replace(",", ".") if self.decimal == "," else text, "coerce")

    @cached_property
    def decimal(self) -> str:
        """The sign before decimals: a comma where columns stand apart otherwise and one has it."""
        if self.delimiter == ",":
            return "."
        head = self.rows.head(HEAD)
        comma = any(head[name].str.fullmatch(r"\s*-?\d+,\d+\s*").any() for name in head)
        return "," if comma else "."

    @cached_property
    def distinct(self) -> "pd.Series":
        """Values of each column."""
        return self.rows.nunique()

    @cached_property
    def loader(self) -> str:
        """The source that reads such files."""
        first = self.rows.columns[0]
        if any(self.rows[name].head(HEAD).str.fullmatch(PICTURE).all() for name in self.rows):
            return "image_folder"
        if self.delimiter == "\t" and len(self.sentences) == 2:
            return "stsb"
        rest = {self.kinds[name] for name in self.rows.columns[1:]}
        wide = self.kinds[first] == "text" and "number" in rest <= {"number", "empty"}
        return "hourly_table" if wide and self._hourly else "table"

    @cached_property
    def _hourly(self) -> bool:
        """Whether the first column holds dates an hour apart, or less."""
        import pandas as pd

        head = self.rows.iloc[:HEAD, 0]
        try:
            steps = pd.to_datetime(head).diff().dropna().dt.total_seconds()
        except (ValueError, TypeError, AttributeError):
            return False
        return len(steps) > 1 and 0 < steps.median() <= 3600

    @cached_property
    def sentences(self) -> list[str]:
        """The two columns with the most words, where these are sentences."""
        words = {
            name: self.rows[name].head(HEAD).str.split().str.len().mean()
            for name, kind in self.kinds.items()
            if kind == "text"
        }
        long = sorted(words, key=lambda name: -words[name])[:2]
        return sorted((one for one in long if words[one] >= 2), key=list(words).index)

    def target(self, asked: str | None, taken: set[str]) -> str:
        """The column to predict: the one asked for, else of a usual name, else the last number.

        Raises
        ------
        UserError
            Where there is none.
        """
        if asked is not None:
            if asked not in self.rows:
                raise unknown("column", asked, self.rows.columns, str(self.path))
            return asked
        found = [
            name
            for name, kind in self.kinds.items()
            if kind == "number" and name not in taken and self.distinct[name] > 1
        ]
        usual = sorted((TARGETS.index(one.lower()), one) for one in found if one.lower() in TARGETS)
        if not found:
            raise UserError(
                f"{self.path}: no column holds numbers to predict; name it by --target."
            )
        return usual[0][1] if usual else found[-1]

    @cached_property
    def people(self) -> str | None:
        """A column that says whose each row is, where some have several."""
        return next((one for one in self.rows if says_whose(one) and self.shared(one)), None)

    def shared(self, name: str) -> bool:
        """Whether every row has a value of a column, and some have the same."""
        return not self.missing[name] and 1 < self.distinct[name] < len(self.rows)

    @cached_property
    def id(self) -> str | None:
        """A column that names each row."""
        idlike = (one for one in self.rows if re.fullmatch("(?i)(.*[^a-z])?(id|key|uuid)", one))
        return next((one for one in idlike if self.distinct[one] == len(self.rows)), None)

    @cached_property
    def split(self) -> str | None:
        """A column that says each row's part."""
        known = SPELT.keys()
        whole = (one for one in self.rows if not self.missing[one])
        return next((one for one in whole if {*self.rows[one].str.strip()} <= known), None)


def look(path: Path) -> Look:
    """Read a file of rows as text.

    Raises
    ------
    UserError
        Where it is missing or empty, or no such file; see `read_header`.
    """
    import pandas as pd

    if not path.is_file():
        raise UserError(not_there(str(path), "file"))
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            first = file.readline()
        sign = max(SIGNS, key=first.count)
        if sign != "\t":
            read_header(path, sign, "")
        quoting = csv.QUOTE_NONE if sign == "\t" else csv.QUOTE_MINIMAL
        read = partial(
            pd.read_csv, path, sep=sign, dtype=str, encoding="utf-8-sig", quoting=quoting,
            index_col=False,
        )  # fmt: skip
        rows = read(nrows=HEAD)
        head = Look(path, sign, rows, rows.isna().sum(), len(rows))
        if len(rows) == HEAD and head.loader == "hourly_table":  # which may be long, and wide
            parts = [(one.isna().sum(), len(one)) for one in read(chunksize=5 * HEAD)]
            missing, count = (sum(one) for one in zip(*parts, strict=True))
        else:
            rows = read()
            missing, count = rows.isna().sum(), len(rows)
    except UnicodeDecodeError as error:
        raise not_utf8(path) from error
    except (OSError, ValueError) as error:
        raise UserError(f"cannot read {path} as rows of text: {error}") from error
    if rows.empty:
        raise UserError(f"{path} needs a line of names, and a row a line below it.")
    if len(rows.columns) < 2:
        raise UserError(f"{path}: its rows have one column; a target and one more are needed.")
    return Look(path, sign, rows, missing, count)
