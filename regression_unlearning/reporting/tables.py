"""Tables in the paper's form: a row for each forget set and measure, a column for each method."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

from regression_unlearning.reporting.averages import FEWEST
from regression_unlearning.reporting.comparing import BETTER, SAME, UNTOLD, WORSE, Comparison
from regression_unlearning.reporting.comparing import FEWEST as SEEDS_TO_COMPARE
from regression_unlearning.reporting.comparisons import Comparisons
from regression_unlearning.reporting.layout import GOLD, NOTHING, REFERENCES, Layout
from regression_unlearning.reporting.numerals import (
    decimals_for,
    ends,
    shown,
    spread,
    with_interval,
)
from regression_unlearning.reporting.summaries import Summaries, Summary
from regression_unlearning.reporting.table import (
    NOT_DEFINED,
    NOT_MEASURED,
    Block,
    Cell,
    Row,
    Table,
    lifted,
)

ABSENT = "nobody has measured this: the measures hold no such row"
SIGNS = {BETTER: "▲", WORSE: "▼", SAME: "≈", UNTOLD: "?"}
VERDICTS = (
    "against the original, which forgot nothing, seed by seed: nearer to the arrow's goal; "
    "farther; the same within the floor (equivalence test); or it cannot be told with so many "
    "seeds. p values are corrected by Holm's rule over all cells of one measure in this table"
)
AVERAGES = {
    "mean": "",
    "geometric": "; the geometric mean over seeds, as of all ratios",
    "median": "; the median over seeds, with an interval of order statistics",
}
READING = {
    "paper": "the paper's printed value",
    "Floor": (
        "the same measure between retrained models of different seeds (for an error or a rate, "
        "their mean difference), with its 95 % interval (jackknife over models). A difference "
        "smaller than the floor says nothing"
    ),
    NOT_DEFINED: "not defined for this model",
}


def main_table(summaries: Summaries, layout: Layout, compared: Comparisons | None = None) -> Table:
    """A table in the paper's form, without costs.

    Parameters
    ----------
    summaries : dict
        See `summary.summarise`; cells of other datasets and forget sets are ignored.
    layout : Layout
        Title, rows and columns.
    compared : dict, optional
        See `comparisons.against_nothing`; if given, each cell shows its verdict.
    """
    shown, compared = layout.own(summaries), compared or {}
    held = {key[3] for key in shown} - set(layout.costs) - set(layout.measures)
    further = [key for key in layout.quantities if key in held]
    further += sorted(held - set(further))
    rows = _rows(shown, layout, layout.measures, compared)
    blocks = [Block("", rows)] if rows else []
    if further:
        rows = _rows(shown, layout, further, compared)
        blocks.append(Block("Further measures" if blocks else "", rows))
    return lifted(
        Table(
            title=layout.title,
            subtitle=layout.subtitle,
            columns=("Forget set", "Measure", *layout.methods.values(), "Floor"),
            blocks=tuple(blocks),
            legend=tuple(legend([*layout.measures, *further], layout, shown, (), compared)),
        )
    )


def _rows(
    shown: Summaries, layout: Layout, measures: Iterable[str], compared: Comparisons
) -> tuple[Row, ...]:
    """The rows of one block: each forget set with each measure."""
    return tuple(
        _row(
            group,
            title,
            measure,
            {method: shown.get((*group, method, measure)) for method in layout.methods},
            layout,
            compared,
        )
        for group, title in layout.groups.items()
        for measure in measures
    )


def _row(
    place: tuple[str, str],
    group: str,
    measure: str,
    summaries: Mapping[str, Summary | None],
    layout: Layout,
    compared: Comparisons,
) -> Row:
    """A row: a cell for each method, then the floor, all with the same number of decimals."""
    text = layout.words(measure)
    decimals = decimals_for(summary.mean for summary in summaries.values() if summary)
    index = text.goal == "1"  # gold's own value is shown as the floor
    cells = [
        judged(number(summary, decimals), compared.get((*place, method, NOTHING, measure)))
        if summary and not (index and method == GOLD)
        else _absent(text.compares and method in REFERENCES)
        for method, summary in summaries.items()
    ]
    after = (floor(summaries.values(), decimals),)
    return Row(group, layout.label(measure), tuple(cells), text.goal, after)


def _absent(defined_nowhere: bool) -> Cell:
    return Cell(NOT_DEFINED) if defined_nowhere else Cell(NOT_MEASURED, notes=(ABSENT,))


def number(summary: Summary, decimals: int) -> Cell:
    """A cell: the average, its interval, the paper's value, the notes."""
    return Cell(with_interval(summary, decimals), summary.paper, summary.notes)


def judged(cell: Cell, comparison: Comparison | None) -> Cell:
    """A cell with the sign of its verdict, if it was compared with doing nothing."""
    if (
        comparison is None
        or comparison.difference is None
        or cell.text in (NOT_MEASURED, NOT_DEFINED)
    ):
        return cell
    return replace(cell, text=f"{cell.text} {SIGNS[comparison.verdict]}")


def floor(summaries: Iterable[Summary | None], decimals: int) -> str:
    """Text of the floor beside several cells of one measure, with its interval."""
    summary = next((summary for summary in summaries if summary and summary.floor), None)
    if summary is None or summary.floor is None:
        return NOT_DEFINED if any(summaries) else NOT_MEASURED
    text = shown(summary.floor, decimals, spread)
    return f"{text} {ends(summary.floor_interval, decimals)}" if summary.floor_interval else text


def legend(
    measures: Iterable[str],
    layout: Layout,
    shown: Summaries,
    leave_out: Iterable[str] = (),
    compared: Comparisons | None = None,
) -> Iterator[tuple[str, str]]:
    """Term and meaning of everything that a table shows.

    Parameters
    ----------
    measures : iterable of str
        Quantities of the table.
    layout : Layout
        Their words.
    shown : dict
        Cells of the table.
    leave_out : iterable of str
        Terms of `READING` that the table does not show.
    compared : dict, optional
        See `main_table`.
    """
    yield "Numbers", numbers_mean(shown.values())
    comparisons = (compared or {}).values()
    if any(comparison.difference is not None for comparison in comparisons):
        yield " ".join(SIGNS.values()), VERDICTS
    elif comparisons:
        yield "Verdicts", f"none: it takes {SEEDS_TO_COMPARE} seeds to compare two models"
    if layout.given:
        yield "Original model", layout.given
    yield from ((term, meaning) for term, meaning in READING.items() if term not in leave_out)
    yield "→", "the nearer to what follows the arrow, the closer to the retrained model"
    for key in measures:
        quantity = layout.words(key)
        meaning = quantity.meaning
        if quantity.unit == "error":
            meaning = meaning.replace("error", layout.error, 1)
        symbol = f" ({quantity.symbol} in the paper)" if quantity.symbol else ""
        symbol += AVERAGES[quantity.average]
        goal = f" → {quantity.goal}" if quantity.goal else ""
        yield layout.label(key) + goal, meaning + symbol


def numbers_mean(summaries: Iterable[Summary]) -> str:
    """The meaning of a table's numbers, which depends on the number of seeds."""
    seeds = max((summary.seeds for summary in summaries), default=0)
    if not seeds:
        return "none: nothing here could be measured"
    if seeds == 1:
        return "of one training seed"
    if seeds < FEWEST:
        return f"the values of {seeds} training seeds, in the seeds' order; of pairs their mean"
    return (
        f"the mean over {seeds} training seeds and its 95 % interval, which stays in the possible "
        "range (t on a logarithmic or logit scale); a note says where there are fewer seeds"
    )
