"""Verdicts on sentences that rank or equate models: claims and remarks.

A sentence consists of relations between two models. The verdict of their comparison (see
`comparing`: better, worse, the same, undecided) decides each relation.
"""

from collections.abc import Iterable
from typing import Literal

from regression_unlearning.reporting.comparing import BETTER, SAME, UNTOLD, WORSE

HOLDS, FAILS, UNDECIDED, NOT_MEASURED = "holds", "does not hold", UNTOLD, "not measured"

#: ``below``: the first score is the smaller; ``alike``: they are the same within the floor;
#: ``apart``: they differ by more; ``kept``: the first is the same or smaller; ``beyond``: every
#: value of the first model is only a lower bound (see `judging`).
Relation = Literal["below", "alike", "apart", "kept", "beyond"]
_HOLDS: dict[Relation, set[str]] = {
    "below": {BETTER},
    "alike": {SAME},
    "apart": {BETTER, WORSE},
    "kept": {BETTER, SAME},
}


def answer(relation: Relation, verdict: str) -> str:
    """Whether a relation holds between two models.

    Parameters
    ----------
    relation : str
        See `Relation`.
    verdict : str
        The verdict of their comparison, the first model's score minus the second's.
    """
    if verdict == UNTOLD:
        return UNDECIDED
    return HOLDS if verdict in _HOLDS[relation] else FAILS


def all_of(verdicts: Iterable[str]) -> str:
    """The verdict on a sentence if all of its parts must hold: one part that fails refutes it."""
    return _first(verdicts, (FAILS, NOT_MEASURED, UNDECIDED, HOLDS))


def any_of(verdicts: Iterable[str]) -> str:
    """The verdict on a sentence if one of its parts must hold."""
    return _first(verdicts, (HOLDS, UNDECIDED, NOT_MEASURED, FAILS))


def _first(verdicts: Iterable[str], order: tuple[str, ...]) -> str:
    given = set(verdicts)
    return next((verdict for verdict in order if verdict in given), NOT_MEASURED)
