"""Remarks of a table of methods on each method as a whole."""

import math
from collections.abc import Iterable, Sequence
from statistics import median

from regression_unlearning.evaluation.cost import UNMOVED
from regression_unlearning.reporting.claims import Checked
from regression_unlearning.reporting.comparing import UNTOLD
from regression_unlearning.reporting.comparisons import Comparisons
from regression_unlearning.reporting.layout import NOTHING, Layout
from regression_unlearning.reporting.summaries import Key, Summaries, select
from regression_unlearning.reporting.verdicts import (
    FAILS,
    HOLDS,
    NOT_MEASURED,
    UNDECIDED,
    all_of,
    answer,
)

W1, COST = "wasserstein_train", "seconds_over_retraining"
HALF, TENTH = 0.5, 0.1
#: Mean, ends of the interval and floor of each cell.
Figures = dict[Key, tuple[float, float, float, float]]
#: In place of numbers that are absent.
UNKNOWN = (math.nan, math.nan, math.nan, math.nan)
#: Both must agree: a method with the right values on the wrong rows is not closer.
DISTANCES = (W1, "row_distance_train")
NO_CLOSER = (
    "on no forget set closer to the retrained model than doing nothing, in Wasserstein distance "
    "and row by row"
)
NOT_COMPARED = (
    "it cannot be told with so many seeds whether it ends closer to the retrained model than doing "
    "nothing, in Wasserstein distance and row by row"
)
DEAR = "costs more than half of retraining's seconds on at least one forget set"
UNTUNED = "untuned: nobody has searched its settings for these data"


def numbers(summaries: Summaries, layout: Layout) -> Figures:
    """Distances and costs, with interval and floor, from summaries.

    Returns
    -------
    dict
        Mean, the interval's ends and the floor of each cell; NaN where absent or only a bound.
    """
    return {key: cell.figures for key, cell in select(layout.own(summaries), (W1, COST)).items()}


def remarks(
    summaries: Summaries, layout: Layout, compared: Comparisons
) -> dict[str, tuple[str, ...]]:
    """Remarks on each method: original unchanged, no closer than doing nothing, dear, untuned.

    A reference has only the remark of its module.

    Parameters
    ----------
    summaries : dict
        Including costs.
    layout : Layout
        Forget sets, methods, those that are untuned, and the results of searches.
    compared : dict
        See `comparisons.against_nothing`.
    """
    means = numbers(summaries, layout)
    result = {}
    for method in layout.unlearning:
        closer = closer_than_nothing(compared, layout, method)
        own = shares(means, layout, [method])
        notes = _unmoved(summaries, layout, method)
        if closer is None and layout.asks(W1):
            notes.append(NOT_COMPARED)
        elif closer is False:
            notes.append(NO_CLOSER)
        if own and max(own) > HALF:
            notes.append(DEAR)
        if method in layout.untuned:
            notes.append(UNTUNED)
        if method in layout.searched:
            notes.append(layout.searched[method])
        result[method] = (*notes, *_own(layout, method))
    return result | {method: _own(layout, method) for method in layout.references}


def bars(summaries: Summaries, layout: Layout, compared: Comparisons) -> list[Checked]:
    """Claims of ours on closeness and cost of all methods together, with their verdicts."""
    means = numbers(summaries, layout)
    closer = {name: closer_than_nothing(compared, layout, name) for name in layout.unlearning}
    worst = {name: max(shares(means, layout, [name]), default=None) for name in layout.unlearning}
    costs = shares(means, layout, layout.unlearning)
    middle = median(costs) if costs else math.nan
    where = f"Ours: {layout.title}"
    claims = [
        (
            "closer_than_nothing",
            "Every method ends closer to the retrained model than doing nothing, in Wasserstein "
            "distance and row by row, on at least one forget set.",
            *_all(layout, closer, "on none"),
        ),
        (
            "under_half",
            "No method costs more than half of retraining's seconds on any forget set.",
            *_all(
                layout,
                {name: None if share is None else share <= HALF for name, share in worst.items()},
                "more than half",
            ),
        ),
        (
            "median_under_a_tenth",
            "The median cost, over methods and forget sets, is less than a tenth of retraining's "
            "seconds.",
            NOT_MEASURED if not costs else HOLDS if middle < TENTH else FAILS,
            (f"median share {middle:.3f}",),
        ),
    ]
    return [
        Checked(key, sentence, where, verdict, figures)
        for key, sentence, verdict, figures in claims
        if layout.asks(W1 if key == "closer_than_nothing" else COST)
    ]


def _own(layout: Layout, method: str) -> tuple[str, ...]:
    """The remark of the method's module, if it has one."""
    return (layout.remarks[method],) if method in layout.remarks else ()


def _unmoved(summaries: Summaries, layout: Layout, method: str) -> list[str]:
    """Notes on forget sets where a method left the original unchanged, from the costs' notes."""
    titles_of: dict[str, list[str]] = {}
    for group, title in layout.groups.items():
        cell = summaries.get((*group, method, COST))
        for note in cell.notes if cell else ():
            if note.startswith(UNMOVED):
                titles_of.setdefault(note, []).append(title)
    every = len(layout.groups)
    return [
        note if len(titles) == every else f"{', '.join(titles)}: {note}"
        for note, titles in titles_of.items()
    ]


def closer_here(
    compared: Comparisons,
    group: tuple[str, str],
    method: str,
    distances: Sequence[str] = DISTANCES,
) -> bool | None:
    """Whether a method is closer than the original on a forget set; None if undecided.

    It must be better in all distances; it is not where one is worse, or the same within the floor.
    """
    pairs = [(*group, method, NOTHING, distance) for distance in distances]
    verdicts = [compared[pair].verdict if pair in compared else UNTOLD for pair in pairs]
    verdict = all_of(answer("below", each) for each in verdicts)
    return {HOLDS: True, FAILS: False}.get(verdict)


def closer_than_nothing(compared: Comparisons, layout: Layout, method: str) -> bool | None:
    """Whether a method is closer than the original on some forget set; None if undecided."""
    verdicts = [closer_here(compared, group, method) for group in layout.groups]
    if any(verdicts):
        return True
    return None if None in verdicts or not verdicts else False


def shares(means: Figures, layout: Layout, methods: Iterable[str]) -> list[float]:
    """Shares of retraining's seconds, one for each method and forget set that has one."""
    values = (
        means.get((*group, method, COST), UNKNOWN)[0]
        for method in methods
        for group in layout.groups
    )
    return [share for share in values if not math.isnan(share)]


def _all(
    layout: Layout, held: dict[str, bool | None], otherwise: str
) -> tuple[str, tuple[str, ...]]:
    """The verdict on a claim about every method, and which methods refute it."""
    names = layout.methods
    failed = [names[key] for key, holds in held.items() if holds is False]
    unknown = [names[key] for key, holds in held.items() if holds is None]
    verdict = FAILS if failed else UNDECIDED if unknown else HOLDS
    figures = [f"{sum(holds is True for holds in held.values())} of {len(held)} methods"]
    figures += [f"{otherwise}: {', '.join(failed)}"] if failed else []
    figures += [f"not known: {', '.join(unknown)}"] if unknown else []
    return verdict, tuple(figures)
