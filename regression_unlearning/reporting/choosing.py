"""Which method came nearest on which kind of forget set, of all committed experiments."""

from collections.abc import Iterable, Mapping
from typing import Any

from regression_unlearning.reporting.findings import DISTANCE, nearest
from regression_unlearning.reporting.gallery import Experiment
from regression_unlearning.reporting.layout import NOTHING
from regression_unlearning.reporting.numerals import rounded, short
from regression_unlearning.reporting.remarks import numbers, shares
from regression_unlearning.reporting.table import Block, Cell, Row, Table
from regression_unlearning.reporting.tabling import Tabling
from regression_unlearning.reporting.writing import rows_as_markdown

COLUMNS = (
    "", "data: experiment", "forget set", "chosen by", "nearest to the retrained model",
    "its learning rate", "distance a row: doing nothing", "nearest", "floor", "share of retraining",
)  # fmt: skip
NONE = "none is shown to be nearer than doing nothing"


def choices(experiments: Iterable[Experiment]) -> str:
    """A row for each forget set of each experiment, as Markdown; alike rows of two tables once."""
    rows = dict.fromkeys(
        _row(
            tabling,
            group,
            experiment.record["settings"]["datasets"][group[0]],
            experiment.folder.name,
        )
        for experiment in experiments
        for tabling in experiment.tables.values()
        for group in tabling.layout.groups
    )
    return rows_as_markdown(Table("", "", COLUMNS, (Block("", tuple(filter(None, rows))),)))


def _row(
    tabling: Tabling, group: tuple[str, str], dataset: Mapping[str, Any], experiment: str
) -> Row | None:
    """The nearest method of a forget set; None where no distance was measured."""
    best = nearest(tabling, group)
    if best is None:
        return None
    layout, method = tabling.layout, best.method
    nothing = tabling.summaries.get((*group, NOTHING, DISTANCE))
    cost = shares(numbers(tabling.summaries, layout), layout, [method]) if best.closer else []
    rate = dataset["methods"].get(method, {}).get("learning_rate")
    texts = (
        layout.groups[group],
        dataset["forget_sets"][group[1]]["select"],
        layout.methods[method] if best.closer else NONE,
        f"{rate:g}" if best.closer and rate else "",
        short(rounded(nothing.mean.value)) if nothing and nothing.mean.value is not None else "",
        short(rounded(best.distance)) if best.closer else "",
        short(rounded(best.floor)) if best.floor is not None else "",
        f"{max(cost):.2g}" if cost else "",
    )
    return Row("", f"{dataset['title']}: {experiment}", tuple(map(Cell, texts)))
