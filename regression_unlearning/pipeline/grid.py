"""The grid of an experiment: every file that its settings require."""

from collections.abc import Iterable
from functools import cached_property
from typing import Any

from regression_unlearning import registry
from regression_unlearning.pipeline import layouts, paths, reported
from regression_unlearning.pipeline.measuring import models_to_measure
from regression_unlearning.pipeline.models import Models, unique
from regression_unlearning.reporting.layout import CLAIMS_ENDINGS, ENDINGS
from regression_unlearning.settings.experiment import Figure


class Grid(Models):
    """Every file that the chosen experiment requires: `Models`, measures, tables, figures.

    Parameters
    ----------
    settings : Settings
        Checked settings.
    seeds_per_job : int, optional
        Training seeds that share a process; the settings' own number if not given.
    """

    def measured_in(self, dataset: str, forget_set: str) -> list[str]:
        """Measures that some table or figure shows of a forget set, in params.yaml's order."""
        shown = {
            name
            for layout in self.layouts.values()
            if dataset in layout.datasets and forget_set in layout.forget_sets
            for name in layouts.words(self.settings, layout)
        }
        return [name for name in self.settings.measures if name in shown]

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
        """Arguments of the measuring program for a forget set; see `evaluation.measuring.Work`."""
        identity = {"dataset": dataset, "forget_set": forget_set}
        labels = self.labels_in(dataset, forget_set)
        if dataset in self.absent:
            return {**identity, "absent": self.absent[dataset], "models": labels}
        names = self.measured_in(dataset, forget_set)
        own = self.settings.datasets[dataset].measures
        models = models_to_measure(dataset, forget_set, labels, names, self.seeds)
        measures = {name: {**self.settings.measures[name], **own.get(name, {})} for name in names}
        return {**identity, "models": models, "measures": measures}

    def measure_files(self, dataset: str, forget_set: str) -> list[str]:
        """Files that measuring a forget set reads."""
        if dataset in self.absent:
            return []
        models = self.measuring(dataset, forget_set)["models"].values()
        return [p for sources in models for files in sources.values() for p in files.values()]

    def layout_measures(self, name: str) -> list[str]:
        """Measured values that a table or figure shows."""
        layout = self.layouts[name]
        if not layouts.words(self.settings, layout):
            return []
        groups = unique(cell[:2] for cell in layouts.columns(layout))
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
        """Files of the observations that a figure is drawn from."""
        return [path for *_, files in self.drawn_from(name) for path in files.values()]

    def _facts(self, datasets: Iterable[str]) -> list[str]:
        return [paths.facts(dataset) for dataset in unique(datasets) if dataset not in self.absent]

    def layout_facts(self, name: str) -> list[str]:
        """Files of facts about the prepared data that a table or figure shows."""
        return self._facts(self.layouts[name].datasets)

    @cached_property
    def facts(self) -> list[str]:
        """Files of facts about the prepared data of every dataset that is shown."""
        return self._facts(
            dataset for layout in self.layouts.values() for dataset in layout.datasets
        )

    def layout_settings(self, name: str) -> dict[str, Any]:
        """What a table or figure shows, with the titles of its rows and columns."""
        layout = self.layouts[name]
        values = layouts.layout_settings(self.settings, layout, self.absent)
        drawn = {"observations": self.drawn_from(name)} if isinstance(layout, Figure) else {}
        return {**values, **drawn}

    def layout_modules(self, name: str) -> list[str]:
        """Modules that a table's or figure's program imports by name."""
        layout = self.layouts[name]
        words = layouts.words(self.settings, layout)
        modules = [f"{registry.module_name('measure', measure)}:QUANTITIES" for measure in words]
        if isinstance(layout, Figure):
            modules.append(str(registry.module_name("figure", layout.kind)))
        return modules

    def report_settings(self) -> dict[str, Any]:
        """Settings of the report, including those of everything in it."""
        return reported.of_report(self.settings, self.absent)

    def _results(self, name: str, endings: Iterable[str]) -> list[str]:
        return [paths.result(self.settings.experiment, name) + ending for ending in endings]

    @cached_property
    def tables(self) -> list[str]:
        """Files of every table."""
        return [path for name in self.experiment.tables for path in self._results(name, ENDINGS)]

    @cached_property
    def records(self) -> list[str]:
        """The record beside each checkpoint."""
        models = (*self.originals, *self.retrained, *self.blindspots, *self.unlearned)
        return [paths.record(path) for path in models]

    @cached_property
    def values(self) -> list[str]:
        """Every measured value, and their provenance."""
        return self._results("values", [".csv"]) + self._results("provenance", [".json"])

    def values_settings(self) -> dict[str, Any]:
        """Settings of the program that gathers them."""
        report = reported.of_report(self.settings, self.absent)
        return {**report, "measures": self.measured, "records": self.records}

    @cached_property
    def claims(self) -> list[str]:
        """Verdicts on the papers' claims; none where no table or figure belongs to a paper."""
        judged = self.claims_settings()["claims"]
        return self._results("claims", CLAIMS_ENDINGS) if judged else []

    def claims_settings(self) -> dict[str, Any]:
        """Settings of the program that judges claims."""
        title = self.experiment.title
        return {"title": title, "claims": layouts.claims(self.settings, self.absent)}

    @property
    def claims_modules(self) -> list[str]:
        """Modules that it imports by name."""
        names = [registry.module_name("measure", measure) for measure in self.settings.measures]
        return [f"{name}:QUANTITIES" for name in names]

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
        """Modules whose texts the report prints."""
        return unique(module for name in self.layouts for module in self.layout_modules(name))

    @cached_property
    def report(self) -> str:
        """The report."""
        return self._results("report", [".html"])[0]
