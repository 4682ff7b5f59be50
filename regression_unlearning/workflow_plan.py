"""The grid of an experiment: which files its settings ask for, and what each is made of.

The rules ask here; nothing here imports the workflow engine. Every path is relative to the
project's root.
"""

import ast
from collections.abc import Iterable
from functools import cache, cached_property
from itertools import product
from pathlib import Path
from typing import Any

from regression_unlearning import provenance, registry, workflow_layouts
from regression_unlearning.absences import absences
from regression_unlearning.evaluation.inputs import SOURCES
from regression_unlearning.settings.dataset import Method
from regression_unlearning.settings.document import Settings
from regression_unlearning.settings.experiment import REFERENCES, Figure, Layout
from regression_unlearning.workflow_layouts import MEASURES_DRAWN

#: The measure that stands for all where a dataset cannot be had.
ABSENT = "absent"
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
    return registry.module_name("dataset", settings.datasets[dataset].loader)


def family_module(settings: Settings, dataset: str) -> str:
    """Module of a dataset's family."""
    return registry.family(settings.datasets[dataset].loader).__name__


def data_modules(settings: Settings, dataset: str) -> list[str]:
    """Modules that prepare a dataset."""
    return [loader_module(settings, dataset), family_module(settings, dataset)]


def processes(settings: Settings, dataset: str) -> int:
    """Most processes that preparing a dataset puts to use."""
    return getattr(registry.family(settings.datasets[dataset].loader), "PROCESSES", 1)


def network_modules(settings: Settings, dataset: str) -> list[str]:
    """Modules that a job with a network imports by name: the network and the family's batches."""
    network = settings.datasets[dataset].model.name
    return [f"{LIBRARY}.models.{network}", family_module(settings, dataset)]


def source(settings: Settings, dataset: str) -> dict[str, Any]:
    """What raw files a dataset is made of; its own word vectors where the loader brings some."""
    chosen = settings.datasets[dataset]
    loader = registry.load("dataset", chosen.loader)
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
    return registry.family(chosen.loader).Reading.model_validate(chosen.reading).plain()


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
        return checkpoint(_Names(**{**_plain(wildcards), "method": "original"}))
    return checkpoint(_Names(**{**_plain(wildcards), "forget_set": earlier[0]}))


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
    counted = _measures_of_relearning(settings)
    asked = any(
        wildcards.dataset in table.datasets
        and wildcards.forget_set in table.forget_sets
        and wildcards.method in (*REFERENCES, *table.methods)
        and counted.intersection(table.measured(settings.measures))
        for experiment in settings.experiments.values()
        for table in experiment.tables.values()
    )
    return settings.datasets[wildcards.dataset].relearning.plain() if asked else None


def _measures_of_relearning(settings: Settings) -> set[str]:
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


def _plain(model: Any) -> dict[str, Any]:
    return {name: getattr(model, name) for name in ("dataset", "forget_set", "method", "seed")}


def observed_files(relearns: bool) -> dict[str, str]:
    """What an observing job writes of a model that is not an original."""
    model = "{dataset}/{forget_set}/{method}/seed_{seed}"
    counts = {"relearning": f"relearning/{model}.json"} if relearns else {}
    return {"observation": f"observations/{model}.npz", **counts}


class _Names:
    """Wildcards by attribute, as the functions above read them."""

    def __init__(self, **names: Any):
        self.__dict__.update(names)


class Grid:
    """Every file that the chosen experiment asks for.

    Parameters
    ----------
    settings : Settings
        Checked settings.
    """

    def __init__(self, settings: Settings):
        self.settings = settings
        self.experiment = settings.chosen
        self.seeds = self.experiment.seeds

    @cached_property
    def layouts(self) -> dict[str, Layout]:
        """Tables and figures by name."""
        return {**self.experiment.tables, **self.experiment.figures}

    @cached_property
    def shown(self) -> list[str]:
        """Datasets that a table or a figure shows."""
        return _unique(name for layout in self.layouts.values() for name in layout.datasets)

    @cached_property
    def absent(self) -> dict[str, str]:
        """Of these, those that cannot be had, and why: tables show them without a number."""
        return absences(self.settings, self.shown)

    @cached_property
    def datasets(self) -> list[str]:
        """Datasets that are worked on."""
        return [dataset for dataset in self.shown if dataset not in self.absent]

    @cached_property
    def cells(self) -> list[tuple[str, str, str]]:
        """Dataset, forget set and method of every column that is shown, references included."""
        return _unique(
            cell for layout in self.layouts.values() for cell in workflow_layouts.columns(layout)
        )

    @cached_property
    def _started_from(self) -> list[tuple[str, str, str]]:
        """The same, with the forget sets before each: a method's model there is a start here."""
        return _unique(
            (dataset, one, label)
            for dataset, forget_set, label in self.cells
            for one in (
                *(
                    reversed(self.settings.datasets[dataset].earlier(forget_set))
                    if label not in REFERENCES
                    else ()
                ),
                forget_set,
            )
        )

    def forget_sets_of(self, dataset: str) -> list[str]:
        """Files of a dataset's forget sets."""
        names = _unique(cell[1] for cell in self._started_from if cell[0] == dataset)
        return [f"data/prepared/{dataset}/forget_sets/{name}.npz" for name in names]

    @cached_property
    def raw(self) -> list[str]:
        """Manifests of the raw files."""
        return [f"data/raw/{dataset}/manifest.json" for dataset in self.datasets]

    @cached_property
    def prepared(self) -> list[str]:
        """Prepared datasets and their forget sets."""
        return [
            path
            for dataset in self.datasets
            for path in (
                f"data/prepared/{dataset}/arrays.safetensors",
                f"data/prepared/{dataset}/rows.csv",
                *self.forget_sets_of(dataset),
            )
        ]

    def _models(
        self, labels: Iterable[str], cells: list[tuple[str, str, str]] | None = None
    ) -> list[_Names]:
        kept, cells = set(labels), self.cells if cells is None else cells
        return [
            _Names(dataset=dataset, forget_set=forget_set, method=label, seed=seed)
            for (dataset, forget_set, label), seed in product(cells, self.seeds)
            if label in kept and dataset not in self.absent
        ]

    @cached_property
    def _methods(self) -> list[str]:
        return _unique(label for _, _, label in self.cells if label not in REFERENCES)

    @cached_property
    def originals(self) -> list[str]:
        """Checkpoints of the original models."""
        return _unique(checkpoint(model) for model in self._models(["original"]))

    @cached_property
    def retrained(self) -> list[str]:
        """Checkpoints of the gold models."""
        return [checkpoint(model) for model in self._models(["retrained"])]

    @cached_property
    def blindspots(self) -> list[str]:
        """Checkpoints of the helper models that some method asks for."""
        return _unique(
            path
            for model in self._models(self._methods, self._started_from)
            for path in helpers(self.settings, model).values()
        )

    @cached_property
    def unlearned(self) -> list[str]:
        """Checkpoints of the unlearned models."""
        return [checkpoint(m) for m in self._models(self._methods, self._started_from)]

    @cached_property
    def observed(self) -> list[str]:
        """Observations of every model."""
        return [_observation(model) for model in self._models([*REFERENCES, *self._methods])]

    @cached_property
    def relearns(self) -> bool:
        """Whether a measure asks for relearning."""
        return bool(_measures_of_relearning(self.settings))

    @cached_property
    def relearnt(self) -> list[str]:
        """Relearning counts that some measure reads."""
        return _unique(
            path
            for cell in self._measured
            for name, files in self._sources(_measuring(*cell)).items()
            if name.endswith("relearning")
            for path in files.values()
        )

    def _measured_in(self, layout: Layout) -> list[tuple[str, str, str, str]]:
        """Dataset, forget set, label and measure of all that a table or figure shows.

        Where a dataset cannot be had, the reason stands for all measures.
        """
        drawn = (
            [one for one in self.settings.measures if one in MEASURES_DRAWN.get(layout.kind, ())]
            if isinstance(layout, Figure)
            else layout.measured(self.settings.measures)
        )
        return [
            (*cell, measure)
            for cell in workflow_layouts.columns(layout)
            for measure in ([ABSENT] if drawn and cell[0] in self.absent else drawn)
            if cell[2] not in getattr(registry.load("measure", measure), "SKIPS", ())
        ]

    @cached_property
    def _measured(self) -> list[tuple[str, str, str, str]]:
        layouts = self.layouts.values()
        return _unique(cell for layout in layouts for cell in self._measured_in(layout))

    @cached_property
    def measured(self) -> list[str]:
        """Measured values of every column."""
        return [f"measures/{'/'.join(cell)}.csv" for cell in self._measured]

    def layout_measures(self, name: str) -> list[str]:
        """Measured values that a table or figure shows."""
        return [f"measures/{'/'.join(cell)}.csv" for cell in self._measured_in(self.layouts[name])]

    def layout_observations(self, name: str) -> list[str]:
        """Observations that a figure is drawn from."""
        layout = self.layouts[name]
        if layout.kind in MEASURES_DRAWN:
            return []
        return [
            _observation(model)
            for model in self._models(
                [*REFERENCES, *layout.methods], workflow_layouts.columns(layout)
            )
        ]

    def layout_settings(self, name: str) -> dict[str, Any]:
        """What a table or figure shows, with the titles of its rows and columns."""
        return workflow_layouts.told(self.settings, self.layouts[name], self.absent)

    def report_settings(self) -> dict[str, Any]:
        """What the report is made of, the settings of everything in it included."""
        return workflow_layouts.of_report(self.settings, self.absent)

    def _sources(self, wildcards: Any) -> dict[str, dict[int, str]]:
        needs = registry.load("measure", wildcards.measure).NEEDS
        makers = {
            "observations": _observation,
            "relearning": _relearning,
            "records": lambda model: checkpoint(model, ".json"),
        }
        found: dict[str, dict[int, str]] = {}
        for source_name in SOURCES:
            if source_name not in needs:
                continue
            gold = source_name.startswith("gold_")
            label = "retrained" if gold else wildcards.method
            make = makers[source_name.removeprefix("gold_")]
            found[source_name] = {
                seed: make(
                    _Names(
                        dataset=wildcards.dataset,
                        forget_set=wildcards.forget_set,
                        method=label,
                        seed=seed,
                    )
                )
                for seed in self.seeds
            }
        return found

    def measure_settings(self, wildcards: Any) -> dict[str, Any]:
        """Settings of a measuring job: the measure's, and what its dataset says otherwise."""
        if wildcards.measure == ABSENT:
            return {"reason": self.absent[wildcards.dataset]}
        own = self.settings.datasets[wildcards.dataset].measures.get(wildcards.measure, {})
        return {**self.settings.measures[wildcards.measure], **own}

    def measure_inputs(self, wildcards: Any) -> dict[str, list[str]]:
        """Files that a measuring job reads, by source."""
        return {name: list(files.values()) for name, files in self._sources(wildcards).items()}

    def measure_arguments(self, wildcards: Any) -> list[str]:
        """The same as arguments of its program."""
        return [
            " ".join([f"--{name.replace('_', '-')}", *(f"{s}={path}" for s, path in files.items())])
            for name, files in self._sources(wildcards).items()
        ]

    def _results(self, name: str, endings: Iterable[str]) -> list[str]:
        return [f"results/{self.settings.experiment}/{name}{ending}" for ending in endings]

    @cached_property
    def tables(self) -> list[str]:
        """Files of every table."""
        endings = [f"{part}.{kind}" for part in ("", "_costs") for kind in ("csv", "md", "tex")]
        return [path for name in self.experiment.tables for path in self._results(name, endings)]

    @cached_property
    def main_tables(self) -> list[str]:
        """The tables' own values, as tidy CSV."""
        return [path for name in self.experiment.tables for path in self._results(name, [".csv"])]

    @cached_property
    def metrics(self) -> list[str]:
        """A few numbers of the tables, for `dvc metrics` and `dvc plots`."""
        return self._results("metrics", (".json", ".csv")) if self.experiment.tables else []

    @cached_property
    def figures(self) -> list[str]:
        """Files of every figure."""
        return [
            path
            for name in self.experiment.figures
            for path in self._results(name, (".png", ".pdf"))
        ]

    @cached_property
    def report(self) -> str:
        """The report."""
        return f"results/{self.settings.experiment}/report.html"


def _measuring(dataset: str, forget_set: str, label: str, measure: str) -> _Names:
    return _Names(dataset=dataset, forget_set=forget_set, method=label, measure=measure)


def _observation(model: Any) -> str:
    where = f"{model.dataset}/{model.forget_set}/{model.method}/seed_{model.seed}"
    return f"observations/{where}.npz"


def _relearning(model: Any) -> str:
    where = f"{model.dataset}/{model.forget_set}/{model.method}/seed_{model.seed}"
    return f"relearning/{where}.json"


def _unique(values: Iterable[Any]) -> list[Any]:
    return list(dict.fromkeys(values))
