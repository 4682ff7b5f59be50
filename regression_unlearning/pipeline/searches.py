"""The files of a search for a method's settings."""

from regression_unlearning.errors import UserError
from regression_unlearning.pipeline import paths, plan
from regression_unlearning.pipeline.grid import Grid
from regression_unlearning.pipeline.needs import missing_ids
from regression_unlearning.settings.document import Settings
from regression_unlearning.settings.experiment import REFERENCES
from regression_unlearning.settings.tuning import Tuning


def models(
    settings: Settings, dataset: str, label: str, forget_set: str, seed: int
) -> dict[str, str]:
    """Checkpoints that a search needs for one forget set, by role; a helper's role is its name."""
    helpers = {
        kind: paths.helper(dataset, forget_set, kind, further, seed)
        for kind, further in plan.helpers(settings, dataset, label)
    }
    return {
        "original": paths.original(dataset, seed),
        "retrained": paths.retrained(dataset, forget_set, seed),
        **helpers,
    }


def inputs(settings: Settings, dataset: str, label: str, chosen: Tuning) -> list[str]:
    """Files that a search reads.

    Raises
    ------
    UserError
        When the dataset brings one original model for every seed, the very one that the tables
        report; or when the file that lists a forget set's ids does not exist.
    """
    original = settings.datasets[dataset].original
    if original and "{seed}" not in original:
        raise UserError(
            f"{settings.at(f'datasets.{dataset}.original')} is one model for every seed, so a "
            "search would look at the very model that the tables report. Put {seed} into its path, "
            f"and bring a model for seed {chosen.seed} too."
        )
    if missing := missing_ids(settings, dataset, chosen.forget_sets):
        raise UserError("\n".join(missing))
    files = [paths.arrays(dataset), paths.rows(dataset)]
    for forget_set in chosen.forget_sets:
        files.append(paths.parts(dataset, forget_set))
        files += models(settings, dataset, label, forget_set, chosen.seed).values()
    return list(dict.fromkeys(files))


def tuning_of(settings: Settings, dataset: str) -> Tuning:
    """The settings of a dataset's searches.

    Raises
    ------
    UserError
        When the dataset has none.
    """
    tuning = settings.datasets[dataset].tuning
    if tuning is None:
        raise UserError(
            f"{settings.at(f'datasets.{dataset}')} has no `tuning`, so nothing can be tuned."
        )
    return tuning


def tuned(grid: Grid) -> list[str]:
    """Searches for every method that an experiment shows, of datasets with `tuning`.

    Entries shown beside a paper's printed values are left out (they keep the paper's settings), and
    so are references, which are no unlearning.
    """
    settings = grid.settings
    printed = {
        (dataset, label)
        for experiment in settings.experiments.values()
        for table in experiment.tables.values()
        if table.paper not in (None, "sure")  # SURE's paper prints no values
        for dataset in table.datasets
        if settings.datasets[dataset].stands_for is None
        for label in table.methods
    }
    cells = [(dataset, label) for dataset, _, label in grid.cells if label not in REFERENCES]
    return [
        paths.search(dataset, label)
        for dataset, label in dict.fromkeys(cells)
        if (chosen := settings.datasets[dataset]).tuning is not None
        and (dataset, label) not in printed
        and not chosen.method(label).reference
    ]
