"""The paper's tables: forget set by measure down, methods across, and the floor beside them."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

from regression_unlearning.reporting.averages import FEWEST
from regression_unlearning.reporting.comparing import BETTER, SAME, UNTOLD, WORSE, Comparison
from regression_unlearning.reporting.comparing import FEWEST as SEEDS_TO_COMPARE
from regression_unlearning.reporting.comparisons import Comparisons
from regression_unlearning.reporting.layout import GOLD, NOTHING, REFERENCES, Layout
from regression_unlearning.reporting.numerals import ends, places, shown, spread, with_interval
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
    """Lay out summaries as one of the paper's tables; costs are left out.

    Parameters
    ----------
    summaries : dict
        See `summary.summarise`; cells of other datasets and forget sets are passed over.
    layout : Layout
        Title, rows and columns.
    compared : dict, optional
        See `comparisons.against_nothing`; each cell then shows its verdict.
    """
    ours, compared = layout.own(summaries), compared or {}
    held = {key[3] for key in ours} - set(layout.costs) - set(layout.measures)
    further = [key for key in layout.quantities if key in held]
    further += sorted(held - set(further))
    rows = _rows(ours, layout, layout.measures, compared)
    blocks = [Block("", rows)] if rows else []
    if further:
        rows = _rows(ours, layout, further, compared)
        blocks.append(Block("Further measures" if blocks else "", rows))
    return lifted(
        Table(
            title=layout.title,
            subtitle=layout.subtitle,
            columns=("Forget set", "Measure", *layout.methods.values(), "Floor"),
            blocks=tuple(blocks),
            legend=tuple(legend([*layout.measures, *further], layout, ours, (), compared)),
        )
    )


def _rows(
    ours: Summaries, layout: Layout, measures: Iterable[str], compared: Comparisons
) -> tuple[Row, ...]:
    """The rows of one block: each dataset's forget sets with their measures."""
    return tuple(
        _row(
            group,
            title,
            measure,
            {method: ours.get((*group, method, measure)) for method in layout.methods},
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
    found: Mapping[str, Summary | None],
    layout: Layout,
    compared: Comparisons,
) -> Row:
    """One row: a cell per method, then the floor; all with the same number of decimals."""
    text = layout.words(measure)
    decimals = places(one.mean for one in found.values() if one)
    index = text.goal == "1"  # of retraining over retraining: its noise is the floor
    cells = [
        judged(number(one, decimals), compared.get((*place, method, NOTHING, measure)))
        if one and not (index and method == GOLD)
        else _absent(text.compares and method in REFERENCES)
        for method, one in found.items()
    ]
    after = (floor(found.values(), decimals),)
    return Row(group, layout.label(measure), tuple(cells), text.goal, after)


def _absent(defined_nowhere: bool) -> Cell:
    return Cell(NOT_DEFINED) if defined_nowhere else Cell(NOT_MEASURED, notes=(ABSENT,))


def number(one: Summary, decimals: int) -> Cell:
    """A cell: the average, its interval, the paper's value, the notes."""
    return Cell(with_interval(one, decimals), one.paper, one.notes)


def judged(cell: Cell, found: Comparison | None) -> Cell:
    """A cell with the sign of its verdict, where it could be compared with doing nothing."""
    if found is None or found.difference is None or cell.text in (NOT_MEASURED, NOT_DEFINED):
        return cell
    return replace(cell, text=f"{cell.text} {SIGNS[found.verdict]}")


def floor(found: Iterable[Summary | None], decimals: int) -> str:
    """The floor beside several cells of one measure, and its interval."""
    one = next((one for one in found if one and one.floor), None)
    if one is None or one.floor is None:
        return NOT_DEFINED if any(found) else NOT_MEASURED
    text = shown(one.floor, decimals, spread)
    return f"{text} {ends(one.floor_interval, decimals)}" if one.floor_interval else text


def legend(
    measures: Iterable[str],
    layout: Layout,
    ours: Summaries,
    leave_out: Iterable[str] = (),
    compared: Comparisons | None = None,
) -> Iterator[tuple[str, str]]:
    """Term and meaning of all that a table shows."""
    yield "Numbers", numbers_mean(ours.values())
    known = (compared or {}).values()
    if any(one.difference is not None for one in known):
        yield " ".join(SIGNS.values()), VERDICTS
    elif known:
        yield "Verdicts", f"none: it takes {SEEDS_TO_COMPARE} seeds to compare two models"
    if layout.given:
        yield "Original model", layout.given
    yield from ((term, said) for term, said in READING.items() if term not in leave_out)
    yield "→", "the nearer to what follows the arrow, the closer to the retrained model"
    for key in measures:
        one = layout.words(key)
        meaning = one.meaning
        if one.unit == "error":
            meaning = meaning.replace("error", layout.error, 1)
        symbol = f" ({one.symbol} in the paper)" if one.symbol else ""
        symbol += AVERAGES[one.average]
        yield layout.label(key) + (f" → {one.goal}" if one.goal else ""), meaning + symbol


def numbers_mean(ours: Iterable[Summary]) -> str:
    """What the numbers of a table are, by how many seeds there are."""
    seeds = max((one.seeds for one in ours), default=0)
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
