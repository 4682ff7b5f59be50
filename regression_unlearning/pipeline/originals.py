"""Models that were trained elsewhere: checked before any job starts."""

from pathlib import Path

from regression_unlearning.errors import UserError
from regression_unlearning.models.weights import as_safetensors, weights_in
from regression_unlearning.pipeline import plan
from regression_unlearning.pipeline.grid import Grid


def check(grid: Grid) -> None:
    """Check every model that a dataset of the experiment brings along.

    Whether its weights are those of the dataset's network is checked by the job that takes it over,
    before any other job runs: only there is the network built.

    Raises
    ------
    UserError
        When a file is missing, holds anything but weights, or lies where the pipeline writes.
    """
    for dataset in grid.datasets:
        original = grid.settings.datasets[dataset].original
        seeds = grid.seeds if original else ()
        # one file may serve every seed, and a pickle is read by a process of its own
        for path in dict.fromkeys(plan.given_original(grid.settings, dataset, n) for n in seeds):
            key = grid.settings.at(f"datasets.{dataset}.original: {path}")
            if Path(path).resolve().is_relative_to(Path("checkpoints").resolve()):
                raise UserError(
                    f"{key}: checkpoints/ is where the pipeline writes; keep your model elsewhere."
                )
            with as_safetensors(path, key) as file:
                weights_in(file, key)
