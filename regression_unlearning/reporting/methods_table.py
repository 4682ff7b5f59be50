"""Many methods in one table: a row for each, a column for each of a few measures."""

import pandas as pd

from regression_unlearning.reporting.costs import VARIES
from regression_unlearning.reporting.layout import Layout
from regression_unlearning.reporting.numerals import places, read, spread
from regression_unlearning.reporting.quantities import COSTS, quantity
from regression_unlearning.reporting.remarks import COST, remarks
from regression_unlearning.reporting.table import (
    NOT_DEFINED,
    NOT_MEASURED,
    Block,
    Cell,
    Row,
    Table,
    lifted,
)
from regression_unlearning.reporting.tables import ABSENT, legend, number, shown
from regression_unlearning.reporting.writing import save

SHOWN = (
    "error_retain_test",
    "error_forget_train",
    "attack_label_rate",
    "wasserstein_train",
    "representation_network_excess",
    "tow",
    COST,
)
FLOOR = "Floor"


def methods_table(frame: pd.DataFrame, layout: Layout) -> Table:
    """Lay out a tidy frame with its costs: forget set by method down, measures across.

    Notes on a method as a whole (`remarks`) stand at its name; the floor is the last row of each
    forget set.

    Parameters
    ----------
    frame : DataFrame
        See `summary.tidy`; rows of other datasets are passed over.
    layout : Layout
        Title, forget sets, methods.
    """
    ours = layout.own(frame[frame["measure"].isin(SHOWN)]).astype({"mean": str})
    cells = ours.set_index(["dataset", "forget_set", "method", "measure"]).to_dict("index")
    decimals = {
        key: places(read(mean)[0] for mean in ours.loc[ours["measure"] == key, "mean"])
        for key in SHOWN
    }
    said = remarks(frame, layout)
    rows = []
    for group, title in layout.groups.items():
        for method, name in layout.methods.items():
            found = [
                _cell(cells.get((*group, method, key)), key, method, decimals[key]) for key in SHOWN
            ]
            rows.append(Row(title, name, tuple(found), notes=said.get(method, ())))
        floors = [_floor(cells, group, layout, key, decimals[key]) for key in SHOWN]
        rows.append(Row(title, FLOOR, tuple(Cell(text) for text in floors)))
    headings = (f"{quantity(key).title}{_goal(key)}" for key in SHOWN)
    return lifted(
        Table(
            title=layout.title,
            subtitle=layout.subtitle,
            columns=("Forget set", "Method", *headings),
            blocks=(Block("", tuple(rows)),),
            legend=(*legend(SHOWN, layout, ours, leave_out=("paper",)), ("Measured", VARIES)),
        )
    )


def write_methods_table(frame: pd.DataFrame, layout: Layout, stem) -> Table:
    """Write ``{stem}.csv`` (tidy, without costs), ``.md`` and ``.tex``; see `methods_table`."""
    table = methods_table(frame, layout)
    save(table, frame[~frame["measure"].isin(COSTS)], stem)
    return table


def _goal(key: str) -> str:
    goal = quantity(key).goal
    return f" → {goal}" if goal else ""


def _cell(one: dict | None, key: str, method: str, decimals: int) -> Cell:
    """One number; none for gold beside itself, nor for the cost of doing nothing."""
    itself, nothing = method == "retrained" and quantity(key).compares, method == "original"
    if itself or (nothing and key == COST):
        return Cell(NOT_DEFINED)
    if one is None:
        return Cell(NOT_MEASURED, notes=(ABSENT,))
    cell = number(one, decimals)
    if key == COST:
        return Cell(cell.text, notes=tuple(note for note in cell.notes if "floor" not in note))
    return Cell(cell.text, notes=cell.notes)


def _floor(cells: dict, group: tuple[str, str], layout: Layout, key: str, decimals: int) -> str:
    if key == COST:
        return NOT_DEFINED
    found = (cells.get((*group, method, key)) for method in layout.methods)
    floor = next((str(one["floor"]) for one in found if one and one["floor"]), "")
    return shown(floor, decimals, spread) if floor else NOT_MEASURED
