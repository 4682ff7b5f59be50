"""Comparisons of a table: each method with doing nothing, and the methods with each other."""

import csv
import io
import math
from collections.abc import Iterable, Mapping
from itertools import combinations

from regression_unlearning.evaluation.inputs import GOLD
from regression_unlearning.evaluation.measure import Quantity
from regression_unlearning.evaluation.values import Value
from regression_unlearning.reporting.comparing import Comparison, compare, judged
from regression_unlearning.reporting.floors import floor
from regression_unlearning.reporting.layout import NOTHING, Layout
from regression_unlearning.reporting.summaries import Key
from regression_unlearning.reporting.summary import Cell, cells_of, gold_pairs

#: Dataset, forget set, method, the model it is compared with, quantity.
Pair = tuple[str, str, str, str, str]
Comparisons = dict[Pair, Comparison]
COLUMNS = (
    *("dataset", "forget_set", "method", "against", "quantity", "difference", "ci_low", "ci_high"),
    *("seeds", "floor", "p_apart", "p_same", "verdict", "seeds_needed"),
)


class Scores:
    """Distance of each model from the goal of a quantity, by seed.

    Parameters
    ----------
    values : iterable of Value
        See `evaluation.values`.
    quantities : mapping, optional
        See `summary.summarise`.
    """

    def __init__(
        self, values: Iterable[Value], quantities: Mapping[str, Quantity] | None = None
    ) -> None:
        self.cells = cells_of(values, quantities)

    def of(self, key: Key) -> dict[int, float]:
        """Scores of one model by seed, of which 0 is the goal; bounds are left out."""
        cell, gold = self.cells.get(key), self.cells.get((*key[:2], GOLD, key[3]))
        if cell is None or cell.paired:
            return {}
        own = _plain(cell)
        if cell.quantity.summary == "cost":
            return own  # a lower cost is better
        if not cell.quantity.goal:
            return {}
        if cell.quantity.goal != "retrained":
            return {seed: away(value, cell.quantity) for seed, value in own.items()}
        aims = _plain(gold) if gold and not gold.paired else {}
        return {seed: abs(own[seed] - aims[seed]) for seed in own if seed in aims}

    def plain(self, key: Key) -> dict[int, float]:
        """Exact values of one model by seed; empty where the values are of pairs of models."""
        cell = self.cells.get(key)
        return {} if cell is None or cell.paired else _plain(cell)

    def compare(self, ours: Key, other: Key) -> Comparison:
        """Compare one model with another; the verdict follows from `comparing.judged`."""
        return self.against(self.of(ours), self.of(other), ours)

    def against(
        self,
        first: Mapping[int, float],
        second: Mapping[int, float],
        key: Key,
        *,
        distances: bool = True,
    ) -> Comparison:
        """Compare two models' scores with the floor of a quantity.

        Parameters
        ----------
        first, second : mapping of int to float
            Scores by seed.
        key : tuple of str
            Dataset, forget set, method and quantity of the first.
        distances : bool
            Whether the scores are distances from the quantity's goal.
        """
        cell, gold = self.cells.get(key), self.cells.get((*key[:2], GOLD, key[3]))
        if (
            cell is None
            or gold is None
            or not cell.quantity.floor
            or not (pairs := gold_pairs(gold))
        ):
            return compare(first, second)
        margin = floor(pairs, cell.quantity)
        if cell.quantity.average == "median":
            if distances and cell.quantity.goal != "retrained":
                margin = away(margin, cell.quantity)
            return compare(first, second, margin, ranked=True)
        return compare(first, second, margin, pairs)


def away(value: float, quantity: Quantity) -> float:
    """Distance from a goal that is a number; for ratios, of their logarithms (infinite at 0)."""
    goal = float(quantity.goal)
    if quantity.average == "mean":
        return abs(value - goal)
    return abs(math.log(value / goal)) if value > 0 else math.inf


def against_nothing(scores: Scores, layout: Layout) -> Comparisons:
    """Compare each model of a table with the original; one family of p values per quantity."""
    return _families(
        scores,
        layout,
        [(method, NOTHING) for method in layout.methods if method not in (NOTHING, GOLD)],
    )


def between_methods(scores: Scores, layout: Layout) -> Comparisons:
    """Compare every two unlearning methods; one family of p values per quantity."""
    return _families(scores, layout, list(combinations(layout.unlearning, 2)))


def as_csv(comparisons: Comparisons) -> str:
    """Comparisons as CSV, numbers in full precision."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(COLUMNS)
    for pair, comparison in comparisons.items():
        numbers = (
            comparison.difference,
            comparison.low,
            comparison.high,
            comparison.seeds,
            comparison.floor,
        )
        tested = comparison.difference is not None
        tests = (comparison.p_apart, comparison.p_same) if tested else ("", "")
        writer.writerow([*pair, *numbers, *tests, comparison.verdict, comparison.needed])
    return text.getvalue()


def _families(scores: Scores, layout: Layout, pairs: list[tuple[str, str]]) -> Comparisons:
    result: Comparisons = {}
    for name, quantity in layout.quantities.items():
        if not quantity.goal or not quantity.floor or quantity.summary == "cost":
            continue
        family = {
            (*group, method, other, name): scores.compare(
                (*group, method, name), (*group, other, name)
            )
            for group in layout.groups
            for method, other in pairs
            if {(*group, method, name), (*group, other, name)} <= scores.cells.keys()
        }
        result |= judged(family)
    return result


def _plain(cell: Cell) -> dict[int, float]:
    return {row.seed: row.value for row in cell.states["plain"] if row.value is not None}
