"""The table of costs, apart from other tables since measured times differ from run to run."""

from regression_unlearning.reporting.layout import Layout
from regression_unlearning.reporting.numerals import decimals_for
from regression_unlearning.reporting.summaries import Summaries, select
from regression_unlearning.reporting.table import NOT_MEASURED, Block, Cell, Row, Table, lifted
from regression_unlearning.reporting.tables import ABSENT, AVERAGES, number, numbers_mean

VARIES = "times and memory vary from run to run and from machine to machine"


def costs_table(summaries: Summaries, layout: Layout) -> Table:
    """A table of seconds, share of retraining's seconds and peak memory, a row for each method.

    Parameters
    ----------
    summaries : dict
        Including costs; a model without any has no row.
    layout : Layout
        Title, forget sets and methods.
    """
    shown = select(layout.own(summaries), layout.costs)
    held = {key[:3] for key in shown}
    words = [layout.words(key) for key in layout.costs]
    decimals = {
        name: decimals_for(summary.mean for key, summary in shown.items() if key[3] == name)
        for name in layout.costs
    }

    def cell(place: tuple[str, str, str], name: str) -> Cell:
        summary = shown.get((*place, name))
        return number(summary, decimals[name]) if summary else Cell(NOT_MEASURED, notes=(ABSENT,))

    rows = tuple(
        Row(title, label, tuple(cell((*group, method), name) for name in layout.costs))
        for group, title in layout.groups.items()
        for method, label in layout.methods.items()
        if (*group, method) in held
    )
    return lifted(
        Table(
            title=f"{layout.title}: costs",
            subtitle=layout.subtitle,
            columns=("Forget set", "Model", *(quantity.title for quantity in words)),
            blocks=(Block("", rows),),
            legend=(
                ("Numbers", numbers_mean(shown.values())),
                *(
                    (quantity.title, quantity.meaning + AVERAGES[quantity.average])
                    for quantity in words
                ),
                ("Measured", VARIES),
            ),
        )
    )
