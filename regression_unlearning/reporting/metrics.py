"""A few numbers for each method, for tools that compare runs.

They are distances from the retrained model, averaged over the forget sets of a table.
"""

import math
from collections import defaultdict
from typing import Any

from regression_unlearning.reporting.numerals import rounded
from regression_unlearning.reporting.summaries import Summaries

#: Quantities of the numbers; the last is a distance from the retrained model already.
KEPT = (*(GAPS := ("error_forget_train", "attack_label_rate")), "wasserstein_train")


def distances(summaries: Summaries) -> dict[str, dict[str, float]]:
    """Each method's mean distance from the retrained model, by measure.

    Cells that were not measured, or are only a bound, are left out.
    """
    by_method: dict[str, dict[str, list[float]]] = defaultdict(lambda: defaultdict(list))
    for (*group, method, quantity), cell in summaries.items():
        if quantity not in KEPT or method == "retrained":
            continue
        away = cell.mean.exact
        if quantity in GAPS:
            gold = summaries.get((group[0], group[1], "retrained", quantity))
            away = abs(away - gold.mean.exact) if gold else math.nan
        if not math.isnan(away):
            by_method[method][quantity].append(away)
    return {
        method: {
            quantity: rounded(sum(by_method[method][quantity]) / len(by_method[method][quantity]))
            for quantity in KEPT
            if quantity in by_method[method]
        }
        for method in sorted(by_method)
    }


def rows(tables: dict[str, dict[str, dict[str, float]]]) -> list[dict[str, Any]]:
    """The numbers as rows: table, method, and a column for each quantity.

    Parameters
    ----------
    tables : dict
        Name of each table to the result of `distances`; a method that has not all quantities is
        left out.
    """
    return [
        {"table": table, "method": method, **values}
        for table, methods in tables.items()
        for method, values in methods.items()
        if set(values) == set(KEPT)
    ]
