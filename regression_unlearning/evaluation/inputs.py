"""Input of a measure: files of a method's models and of the gold models."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

from regression_unlearning.errors import UserError
from regression_unlearning.evaluation.observations import Observation
from regression_unlearning.evaluation.values import Bound, Value
from regression_unlearning.files import read_record

#: Labels of the gold model and of the original.
GOLD, ORIGINAL = "retrained", "original"
PAIRS = "relearning_pairs"
#: Names allowed in a measure's NEEDS: a file for each seed of the method, or of the gold model.
#: `gold_relearning_pairs` has one for each seed but the last: how fast the gold model of the next
#: seed, its `other_seed`, relearns to this seed's original in this seed's batch orders.
#: `gold_values` are the measure's own values of the gold model, computed once for all methods;
#: there are none while the gold model itself is measured.
SOURCES = (
    "observations",
    "gold_observations",
    "relearning",
    "gold_relearning",
    f"gold_{PAIRS}",
    "records",
    "gold_records",
    "gold_values",
)


class Sources:
    """A model's files, each read once, when it is first needed.

    Parameters
    ----------
    files : mapping
        ``"observations"``, ``"relearning"`` or ``"records"`` to {seed: path}.
    """

    def __init__(self, files: Mapping[str, Mapping[int, Path]]):
        self.files = files
        self._json: dict[str, dict[int, Any]] = {}

    @cached_property
    def observations(self) -> dict[int, Observation]:
        """The observed models by seed."""
        return {seed: Observation.read(p) for seed, p in self.of("observations").items()}

    def json(self, source: str) -> dict[int, Any]:
        """Records of a source by seed.

        Raises
        ------
        UserError
            When the source was not given, or a file is missing or broken.
        """
        if source not in self._json:
            self._json[source] = {seed: read_record(p) for seed, p in self.of(source).items()}
        return self._json[source]

    def of(self, source: str) -> Mapping[int, Path]:
        """Paths of a source by seed.

        Raises
        ------
        UserError
            When the source was not given.
        """
        if source not in self.files:
            raise UserError(f"a measure needs {source}, and none were given.")
        return self.files[source]


@dataclass(frozen=True)
class Inputs:
    """One method on one forget set, and the gold model beside it.

    Attributes
    ----------
    dataset, forget_set, method : str
        Their keys; the method ``"retrained"`` is the gold model itself.
    own, gold : Sources
        Files of the method's models, and of the gold models.
    gold_values : mapping
        This measure's values of the gold model, by seed and quantity.
    """

    dataset: str
    forget_set: str
    method: str
    own: Sources
    gold: Sources
    gold_values: Mapping[int, Mapping[str, float | None]] = field(default_factory=dict)

    @property
    def is_gold(self) -> bool:
        """Whether the method is the gold model: it is then compared across seeds."""
        return self.method == GOLD

    @property
    def observations(self) -> dict[int, Observation]:
        """The method's observed models by seed."""
        return self.own.observations

    @property
    def gold_observations(self) -> dict[int, Observation]:
        """The observed gold models by seed."""
        return self.gold.observations

    def json(self, source: str) -> dict[int, Any]:
        """Records by seed of ``"relearning"``, ``"gold_relearning"``, ``"records"`` and so on."""
        sources = self.gold if source.startswith("gold_") else self.own
        return sources.json(source.removeprefix("gold_"))

    def value(
        self,
        quantity: str,
        seed: int,
        value: float | None,
        *,
        other_seed: int | None = None,
        bound: Bound = "",
        note: str = "",
    ) -> Value:
        """One measured value of this method; see `Value`."""
        place = (self.dataset, self.forget_set, self.method)
        return Value(*place, quantity, seed, other_seed, value, bound, note)


def by_seed(values: Iterable[Value]) -> dict[int, dict[str, float | None]]:
    """Values by seed and quantity, without those of pairs of seeds."""
    by_quantity: dict[int, dict[str, float | None]] = {}
    for measured in values:
        if measured.other_seed is None:
            by_quantity.setdefault(measured.seed, {})[measured.quantity] = measured.value
    return by_quantity
