"""Summaries of table cells over training seeds, with their uncertainty, and their CSV files."""

import csv
import io
import math
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from regression_unlearning.errors import UserError
from regression_unlearning.evaluation.values import Bound

#: Dataset, forget set, method, quantity.
Key = tuple[str, str, str, str]
State = Literal["measured", "not measured", "not measurable"]
#: Joins the notes of a cell in a file; no note contains a semicolon.
SEPARATOR = "; "
COLUMNS = (
    *("dataset", "forget_set", "method", "quantity", "mean", "bound", "state", "ci_low", "ci_high"),
    *("seeds", "values", "floor", "floor_bound", "floor_state", "floor_low", "floor_high"),
    *("paper_value", "note"),
)


@dataclass(frozen=True)
class Number:
    """A mean or a floor.

    Attributes
    ----------
    value : float or None
        None if it is absent.
    bound : {"", ">=", "<="}
        Whether the value is a bound.
    state : {"measured", "not measured", "not measurable"}
        Whether there is a value, or why there is none; not measurable: seeds have bounds in both
        directions.
    """

    value: float | None
    bound: Bound = ""
    state: State = "measured"

    @property
    def exact(self) -> float:
        """The value; NaN where there is none, or only a bound."""
        return math.nan if self.value is None or self.bound else self.value


@dataclass(frozen=True)
class Summary:
    """One table cell.

    Attributes
    ----------
    mean : Number
        Average over the training seeds; for some quantities the geometric mean or the median.
    low, high : float or None
        Its 95 % interval, within the quantity's range; None with fewer than five seeds.
    seeds : int
        Number of seeds measured.
    floor : Number or None
        Difference between retrained models of different seeds, or their distance where the
        quantity compares two models.
    paper : str
        The paper's value, as printed.
    notes : tuple of str
        Notes for the reader.
    values : tuple of float
        The averaged values in the order of seeds; empty for pairs, or if one is a bound.
    floor_interval : (float, float) or None
        The floor's 95 % interval.
    """

    mean: Number
    low: float | None = None
    high: float | None = None
    seeds: int = 0
    floor: Number | None = None
    paper: str = ""
    notes: tuple[str, ...] = ()
    values: tuple[float, ...] = ()
    floor_interval: tuple[float, float] | None = None

    @property
    def figures(self) -> tuple[float, float, float, float]:
        """Mean, the interval's ends and floor; NaN where unknown, or for a mean that is a bound."""
        numbers = (self.low, self.high, self.floor.value if self.floor else None)
        low, high, floor = (math.nan if number is None else number for number in numbers)
        return self.mean.exact, low, high, floor


Summaries = dict[Key, Summary]


def split(note: str) -> tuple[str, ...]:
    """Split joined notes."""
    return tuple(part.strip() for part in note.split(SEPARATOR.strip()) if part.strip())


def as_csv(summaries: Summaries) -> str:
    """Summaries as CSV in full precision; `read` gives the same summaries."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(COLUMNS)
    for key, summary in summaries.items():
        floor = (
            (summary.floor.value, summary.floor.bound, summary.floor.state)
            if summary.floor
            else ("",) * 3
        )
        mean = (
            summary.mean.value,
            summary.mean.bound,
            summary.mean.state,
            summary.low,
            summary.high,
        )
        values = " ".join(map(repr, summary.values))
        ends = summary.floor_interval or ("", "")
        rest = (summary.paper, SEPARATOR.join(summary.notes))
        writer.writerow([*key, *mean, summary.seeds, values, *floor, *ends, *rest])
    return text.getvalue()


def read(*paths: str | Path) -> Summaries:
    """Read summaries from files with the text of `as_csv`.

    Parameters
    ----------
    *paths : path
        CSV files; a cell of a later file replaces that of an earlier one.

    Raises
    ------
    UserError
        When a file is missing, or is not such a file.
    """
    result: Summaries = {}
    for path in paths:
        try:
            with Path(path).open(encoding="utf-8", newline="") as file:
                result |= {_key(row): _summary(row) for row in csv.DictReader(file)}
        except (OSError, KeyError, TypeError, ValueError) as error:
            raise UserError(f"cannot read the table {path}: {error}") from error
    return result


def select(summaries: Summaries, quantities: Iterable[str]) -> Summaries:
    """The cells of some quantities."""
    chosen = set(quantities)
    return {key: cell for key, cell in summaries.items() if key[3] in chosen}


def _key(row: dict[str, Any]) -> Key:
    return row["dataset"], row["forget_set"], row["method"], row["quantity"]


def _summary(row: dict[str, Any]) -> Summary:
    def number(name: str) -> float | None:
        return float(row[name]) if row[name] else None

    return Summary(
        Number(number("mean"), row["bound"], row["state"]),
        number("ci_low"),
        number("ci_high"),
        int(row["seeds"]),
        Number(number("floor"), row["floor_bound"], row["floor_state"])
        if row["floor_state"]
        else None,
        row["paper_value"],
        split(row["note"]),
        tuple(map(float, row["values"].split())),
        (float(row["floor_low"]), float(row["floor_high"])) if row["floor_low"] else None,
    )
