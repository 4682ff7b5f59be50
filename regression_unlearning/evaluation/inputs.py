"""What a measure may look at, and the rows that it hands back."""

import csv
import io
import json
import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

from regression_unlearning.evaluation.observations import Observation
from regression_unlearning.files import write_text

COLUMNS = ("quantity", "seed", "other_seed", "value", "bound", "note")

#: What a measure's NEEDS may name: a file for each seed of the method, or of the gold model.
#: `gold_values` is what the measure itself found on the gold model, so that no method's job takes
#: it again; the gold model's own job has none.
SOURCES = (
    "observations",
    "gold_observations",
    "relearning",
    "gold_relearning",
    "records",
    "gold_records",
    "gold_values",
)


@dataclass(frozen=True)
class Inputs:
    """Files of one method on one forget set, and of the gold model beside it.

    Attributes
    ----------
    method : str
        Label of the method; ``"retrained"`` is the gold model itself.
    files : mapping
        Source (see `SOURCES`) to {seed: path}.
    """

    method: str
    files: Mapping[str, Mapping[int, Path]] = field(default_factory=dict)

    @property
    def is_gold(self) -> bool:
        """Whether the method is the gold model: it is then compared across seeds."""
        return self.method == "retrained"

    @cached_property
    def observations(self) -> dict[int, Observation]:
        """The method's observed models by seed."""
        return self._read("observations", Observation.read)

    @cached_property
    def gold_observations(self) -> dict[int, Observation]:
        """The observed gold models by seed."""
        return self._read("gold_observations", Observation.read)

    @cached_property
    def gold_values(self) -> dict[int, dict[str, float | None]]:
        """What this measure found on the gold model by seed and quantity."""
        return {seed: values[seed] for seed, values in self._read("gold_values", read).items()}

    def json(self, source: str) -> dict[int, Any]:
        """JSON files of a source by seed."""
        return self._read(source, lambda path: json.loads(path.read_text(encoding="utf-8")))

    def _read(self, source: str, reader) -> dict[int, Any]:
        return {seed: reader(path) for seed, path in self.files[source].items()}


def row(
    quantity: str,
    seed: int,
    value: float | None,
    *,
    other_seed: int | None = None,
    bound: str = "",
    note: str = "",
) -> dict[str, Any]:
    """One measured value.

    Parameters
    ----------
    quantity : str
        Its name, as tables use it.
    seed, other_seed : int
        The training seed; for two gold models against each other, the second one's too.
    value : float or None
        None where it could not be measured: `note` then says why.
    bound : {"", ">=", "<="}
        A censored value is a bound, not a number.

    Raises
    ------
    ValueError
        When the value is no finite number, or is absent without a reason.
    """
    if value is None and not note:
        raise ValueError(f"{quantity}: a value that is absent needs a note that says why.")
    if value is not None and not math.isfinite(value):
        raise ValueError(f"{quantity}, seed {seed}: the value is {value}.")
    return dict(zip(COLUMNS, (quantity, seed, other_seed, value, bound, note), strict=True))


def read(path: Path) -> dict[int, dict[str, float | None]]:
    """Values that `write` has written, by seed and quantity; those of two seeds are left out."""
    found: dict[int, dict[str, float | None]] = {}
    with path.open(encoding="utf-8", newline="") as file:
        for one in csv.DictReader(file):
            if not one["other_seed"]:
                value = float(one["value"]) if one["value"] else None
                found.setdefault(int(one["seed"]), {})[one["quantity"]] = value
    return found


def write(path: Path, rows: Iterable[Mapping[str, Any]]) -> None:
    """Write measured values as CSV, whole; numbers in full precision."""
    text = io.StringIO()
    writer = csv.DictWriter(text, COLUMNS, lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    write_text(path, text.getvalue())
