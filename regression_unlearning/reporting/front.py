"""Which methods, at which settings, no other one beats in all that matters: the Pareto front.

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

#: Closeness to the retrained model, attack, utility: of each the least size is the best.
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
        Of the means of `AXES`.
    on_front : bool
        Whether no other point is at least as good in all of them and better in one.
    """

    sizes: tuple[float, ...]
    on_front: bool


def front(summaries: Summaries, layout: Layout) -> dict[tuple[str, str], dict[str, Point]]:
    """The points of each forget set by method; one that lacks a value has none."""
    found = {}
    for group in layout.groups:
        cells = {
            method: [summaries.get((*group, method, axis)) for axis in AXES]
            for method in layout.unlearning
        }
        sizes = {
            method: tuple(abs(one.mean.exact) if one else math.nan for one in own)
            for method, own in cells.items()
        }
        found[group] = on_front(
            {k: one for k, one in sizes.items() if not any(map(math.isnan, one))}
        )
    return found


def on_front(sizes: Mapping[str, tuple[float, ...]]) -> dict[str, Point]:
    """Points, and whether each is on the front."""

    def beats(one: tuple[float, ...], other: tuple[float, ...]) -> bool:
        return one != other and all(a <= b for a, b in zip(one, other, strict=True))

    return {
        method: Point(own, not any(beats(other, own) for other in sizes.values()))
        for method, own in sizes.items()
    }


def front_table(
    summaries: Summaries, layout: Layout, _compared: Comparisons | None = None
) -> Table:
    """A row for each method and forget set: what is compared, and whether it is on the front."""
    rows = []
    for group, points in front(summaries, layout).items():
        for method in layout.unlearning:
            point = points.get(method)
            said = ("not measured",) * (len(AXES) + 1)
            if point:
                said = (*map(short, point.sizes), "yes" if point.on_front else "no")
            cells = tuple(Cell(text) for text in said)
            rows.append(Row(layout.groups[group], layout.methods[method], cells))
    titles = [layout.words(axis).title for axis in AXES]
    return Table(
        title=layout.title,
        subtitle=layout.subtitle,
        columns=("Forget set", "Method", *(f"{one}, size" for one in titles), "On the front"),
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
    """Share of the unit cube that some of at most a dozen points dominate, the least the best.

    By inclusion and exclusion over the points' boxes, each up to 1 in every direction.
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
    for one in values:
        if one.quantity in AXES and one.value is not None:
            for seed in {one.seed, one.seed if one.other_seed is None else one.other_seed}:
                own = sizes[one.dataset, one.forget_set, seed, one.method]
                own.setdefault(one.quantity, []).append(abs(one.value))
    made = []
    for method, labels in settings_of(shown).items():
        points: dict[tuple[str, str, int], list[tuple[float, ...]]] = defaultdict(list)
        for (dataset, forget_set, seed, label), own in sizes.items():
            if label in labels and len(own) == len(AXES):
                points[dataset, forget_set, seed].append(tuple(fmean(own[axis]) for axis in AXES))
        for (dataset, forget_set, seed), some in points.items():
            value = volume(some)
            made.append(Value(dataset, forget_set, method, VOLUME.key, seed, None, value))
    return made
