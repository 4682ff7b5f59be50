"""The paper's tables: forget set by measure down, methods across, and the floor beside them."""

from collections.abc import Iterable, Mapping

import pandas as pd

from regression_unlearning.reporting import notes
from regression_unlearning.reporting.layout import REFERENCES, Layout
from regression_unlearning.reporting.numerals import SIGNS, fixed, places, read, spread
from regression_unlearning.reporting.quantities import COSTS, QUANTITIES, quantity
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


def main_table(frame: pd.DataFrame, layout: Layout) -> Table:
    """Lay out the tidy frame as one of the paper's tables; costs are left out.

    Parameters
    ----------
    frame : DataFrame
        See `summary.tidy`; rows of other datasets and forget sets are passed over.
    layout : Layout
        Title, rows and columns.
    """
    ours = layout.own(frame).astype({"mean": str})
    held = set(ours["measure"]) - set(COSTS) - set(layout.measures)
    further = [key for key in QUANTITIES if key in held] + sorted(held - set(QUANTITIES))
    cells = ours.set_index(["dataset", "forget_set", "measure", "method"]).to_dict("index")
    blocks = [Block("", _rows(cells, layout, layout.measures))]
    if further:
        blocks.append(Block("Further measures", _rows(cells, layout, further)))
    return lifted(
        Table(
            title=layout.title,
            subtitle=layout.subtitle,
            columns=("Forget set", "Measure", *layout.methods.values(), "Floor"),
            blocks=tuple(blocks),
            legend=tuple(legend([*layout.measures, *further], layout, ours)),
        )
    )


def write_table(frame: pd.DataFrame, layout: Layout, stem) -> Table:
    """Write ``{stem}.csv`` (tidy), ``{stem}.md`` and ``{stem}.tex``; see `main_table`."""
    table = main_table(frame, layout)
    save(table, frame[~frame["measure"].isin(COSTS)], stem)
    return table


def _rows(cells: Mapping, layout: Layout, measures: Iterable[str]) -> tuple[Row, ...]:
    """The rows of one block: each dataset's forget sets with their measures."""
    return tuple(
        _row(
            title,
            measure,
            {method: cells.get((*group, measure, method)) for method in layout.methods},
        )
        for group, title in layout.groups.items()
        for measure in measures
    )


def _row(group: str, measure: str, found: Mapping[str, Mapping | None]) -> Row:
    """One row: a cell per method, then the floor; all with the same number of decimals."""
    decimals = places(read(str(one["mean"]))[0] for one in found.values() if one)
    compares = quantity(measure).compares
    index = quantity(measure).goal == "1"  # of retraining over retraining: its noise is the floor
    cells = [
        number(one, decimals)
        if one and not (index and method == "retrained")
        else _absent(compares and method in REFERENCES)
        for method, one in found.items()
    ]
    floor = next((str(one["floor"]) for one in found.values() if one and one["floor"]), "")
    floor = shown(floor, decimals, spread) if floor else NOT_MEASURED
    text = quantity(measure)
    return Row(group, text.title, tuple(cells), text.goal, after=(floor,))


def _absent(defined_nowhere: bool) -> Cell:
    return Cell(NOT_DEFINED) if defined_nowhere else Cell(NOT_MEASURED, notes=(ABSENT,))


def number(one: Mapping, decimals: int) -> Cell:
    """A cell of the tidy frame: the mean, half of its interval, the paper's value, the notes."""
    text = shown(str(one["mean"]), decimals)
    low, high = (read(str(one[end]))[0] for end in ("ci_low", "ci_high"))
    if low == low and high == high:
        text += f" ± {spread((high - low) / 2, decimals)}"
    return Cell(text, str(one["paper_value"]), notes.split(str(one["note"])))


def shown(mean: str, decimals: int, write=fixed) -> str:
    """A stored mean or floor as readers see it; a text that is no number stays as it is."""
    value, sign = read(mean)
    if value != value:
        return mean
    return f"{SIGNS[sign]} {fixed(value, decimals)}" if sign else write(value, decimals)


def legend(
    measures: Iterable[str], layout: Layout, ours: pd.DataFrame, leave_out: Iterable[str] = ()
):
    """Term and meaning of all that a table shows."""
    seeds = int(ours["seeds"].astype(int).max()) if len(ours) else 0
    over = f"{seeds} training seeds" if seeds != 1 else "one training seed"
    interval = ", ± half of its 95 % t interval" if seeds > 1 else ""
    mean = f"the mean over {over}{interval}; a note says where there are fewer"
    yield "Numbers", mean if seeds else "none: nothing here could be measured"
    if layout.given:
        yield "Original model", layout.given
    yield from ((term, said) for term, said in READING.items() if term not in leave_out)
    yield "→", "the nearer to what follows the arrow, the closer to the retrained model"
    for key in measures:
        one = quantity(key)
        meaning = one.meaning
        if key.startswith("error_"):
            meaning = meaning.replace("error", layout.error, 1)
        symbol = f" ({one.symbol} in the paper)" if one.symbol else ""
        yield one.title + (f" → {one.goal}" if one.goal else ""), meaning + symbol
