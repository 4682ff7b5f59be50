"""Many methods in one table: a row for each, a column for each of a few measures."""

from regression_unlearning.evaluation.cost import UNMOVED
from regression_unlearning.reporting.comparisons import Comparisons
from regression_unlearning.reporting.costs import VARIES
from regression_unlearning.reporting.layout import NOTHING, Layout
from regression_unlearning.reporting.numerals import decimals_for
from regression_unlearning.reporting.remarks import COST, remarks
from regression_unlearning.reporting.summaries import Summaries, select
from regression_unlearning.reporting.table import (
    NOT_DEFINED,
    NOT_MEASURED,
    Block,
    Cell,
    Row,
    Table,
    lifted,
)
from regression_unlearning.reporting.tables import ABSENT, floor, judged, legend, number

SHOWN = (
    "error_retain_test",
    "error_forget_train",
    "attack_matched_label_rate",
    "wasserstein_train",
    "row_distance_train",
    "representation_network_excess",
    "tow",
    COST,
)
FLOOR = "Floor"


def methods_table(
    summaries: Summaries, layout: Layout, compared: Comparisons | None = None
) -> Table:
    """A table with a row for each forget set and method, and a column for each measure.

    Remarks on a method as a whole stand at its name; the floor is the last row of each forget set.

    Parameters
    ----------
    summaries : dict
        See `summary.summarise`, costs included; cells of other datasets are ignored.
    layout : Layout
        Title, forget sets, methods.
    compared : dict, optional
        See `comparisons.against_nothing`.
    """
    compared = compared or {}
    keys = [key for key in SHOWN if layout.asks(key)]
    shown = select(layout.own(summaries), keys)
    decimals = {
        name: decimals_for(summary.mean for key, summary in shown.items() if key[3] == name)
        for name in keys
    }
    varies = [("Measured", VARIES)] if COST in keys else []
    notes = remarks(summaries, layout, compared)
    rows = []
    for group, title in layout.groups.items():
        for method, name in layout.methods.items():
            cells = tuple(
                judged(
                    _cell(shown, (*group, method), key, layout, decimals),
                    compared.get((*group, method, NOTHING, key)),
                )
                for key in keys
            )
            rows.append(Row(title, name, cells, notes=notes.get(method, ())))
        floors = tuple(Cell(_floor(shown, group, layout, key, decimals[key])) for key in keys)
        rows.append(Row(title, FLOOR, floors))
    return lifted(
        Table(
            title=layout.title,
            subtitle=layout.subtitle,
            columns=("Forget set", "Method", *(_heading(layout, key) for key in keys)),
            blocks=(Block("", tuple(rows)),),
            legend=(*legend(keys, layout, shown, ("paper",), compared), *varies),
        )
    )


def _heading(layout: Layout, key: str) -> str:
    goal = layout.words(key).goal
    return layout.label(key) + (f" → {goal}" if goal else "")


def _cell(
    shown: Summaries,
    place: tuple[str, str, str],
    key: str,
    layout: Layout,
    decimals: dict[str, int],
) -> Cell:
    """One cell; undefined for gold compared with itself, and for the cost of doing nothing."""
    method, summary = place[2], shown.get((*place, key))
    itself = method == "retrained" and layout.words(key).compares
    if itself or (method == "original" and key == COST):
        return Cell(NOT_DEFINED)
    if summary is None:
        return Cell(NOT_MEASURED, notes=(ABSENT,))
    cell = number(summary, decimals[key])
    # a note that `remarks` gives for the whole row is not repeated
    return Cell(cell.text, notes=tuple(n for n in cell.notes if not n.startswith(UNMOVED)))


def _floor(
    shown: Summaries, group: tuple[str, str], layout: Layout, key: str, decimals: int
) -> str:
    if key == COST:
        return NOT_DEFINED
    return floor((shown.get((*group, method, key)) for method in layout.methods), decimals)
