"""The grid of an experiment: every file that its settings ask for."""

from collections.abc import Iterable
from functools import cached_property
from itertools import product
from types import SimpleNamespace
from typing import Any

from regression_unlearning import registry
from regression_unlearning.evaluation.inputs import SOURCES
from regression_unlearning.pipeline import layouts as workflow_layouts
from regression_unlearning.pipeline.absences import absences
from regression_unlearning.pipeline.plan import (
    checkpoint,
    helpers,
    measures_of_relearning,
    observation,
    relearnt,
    values_file,
)
from regression_unlearning.settings.document import Settings
from regression_unlearning.settings.experiment import REFERENCES, Figure, Layout

#: The measure that stands for all where a dataset cannot be had.
ABSENT = "absent"


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

    def forget_set_names(self, dataset: str) -> list[str]:
        """A dataset's forget sets, those before a shown one included."""
        return _unique(cell[1] for cell in self._started_from if cell[0] == dataset)

    def forget_sets_of(self, dataset: str) -> list[str]:
        """Files of a dataset's forget sets."""
        names = self.forget_set_names(dataset)
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
    ) -> list[SimpleNamespace]:
        kept, cells = set(labels), self.cells if cells is None else cells
        return [
            SimpleNamespace(dataset=dataset, forget_set=forget_set, method=label, seed=seed)
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
        return [observation(model) for model in self._models([*REFERENCES, *self._methods])]

    @cached_property
    def relearns(self) -> bool:
        """Whether a measure asks for relearning."""
        return bool(measures_of_relearning(self.settings))

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
            workflow_layouts.words(self.settings, layout)
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
        return [values_file(_measuring(*cell)) for cell in self._measured]

    def layout_measures(self, name: str) -> list[str]:
        """Measured values that a table or figure shows."""
        return [values_file(_measuring(*cell)) for cell in self._measured_in(self.layouts[name])]

    def layout_observations(self, name: str) -> list[str]:
        """Observations that a figure is drawn from."""
        return [observation(model) for model in self._drawn(name)]

    def _drawn(self, name: str) -> list[SimpleNamespace]:
        layout = self.layouts[name]
        if "observations" not in registry.load("figure", layout.kind).NEEDS:
            return []
        return self._models([*REFERENCES, *layout.methods], workflow_layouts.columns(layout))

    def observation_arguments(self, name: str) -> list[str]:
        """The same as arguments of its program: of which models, and their files by seed."""
        found: dict[tuple[str, str, str], list[str]] = {}
        for one in self._drawn(name):
            files = found.setdefault((one.dataset, one.forget_set, one.method), [])
            files.append(f"{one.seed}={observation(one)}")
        return [" ".join(["--observations", *place, *files]) for place, files in found.items()]

    @cached_property
    def words(self) -> list[str]:
        """Modules whose words the report uses."""
        return _unique(module for name in self.layouts for module in self.layout_modules(name))

    def layout_modules(self, name: str) -> list[str]:
        """Modules that a table's or figure's program imports by name."""
        layout = self.layouts[name]
        measures = workflow_layouts.words(self.settings, layout)
        found = [registry.module_name("measure", one) for one in measures]
        if isinstance(layout, Figure):
            found.append(registry.module_name("figure", layout.kind))
        return found

    def layout_settings(self, name: str) -> dict[str, Any]:
        """What a table or figure shows, with the titles of its rows and columns."""
        return workflow_layouts.told(self.settings, self.layouts[name], self.absent)

    def report_settings(self) -> dict[str, Any]:
        """What the report is made of, the settings of everything in it included."""
        return workflow_layouts.of_report(self.settings, self.absent)

    def _sources(self, wildcards: Any) -> dict[str, dict[int, str]]:
        needs = registry.load("measure", wildcards.measure).NEEDS
        makers = {
            "observations": observation,
            "relearning": relearnt,
            "records": lambda model: checkpoint(model, ".json"),
            "values": values_file,
        }
        found: dict[str, dict[int, str]] = {}
        for source_name in SOURCES:
            itself = source_name == "gold_values" and wildcards.method == "retrained"
            if source_name not in needs or itself:
                continue
            gold = source_name.startswith("gold_")
            label = "retrained" if gold else wildcards.method
            make = makers[source_name.removeprefix("gold_")]
            found[source_name] = {
                seed: make(
                    SimpleNamespace(
                        dataset=wildcards.dataset,
                        forget_set=wildcards.forget_set,
                        method=label,
                        measure=wildcards.measure,
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
        return {name: _unique(files.values()) for name, files in self._sources(wildcards).items()}

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


def _measuring(dataset: str, forget_set: str, label: str, measure: str) -> SimpleNamespace:
    return SimpleNamespace(dataset=dataset, forget_set=forget_set, method=label, measure=measure)


def _unique(values: Iterable[Any]) -> list[Any]:
    return list(dict.fromkeys(values))
