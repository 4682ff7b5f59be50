"""Layouts of tables, and their values, from the files and settings of the workflow."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from regression_unlearning import registry
from regression_unlearning.evaluation import values
from regression_unlearning.evaluation.measure import PAPER, quantities
from regression_unlearning.evaluation.values import Value
from regression_unlearning.files import read_record
from regression_unlearning.reporting.layout import Layout
from regression_unlearning.reporting.paper_values import paper_values
from regression_unlearning.reporting.summaries import Key
from regression_unlearning.settings.target_scale import CLASSES, UNNAMED

ERRORS = {
    "mse": "root mean squared error",
    "l1": "mean absolute error",
    "quantile": "quantile loss, summed over the quantiles",
    CLASSES: "error rate",
}


def read_measures(paths: Iterable[Path]) -> list[Value]:
    """Read measured values from several files.

    Parameters
    ----------
    paths : iterable of Path
        CSV files: see `evaluation.values`.

    Raises
    ------
    UserError
        See `values.read`.
    """
    return [value for path in paths for value in values.read(path)]


def error_words(dataset: Mapping[str, Any]) -> str:
    """The error in words, with its unit, from a dataset's ``loss`` and ``unit``."""
    loss = dataset["loss"]
    return ERRORS[loss] if loss == CLASSES else f"{ERRORS[loss]}, in {dataset['unit']}"


def layout_of(settings: Mapping[str, Any]) -> Layout:
    """A table's layout from the settings that the workflow passes.

    Parameters
    ----------
    settings : mapping
        ``title``; ``datasets``, each with ``name``, ``title``, ``embedded``, ``loss`` and ``unit``;
        ``groups`` as a list of ``[dataset, forget set, title]``; ``methods`` of ``[key, title]``.
        Optional are ``kind``, ``untuned``, ``searched``, ``references``, ``remarks``,
        ``disclosed``, and ``measures``: those to show, in the order of rows (all known ones by
        default). Optional for a dataset are ``given`` (where its original models come from),
        ``embedding``, and the facts that `with_facts` adds.
    """
    datasets = settings["datasets"]
    given = {data["title"]: data["given"] for data in datasets if "given" in data}
    errors = dict.fromkeys(map(error_words, datasets))
    classes = [data["loss"] == CLASSES for data in datasets]
    units = {data.get("unit", UNNAMED) for data in datasets}
    words = quantities(settings.get("measures") or registry.known("measure"))
    if all(classes):
        words = {
            key: replace(quantity, meaning=quantity.of_classes or quantity.meaning)
            for key, quantity in words.items()
        }
    return Layout(
        title=settings["title"],
        dataset_title=", ".join(data["title"] for data in datasets),
        groups={(dataset, forget_set): title for dataset, forget_set, title in settings["groups"]},
        methods=dict(settings["methods"]),
        error="; ".join(errors),
        unit=units.pop() if len(units - {UNNAMED}) == 1 == len(units) and not any(classes) else "",
        embedded=any(data["embedded"] for data in datasets),
        kind=settings.get("kind", "measures"),
        untuned=tuple(settings.get("untuned", ())),
        disclosed=(*settings.get("disclosed", ()), *data_notes(datasets)),
        searched=settings.get("searched", {}),
        references=tuple(settings.get("references", ())),
        remarks=settings.get("remarks", {}),
        measures=tuple(key for key in PAPER if key in words),
        quantities=words,
        asked=frozenset(words),
        given="; ".join(f"{title}: {origin}" for title, origin in given.items()),
    )


def with_facts(settings: Mapping[str, Any], paths: Iterable[Path]) -> dict[str, Any]:
    """A layout's settings with the facts of the prepared data that it shows.

    Parameters
    ----------
    settings : mapping
        See `layout_of`.
    paths : iterable of Path
        ``facts.json`` of prepared datasets, each in the folder of its dataset.
    """
    facts = {path.parent.name: read_record(path) for path in paths}
    described = [
        {**dataset, "facts": facts.get(dataset["name"], {})} for dataset in settings["datasets"]
    ]
    return {**settings, "datasets": described}


def data_notes(datasets: Sequence[Mapping[str, Any]]) -> tuple[str, ...]:
    """Notes on the data: share of words with a vector, people in several parts.

    Parameters
    ----------
    datasets : sequence of mapping
        See `layout_of`; ``facts`` of `with_facts`, and ``embedding``: the name of the word vectors.
    """
    notes = []
    for dataset in datasets:
        facts = dataset.get("facts", {})
        place = f"{dataset['title']}: " if len(datasets) > 1 else ""
        for column, (both, names) in facts.get("torn", {}).items():
            notes.append(f"{place}{both:,} of {names:,} by {column} are in training and elsewhere")
        share = facts.get("words_with_vector")
        if share is not None:
            vectors = f" ({dataset['embedding']})" if dataset.get("embedding") else ""
            notes.append(f"{place}{_percent(share)} of the words have a vector{vectors}")
    return tuple(notes)


def _percent(share: float) -> str:
    """A share in whole per cent; only a share of 1 is written as 100 %."""
    return "more than 99 %" if 0.995 <= share < 1 else f"{100 * share:.0f} %"


def printed(settings: Mapping[str, Any]) -> dict[Key, str]:
    """The paper's values beside a table, as printed; none for data that are not the paper's."""
    names = {
        dataset["name"]: dataset.get("printed_as", dataset["name"])
        for dataset in settings["datasets"]
    }
    values = paper_values()  # tables only: the paper prints no values of figures
    return {
        (name, row.forget_set, row.method, row.measure): row.value
        for row in values[values["table"] == settings["paper"]].itertuples()
        for name, printed_as in names.items()
        if row.dataset == printed_as
    }
