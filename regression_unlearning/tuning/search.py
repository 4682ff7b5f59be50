"""Search a method's settings within a budget of seconds.

The first trial is the settings as they are; the others follow a Halton sequence over the spaces
that the method declares, scrambled by the search's seed: the same trials in the same order each
time, and the longer the budget, the more of them.
"""

import logging
import math
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from torch import nn

from regression_unlearning import registry
from regression_unlearning.errors import UserError
from regression_unlearning.evaluation import cost
from regression_unlearning.settings.search import Space, Whole
from regression_unlearning.training.seeds import seed_for
from regression_unlearning.training.task import Task
from regression_unlearning.training.unlearn import unlearn
from regression_unlearning.tuning.closeness import Closeness

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Case:
    """One forget set of a search.

    Attributes
    ----------
    task : Task
        With the helpers that the method asks for.
    original : Module
        The model to unlearn from.
    choosing, confirming : Closeness
        The objective on the rows that choose between trials, and on those that confirm.
    retraining : float
        Seconds that the gold model took.
    helper_seconds : mapping of str to float
        Seconds that each helper took: they count among the method's, as in the tables.
    rows : mapping
        Numbers of rows by side: see `tuning.rows.Division`.
    """

    task: Task
    original: nn.Module
    choosing: Closeness
    confirming: Closeness
    retraining: float
    helper_seconds: Mapping[str, float] = field(default_factory=dict)
    rows: Mapping[str, Mapping[str, int]] = field(default_factory=dict)

    def share(self, seconds: float) -> float:
        """A method's seconds, with those of helper models, as a share of retraining's."""
        record = {"seconds": seconds, "helper_seconds": dict(self.helper_seconds)}
        return cost.seconds(record) / self.retraining


@dataclass(frozen=True)
class Trial:
    """One trial: the settings that were changed, the value of each forget set, its cost.

    `value` is the mean over the forget sets, None where the method failed; `confirmed` the same on
    the rows that confirm, by which no trial is chosen; `share` the largest share of retraining's
    seconds, helper models included.
    """

    changed: dict[str, Any]
    value: float | None
    values: tuple[float, ...]
    share: float
    seconds: float
    failed: str = ""
    confirmed: float | None = None


def space_of(method: str) -> Mapping[str, Space]:
    """The spaces that a method declares.

    Raises
    ------
    UserError
        When it declares none, or one for a key that it does not have.
    """
    module = registry.load("method", method)
    space = getattr(module, "SEARCH", None)
    if not space:
        raise UserError(
            f"{method} cannot be tuned: its module defines no SEARCH (docs/plug-in.md)."
        )
    known = {field.alias or name for name, field in module.Settings.model_fields.items()}
    if foreign := sorted(set(space) - known):
        raise UserError(f"{method}: SEARCH names {foreign[0]!r}, which is not one of its settings.")
    return space


def no_longer(space: Mapping[str, Space], epochs: int) -> dict[str, Space]:
    """Return the space with its largest number of epochs limited, but not below its smallest."""
    ends = space.get("epochs")
    if not isinstance(ends, Whole):
        return dict(space)
    return {**space, "epochs": Whole(ends.low, max(ends.low, min(ends.high, epochs)))}


def proposals(space: Mapping[str, Space], seed: int) -> Iterator[dict[str, Any]]:
    """Yield settings to try, without end."""
    import numpy as np
    from scipy.stats.qmc import Halton

    sequence = Halton(len(space), rng=np.random.default_rng(seed))
    while True:
        (point,) = sequence.random(1)
        yield {
            key: choice.at(float(at))
            for (key, choice), at in zip(space.items(), point, strict=True)
        }


def attempt(
    cases: Sequence[Case], method: str, options: Mapping[str, Any], changed: dict[str, Any]
) -> Trial:
    """Unlearn with some settings on every forget set and measure the distance from gold.

    Parameters
    ----------
    cases, method, options
        See `search`.
    changed : dict
        Options of this trial in place of the method's own.
    """
    begun, values, confirmed, share = time.perf_counter(), [], [], 0.0
    try:
        for case in cases:
            task = case.task.having()
            model = unlearn(case.original, task, method, **{**options, **changed})
            share = max(share, case.share(sum(run.seconds for run in task.fitted)))
            values.append(case.choosing.value(model))
            confirmed.append(case.confirming.value(model))
    except UserError as error:
        return Trial(changed, None, tuple(values), share, time.perf_counter() - begun, str(error))
    value, fresh = (sum(series) / len(series) for series in (values, confirmed))
    seconds = time.perf_counter() - begun
    if not math.isfinite(value + fresh):
        return Trial(changed, None, (), share, seconds, "the model's predictions are not finite")
    return Trial(changed, value, tuple(values), share, seconds, confirmed=fresh)


def search(
    cases: Sequence[Case],
    method: str,
    options: Mapping[str, Any],
    *,
    budget: float,
    most: float,
    epochs: int,
    seed: int,
) -> list[Trial]:
    """Try settings until the budget is spent.

    Parameters
    ----------
    cases : sequence of Case
        The forget sets.
    method : str
        Name of the method.
    options : mapping
        Its settings as they are.
    budget : float
        Seconds of all trials together; the trial that exceeds it is still finished.
    most : float
        Share of retraining's seconds above which a trial is not chosen. Where the helper models
        alone take that much, the start is the only trial.
    epochs : int
        Epochs of the dataset's training. A trial takes at most the share `most` of them, less what
        the helper models took: a longer one would be too expensive to be chosen.
    seed : int
        Of the sequence of settings.

    Returns
    -------
    list of Trial
        The first is the start.

    Raises
    ------
    UserError
        When the method declares no space, or every trial failed.
    """
    helpers = max((case.share(0.0) for case in cases), default=0.0)
    space = no_longer(space_of(method), math.floor((most - helpers) * epochs))
    proposed = proposals(space, seed_for("search", method, seed))
    trials: list[Trial] = []
    spent = 0.0
    while not trials or (spent < budget and helpers < most):
        latest = attempt(cases, method, options, next(proposed) if trials else {})
        spent += latest.seconds
        trials.append(latest)
        shown = "failed" if latest.value is None else f"{latest.value:.4f}"
        log.info(
            "%s, trial %d: %s %s", method, len(trials), shown, latest.changed or "as it stands"
        )
    if all(trial.value is None for trial in trials):
        raise UserError(f"{method}: every trial failed; the last message: {trials[-1].failed}")
    return trials
