"""What a search needs, read once: data, models, and what the gold model predicts."""

from pathlib import Path

import torch
from torch import Tensor

from regression_unlearning.data.overlaps import reads_hours
from regression_unlearning.data.prepared import load_prepared, read_rows
from regression_unlearning.errors import UserError, command
from regression_unlearning.pipeline import paths, plan
from regression_unlearning.pipeline import searches as searching
from regression_unlearning.settings.document import Settings
from regression_unlearning.settings.forget_sets import Ids, Random
from regression_unlearning.settings.tuning import Tuning
from regression_unlearning.training import checkpoints
from regression_unlearning.training.parts import load_parts
from regression_unlearning.training.seeds import seed_for
from regression_unlearning.training.task import Task
from regression_unlearning.tuning.closeness import Closeness
from regression_unlearning.tuning.rows import divided
from regression_unlearning.tuning.search import Case

HOURS_OF_A_DAY = 24


def open_cases(
    settings: Settings, dataset: str, label: str, chosen: Tuning, device: str = "cpu"
) -> list[Case]:
    """One case for each forget set of a search, from the workflow's files.

    Parameters
    ----------
    settings : Settings
        All of params.yaml.
    dataset, label : str
        The dataset, and the method's entry.
    chosen : Tuning
        Its seed and forget sets.
    device : str
        Where the models and the data go.

    Raises
    ------
    UserError
        When a file is missing: the message says how to make it. When a forget set has too few
        validation rows.
    """
    needed = searching.inputs(settings, dataset, label, chosen)
    if missing := [path for path in needed if not Path(path).is_file()]:
        raise UserError(
            f"{missing[0]} does not exist. `{command('snakemake --cores 2')} "
            f"{paths.search(dataset, label)}` makes what the search needs, and runs it."
        )
    own = settings.datasets[dataset]
    folder = f"data/prepared/{dataset}"
    family, reading = plan.family(settings, dataset), own.reading.plain()
    data = load_prepared(folder, family, device, reading, own.target_scale)
    units = days(folder, device)
    cases = []
    for forget_set in chosen.forget_sets:
        parts = load_parts(paths.parts(dataset, forget_set), device)
        selector = own.forget_sets[forget_set]
        try:
            rows = divided(
                parts,
                seed_for("rows of a search", dataset, forget_set, chosen.seed),
                themselves=isinstance(selector, Random | Ids),
                units=units,
            )
        except UserError as error:
            place = settings.at(f"datasets.{dataset}.forget_sets.{forget_set}")
            raise UserError(f"{place}: {error}") from None
        seed = seed_for(dataset, forget_set, label, chosen.seed)
        task = Task.of(own, data, {**parts, **rows.methods}, seed)
        files = searching.models(settings, dataset, label, forget_set, chosen.seed)
        models = {
            role: checkpoints.load(task.new_model(), Path(path), device)
            for role, path in files.items()
        }
        original, gold = models.pop("original"), models.pop("retrained")
        cases.append(
            Case(
                task=task.having(helpers=models),
                original=original,
                choosing=Closeness(task, gold, rows.choosing),
                confirming=Closeness(task, gold, rows.confirming),
                retraining=checkpoints.seconds_of(Path(files["retrained"])),
                helper_seconds={name: checkpoints.seconds_of(Path(files[name])) for name in models},
                rows=rows.counts,
            )
        )
    return cases


def days(folder: str | Path, device: str = "cpu") -> Tensor | None:
    """The day that each row of a dataset predicts, from the first hour on, where rows are windows.

    Windows of one day predict nearly the same, so those that choose and those that confirm must not
    share a day.
    """
    rows = read_rows(Path(folder), ())
    if not reads_hours(rows):
        return None
    return torch.from_numpy(rows["hour"].to_numpy("int64") // HOURS_OF_A_DAY).to(device)
