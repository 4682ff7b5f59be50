"""The paper's tables: forget set by measure down, methods across, and the floor beside them."""

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from regression_unlearning.reporting.layout import REFERENCES, Layout
from regression_unlearning.reporting.numerals import places, shown, spread, with_interval
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
from regression_unlearning.reporting.writing import save

ABSENT = "nobody has measured this: the measures hold no such row"
READING = {
    "paper": "the paper's printed value",
    "Floor": (
        "the same measure between retrained models of different seeds (for an error or a rate, "
        "their mean difference). A difference smaller than the floor says nothing"
    ),
    NOT_DEFINED: "not defined for this model",
}


def main_table(summaries: Summaries, layout: Layout) -> Table:
    """Lay out summaries as one of the paper's tables; costs are left out.

    Parameters
    ----------
    summaries : dict
        See `summary.summarise`; cells of other datasets and forget sets are passed over.
    layout : Layout
        Title, rows and columns.
    """
    ours = layout.own(summaries)
    held = {key[3] for key in ours} - set(layout.costs) - set(layout.measures)
    further = [key for key in layout.quantities if key in held]
    further += sorted(held - set(further))
    blocks = [Block("", _rows(ours, layout, layout.measures))] if layout.measures else []
    if further:
        blocks.append(Block("Further measures" if blocks else "", _rows(ours, layout, further)))
    return lifted(
        Table(
            title=layout.title,
            subtitle=layout.subtitle,
            columns=("Forget set", "Measure", *layout.methods.values(), "Floor"),
            blocks=tuple(blocks),
            legend=tuple(legend([*layout.measures, *further], layout, ours)),
        )
    )


def write_table(summaries: Summaries, layout: Layout, stem: str | Path) -> Table:
    """Write ``{stem}.csv`` (the summaries), ``{stem}.md`` and ``{stem}.tex``; see `main_table`."""
    table = main_table(summaries, layout)
    save(table, layout.measured(summaries), stem)
    return table


def _rows(ours: Summaries, layout: Layout, measures: Iterable[str]) -> tuple[Row, ...]:
    """The rows of one block: each dataset's forget sets with their measures."""
    return tuple(
        _row(
            title,
            measure,
            {method: ours.get((*group, method, measure)) for method in layout.methods},
            layout,
        )
        for group, title in layout.groups.items()
        for measure in measures
    )


def _row(group: str, measure: str, found: Mapping[str, Summary | None], layout: Layout) -> Row:
    """One row: a cell per method, then the floor; all with the same number of decimals."""
    text = layout.words(measure)
    decimals = places(one.mean for one in found.values() if one)
    index = text.goal == "1"  # of retraining over retraining: its noise is the floor
    cells = [
        number(one, decimals)
        if one and not (index and method == "retrained")
        else _absent(text.compares and method in REFERENCES)
        for method, one in found.items()
    ]
    after = (floor(found.values(), decimals),)
    return Row(group, text.title, tuple(cells), text.goal, after)


def _absent(defined_nowhere: bool) -> Cell:
    return Cell(NOT_DEFINED) if defined_nowhere else Cell(NOT_MEASURED, notes=(ABSENT,))


def number(one: Summary, decimals: int) -> Cell:
    """A cell: the mean, half of its interval, the paper's value, the notes."""
    return Cell(with_interval(one, decimals), one.paper, one.notes)


def cost(one: Summary, decimals: int) -> Cell:
    """A measured cost; its floor says nothing, so notes about the floor are left out."""
    notes = tuple(note for note in one.notes if "floor" not in note)
    return Cell(with_interval(one, decimals), one.paper, notes)


def floor(found: Iterable[Summary | None], decimals: int) -> str:
    """The floor beside several cells of one measure."""
    known = (one.floor for one in found if one and one.floor)
    return next((shown(one, decimals, spread) for one in known), NOT_MEASURED)


def legend(
    measures: Iterable[str], layout: Layout, ours: Summaries, leave_out: Iterable[str] = ()
) -> Iterator[tuple[str, str]]:
    """Term and meaning of all that a table shows."""
    seeds = max((one.seeds for one in ours.values()), default=0)
    over = f"{seeds} training seeds" if seeds != 1 else "one training seed"
    interval = ", ± half of its 95 % t interval" if seeds > 1 else ""
    mean = f"the mean over {over}{interval}; a note says where there are fewer"
    yield "Numbers", mean if seeds else "none: nothing here could be measured"
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
        yield one.title + (f" → {one.goal}" if one.goal else ""), meaning + symbol
