"""Summaries of table cells, said briefly."""

from regression_unlearning.evaluation.measure import quantities
from regression_unlearning.reporting.summaries import Number, Summary, split

WORDS = quantities(
    ("errors", "membership", "wasserstein", "representation", "tow", "anamnesis", "cost")
)
NOT_MEASURED = Number(None, state="not measured")
NOT_MEASURABLE = Number(None, state="not measurable")


def at_least(value):
    return Number(value, ">=")


def at_most(value):
    return Number(value, "<=")


def number(value):
    return value if isinstance(value, Number) else Number(value)


def cell(mean, low=None, high=None, floor=None, paper="", note="", seeds=3):
    """A summary whose mean and floor are numbers, or a `Number`."""
    known = None if floor is None else number(floor)
    return Summary(number(mean), low, high, seeds, known, paper, split(note))
