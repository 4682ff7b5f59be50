"""Absent values of a dataset that cannot be obtained, with the reason."""

from collections.abc import Iterable

from regression_unlearning.evaluation.measure import PAPER
from regression_unlearning.evaluation.values import Value


def values(dataset: str, forget_set: str, methods: Iterable[str], reason: str) -> list[Value]:
    """One absent value for each method and each quantity of the paper's tables.

    Parameters
    ----------
    dataset, forget_set : str
        Keys in the settings.
    methods : iterable of str
        The methods' labels.
    reason : str
        Why there is no value; the note of each.
    """
    return [
        Value(dataset, forget_set, method, quantity, 0, None, None, note=reason)
        for method in methods
        for quantity in PAPER
    ]
