"""Mean ranks of the methods over several measures, and ties among them.

In each block (a forget set, a measure, a training seed) the methods are ranked by their distance
from the goal, the nearest first; a method's rank at a seed is the mean over its blocks. The
residuals of these ranks after methods and seeds (two-way analysis of variance) give intervals and
the critical difference of mean ranks (Tukey's studentized range): methods within it are tied.
"""

import csv
import io
import math
from collections.abc import Mapping
from dataclasses import dataclass

from regression_unlearning.reporting.averages import around
from regression_unlearning.reporting.comparing import ALPHA
from regression_unlearning.reporting.comparisons import Scores
from regression_unlearning.reporting.layout import Layout
from regression_unlearning.reporting.numerals import in_brackets

#: Quantities that rank the methods: distance row by row, attack with matched labels, retain error,
#: cost.
MATTERS = (
    "row_distance_train",
    "attack_matched_label_rate",
    "error_retain_test",
    "seconds_over_retraining",
)
FEWEST = 3
NOT_RANKED = "nothing was measured that methods are ranked by"
#: Headings of the leaderboard for readers.
RANKED = ("Method", "Mean rank", "Cannot be told from")
COLUMNS = ("method", "mean_rank", "ci_low", "ci_high", "seeds", "blocks", "tied_with")


@dataclass(frozen=True)
class Ranks:
    """A leaderboard.

    Attributes
    ----------
    means : mapping of str to float
        Method to its mean rank, the best first.
    intervals : mapping of str to (float, float)
        Their 95 % intervals, within 1 and the number of methods.
    difference : float
        Mean ranks that differ by less are tied.
    seeds, blocks : int
        Training seeds; forget sets times measures that each seed has.
    measures : tuple of str
        Quantities by which the methods were ranked.
    """

    means: Mapping[str, float]
    intervals: Mapping[str, tuple[float, float]]
    difference: float
    seeds: int
    blocks: int
    measures: tuple[str, ...]

    @property
    def ties(self) -> list[tuple[str, ...]]:
        """The largest sets of methods in which every two are tied, the best first."""
        names = list(self.means)
        groups: list[tuple[str, ...]] = []
        for first, name in enumerate(names):
            last = max(
                place
                for place in range(first, len(names))
                if self.means[names[place]] - self.means[name] <= self.difference
            )
            group = tuple(names[first : last + 1])
            if len(group) > 1 and not (groups and set(group) <= set(groups[-1])):
                groups.append(group)
        return groups

    def tied(self, method: str) -> list[str]:
        """The methods that are tied with a method."""
        own = self.means[method]
        return [
            name
            for name, rank in self.means.items()
            if name != method and abs(rank - own) <= self.difference
        ]


def rank(scores: Scores, layout: Layout) -> Ranks | str:
    """Rank a table's methods.

    On each forget set, a measure that some method does not have is left out.

    Parameters
    ----------
    scores : Scores
        Scores of the table's values.
    layout : Layout
        Methods and forget sets.

    Returns
    -------
    Ranks or str
        The reason why there are none, as a string.
    """
    import numpy as np
    from scipy.stats import rankdata, studentized_range

    methods = list(layout.unlearning)
    if len(methods) < 2:
        return "one method has no rank"
    blocks, used = [], []
    for group in layout.groups:
        for measure in MATTERS:
            block = [scores.of((*group, method, measure)) for method in methods]
            if all(block):
                blocks.append(block)
                used.append(measure)
    seeds = (
        sorted(set.intersection(*(set(by_seed) for block in blocks for by_seed in block)))
        if blocks
        else []
    )
    if len(seeds) < FEWEST:
        return (
            f"fewer than {FEWEST} seeds have every method on a measure that methods are ranked by"
        )
    table = np.array(
        [[rankdata([by_seed[seed] for by_seed in block]) for block in blocks] for seed in seeds]
    ).mean(1)
    means = table.mean(0)
    left = table - means - table.mean(1, keepdims=True) + table.mean()
    freedom = (len(seeds) - 1) * (len(methods) - 1)
    error = math.sqrt(float((left**2).sum()) / freedom / len(seeds))
    difference = float(studentized_range.ppf(1 - ALPHA, len(methods), freedom)) * error
    order = sorted(range(len(methods)), key=lambda number: (means[number], number))
    return Ranks(
        {methods[number]: float(means[number]) for number in order},
        {
            methods[number]: _within(*around(float(means[number]), error, freedom), len(methods))
            for number in order
        },
        difference,
        len(seeds),
        len(blocks),
        tuple(dict.fromkeys(used)),
    )


def _within(low: float, high: float, methods: int) -> tuple[float, float]:
    """The ends of an interval, limited to possible ranks."""
    return max(low, 1.0), min(high, float(methods))


def as_csv(ranks: Ranks | str) -> str:
    """A leaderboard as CSV, a row for each method; no rows if there is none."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(COLUMNS)
    if isinstance(ranks, Ranks):
        for name, value in ranks.means.items():
            ends = ranks.intervals[name]
            row = (name, value, *ends, ranks.seeds, ranks.blocks, " ".join(ranks.tied(name)))
            writer.writerow(row)
    return text.getvalue()


def as_markdown(ranks: Ranks | str, layout: Layout) -> str:
    """A leaderboard as Markdown, with an explanation of the ranks."""
    parts = [f"# {layout.title}: mean ranks", layout.subtitle]
    if isinstance(ranks, str):
        return "\n\n".join([*parts, f"Not ranked: {ranks}."]) + "\n"
    lines = [f"| {' | '.join(row)} |" for row in (RANKED, *texts(ranks, layout))]
    lines.insert(1, "|:--|:--|:--|")
    return "\n\n".join([*parts, "\n".join(lines), explained(ranks, layout)]) + "\n"


def texts(ranks: Ranks, layout: Layout) -> list[tuple[str, str, str]]:
    """A leaderboard's rows: see `RANKED`."""
    return [
        (
            layout.methods[name],
            in_brackets(value, *ranks.intervals[name]),
            ", ".join(layout.methods[other] for other in ranks.tied(name)) or "none",
        )
        for name, value in ranks.means.items()
    ]


def explained(ranks: Ranks, layout: Layout) -> str:
    """What the ranks are means over, and when two of them are tied."""
    measures = ", ".join(layout.words(measure).title.lower() for measure in ranks.measures)
    return (
        f"The mean over {ranks.seeds} training seeds, {len(layout.groups)} forget sets and "
        f"{measures}: 1 is the best. In brackets the 95 % interval. Mean ranks that differ by less "
        f"than {ranks.difference:.2f} (Tukey's critical difference) cannot be told apart."
    )
