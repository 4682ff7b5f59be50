"""What each method cost. Measured times differ from run to run, so they are kept apart."""

import pandas as pd

from regression_unlearning.reporting.layout import Layout
from regression_unlearning.reporting.numerals import places, read
from regression_unlearning.reporting.quantities import COSTS
from regression_unlearning.reporting.table import NOT_MEASURED, Block, Cell, Row, Table, lifted
from regression_unlearning.reporting.tables import ABSENT, number
from regression_unlearning.reporting.writing import save

VARIES = "times and memory vary from run to run and from machine to machine"


def costs_table(frame: pd.DataFrame, layout: Layout) -> Table:
    """Lay out seconds, share of retraining's seconds, and peak memory: a row per method.

    Parameters
    ----------
    frame : DataFrame
        A tidy frame with the measures of `cost`; models without any have no row.
    layout : Layout
        Title, forget sets and methods.
    """
    ours = layout.own(frame[frame["measure"].isin(COSTS)])
    cells = ours.set_index(["dataset", "forget_set", "method", "measure"]).to_dict("index")
    held = set(zip(ours["dataset"], ours["forget_set"], ours["method"], strict=True))
    decimals = {
        key: places(read(str(mean))[0] for mean in ours.loc[ours["measure"] == key, "mean"])
        for key in COSTS
    }
    rows = tuple(
        Row(
            title,
            name,
            tuple(_cell(cells.get((*group, method, key)), decimals[key]) for key in COSTS),
        )
        for group, title in layout.groups.items()
        for method, name in layout.methods.items()
        if (*group, method) in held
    )
    return lifted(
        Table(
            title=f"{layout.title}: costs",
            subtitle=layout.subtitle,
            columns=("Forget set", "Model", *(cost.title for cost in COSTS.values())),
            blocks=(Block("", rows),),
            legend=(
                ("Numbers", "the mean over the training seeds, ± half of its 95 % t interval"),
                *((cost.title, cost.meaning) for cost in COSTS.values()),
                ("Measured", VARIES),
            ),
        )
    )


def write_costs(frame: pd.DataFrame, layout: Layout, stem) -> Table:
    """Write ``{stem}_costs.csv`` (tidy), ``.md`` and ``.tex``; see `costs_table`."""
    table = costs_table(frame, layout)
    save(table, frame[frame["measure"].isin(COSTS)], f"{stem}_costs")
    return table


def _cell(one: dict | None, decimals: int) -> Cell:
    """A measured cost; its floor says nothing, so notes about the floor are left out."""
    if one is None:
        return Cell(NOT_MEASURED, notes=(ABSENT,))
    cell = number(one, decimals)
    return Cell(cell.text, cell.paper, tuple(note for note in cell.notes if "floor" not in note))
