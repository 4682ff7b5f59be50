"""The files of one table, from measured values and the table's settings."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from regression_unlearning.evaluation.values import Value
from regression_unlearning.reporting import comparisons, ranks, summaries
from regression_unlearning.reporting.against_paper import with_nearer
from regression_unlearning.reporting.comparisons import (
    Comparisons,
    Scores,
    against_nothing,
    between_methods,
)
from regression_unlearning.reporting.costs import costs_table
from regression_unlearning.reporting.front import front_table
from regression_unlearning.reporting.layout import ENDINGS, Layout
from regression_unlearning.reporting.methods_table import methods_table
from regression_unlearning.reporting.ranks import Ranks
from regression_unlearning.reporting.results import layout_of, printed
from regression_unlearning.reporting.summaries import Summaries, select
from regression_unlearning.reporting.summary import summarise
from regression_unlearning.reporting.table import Table
from regression_unlearning.reporting.tables import main_table
from regression_unlearning.reporting.writing import as_latex, as_markdown


@dataclass(frozen=True)
class Tabling:
    """One table: its values, summaries, comparisons, ranks and files.

    Attributes
    ----------
    values : sequence of Value
        Measured values; those of other tables are ignored.
    settings : mapping
        See `results.layout_of`.
    """

    values: Sequence[Value]
    settings: Mapping[str, Any]

    @cached_property
    def layout(self) -> Layout:
        """Title, rows and columns."""
        return layout_of(self.settings)

    @cached_property
    def own(self) -> list[Value]:
        """The values that the table shows."""
        layout = self.layout
        return [
            value
            for value in self.values
            if (value.dataset, value.forget_set) in layout.groups and value.method in layout.methods
        ]

    @cached_property
    def summaries(self) -> Summaries:
        """All cells, costs included."""
        result = summarise(self.own, printed(self.settings), self.layout.quantities)
        return with_nearer(result)

    @cached_property
    def scores(self) -> Scores:
        """Distance of each model from each quantity's goal."""
        return Scores(self.own, self.layout.quantities)

    @cached_property
    def compared(self) -> Comparisons:
        """Comparisons of each method with doing nothing."""
        return against_nothing(self.scores, self.layout)

    @cached_property
    def between(self) -> Comparisons:
        """Comparisons of every two methods; none in tables of many methods, which have ranks."""
        return between_methods(self.scores, self.layout) if self.layout.kind == "measures" else {}

    @cached_property
    def ranks(self) -> Ranks | str:
        """The leaderboard, or the reason why there is none."""
        return ranks.rank(self.scores, self.layout)

    @cached_property
    def table(self) -> Table:
        """The table itself."""
        make = {"methods": methods_table, "front": front_table}.get(self.layout.kind, main_table)
        return make(self.summaries, self.layout, self.compared)

    @cached_property
    def costs(self) -> Table:
        """The table of costs."""
        return costs_table(self.summaries, self.layout)

    def files(self) -> dict[str, str]:
        """Text of each file by its ending."""
        layout, cells = self.layout, self.summaries
        costs = select(layout.own(cells), layout.costs)
        texts = (
            summaries.as_csv(layout.measured(cells)),
            as_markdown(self.table),
            as_latex(self.table),
            summaries.as_csv(costs),
            as_markdown(self.costs),
            as_latex(self.costs),
            comparisons.as_csv(self.compared | self.between),
            ranks.as_csv(self.ranks),
            ranks.as_markdown(self.ranks, layout),
        )
        return dict(zip(ENDINGS, texts, strict=True))
