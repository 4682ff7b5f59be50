"""The grid of an experiment: every file that its settings ask for."""

from collections.abc import Iterable
from functools import cached_property
from typing import Any

from regression_unlearning import registry
from regression_unlearning.pipeline import layouts, paths, plan
from regression_unlearning.pipeline.absences import absences
from regression_unlearning.pipeline.batches import Batch, split
from regression_unlearning.settings.document import Settings
from regression_unlearning.settings.experiment import REFERENCES, Figure, Table

#: The measure that stands for all where a dataset cannot be had.
ABSENT = "absent"
#: Dataset, forget set, label of a method.
Cell = tuple[str, str, str]


class Grid:
    """Every file that the chosen experiment asks for.

    Parameters
    ----------
    settings : Settings
        Checked settings.
    seeds_per_job : int, optional
        Training seeds that share a process; the settings' own number if not given.
    """

    def __init__(self, settings: Settings, seeds_per_job: int | None = None):
        self.settings = settings
        self.experiment = settings.chosen
        self.seeds = self.experiment.seeds
        size = seeds_per_job or settings.seeds_per_job
        searched = {own.tuning.seed for own in settings.datasets.values() if own.tuning}
        seeds = [*split(self.seeds, size), *((one,) for one in sorted(searched - {*self.seeds}))]
        #: Seeds that share a process; those that searches train on, each for itself.
        self.batches = [Batch(settings, chunk) for chunk in seeds]

    @cached_property
    def layouts(self) -> dict[str, Table | Figure]:
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
    def cells(self) -> list[Cell]:
        """Every column that is shown, references included."""
        return _unique(cell for one in self.layouts.values() for cell in layouts.columns(one))

    @cached_property
    def groups(self) -> list[tuple[str, str]]:
        """Dataset and forget set of every cell."""
        return _unique(cell[:2] for cell in self.cells)

    @cached_property
    def unlearnt_cells(self) -> list[Cell]:
        """Every model that a method makes, for forget sets before a shown one too."""
        return _unique(
            (dataset, one, label)
            for dataset, forget_set, label in self.cells
            if label not in REFERENCES and dataset not in self.absent
            for one in (
                *reversed(self.settings.datasets[dataset].earlier(forget_set)),
                forget_set,
            )
        )

    def forget_set_names(self, dataset: str) -> list[str]:
        """A dataset's forget sets, those before a shown one included."""
        chosen = self.settings.datasets[dataset]
        return _unique(
            one
            for name, forget_set in self.groups
            if name == dataset
            for one in (*reversed(chosen.earlier(forget_set)), forget_set)
        )

    def _each_seed(self, path: Any, cells: Iterable[tuple[str | None, ...]]) -> list[str]:
        return _unique(path(*cell, seed) for cell in cells for seed in self.seeds)

    @property
    def _present(self) -> list[tuple[str, str]]:
        return [group for group in self.groups if group[0] not in self.absent]

    @cached_property
    def raw(self) -> list[str]:
        """Manifests of the raw files."""
        return [paths.manifest(dataset) for dataset in self.datasets]

    @cached_property
    def prepared(self) -> list[str]:
        """Prepared datasets and their forget sets."""
        return [
            path
            for dataset in self.datasets
            for path in (
                paths.arrays(dataset),
                paths.rows(dataset),
                *(paths.parts(dataset, name) for name in self.forget_set_names(dataset)),
            )
        ]

    @cached_property
    def originals(self) -> list[str]:
        """Checkpoints of the original models."""
        return self._each_seed(paths.original, [(dataset,) for dataset in self.datasets])

    @cached_property
    def retrained(self) -> list[str]:
        """Checkpoints of the gold models."""
        return self._each_seed(paths.retrained, self._present)

    @cached_property
    def blindspots(self) -> list[str]:
        """Checkpoints of the helper models that some method asks for."""
        found = []
        for dataset, forget_set, label in self.unlearnt_cells:
            method = plan.method(self.settings, dataset, label)
            further = method.options.get("helper")
            found += [(dataset, forget_set, kind, further) for kind in method.helpers]
        return self._each_seed(paths.helper, found)

    @cached_property
    def unlearned(self) -> list[str]:
        """Checkpoints of the unlearned models."""
        return self._each_seed(paths.unlearned, self.unlearnt_cells)

    @cached_property
    def observed_cells(self) -> list[Cell]:
        """Every model that is observed."""
        references = [(*group, label) for group in self._observed_groups for label in REFERENCES]
        return [*references, *self.unlearnt_cells]

    @cached_property
    def _observed_groups(self) -> list[tuple[str, str]]:
        """Forget sets whose references are observed, those before a shown one included."""
        return _unique([*self._present, *(cell[:2] for cell in self.unlearnt_cells)])

    @cached_property
    def observed(self) -> list[str]:
        """Observations of every model."""
        return self._each_seed(paths.observation, self.observed_cells)

    @cached_property
    def relearns(self) -> bool:
        """Whether a measure asks for relearning."""
        return bool(plan.measures_of_relearning(self.settings))

    @cached_property
    def relearnt(self) -> list[str]:
        """Relearning counts of every model but the originals."""
        cells = [cell for cell in self.observed_cells if cell[2] != "original"]
        return self._each_seed(paths.relearning, cells) if self.relearns else []

    def _measures_of(self, layout: Table | Figure) -> list[str]:
        if isinstance(layout, Figure):
            return layouts.words(self.settings, layout)
        return layout.measured(self.settings.measures)

    def measured_in(self, dataset: str, forget_set: str) -> list[str]:
        """Measures that some table or figure shows of a forget set, in params.yaml's order."""
        asked = {
            name
            for layout in self.layouts.values()
            if dataset in layout.datasets and forget_set in layout.forget_sets
            for name in self._measures_of(layout)
        }
        return [name for name in self.settings.measures if name in asked]

    def labels_in(self, dataset: str, forget_set: str) -> list[str]:
        """Models that are shown on a forget set."""
        return [cell[2] for cell in self.cells if cell[:2] == (dataset, forget_set)]

    @cached_property
    def measured_groups(self) -> list[tuple[str, str]]:
        """Forget sets on which something is measured."""
        return [group for group in self.groups if self.measured_in(*group)]

    @cached_property
    def measured(self) -> list[str]:
        """Measured values, a file for each forget set."""
        name = self.settings.experiment
        return [paths.measured(name, *group) for group in self.measured_groups]

    def measuring(self, dataset: str, forget_set: str) -> dict[str, Any]:
        """What the program that measures a forget set is told; see `evaluation.measuring.Work`."""
        identity = {"dataset": dataset, "forget_set": forget_set}
        labels = self.labels_in(dataset, forget_set)
        if dataset in self.absent:
            return {**identity, "absent": self.absent[dataset], "models": labels}
        names = self.measured_in(dataset, forget_set)
        own = self.settings.datasets[dataset].measures
        models = self._measured_models(dataset, forget_set, labels, names)
        measures = {name: {**self.settings.measures[name], **own.get(name, {})} for name in names}
        return {**identity, "models": models, "measures": measures}

    def measure_files(self, dataset: str, forget_set: str) -> list[str]:
        """Files that measuring a forget set reads."""
        if dataset in self.absent:
            return []
        models = self.measuring(dataset, forget_set)["models"].values()
        return [p for sources in models for files in sources.values() for p in files.values()]

    def _measured_models(
        self, dataset: str, forget_set: str, labels: list[str], names: list[str]
    ) -> dict[str, dict[str, dict[int, str]]]:
        """Files of each model that some measure needs: label, source, seed."""
        needs = {need for name in names for need in registry.load("measure", name).NEEDS}
        makers = {
            "observations": paths.observation,
            "relearning": paths.relearning,
            "records": lambda *place: paths.record(paths.checkpoint(*place)),
        }
        found = {}
        for label in labels:
            read = {n.removeprefix("gold_") for n in needs} if label == "retrained" else needs
            kinds = [kind for kind in makers if kind in read]
            if label == "original":  # where relearning wants to arrive: it relearns nothing
                kinds = [kind for kind in kinds if kind != "relearning"]
            found[label] = {
                kind: {seed: makers[kind](dataset, forget_set, label, seed) for seed in self.seeds}
                for kind in kinds
            }
        return found

    def layout_measures(self, name: str) -> list[str]:
        """Measured values that a table or figure shows."""
        layout = self.layouts[name]
        if not self._measures_of(layout):
            return []
        groups = _unique(cell[:2] for cell in layouts.columns(layout))
        return [paths.measured(self.settings.experiment, *group) for group in groups]

    def drawn_from(self, name: str) -> list[list[Any]]:
        """Observations that a figure is drawn from: dataset, forget set, label, {seed: path}."""
        layout = self.layouts[name]
        if "observations" not in registry.load("figure", layout.kind).NEEDS:
            return []
        return [
            [*cell, {seed: paths.observation(*cell, seed) for seed in self.seeds}]
            for cell in layouts.columns(layout)
            if cell[0] not in self.absent
        ]

    def layout_observations(self, name: str) -> list[str]:
        """The same as files."""
        return [path for *_, files in self.drawn_from(name) for path in files.values()]

    def layout_settings(self, name: str) -> dict[str, Any]:
        """What a table or figure shows, with the titles of its rows and columns."""
        layout = self.layouts[name]
        told = layouts.told(self.settings, layout, self.absent)
        drawn = {"observations": self.drawn_from(name)} if isinstance(layout, Figure) else {}
        return {**told, **drawn}

    def layout_modules(self, name: str) -> list[str]:
        """Modules that a table's or figure's program imports by name."""
        layout = self.layouts[name]
        words = layouts.words(self.settings, layout)
        found = [f"{registry.module_name('measure', one)}:QUANTITIES" for one in words]
        if isinstance(layout, Figure):
            found.append(str(registry.module_name("figure", layout.kind)))
        return found

    def report_settings(self) -> dict[str, Any]:
        """What the report is made of, the settings of everything in it included."""
        return layouts.of_report(self.settings, self.absent)

    def _results(self, name: str, endings: Iterable[str]) -> list[str]:
        return [paths.result(self.settings.experiment, name) + ending for ending in endings]

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
    def words(self) -> list[str]:
        """Modules whose words the report uses."""
        return _unique(module for name in self.layouts for module in self.layout_modules(name))

    @cached_property
    def report(self) -> str:
        """The report."""
        return self._results("report", [".html"])[0]


def _unique(values: Iterable[Any]) -> list[Any]:
    return list(dict.fromkeys(values))
