"""Summaries of table cells: mean, interval, floor and notes, from one value per seed."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from regression_unlearning import registry
from regression_unlearning.errors import UserError
from regression_unlearning.evaluation.inputs import GOLD
from regression_unlearning.evaluation.measure import Quantity
from regression_unlearning.evaluation.measure import quantities as quantities_of
from regression_unlearning.evaluation.values import Value
from regression_unlearning.reporting.averages import Average, average
from regression_unlearning.reporting.floors import between, floor, interval
from regression_unlearning.reporting.summaries import (
    SEPARATOR,
    Key,
    Number,
    State,
    Summaries,
    Summary,
    split,
)

ONE = "one retrained model, and it takes two"
PAIRS = "gold against gold: the pairs share models, hence no interval"


def summarise(
    values: Iterable[Value],
    paper: Mapping[Key, str],
    quantities: Mapping[str, Quantity] | None = None,
) -> Summaries:
    """Summarise measured values over the training seeds, beside the floor and the paper's value.

    Parameters
    ----------
    values : iterable of Value
        See `evaluation.values`.
    paper : mapping
        Printed values by dataset, forget set, method and quantity.
    quantities : mapping, optional
        Each quantity's average and range, by key: see `evaluation.measure.quantities`. By default
        those of all known measures.

    Returns
    -------
    dict
        Dataset, forget set, method and quantity to `Summary`, sorted.

    Raises
    ------
    UserError
        When there are no values, or a model is measured twice.
    """
    cells = cells_of(values, quantities)
    golden: dict[tuple[str, ...], int] = defaultdict(int)
    for key, cell in cells.items():
        if key[2] == GOLD:
            golden[key[:2]] = max(golden[key[:2]], cell.seeds)
    result = {}
    for key, cell in cells.items():
        gold = cells.get((*key[:2], GOLD, key[3]))
        floor, ends, reason = _floor(gold, cell.quantity, golden[key[:2]])
        note = SEPARATOR.join(filter(None, dict.fromkeys((cell.note, reason))))
        average = cell.average
        result[key] = Summary(
            cell.mean,
            average.low if average else None,
            average.high if average else None,
            cell.seeds,
            floor,
            paper.get(key, ""),
            split(note),
            cell.shown,
            ends,
        )
    return result


def cells_of(
    values: Iterable[Value], quantities: Mapping[str, Quantity] | None = None
) -> "dict[Key, Cell]":
    """Measured values by cell, sorted; see `summarise`."""
    described = quantities_of(registry.known("measure")) if quantities is None else quantities
    groups: dict[Key, list[Value]] = defaultdict(list)
    for value in values:
        groups[value.dataset, value.forget_set, value.method, value.quantity].append(value)
    if not groups:
        raise UserError("measures: there are no rows to summarise.")
    return {
        key: Cell(key, groups[key], described.get(key[3], Quantity(key[3], key[3], "")))
        for key in sorted(groups)
    }


@dataclass(frozen=True)
class Cell:
    """The values of one cell.

    Attributes
    ----------
    key : tuple of str
        Dataset, forget set, method, quantity.
    rows : sequence of Value
        One for each seed, or for each pair of seeds.
    quantity : Quantity
        Its description.
    """

    key: Key
    rows: Sequence[Value]
    quantity: Quantity

    def __post_init__(self) -> None:
        """Raise an error for two values of one model."""
        models = set()
        for row in self.rows:
            if (row.seed, row.other_seed) in models:
                place = "/".join((*self.key, str(row.seed)))
                raise UserError(f"measures: two values for one model: {place}.")
            models.add((row.seed, row.other_seed))

    @cached_property
    def states(self) -> dict[str, list[Value]]:
        """The rows by state: plain, missing, or the direction of their bound."""
        by_state: dict[str, list[Value]] = {"plain": [], "missing": [], ">=": [], "<=": []}
        for row in self.rows:
            by_state["missing" if row.value is None else row.bound or "plain"].append(row)
        return by_state

    @cached_property
    def measured(self) -> list[Value]:
        """The rows with a value, bounds included."""
        return [row for row in self.rows if row.value is not None]

    @property
    def paired(self) -> bool:
        """Whether the values are of pairs of models."""
        return any(row.other_seed is not None for row in self.rows)

    @property
    def seeds(self) -> int:
        """Number of models measured."""
        pairs = [(row.seed, row.other_seed) for row in self.measured]
        return len({seed for pair in pairs for seed in pair if seed is not None})

    @cached_property
    def average(self) -> Average | None:
        """The average over seeds, for pairs without interval; None without a value."""
        if not self.measured:
            return None
        result = average(self.measured, self.quantity)
        return replace(result, low=None, high=None) if self.paired else result

    @property
    def mean(self) -> Number:
        """The average as a number, which may be a bound, or the reason why there is none."""
        if self.average is None:
            return Number(None, state="not measured")
        if self.average.value is None:
            return Number(None, state="not measurable")
        return Number(self.average.value, self.average.bound)

    @property
    def shown(self) -> tuple[float, ...]:
        """The values in the order of seeds, if all are exact and of single models."""
        if self.paired or len(self.states["plain"]) < len(self.measured):
            return ()
        rows = sorted(self.measured, key=lambda row: row.seed)
        return tuple(row.value for row in rows if row.value is not None)

    def notes_of(self, state: str) -> list[str]:
        """The notes of the rows in one state."""
        return sorted({row.note for row in self.states[state] if row.note})

    def why(self, *states: str) -> str:
        """The notes of the rows in some states, as the end of a longer note."""
        reasons = dict.fromkeys(
            ", ".join(notes).replace(SEPARATOR, ", ")
            for state in states
            if (notes := self.notes_of(state))
        )
        return f": {', '.join(reasons)}" if reasons else ""

    @property
    def note(self) -> str:
        """All notes on the cell, joined."""
        plain = SEPARATOR.join(self.notes_of("plain"))
        why = self.average.why if self.average else ""
        parts = (self._missing(), self._censored(), why, self._single(), plain)
        return SEPARATOR.join(filter(None, dict.fromkeys(parts)))

    @property
    def _of_all(self) -> str:
        return f"of {len(self.rows)} {'pairs' if self.paired else 'seeds'}"

    def _missing(self) -> str:
        if not self.measured:
            return SEPARATOR.join(self.notes_of("missing"))
        missing = len(self.states["missing"])
        return f"{missing} {self._of_all} not measured{self.why('missing')}" if missing else ""

    def _censored(self) -> str:
        lower, upper = len(self.states[">="]), len(self.states["<="])
        why = self.why(">=", "<=")
        if lower and upper:
            return f"{self._of_all}, {lower} bounded from below and {upper} from above{why}"
        return f"{lower or upper} {self._of_all} censored{why}" if lower or upper else ""

    def _single(self) -> str:
        if self.paired and self.measured:
            return PAIRS
        return "one seed: no interval" if len(self.measured) == 1 else ""


def gold_pairs(gold: Cell) -> dict[tuple[int, int], float]:
    """The values that the floor averages: exact values of pairs, or differences of single ones."""
    plain = [row for row in gold.states["plain"] if row.value is not None]
    if gold.paired:
        return {
            (row.seed, row.other_seed): row.value
            for row in plain
            if row.other_seed is not None and row.value is not None
        }
    return between({row.seed: row.value for row in plain if row.value is not None})


def _floor(
    gold: Cell | None, quantity: Quantity, golden: int
) -> tuple[Number | None, tuple[float, float] | None, str]:
    """The floor from the retrained models' cell, its interval, and a note if there is none.

    `golden` is the number of retrained models.
    """
    if quantity.summary == "cost" or not quantity.floor:
        return None, None, ""
    if gold is None:
        why = ONE if golden == 1 else "the retrained model was not measured on this"
        return None, None, f"no floor: {why}"
    pairs = gold_pairs(gold)
    if gold.paired and gold.measured:
        mean = average(gold.measured, quantity)
        ends = None if mean.bound or mean.why else interval(pairs, quantity)
        state: State = "not measurable" if mean.why else "measured"
        return Number(mean.value, mean.bound, state), ends, mean.why
    if pairs:
        return Number(floor(pairs, quantity)), interval(pairs, quantity), ""
    return None, None, f"no floor: {ONE if len(gold.measured) == 1 else gold.note}"
