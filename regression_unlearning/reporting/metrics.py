"""A few numbers for each method, for tools that compare runs.

For each method: how far it is from the retrained model, as a mean over the forget sets of a table.
"""

import csv
from collections import defaultdict
from pathlib import Path
from typing import Any

#: What is kept of a table; the Wasserstein distance is a distance from the retrained model already.
KEPT = ("error_forget_train", "attack_label_rate", "wasserstein_train")


def _number(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None


def distances(path: Path) -> dict[str, dict[str, float]]:
    """Each method's mean distance from the retrained model, by measure.

    Parameters
    ----------
    path : Path
        A table's tidy CSV. Cells that were not measured are left out.
    """
    cells: dict[tuple[str, str, str, str], float] = {}
    with path.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            value = _number(row["mean"])
            if row["measure"] in KEPT and value is not None:
                key = (row["dataset"], row["forget_set"], row["method"], row["measure"])
                cells[key] = value
    found: dict[str, dict[str, list[float]]] = defaultdict(lambda: defaultdict(list))
    for (dataset, forget_set, method, measure), value in cells.items():
        if method == "retrained":
            continue
        if not measure.startswith("wasserstein"):
            gold = cells.get((dataset, forget_set, "retrained", measure))
            if gold is None:
                continue
            found[method][measure].append(abs(value - gold))
        else:
            found[method][measure].append(value)
    return {
        method: {
            measure: float(f"{sum(measures[measure]) / len(measures[measure]):.6g}")
            for measure in KEPT
            if measure in measures
        }
        for method, measures in sorted(found.items())
    }


def rows(tables: dict[str, dict[str, dict[str, float]]]) -> list[dict[str, Any]]:
    """The same as rows: table, method, and a column for each measure."""
    return [
        {"table": table, "method": method, **values}
        for table, methods in tables.items()
        for method, values in methods.items()
        if set(values) == set(KEPT)
    ]
