"""A table read as text: its columns, what they seem to hold, and what is missing."""

import re
import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from regression_unlearning.data.fetching.names import listed
from regression_unlearning.data.fields import POINTS
from regression_unlearning.data.overlaps import says_whose
from regression_unlearning.data.splits import SPELT
from regression_unlearning.errors import UserError, unknown

if TYPE_CHECKING:
    import pandas as pd

#: A number beside what no computer reads: a currency, a unit, signs between thousands.
WRITTEN = (
    r"\s*(?:[A-Z]{3}\s|[^\w\s.+-])?\s*[+-]?(?:\d{1,3}(?:[,.' ]\d{3})+|\d+)(?:[.,]\d+)?"
    r"\s*(?!(?:st|nd|rd|th)\b)(?:[^\W\d_][\w/]{0,9}|[^\w\s.,:-]{1,2})?[²³]?\s*"
)
#: What stands for a missing number, beside what pandas knows.
GAP = r"\s*(?:[?.*_-]{1,3}|(?i:missing|unknown))\s*"
#: Names of what is often to be predicted, the likelier first.
TARGETS = ("target", "label", "y", "score", "age", "price", "value", "outcome", "response")
#: Rows that a file's kind is judged by.
HEAD = 200


@dataclass(frozen=True)
class TextTable:
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
        """The kind of each column: ``number``, ``text``, ``mixed`` or ``empty``."""
        kinds = {}
        for name in self.rows.columns:
            known = self.rows[name].dropna()
            number = self.numbers(name)[known.index].notna()
            kind = "number" if number.all() else "mixed" if number.any() else "text"
            kinds[name] = kind if len(known) else "empty"
        return kinds

    def numbers(self, name: str) -> "pd.Series":
        """A column as numbers, NaN where it holds none; decimals behind a point, or a comma."""
        import pandas as pd

        text = self.rows[name].str.strip()
        if self.decimal == ",":
            text = text.mask(text.str.fullmatch(POINTS).eq(True)).str.replace(",", ".")
        return pd.to_numeric(text, "coerce")

    @cached_property
    def written(self) -> dict[str, str]:
        """Columns of numbers with fields that no computer reads, each with the first of them."""
        examples = {}
        for name, kind in self.kinds.items():
            known = self.rows[name].dropna() if kind in ("text", "mixed") else self.rows[name][:0]
            signed = known.str.fullmatch(WRITTEN)
            if signed.any() and known[~signed].str.fullmatch(GAP).all():
                examples[name] = str(known[self.numbers(name)[known.index].isna()].iloc[0])
        return examples

    @cached_property
    def decimal(self) -> str:
        """The decimal sign: a comma where another sign separates columns and some field has one."""
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
            with warnings.catch_warnings(action="ignore"):  # how words were tried as dates
                steps = pd.to_datetime(head).diff().dropna().dt.total_seconds()
        except (ValueError, TypeError, AttributeError):
            return False
        return len(steps) > 1 and 0 < steps.median() <= 3600

    @property
    def headless(self) -> str | None:
        """A column name that is a number like those below it; None if such names count up."""
        import pandas as pd

        named = pd.to_numeric(self.rows.columns.to_series(), errors="coerce").dropna()
        counted = (named.diff().dropna() == 1).all() and (named % 1 == 0).all()
        if counted and (len(named) > 1 or named.isin([0, 1]).all()):
            return None
        for name, number in named.items():
            values = self.numbers(name)
            if values.min() <= number <= values.max():
                return str(name)
        return None

    @cached_property
    def sentences(self) -> list[str]:
        """The two columns with the most words, where these are sentences."""
        words = {
            name: self.rows[name].head(HEAD).str.split().str.len().mean()
            for name, kind in self.kinds.items()
            if kind == "text"
        }
        long = sorted(words, key=lambda name: -words[name])[:2]
        return sorted((column for column in long if words[column] >= 2), key=list(words).index)

    def target(self, asked: str | None, taken: set[str], usual: Sequence[str]) -> tuple[str, str]:
        """The column to predict, and how it was chosen.

        Parameters
        ----------
        asked : str or None
            The column asked for; else it is one with a usual name, else the last of numbers.
        taken : set of str
            Columns with another use.
        usual : sequence of str
            Usual names, the likelier first.

        Raises
        ------
        UserError
            Where there is none, or the one asked for holds no numbers.
        """
        names = {one.lower(): one for one in self.written}
        unread = asked or next((names[one] for one in usual if one in names), None)
        if asked is not None and asked not in self.rows:
            raise unknown("column", asked, self.rows.columns, str(self.path))
        numeric = [
            name
            for name, kind in self.kinds.items()
            if kind == "number" and name not in taken and self.distinct[name] > 1
        ]
        named = sorted((usual.index(one.lower()), one) for one in numeric if one.lower() in usual)
        if asked in self.kinds and self.kinds[asked] == "number":
            return asked, "as --target says"
        if unread and (asked or not named):
            odd = self.rows[unread][self.numbers(unread).isna() & self.rows[unread].notna()]
            problem = f"holds {odd.iloc[0]!r}" if len(odd) else "is empty"
            raise UserError(
                f"{self.path}: {unread} {problem}, and a target is a number in every row: digits "
                "alone, such as 1200.5; mend the column, or name another by --target."
            )
        if not numeric:
            raise UserError(
                f"{self.path}: no column holds numbers to predict; name it by --target."
            )
        chosen = named[0][1] if named else numeric[-1]
        others = [one for one in numeric if one != chosen][::-1]
        how = "by its name" if named else "as the last of numbers"
        return chosen, f"chosen {how}" + (f"; others: {listed(others)}" if others else "")

    @cached_property
    def people(self) -> str | None:
        """A column that says whose each row is, where some have several."""
        return next(
            (
                column
                for column, kind in self.kinds.items()
                if says_whose(column, numbers=kind == "number") and self.shared(column)
            ),
            None,
        )

    def shared(self, name: str) -> bool:
        """Whether every row has a value in a column, and some rows have the same."""
        return not self.missing[name] and 1 < self.distinct[name] < len(self.rows)

    @cached_property
    def id(self) -> str | None:
        """The column of row ids, found by its name, else by words with digits in them."""
        own = [column for column in self.rows if self.distinct[column] == len(self.rows)]
        named = r"(.*([^A-Za-z]|[a-z](?=[A-Z])))?(?i:id|key|uuid)"
        idlike = [column for column in own if re.fullmatch(named, column)]
        coded = (
            column
            for column in own
            if self.kinds[column] == "text"
            and column not in self.written
            and self.rows[column].str.fullmatch(r"(?!\d+[-./]\d+[-./]\d+)(?=.*\d)\S+").all()
        )
        return idlike[0] if idlike else next(coded, None)

    @cached_property
    def split(self) -> str | None:
        """A column that says each row's part."""
        known = SPELT.keys()
        whole = (column for column in self.rows if not self.missing[column])
        return next((column for column in whole if {*self.rows[column].str.strip()} <= known), None)
