"""From one value per training seed to one summary per table cell: mean, interval, floor, notes."""

import math
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from regression_unlearning.errors import UserError
from regression_unlearning.evaluation.inputs import GOLD
from regression_unlearning.evaluation.values import Value
from regression_unlearning.reporting.summaries import (
    SEPARATOR,
    Key,
    Number,
    Summaries,
    Summary,
    split,
)

PAIRS = "gold against gold: the pairs share models, hence no interval"


def summarise(values: Iterable[Value], paper: Mapping[Key, str]) -> Summaries:
    """Summarise measured values over the training seeds, beside the floor and the paper's value.

    Parameters
    ----------
    values : iterable of Value
        See `evaluation.values`.
    paper : mapping
        Printed values by dataset, forget set, method and quantity.

    Returns
    -------
    dict
        Dataset, forget set, method and quantity to `Summary`, sorted.

    Raises
    ------
    UserError
        When there are no values, or a model is measured twice.
    """
    groups: dict[Key, list[Value]] = defaultdict(list)
    for one in values:
        groups[one.dataset, one.forget_set, one.method, one.quantity].append(one)
    if not groups:
        raise UserError("measures: there are no rows to summarise.")
    cells = {key: _Cell(key, groups[key]) for key in sorted(groups)}
    found = {}
    for key, cell in cells.items():
        floor, reason = _floor(cells.get((*key[:2], GOLD, key[3])))
        note = SEPARATOR.join(filter(None, dict.fromkeys((cell.note, reason))))
        low, high = cell.interval
        found[key] = Summary(
            cell.mean, low, high, cell.seeds, floor, paper.get(key, ""), split(note)
        )
    return found


@dataclass(frozen=True)
class _Cell:
    """The values of one cell, and what is found in them."""

    key: Key
    rows: Sequence[Value]

    def __post_init__(self) -> None:
        seen = set()
        for row in self.rows:
            if (row.seed, row.other_seed) in seen:
                place = "/".join((*self.key, str(row.seed)))
                raise UserError(f"measures: two values for one model: {place}.")
            seen.add((row.seed, row.other_seed))

    @cached_property
    def states(self) -> dict[str, list[Value]]:
        """The rows by state: plain, missing, or the direction of their bound."""
        found: dict[str, list[Value]] = {"plain": [], "missing": [], ">=": [], "<=": []}
        for row in self.rows:
            found["missing" if row.value is None else row.bound or "plain"].append(row)
        return found

    @cached_property
    def measured(self) -> list[float]:
        """Every value that there is, bounds included."""
        return [row.value for row in self.rows if row.value is not None]

    @property
    def paired(self) -> bool:
        """Whether the values are of pairs of models."""
        return any(row.other_seed is not None for row in self.rows)

    @property
    def seeds(self) -> int:
        """How many models were measured."""
        known = [row for row in self.rows if row.value is not None]
        return len({seed for r in known for seed in (r.seed, r.other_seed) if seed is not None})

    @cached_property
    def mean(self) -> Number:
        """The mean; a bound where a value is one."""
        lower, upper = self.states[">="], self.states["<="]
        if not self.measured:
            return Number(None, state="not measured")
        if lower and upper:
            return Number(None, state="not measurable")
        return Number(_mean(self.measured), ">=" if lower else "<=" if upper else "")

    @property
    def interval(self) -> tuple[float | None, float | None]:
        """Ends of the 95 % t interval, for several single models without a bound."""
        count = len(self.measured)
        if self.paired or count < 2 or len(self.states["plain"]) < count:
            return None, None
        from scipy.special import stdtrit  # the quantile of Student's t

        mean = _mean(self.measured)
        variance = math.fsum((value - mean) ** 2 for value in self.measured) / (count - 1)
        half = float(stdtrit(count - 1, 0.975)) * math.sqrt(variance / count)
        return mean - half, mean + half

    def said(self, state: str) -> list[str]:
        """The notes of the rows in one state."""
        return sorted({row.note for row in self.states[state] if row.note})

    def why(self, *states: str) -> str:
        """The same as the tail of a note."""
        found = dict.fromkeys(
            ", ".join(notes).replace(SEPARATOR, ", ")
            for state in states
            if (notes := self.said(state))
        )
        return f": {', '.join(found)}" if found else ""

    @property
    def note(self) -> str:
        """Everything that is to be said of the cell."""
        plain = SEPARATOR.join(self.said("plain"))
        parts = (self._missing(), self._censored(), self._single(), plain)
        return SEPARATOR.join(filter(None, dict.fromkeys(parts)))

    @property
    def _of_all(self) -> str:
        return f"of {len(self.rows)} {'pairs' if self.paired else 'seeds'}"

    def _missing(self) -> str:
        if not self.measured:
            return SEPARATOR.join(self.said("missing"))
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


def _floor(gold: _Cell | None) -> tuple[Number | None, str]:
    """The floor that the retrained models' cell gives, or why there is none."""
    if gold is None:
        return None, "no floor: the retrained model was not measured"
    if gold.paired and gold.measured:
        return gold.mean, ""
    plain = [row.value for row in gold.states["plain"] if row.value is not None]
    if not gold.paired and len(plain) > 1:
        apart = [abs(one - other) for one in plain for other in plain]
        return Number(math.fsum(apart) / (len(plain) * (len(plain) - 1))), ""
    if len(gold.measured) == 1:
        return None, "one retrained seed: no floor"
    return None, f"no floor: {gold.note}"


def _mean(values: Sequence[float]) -> float:
    """The mean; of equal values exactly that value."""
    return values[0] if min(values) == max(values) else math.fsum(values) / len(values)
