"""From the files of the workflow to tables, figures and the report."""

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from regression_unlearning.reporting.layout import Layout
from regression_unlearning.reporting.paper_values import paper_values

ERRORS = {
    "mse": "root mean squared error",
    "l1": "mean absolute error",
    "quantile": "quantile loss, summed over the quantiles",
}


def read_measures(paths: Iterable[Path]) -> pd.DataFrame:
    """Put measured values one under the other.

    Parameters
    ----------
    paths : iterable of Path
        Files ``.../{dataset}/{forget_set}/{method}/{measure}.csv``.
    """
    parts = []
    for path in paths:
        dataset, forget_set, method = path.parts[-4:-1]
        part = pd.read_csv(path, keep_default_na=False, na_values={"value": "", "other_seed": ""})
        parts.append(part.assign(dataset=dataset, forget_set=forget_set, method=method))
    return pd.concat(parts, ignore_index=True)


def layout_of(settings: Mapping[str, Any]) -> Layout:
    """A table's layout from the settings that the workflow hands over.

    Parameters
    ----------
    settings : mapping
        ``title``, ``dataset``, ``dataset_title``, ``embedded``, ``loss``, ``unit``, and
        ``forget_sets`` and ``methods`` as lists of ``[key, title]``; may hold ``kind`` and
        ``untuned``.
    """
    return Layout(
        title=settings["title"],
        dataset=settings["dataset"],
        dataset_title=settings["dataset_title"],
        forget_sets=dict(settings["forget_sets"]),
        methods=dict(settings["methods"]),
        error=f"{ERRORS[settings['loss']]}, in {settings['unit']}",
        embedded=settings["embedded"],
        kind=settings.get("kind", "measures"),
        untuned=tuple(settings.get("untuned", ())),
    )


def printed(settings: Mapping[str, Any]) -> pd.DataFrame:
    """The paper's printed values that stand beside a table; none for other data."""
    values = paper_values(settings["paper"] or "table2")
    return values if settings["paper"] else values[:0]
