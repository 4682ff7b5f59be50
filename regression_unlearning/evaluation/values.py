"""Measured values: each names its quantity and its model.

They are kept as CSV, one value per row, in full precision: reading gives the numbers that were
written.
"""

import csv
import io
import math
from collections.abc import Iterable
from dataclasses import astuple, dataclass, fields
from pathlib import Path
from typing import Any, Literal, get_args

from regression_unlearning import seals
from regression_unlearning.errors import UserError
from regression_unlearning.files import whole

#: A censored value is a bound: the true value is at least, or at most, the measured one.
Bound = Literal["", ">=", "<="]
#: Begins the last line of a file, which holds the seal.
REMARK = "# "


@dataclass(frozen=True)
class Value:
    """One measured value.

    Attributes
    ----------
    dataset, forget_set, method : str
        Keys in the settings of the models measured.
    quantity : str
        The quantity's key.
    seed, other_seed : int
        The training seed; where two gold models are compared, also the second one's.
    value : float or None
        None if it could not be measured: `note` then gives the reason.
    bound : {"", ">=", "<="}
        Whether the value is a bound.
    note : str
        A remark for the reader.

    Raises
    ------
    UserError
        When the value is not finite, or is absent without a note.
    """

    dataset: str
    forget_set: str
    method: str
    quantity: str
    seed: int
    other_seed: int | None
    value: float | None
    bound: Bound = ""
    note: str = ""

    def __post_init__(self) -> None:
        """Raise an error for an invalid value."""
        if self.value is None and not self.note:
            raise UserError(f"{self.quantity}: an absent value needs a note with the reason.")
        if self.value is not None and not math.isfinite(self.value):
            raise UserError(
                f"{self.quantity}, seed {self.seed}: the value is {self.value}; an absent value "
                "is None, with a note that gives the reason."
            )
        if self.bound not in get_args(Bound):
            raise UserError(f'bound must be empty, ">=" or "<=", not {self.bound!r}.')


COLUMNS = tuple(field.name for field in fields(Value))


def as_text(values: Iterable[Value]) -> str:
    """Values as CSV."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(COLUMNS)
    writer.writerows(astuple(value) for value in values)
    return text.getvalue()


def from_text(text: str, where: str | Path = "measures") -> list[Value]:
    """Read values from CSV.

    Parameters
    ----------
    text : str
        The CSV, with `COLUMNS`.
    where : str or Path
        The file's name, for messages.

    Raises
    ------
    UserError
        When a column is missing, or a row is not a value.
    """
    rows = csv.DictReader(io.StringIO(text))
    if missing := [name for name in COLUMNS if name not in (rows.fieldnames or ())]:
        raise UserError(f"{where}: column {', '.join(missing)} is missing.")
    values = []
    for number, row in enumerate(rows, 2):
        if None in row:
            raise UserError(f"{where}: line {number}: more fields than the {len(row) - 1} columns.")
        try:
            values.append(_value(row))
        except (ValueError, TypeError) as error:
            raise UserError(f"{where}: line {number}: {error}") from None
    return values


def write(path: Path, values: Iterable[Value]) -> None:
    """Write values as sealed CSV: see `seals`.

    Parameters
    ----------
    path : Path
        The file to write.
    values : iterable of Value
        One a row.
    """
    with whole(path) as part:
        part.write_text(f"{as_text(values)}{REMARK}{seals.OPEN}\n", encoding="utf-8")
        seals.seal(part)


def read(path: Path) -> list[Value]:
    """Read values that `write` has written.

    Parameters
    ----------
    path : Path
        The CSV file.

    Raises
    ------
    UserError
        See `from_text`; also when the file is missing, or was changed since it was written.
    """
    seals.check(path)
    try:
        return from_text(path.read_text(encoding="utf-8").rpartition(REMARK)[0], path)
    except (OSError, UnicodeDecodeError) as error:
        raise UserError(f"cannot read {path}: {error}") from error


def _value(row: dict[str, Any]) -> Value:
    return Value(
        **{
            **{name: row[name] for name in COLUMNS},
            "seed": int(row["seed"]),
            "other_seed": int(row["other_seed"]) if row["other_seed"] else None,
            "value": float(row["value"]) if row["value"] else None,
        }
    )
