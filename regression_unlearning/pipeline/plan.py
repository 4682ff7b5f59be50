"""Settings of each program's job, as JSON values.

The rules call these functions; nothing imports the workflow engine. A title, a unit or a resource
is in none of these values, so that changing one reruns no job.
"""

from pathlib import Path
from typing import Any

from regression_unlearning import registry
from regression_unlearning.pipeline import paths
from regression_unlearning.settings.dataset import Method
from regression_unlearning.settings.document import Settings
from regression_unlearning.settings.experiment import REFERENCES
from regression_unlearning.settings.forget_sets import Ids
from regression_unlearning.settings.precision import AUTO


def family(settings: Settings, dataset: str) -> str:
    """A dataset's family."""
    return registry.family_of(settings.datasets[dataset].loader)


def processes(settings: Settings, dataset: str) -> int:
    """Largest number of processes that preparing a dataset can use."""
    return getattr(registry.part(family(settings, dataset), "prepare"), "PROCESSES", 1)


def source(settings: Settings, dataset: str) -> dict[str, Any]:
    """The raw files that a dataset is made of, with the word vectors that it is read with."""
    chosen = settings.datasets[dataset]
    vectors = settings.word_vectors_of(dataset)
    return {
        "source": chosen.source.plain(),
        "embedding": vectors and vectors.plain(),
    }


def forget_set(settings: Settings, dataset: str, name: str) -> dict[str, Any]:
    """How a forget set is chosen; its title is no part of that."""
    chosen = settings.datasets[dataset].forget_sets[name].plain()
    if (
        chosen.get("unknown") == "refuse"
    ):  # the default, once the only way: old parameters stay the same
        del chosen["unknown"]
    for key in ("share", "seed"):  # likewise: unset means that no share is drawn
        if chosen.get(key, 0) is None:
            del chosen[key]
    return {**chosen, "title": name}


def parts_before(settings: Settings, dataset: str, name: str) -> list[str]:
    """Path of the parts of the earlier forget set; empty where a forget set comes after none."""
    earlier = settings.datasets[dataset].earlier(name)
    return [paths.parts(dataset, before) for before in earlier[:1]]


def ids_file(settings: Settings, dataset: str, name: str) -> list[str]:
    """The file that lists a forget set's ids; empty where there is none."""
    chosen = settings.datasets[dataset].forget_sets[name]
    return [chosen.file] if isinstance(chosen, Ids) and chosen.file else []


def network(settings: Settings, dataset: str) -> dict[str, Any]:
    """Settings that every job with a dataset's network needs; see `settings.jobs.NetworkJob`."""
    chosen = settings.datasets[dataset]
    return {
        "family": family(settings, dataset),
        "model": chosen.model.plain(),
        "loss": chosen.loss,
        "quantiles": list(chosen.quantiles),
        "classes": chosen.classes,
        "reading": chosen.reading.plain(),
        "target_scale": chosen.plain()["target_scale"],
        **chosen_precision(settings, dataset),
    }


def chosen_precision(settings: Settings, dataset: str) -> dict[str, Any]:
    """Where a dataset's choice of a precision is kept; empty where its training says which."""
    if settings.datasets[dataset].training.precision != AUTO:
        return {}
    record = paths.precision(dataset)
    models = [str(Path(paths.original(dataset, 0)).parent), str(Path(record).parent)]
    return {"chosen_precision": {"record": record, "models": models}}


def training(settings: Settings, dataset: str, role: str = "training") -> dict[str, Any]:
    """Settings of a training; `role` is ``training``, ``blindspot``, or a further helper's name."""
    chosen = settings.datasets[dataset]
    own = {"training": chosen.training, "blindspot": chosen.blindspot, **chosen.further_blindspots}
    return {**network(settings, dataset), "training": own[role].plain()}


def observing(
    settings: Settings, dataset: str, forget_set: str, label: str = "retrained"
) -> dict[str, Any]:
    """Settings of observing a model and of its relearning."""
    return {
        **network(settings, dataset),
        "observation": settings.datasets[dataset].observation.plain(),
        "relearning": relearning(settings, dataset, forget_set, label),
    }


def unlearning(settings: Settings, dataset: str, forget_set: str, label: str) -> dict[str, Any]:
    """Settings of unlearning with a method, of observing the result and of its relearning."""
    return {
        **observing(settings, dataset, forget_set, label),
        "options": method(settings, dataset, label).options,
    }


def method(settings: Settings, dataset: str, label: str) -> Method:
    """A dataset's method by its label."""
    return settings.datasets[dataset].method(label)


def helpers(settings: Settings, dataset: str, label: str) -> list[tuple[str, str | None]]:
    """Kinds of helper models that a method asks for, each with the further helper that it names."""
    chosen = method(settings, dataset, label)
    return [(kind, chosen.options.get("helper")) for kind in chosen.helpers]


def given_original(settings: Settings, dataset: str, seed: int | str) -> str:
    """The file of a model trained elsewhere, for a dataset that brings one."""
    path = settings.datasets[dataset].original
    assert path is not None
    return str(Path(path.replace("{seed}", str(seed))).expanduser())


def with_original(settings: Settings) -> str:
    """Datasets that bring their original model, as a pattern of their names; may match none."""
    return "|".join(name for name, chosen in settings.datasets.items() if chosen.original) or "(?!)"


def relearning(
    settings: Settings, dataset: str, forget_set: str, label: str
) -> dict[str, Any] | None:
    """How a model relearns; None where no table of any experiment shows it, to save the time.

    All experiments count: choosing another one must not invalidate existing results.
    """
    counted = measures_of_relearning(settings)
    shown = any(
        dataset in table.datasets
        and forget_set in table.forget_sets
        and label in (*REFERENCES, *table.methods)
        and counted.intersection(table.measured(settings.measures))
        for experiment in settings.experiments.values()
        for table in experiment.tables.values()
    )
    return settings.datasets[dataset].relearning.plain() if shown else None


def measures_of_relearning(settings: Settings) -> set[str]:
    """Measures that are computed from relearning counts."""
    return {
        name
        for name in settings.measures
        if any(need.endswith("relearning") for need in registry.load("measure", name).NEEDS)
    }
