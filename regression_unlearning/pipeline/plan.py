"""What each file of the workflow is made of: code, settings, models before it.

The rules ask here and in `pipeline.grid`; nothing in either imports the workflow engine. Every path
is relative to the project's root.
"""

import ast
from functools import cache
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from regression_unlearning import provenance, registry
from regression_unlearning.settings.dataset import Method
from regression_unlearning.settings.document import Settings
from regression_unlearning.settings.experiment import REFERENCES

LIBRARY = provenance.PACKAGE.name


@cache
def code_files(script: str, *modules: str) -> list[str]:
    """Files whose content a job's result depends on: its script and the library files it imports.

    Parameters
    ----------
    script : str
        Path of the program.
    *modules : str
        Modules that it imports by name at run time: a method, a dataset, a network.
    """
    tree = ast.parse(Path(script).read_text(encoding="utf-8"))
    found = set(modules)
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] == LIBRARY:
            names = {f"{node.module}.{alias.name}" for alias in node.names}
            found |= {name for name in names if provenance.is_module(name)} or {node.module}
    files = provenance.library_files(*sorted(found))
    return [script, *(shown(path) for path in files)]


def shown(path: Path) -> str:
    """A file as the rules name it: relative to the project's root where it lies inside."""
    root = provenance.PACKAGE.parent
    return str(path.relative_to(root) if path.is_relative_to(root) else path)


def loader_module(settings: Settings, dataset: str) -> str:
    """Module of a dataset's loader."""
    return registry.module_name("source", settings.datasets[dataset].loader)


def family(settings: Settings, dataset: str) -> str:
    """A dataset's family."""
    return registry.family_of(settings.datasets[dataset].loader)


def data_modules(settings: Settings, dataset: str) -> list[str]:
    """Modules that prepare a dataset."""
    preparing = registry.part_name(family(settings, dataset), "prepare")
    return [loader_module(settings, dataset), preparing]


def processes(settings: Settings, dataset: str) -> int:
    """Most processes that preparing a dataset puts to use."""
    return getattr(registry.part(family(settings, dataset), "prepare"), "PROCESSES", 1)


def network_modules(settings: Settings, dataset: str) -> list[str]:
    """Modules that a job with a network imports by name: the network and the family's batches."""
    network = settings.datasets[dataset].model.name
    batches = registry.part_name(family(settings, dataset), "batch")
    return [f"{LIBRARY}.models.{network}", batches]


def source(settings: Settings, dataset: str) -> dict[str, Any]:
    """What raw files a dataset is made of; its own word vectors where the loader brings some."""
    chosen = settings.datasets[dataset]
    loader = registry.load("source", chosen.loader)
    vectors = settings.word_vectors_of(dataset)
    return {
        "source": loader.Settings.model_validate(chosen.source).plain(),
        "embedding": vectors and vectors.plain(),
    }


def loss(settings: Settings, dataset: str) -> dict[str, Any]:
    """A dataset's loss, and its quantiles where it has some."""
    chosen = settings.datasets[dataset]
    return {
        "loss": chosen.loss,
        **({"quantiles": list(chosen.quantiles)} if chosen.quantiles else {}),
    }


def reading(settings: Settings, dataset: str) -> dict[str, Any]:
    """How a dataset's mini-batches are made."""
    chosen = settings.datasets[dataset]
    batch = registry.part(family(settings, dataset), "batch")
    return batch.Reading.model_validate(chosen.reading).plain()


def ids_file(settings: Settings, wildcards: Any) -> list[str]:
    """The file that names a forget set's ids, where there is one."""
    file = getattr(
        settings.datasets[wildcards.dataset].forget_sets[wildcards.forget_set], "file", None
    )
    return [file] if file else []


def parts_before(settings: Settings, wildcards: Any) -> list[str]:
    """Parts of the forget set that a job's forget set comes after, where there is one."""
    earlier = settings.datasets[wildcards.dataset].earlier(wildcards.forget_set)
    return [f"data/prepared/{wildcards.dataset}/forget_sets/{name}.npz" for name in earlier[:1]]


def start_model(settings: Settings, wildcards: Any) -> str:
    """Checkpoint that a method starts from: the original's, or its own for the set before."""
    earlier = settings.datasets[wildcards.dataset].earlier(wildcards.forget_set)
    if not earlier:
        return checkpoint(SimpleNamespace(**{**_plain(wildcards), "method": "original"}))
    return checkpoint(SimpleNamespace(**{**_plain(wildcards), "forget_set": earlier[0]}))


def given_original(settings: Settings, dataset: str, seed: int | str) -> str:
    """The file of a model trained elsewhere, for a dataset that brings one."""
    return str(Path(settings.datasets[dataset].original.replace("{seed}", str(seed))).expanduser())


def with_original(settings: Settings) -> str:
    """Datasets that bring their original model, as a pattern of their names; it may match none."""
    return "|".join(name for name, own in settings.datasets.items() if own.original) or "(?!)"


def method(settings: Settings, wildcards: Any) -> Method:
    """The method that a job's wildcards name."""
    return settings.datasets[wildcards.dataset].method(wildcards.method)


def method_modules(settings: Settings, wildcards: Any) -> list[str]:
    """Modules that an unlearning job imports by name."""
    chosen = registry.module_name("method", method(settings, wildcards).method)
    return [chosen, *network_modules(settings, wildcards.dataset)]


def relearning(settings: Settings, wildcards: Any) -> dict[str, Any] | None:
    """How a model relearns; None where it stands in no table of any experiment, to save the time.

    Of all experiments: choosing another one must not disturb what is there.
    """
    counted = measures_of_relearning(settings)
    asked = any(
        wildcards.dataset in table.datasets
        and wildcards.forget_set in table.forget_sets
        and wildcards.method in (*REFERENCES, *table.methods)
        and counted.intersection(table.measured(settings.measures))
        for experiment in settings.experiments.values()
        for table in experiment.tables.values()
    )
    return settings.datasets[wildcards.dataset].relearning.plain() if asked else None


def measures_of_relearning(settings: Settings) -> set[str]:
    """Measures that are made from how models relearn."""
    return {
        name
        for name in settings.measures
        if any(need.endswith("relearning") for need in registry.load("measure", name).NEEDS)
    }


def measure_module(name: str) -> str:
    """Module of a measure."""
    return registry.module_name("measure", name)


def helpers(settings: Settings, wildcards: Any) -> dict[str, str]:
    """Checkpoints of the helper models that a method asks for, by name."""
    chosen = method(settings, wildcards)
    further = f"{chosen.options['helper']}/" if chosen.options.get("helper") else ""
    where = f"{wildcards.dataset}/{wildcards.forget_set}/{further}seed_{wildcards.seed}.safetensors"
    return {name: f"checkpoints/{name}/{where}" for name in chosen.helpers}


def checkpoint(wildcards: Any, suffix: str = ".safetensors") -> str:
    """Checkpoint of the model that a job's wildcards name."""
    dataset, forget_set, label = wildcards.dataset, wildcards.forget_set, wildcards.method
    if label == "original":
        folder = f"original/{dataset}"
    elif label == "retrained":
        folder = f"retrained/{dataset}/{forget_set}"
    else:
        folder = f"unlearned/{dataset}/{forget_set}/{label}"
    return f"checkpoints/{folder}/seed_{wildcards.seed}{suffix}"


def observation(model: Any) -> str:
    """What a model was seen to say of every row."""
    return f"observations/{_place(model)}.npz"


def relearnt(model: Any) -> str:
    """How fast a model relearns its forget set."""
    return f"relearning/{_place(model)}.json"


def values_file(column: Any) -> str:
    """What a measure has found of a method on a forget set, over all seeds."""
    return f"measures/{column.dataset}/{column.forget_set}/{column.method}/{column.measure}.csv"


def _place(model: Any) -> str:
    return f"{model.dataset}/{model.forget_set}/{model.method}/seed_{model.seed}"


def _plain(model: Any) -> dict[str, Any]:
    return {name: getattr(model, name) for name in ("dataset", "forget_set", "method", "seed")}


def observed_files(relearns: bool) -> dict[str, str]:
    """What an observing job writes of a model that is not an original."""
    model = "{dataset}/{forget_set}/{method}/seed_{seed}"
    counts = {"relearning": f"relearning/{model}.json"} if relearns else {}
    return {"observation": f"observations/{model}.npz", **counts}
