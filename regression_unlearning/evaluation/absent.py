"""What stands in a table for a dataset that cannot be had: no number, and why."""

from collections.abc import Iterable

from regression_unlearning.evaluation.measure import PAPER
from regression_unlearning.evaluation.values import Value


def values(dataset: str, forget_set: str, methods: Iterable[str], reason: str) -> list[Value]:
    """A row without a value for each method and each quantity of the paper's tables."""
    return [
        Value(dataset, forget_set, method, quantity, 0, None, None, note=reason)
        for method in methods
        for quantity in PAPER
    ]
