"""Measured values: each says of itself what was measured, and of which model.

They are kept as CSV, one value a row, numbers in full precision: what is read again is what was
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

#: A censored value is a bound: the true one is at least, or at most, what was measured.
Bound = Literal["", ">=", "<="]
#: Begins the last line of a file, which holds the seal.
REMARK = "# "


@dataclass(frozen=True)
class Value:
    """One measured value.

    Attributes
    ----------
    dataset, forget_set, method : str
        Which models, by their keys in the settings.
    quantity : str
        Key of what was measured.
    seed, other_seed : int
        The training seed; for two gold models against each other, the second one's too.
    value : float or None
        None where it could not be measured: `note` then says why.
    bound : {"", ">=", "<="}
        Whether the value is a bound.
    note : str
        What a reader must know.

    Raises
    ------
    UserError
        When the value is no finite number, or is absent without a reason.
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
            raise UserError(f"{self.quantity}: a value that is absent needs a note that says why.")
        if self.value is not None and not math.isfinite(self.value):
            raise UserError(
                f"{self.quantity}, seed {self.seed}: the value is {self.value}; None, with a note "
                "that says why, stands for a value that is not there."
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
    """Read values from CSV; `where` is named in messages.

    Raises
    ------
    UserError
        When a column is missing, or a row holds what is no value.
    """
    rows = csv.DictReader(io.StringIO(text))
    if lacking := [name for name in COLUMNS if name not in (rows.fieldnames or ())]:
        raise UserError(f"{where}: column {', '.join(lacking)} is missing.")
    found = []
    for number, row in enumerate(rows, 2):
        if None in row:
            raise UserError(f"{where}: line {number}: more fields than the {len(row) - 1} columns.")
        try:
            found.append(_value(row))
        except (ValueError, TypeError) as error:
            raise UserError(f"{where}: line {number}: {error}") from None
    return found


def write(path: Path, values: Iterable[Value]) -> None:
    """Write values as sealed CSV: see `seals`."""
    with whole(path) as part:
        part.write_text(f"{as_text(values)}{REMARK}{seals.OPEN}\n", encoding="utf-8")
        seals.seal(part)


def read(path: Path) -> list[Value]:
    """Read what `write` has written.

    Raises
    ------
    UserError
        See `from_text`; also when there is no such file, or it is not what was written.
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
