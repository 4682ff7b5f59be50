"""The settings and the provenance of a report, as texts for readers."""

from collections.abc import Mapping
from typing import Any

from regression_unlearning.evaluation.measure import load
from regression_unlearning.reporting.grid import Grid, phrase, written
from regression_unlearning.reporting.layout import REFERENCES
from regression_unlearning.reporting.results import error_words
from regression_unlearning.settings.tuning import record_path

#: Titles of the sections of a dataset's settings.
SECTIONS = {
    "source": "Data",
    "reading": "Mini-batches",
    "model": "Network",
    "training": "Training of the original and the retrained model",
    "blindspot": "Training of the helper",
    "observation": "Rows that are looked at",
    "relearning": "Relearning, for the Anamnesis index",
}
#: Keys of a method's entry that are no options.
NAMES = ("title", "method", "tuned")


def titles_of(settings: Mapping[str, Any]) -> dict[str, str]:
    """Titles of an experiment's datasets by key; a table's own title for it has precedence."""
    entries = settings["params"]["datasets"]
    shown = [dataset for table in settings["tables"].values() for dataset in table["datasets"]]
    return {key: entry["title"] for key, entry in entries.items()} | {
        dataset["name"]: dataset["title"] for dataset in shown
    }


def models(dataset: Mapping[str, Any]) -> dict[str, str]:
    """How each model of a dataset was made, by its label: the method's options, or the training."""
    trained = phrase(dataset["training"])
    origin = dataset.get("original")
    result = {
        "original": f"given as {origin}" if origin else f"trained on all rows: {trained}",
        "retrained": f"trained without the rows to forget: {trained}",
    }
    return result | {label: options(label, entry) for label, entry in dataset["methods"].items()}


def options(label: str, entry: Mapping[str, Any]) -> str:
    """A method's options in force, with the record of the search that chose some of them."""
    text = phrase({key: value for key, value in entry.items() if key not in NAMES})
    tuned = f"chosen by {record_path(entry['tuned'], label)}" if "tuned" in entry else ""
    return "; ".join(filter(None, (text, tuned))) or "none"


def grids(settings: Mapping[str, Any], key: str) -> list[Grid]:
    """A dataset's settings in three tables: training, forget sets, methods."""
    dataset = settings["params"]["datasets"][key]
    rows = [(title, _section(dataset[part])) for part, title in SECTIONS.items() if part in dataset]
    for name, training in dataset.get("further_blindspots", {}).items():
        rows.append((f"Training of the helper “{name}”", phrase(training)))
    if "embedding" in dataset:
        rows.insert(1, ("Word vectors", dataset["embedding"]))
    loss = f"{dataset['loss']}; reported is the {error_words(dataset)}"
    rows.append(("Loss", loss))
    forget_sets = dataset["forget_sets"]
    chosen = tuple(
        (forget_set["title"], _selection(forget_set, forget_sets))
        for forget_set in forget_sets.values()
    )
    methods = tuple(
        (_called(settings, key, label), entry["method"], options(label, entry))
        for label, entry in dataset["methods"].items()
    )
    return [
        Grid("Data and training", ("Of what", "Settings"), tuple(rows)),
        Grid("Forget sets", ("Forget set", "Which rows"), chosen),
        Grid("Methods", ("Method", "Its code", "Options in force"), methods),
    ]


def measures(settings: Mapping[str, Any]) -> Grid:
    """The measures with their settings."""
    own = settings["params"]["datasets"]
    rows = []
    for name, general in settings["params"]["measures"].items():
        titles = "; ".join(quantity.title for quantity in load(name).QUANTITIES)
        text = phrase(general) or "nothing to set"
        for key, title in titles_of(settings).items():
            differs = own.get(key, {}).get("measures", {}).get(name)
            text += f"; on {title}: {phrase(differs)}" if differs else ""
        rows.append((titles, name, text))
    return Grid("Measures", ("Measures", "Their code", "Settings"), tuple(rows))


def provenance(record: Mapping[str, Any], settings: Mapping[str, Any]) -> list[Grid]:
    """The provenance in three tables: see `provenance.gather`."""
    titles = titles_of(settings)
    versions = ", ".join(f"{name} {number}" for name, number in record["versions"].items())
    rows = [
        ("Command", record["command"]),
        ("Measured values", f"values.csv, SHA-256 {record['values_sha256']}"),
        ("Versions", versions),
    ]
    for machine in record["machines"]:
        rest = {key: value for key, value in machine.items() if key not in ("models", "device")}
        text = f"{machine['models']} models on {machine['device']}: {phrase(rest)}"
        rows.append(("Machine", text))
    for key, choice in record.get("precisions", {}).items():
        on = f", on {choice['machine']['device']}" if "machine" in choice else ""
        text = f"{choice['precision']}: {choice['why']}{on}"
        rows.append((f"precision: auto, {titles.get(key, key)}", text))
    data = tuple(
        (titles.get(key, key), ", ".join(hashes)) for key, hashes in record["data"].items()
    )
    code = tuple((step, ", ".join(hashes)) for step, hashes in record["code"].items())
    return [
        Grid("Made with", ("What", "Which"), tuple(rows)),
        Grid("Prepared data", ("Dataset", "SHA-256"), data),
        Grid("Code of each model, with all that it uses", ("Training or method", "SHA-256"), code),
    ]


def _section(settings: Mapping[str, Any]) -> str:
    return written(settings) if "name" in settings else phrase(settings)


def _selection(entry: Mapping[str, Any], forget_sets: Mapping[str, Any]) -> str:
    chosen = {key: value for key, value in entry.items() if key not in ("title", "after")}
    after = f", after {forget_sets[entry['after']]['title']}" if "after" in entry else ""
    return phrase(chosen) + after


def _called(settings: Mapping[str, Any], key: str, label: str) -> str:
    """A method's titles in the tables that show it, or the title in its entry."""
    own = settings["params"]["datasets"][key]["methods"][label]["title"]
    titles = dict.fromkeys(
        title
        for table in settings["tables"].values()
        if any(dataset["name"] == key for dataset in table["datasets"])
        for name, title in table["methods"]
        if name == label and name not in REFERENCES
    )
    return ", ".join(titles) or own
