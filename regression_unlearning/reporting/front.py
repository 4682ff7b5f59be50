"""The Pareto front of methods and their settings in closeness, attack and error.

How good a method is over all its settings is the volume of what they dominate, up to the worst
point (Zitzler and Thiele, "Multiobjective evolutionary algorithms", IEEE TEC 1999).
"""

import math
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from statistics import fmean

from regression_unlearning.evaluation.measure import Quantity
from regression_unlearning.evaluation.values import Value
from regression_unlearning.reporting.claim import settings_of
from regression_unlearning.reporting.comparisons import Comparisons
from regression_unlearning.reporting.layout import Layout
from regression_unlearning.reporting.numerals import short
from regression_unlearning.reporting.summaries import Summaries
from regression_unlearning.reporting.table import Block, Cell, Row, Table
from regression_unlearning.reporting.tables import legend

#: Closeness to the retrained model, attack, utility: the smallest absolute value is the best.
AXES = ("row_distance_train", "representation_network_excess", "error_retain_test")
VOLUME = Quantity(
    "front_volume",
    "Volume behind the front",
    "share of the unit cube of the front's three sizes in which some setting of the method is at "
    "least as good in each",
    goal="retrained",
    least=0,
    most=1,
)


@dataclass(frozen=True)
class Point:
    """One method at one setting on one forget set.

    Attributes
    ----------
    sizes : tuple of float
        Absolute values of the means of `AXES`.
    on_front : bool
        Whether no other point is at least as good in all of them and better in one of them.
    """

    sizes: tuple[float, ...]
    on_front: bool


def front(summaries: Summaries, layout: Layout) -> dict[tuple[str, str], dict[str, Point]]:
    """Points of each forget set by method, without methods that have not all three values."""
    result = {}
    for group in layout.groups:
        cells = {
            method: [summaries.get((*group, method, axis)) for axis in AXES]
            for method in layout.unlearning
        }
        sizes = {
            method: tuple(abs(cell.mean.exact) if cell else math.nan for cell in own)
            for method, own in cells.items()
        }
        result[group] = on_front(
            {method: own for method, own in sizes.items() if not any(map(math.isnan, own))}
        )
    return result


def on_front(sizes: Mapping[str, tuple[float, ...]]) -> dict[str, Point]:
    """The points of given sizes by method, with those on the front marked."""

    def beats(first: tuple[float, ...], second: tuple[float, ...]) -> bool:
        return first != second and all(a <= b for a, b in zip(first, second, strict=True))

    return {
        method: Point(own, not any(beats(other, own) for other in sizes.values()))
        for method, own in sizes.items()
    }


def front_table(
    summaries: Summaries, layout: Layout, _compared: Comparisons | None = None
) -> Table:
    """A table with a row for each method and forget set: sizes, and whether it is on the front."""
    rows = []
    for group, points in front(summaries, layout).items():
        for method in layout.unlearning:
            point = points.get(method)
            texts = ("not measured",) * (len(AXES) + 1)
            if point:
                texts = (*map(short, point.sizes), "yes" if point.on_front else "no")
            cells = tuple(Cell(text) for text in texts)
            rows.append(Row(layout.groups[group], layout.methods[method], cells))
    titles = [layout.words(axis).title for axis in AXES]
    return Table(
        title=layout.title,
        subtitle=layout.subtitle,
        columns=("Forget set", "Method", *(f"{title}, size" for title in titles), "On the front"),
        blocks=(Block("", tuple(rows)),),
        legend=(
            *legend(AXES, layout, layout.own(summaries), (), {}),
            (
                "On the front",
                "no other row of the forget set is as good in all three, and better "
                "in one; by the means over seeds, whose intervals the other tables show",
            ),
        ),
    )


def volume(points: Sequence[tuple[float, ...]]) -> float:
    """Share of the unit cube that at least one point dominates; smaller sizes are better.

    Computed by inclusion and exclusion over the points' boxes, each up to 1 in every direction.

    Parameters
    ----------
    points : sequence of tuple of float
        At most a dozen points, with sizes from 0 to 1.
    """
    return sum(
        (-1) ** (count + 1) * math.prod(1 - max(sizes) for sizes in zip(*some, strict=True))
        for count in range(1, len(points) + 1)
        for some in combinations(points, count)
    )


def volumes(values: Iterable[Value], shown: Sequence[str]) -> list[Value]:
    """`VOLUME` of each method at each dataset, forget set and seed, over its settings.

    The retrained model's sizes are the means over the other seeds' retrained models: its volumes
    give the floor.

    Parameters
    ----------
    values : iterable of Value
        Where targets are classes, `AXES` are sizes of at most 1.
    shown : sequence of str
        Labels of models; a setting that lacks one of the axes is left out.
    """
    sizes: dict[tuple[str, str, int, str], dict[str, list[float]]] = defaultdict(dict)
    for value in values:
        if value.quantity in AXES and value.value is not None:
            for seed in {value.seed, value.seed if value.other_seed is None else value.other_seed}:
                own = sizes[value.dataset, value.forget_set, seed, value.method]
                own.setdefault(value.quantity, []).append(abs(value.value))
    result = []
    for method, labels in settings_of(shown).items():
        points: dict[tuple[str, str, int], list[tuple[float, ...]]] = defaultdict(list)
        for (dataset, forget_set, seed, label), own in sizes.items():
            if label in labels and len(own) == len(AXES):
                points[dataset, forget_set, seed].append(tuple(fmean(own[axis]) for axis in AXES))
        for (dataset, forget_set, seed), some in points.items():
            share = volume(some)
            result.append(Value(dataset, forget_set, method, VOLUME.key, seed, None, share))
    return result
