"""Settings of the programs that make tables and figures: names, titles, units."""

from collections.abc import Mapping
from itertools import product
from typing import Any

from regression_unlearning import registry
from regression_unlearning.settings.dataset import Dataset
from regression_unlearning.settings.document import Settings
from regression_unlearning.settings.experiment import REFERENCES, Figure, Layout, Table
from regression_unlearning.settings.methods import Method
from regression_unlearning.settings.target_scale import CLASSES

#: The values of `keep` in words.
EPOCH = {"last": "the last epoch", "best": "the epoch with the least validation loss"}


def words(settings: Settings, layout: Table | Figure) -> list[str]:
    """Measures that a table or figure shows, in the order of a table's rows."""
    if isinstance(layout, Figure):
        needs = registry.load("figure", layout.kind).NEEDS
        return [name for name in settings.measures if name in needs]
    classes = CLASSES in {settings.datasets[dataset].loss for dataset in layout.datasets}

    def fits(name: str) -> bool:
        module = registry.load("measure", name)
        asked = name in (layout.measures or ()) or not getattr(module, "BY_NAME", False)
        return asked and (classes or getattr(module, "TARGETS", None) != "classes")

    return list(filter(fits, layout.measured(settings.measures)))


def columns(layout: Layout) -> list[tuple[str, str, str]]:
    """Dataset, forget set and label of every column that is shown, references included."""
    labels = [*REFERENCES, *layout.methods]
    return list(product(layout.datasets, layout.forget_sets, labels))


def embedding(settings: Settings, dataset: str) -> dict[str, str]:
    """The name of a dataset's word vectors, where it could be read with others."""
    chosen = settings.datasets[dataset]
    own = hasattr(registry.load("source", chosen.loader), "word_vectors")
    if own or not settings.word_vectors_of(dataset):
        return {}
    return {"embedding": chosen.embedding or settings.embedding}


def layout_settings(
    settings: Settings, layout: Table | Figure, absent: Mapping[str, str]
) -> dict[str, Any]:
    """Settings of the program that makes a table or figure; see `reporting.results.layout_of`.

    Parameters
    ----------
    settings, layout : Settings, Table or Figure
        All settings, and what is made.
    absent : mapping of str to str
        Why a dataset cannot be obtained, by its name.
    """
    datasets = [settings.datasets[name] for name in layout.datasets]
    several = len(datasets) > 1
    chosen = [datasets[0].method(label) for label in layout.methods]
    chosen.sort(key=lambda method: method.reference)  # references come last
    methods = {method.label: method.title for method in chosen}
    records = {
        m.label: m.tuned for m in chosen if m.tuned and m.tuned.dataset == layout.datasets[0]
    }
    untuned = [m.label for m in chosen if not m.reference and m.label not in records]
    searched = {label: record.remark for label, record in records.items() if record.remark}
    groups = [
        [
            name,
            forget,
            (f"{dataset.title}, " if several else "") + forgotten(dataset, forget, layout),
        ]
        for name, dataset in zip(layout.datasets, datasets, strict=True)
        for forget in layout.forget_sets
    ]
    return {
        "title": layout.title,
        "paper": layout.paper,
        "kind": layout.kind,
        "datasets": [
            {
                "name": name,
                "title": dataset.title,
                "absent": absent.get(name),
                "embedded": registry.load("source", dataset.loader).EMBEDDED,
                "loss": dataset.loss,
                "unit": dataset.unit,
                "printed_as": dataset.printed_as or name,
                **embedding(settings, name),
                **_given_original(dataset),
                **_stands_for(settings, dataset),
            }
            for name, dataset in zip(layout.datasets, datasets, strict=True)
        ],
        "groups": groups,
        "measures": words(settings, layout),
        "untuned": untuned if layout.kind == "methods" else [],
        "searched": searched if layout.kind == "methods" else {},
        "references": [m.label for m in chosen if m.reference],
        "remarks": {m.label: m.remark for m in chosen if m.remark},
        "disclosed": disclosed(settings, layout),
        "methods": [list(pair) for pair in (REFERENCES | methods | layout.titles).items()],
    }


def disclosed(settings: Settings, layout: Layout) -> list[str]:
    """Notes on settings that every table and figure shows, without a final full stop."""
    notes = {}
    for name in layout.datasets:
        dataset = settings.datasets[name]
        chosen = [dataset.method(label) for label in layout.methods]
        notes[dataset.title] = _kept(dataset, chosen, layout.titles)
    if len(set(notes.values())) == 1:
        return [next(iter(notes.values()))]
    return [f"{title}: {note}" for title, note in notes.items()]


def _kept(dataset: Dataset, methods: list[Method], titles: Mapping[str, str]) -> str:
    """Which epoch's weights a dataset's models have: the training's choice, and the exceptions."""
    usual, choices = dataset.training.keep, {}
    if any(method.helpers for method in methods):
        choices["the helper"] = dataset.blindspot.keep
    for method in methods:
        if "keep" in method.options:
            choices[titles.get(method.label, method.title)] = method.options["keep"]
    differ = [name for name, keep in choices.items() if keep != usual]
    (other,) = (words for keep, words in EPOCH.items() if keep != usual)
    return f"weights of {EPOCH[usual]}" + (f" (of {other}: {', '.join(differ)})" if differ else "")


def claims(settings: Settings, absent: Mapping[str, str]) -> list[dict[str, Any]]:
    """Settings of the program that judges claims; see `reporting.claims.claims_of`."""
    experiment, result = settings.chosen, []
    layouts: list[Table | Figure] = [*experiment.tables.values(), *experiment.figures.values()]
    for layout in layouts:
        if layout.paper is None:
            continue
        shown = layout_settings(settings, layout, absent)
        groups = []
        for name, forget_set, title in shown["groups"]:
            dataset = settings.datasets[name]
            roles = [list(role) for role in dataset.roles(name, forget_set)]
            groups.append([name, forget_set, title, roles, dataset.stands_for is None])
        result.append(
            {
                "about": layout.paper,
                "title": shown["title"],
                "places": groups,
                "methods": [one for one in shown["methods"] if one[0] not in shown["references"]],
                "measures": list(settings.measures),
            }
        )
    return result


def forgotten(dataset: Dataset, forget_set: str, layout: Layout) -> str:
    """Title of a forget set in a table or figure; after several requests it names them all."""
    requests = [*reversed(dataset.earlier(forget_set)), forget_set]
    titles = ", ".join(dataset.forget_sets[request].title for request in requests)
    if len(requests) > 1:
        return f"Requests 1-{len(requests)}: {titles}"
    followed = any(forget_set in dataset.earlier(request) for request in layout.forget_sets)
    return f"Request 1: {titles}" if followed else titles


def _stands_for(settings: Settings, dataset: Dataset) -> dict[str, str]:
    """Title of the paper's dataset that a dataset stands in for."""
    if dataset.stands_for is None:
        return {}
    name = dataset.stands_for.dataset
    return {"stands_for": settings.datasets[name].title if name in settings.datasets else name}


def _given_original(dataset: Dataset) -> dict[str, str]:
    """Note on original models that were not trained here; empty where they were."""
    if dataset.original is None:
        return {}
    single = (
        "; all seeds start from one model, so intervals leave out how its trainings would differ"
    )
    note = "" if "{seed}" in dataset.original else single
    return {"given": f"given as a file, not trained here{note}"}
