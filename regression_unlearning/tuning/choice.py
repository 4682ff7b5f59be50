"""The result of a search: the best trial where separate rows confirm it, else the start."""

import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from regression_unlearning.settings.records import (
    FOUND,
    NONE_CHEAP,
    NONE_CLOSER,
    NOT_CONFIRMED,
    START_BEST,
)
from regression_unlearning.tuning.search import Case, Trial


@dataclass(frozen=True)
class Nothing:
    """The objective's value for doing nothing: the mean over all forget sets' original models."""

    value: float
    confirmed: float

    @classmethod
    def of(cls, cases: Sequence[Case]) -> "Nothing":
        """Compute it from the cases of a search."""
        value = sum(case.choosing.value(case.original) for case in cases)
        confirmed = sum(case.confirming.value(case.original) for case in cases)
        return cls(value / len(cases), confirmed / len(cases))


@dataclass(frozen=True)
class Choice:
    """The start, the best trial, and how the search ended (see `settings.records.ENDED`)."""

    start: Trial
    best: Trial
    outcome: str

    @property
    def kept(self) -> Trial:
        """The trial whose settings are to be used."""
        return self.best if self.outcome == FOUND else self.start


def choose(trials: Sequence[Trial], most: float, nothing: Nothing) -> Choice:
    """Choose the best trial on the choosing rows, and confirm it on the confirming rows.

    Parameters
    ----------
    trials : sequence of Trial
        The first is the start; at least one has a value.
    most : float
        Share of retraining's seconds above which no trial is chosen.
    nothing : Nothing
        How far the original models are from gold: a trial must come closer on both sets of rows.

    Returns
    -------
    Choice
        The best trial is the one nearest to gold among those that come closer than `nothing` and
        take at most `most`; where there are none, the nearest of all.
    """
    start = trials[0]
    closer = [trial for trial in trials if _or_inf(trial.value) < nothing.value]
    useful = [trial for trial in closer if trial.share <= most]
    best = min(useful or trials, key=lambda trial: _or_inf(trial.value))
    if not useful:
        return Choice(start, best, NONE_CHEAP if closer else NONE_CLOSER)
    if best is start:
        return Choice(start, best, START_BEST)
    better = _or_inf(best.confirmed) < min(_or_inf(start.confirmed), nothing.confirmed)
    return Choice(start, best, FOUND if better else NOT_CONFIRMED)


def _or_inf(value: float | None) -> float:
    return math.inf if value is None else value


def as_record(
    trials: Sequence[Trial], choice: Choice, nothing: Nothing, start_found: bool
) -> dict[str, Any]:
    """A search as JSON values: how it ended, its figures, every trial."""
    return {
        "outcome": choice.outcome,
        "start_found": start_found,
        "nothing": asdict(nothing),
        "start": _figures(choice.start),
        "best": _figures(choice.best),
        "seconds": sum(trial.seconds for trial in trials),
        "trials": [asdict(trial) for trial in trials],
    }


def _figures(trial: Trial) -> dict[str, Any]:
    return {
        "changed": trial.changed,
        "value": trial.value,
        "confirmed": trial.confirmed,
        "share_of_retraining": trial.share,
    }
