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
        ``title``; ``datasets``, each with ``name``, ``title``, ``embedded``, ``loss`` and ``unit``;
        ``groups`` as a list of ``[dataset, forget set, title]``; ``methods`` of ``[key, title]``.
        May hold ``kind`` and ``untuned``; a dataset may hold ``given``: where its original models
        come from.
    """
    datasets = settings["datasets"]
    given = {one["title"]: one["given"] for one in datasets if "given" in one}
    errors = dict.fromkeys(f"{ERRORS[one['loss']]}, in {one['unit']}" for one in datasets)
    return Layout(
        title=settings["title"],
        dataset_title=", ".join(one["title"] for one in datasets),
        groups={(dataset, forget_set): title for dataset, forget_set, title in settings["groups"]},
        methods=dict(settings["methods"]),
        error="; ".join(errors),
        embedded=any(one["embedded"] for one in datasets),
        kind=settings.get("kind", "measures"),
        untuned=tuple(settings.get("untuned", ())),
        given="; ".join(f"{title}: {said}" for title, said in given.items()),
    )


def printed(settings: Mapping[str, Any]) -> pd.DataFrame:
    """The paper's printed values that stand beside a table; none for other data."""
    values = paper_values(settings["paper"] or "table2")
    return values if settings["paper"] else values[:0]
