"""The models of an experiment: every file from raw data to the models' observations."""

from collections.abc import Iterable
from functools import cached_property
from typing import Any

from regression_unlearning.pipeline import layouts, paths, plan
from regression_unlearning.pipeline.absences import absences
from regression_unlearning.pipeline.batches import Batch, neighbours, split
from regression_unlearning.settings.document import Settings
from regression_unlearning.settings.experiment import REFERENCES, Figure, Table

#: Dataset, forget set, label of a method.
Cell = tuple[str, str, str]


class Models:
    """Data and models that the chosen experiment requires.

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
        searched = {dataset.tuning.seed for dataset in settings.datasets.values() if dataset.tuning}
        seeds = [*split(self.seeds, size), *((seed,) for seed in sorted(searched - {*self.seeds}))]
        #: Seeds that share a process; each further seed of a search has its own.
        self.batches = [Batch(settings, chunk, neighbours(self.seeds)) for chunk in seeds]

    @cached_property
    def layouts(self) -> dict[str, Table | Figure]:
        """Tables and figures by name."""
        return {**self.experiment.tables, **self.experiment.figures}

    @cached_property
    def shown(self) -> list[str]:
        """Datasets that a table or a figure shows."""
        return unique(name for layout in self.layouts.values() for name in layout.datasets)

    @cached_property
    def absent(self) -> dict[str, str]:
        """Unobtainable datasets with the reason; tables show them without numbers."""
        return absences(self.settings, self.shown)

    @cached_property
    def datasets(self) -> list[str]:
        """Datasets that are worked on."""
        return [dataset for dataset in self.shown if dataset not in self.absent]

    @cached_property
    def cells(self) -> list[Cell]:
        """Every column that is shown, references included."""
        return unique(cell for layout in self.layouts.values() for cell in layouts.columns(layout))

    @cached_property
    def groups(self) -> list[tuple[str, str]]:
        """Dataset and forget set of every cell."""
        return unique(cell[:2] for cell in self.cells)

    @cached_property
    def unlearnt_cells(self) -> list[Cell]:
        """All unlearned models, including those for the forget sets before a shown one."""
        return unique(
            (dataset, name, label)
            for dataset, forget_set, label in self.cells
            if label not in REFERENCES and dataset not in self.absent
            for name in (
                *reversed(self.settings.datasets[dataset].earlier(forget_set)),
                forget_set,
            )
        )

    def forget_set_names(self, dataset: str) -> list[str]:
        """A dataset's forget sets, including those before a shown one."""
        chosen = self.settings.datasets[dataset]
        return unique(
            earlier
            for name, forget_set in self.groups
            if name == dataset
            for earlier in (*reversed(chosen.earlier(forget_set)), forget_set)
        )

    def _each_seed(self, path: Any, cells: Iterable[tuple[str | None, ...]]) -> list[str]:
        return unique(path(*cell, seed) for cell in cells for seed in self.seeds)

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
                paths.facts(dataset),
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
    def precisions(self) -> list[str]:
        """Records of what `precision: auto` chose."""
        return [
            paths.precision(dataset)
            for dataset in self.datasets
            if plan.chosen_precision(self.settings, dataset)
        ]

    @cached_property
    def blindspots(self) -> list[str]:
        """Checkpoints of the helper models that some method asks for."""
        cells = [
            (dataset, forget_set, *helper)
            for dataset, forget_set, label in self.unlearnt_cells
            for helper in plan.helpers(self.settings, dataset, label)
        ]
        return self._each_seed(paths.helper, cells)

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
        """Forget sets whose references are observed, including those before a shown one."""
        return unique([*self._present, *(cell[:2] for cell in self.unlearnt_cells)])

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
        """Relearning counts of every model but the originals, and of the pairs of seeds."""
        if not self.relearns:
            return []
        cells = [cell for cell in self.observed_cells if cell[2] != "original"]
        pairs = [
            paths.relearning_pair(*group, *pair)
            for group in self._observed_groups
            for pair in neighbours(self.seeds)
        ]
        return [*self._each_seed(paths.relearning, cells), *pairs]


def unique(values: Iterable[Any]) -> list[Any]:
    """Each value once, in order."""
    return list(dict.fromkeys(values))
