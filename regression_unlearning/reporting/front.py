"""The Pareto front of methods and their settings in closeness, attack and error."""

import math
from collections.abc import Mapping
from dataclasses import dataclass

from regression_unlearning.reporting.comparisons import Comparisons
from regression_unlearning.reporting.layout import Layout
from regression_unlearning.reporting.numerals import short
from regression_unlearning.reporting.summaries import Summaries
from regression_unlearning.reporting.table import Block, Cell, Row, Table
from regression_unlearning.reporting.tables import legend

#: Closeness to the retrained model, attack, utility: the smallest absolute value is the best.
AXES = ("row_distance_train", "representation_network_excess", "error_retain_test")


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
