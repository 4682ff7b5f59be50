"""Models that never saw the rows of a request, where the workflow has made some: for an attack.

They are retrained models, of any seed, of forget sets that hold all of the rows.
"""

import logging
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from regression_unlearning.errors import UserError
from regression_unlearning.files import read_npz, sha256
from regression_unlearning.pipeline import paths
from regression_unlearning.settings.dataset import Dataset
from regression_unlearning.training import checkpoints
from regression_unlearning.training.observe import pass_over
from regression_unlearning.training.task import Task

if TYPE_CHECKING:
    from torch import nn

log = logging.getLogger(__name__)

#: So many at most: each costs a pass over the rows.
MOST = 4


def reference_losses(
    project: Path, dataset: str, chosen: Dataset, task: Task, rows: Mapping[str, np.ndarray]
) -> tuple[dict[str, np.ndarray], int]:
    """Mean loss of each row under such models.

    Parameters
    ----------
    project, dataset, chosen : Path, str, Dataset
        Where the checkpoints lie, and the dataset.
    task : Task
        Data, loss, network.
    rows : mapping of int array
        Row numbers by part; those of ``forget`` are what the models must not have seen.

    Returns
    -------
    losses : dict of float64 array
        By part; empty without a model.
    number : int
        Of models.
    """
    losses: list[dict[str, np.ndarray]] = []
    size = chosen.observation.batch_size
    for forget_set in sorted(chosen.forget_sets):
        parts = project / paths.parts(dataset, forget_set)
        retrained = sorted(project.glob(paths.retrained(dataset, forget_set, "*")))
        if not parts.is_file() or not retrained:
            continue
        try:
            retain = read_npz(parts, ["retain"])["retain"]
        except (UserError, KeyError) as error:
            log.warning("%s tells of no reference: %s", parts, error)
            continue
        if np.isin(rows["forget"], retain).any():
            continue
        inputs = {"prepared": task.data.sha256, "parts": sha256(parts)}
        for path in retrained:
            if len(losses) >= MOST:
                break
            try:
                made = checkpoints.record_of(path)["inputs"]
                if any(made[key] != value for key, value in inputs.items()):
                    continue
                model = checkpoints.load_model(task, path)
            except (UserError, KeyError) as error:
                log.warning("%s is no reference: %s", path, error)
                continue
            losses.append({name: _losses(model, task, one, size) for name, one in rows.items()})
    if not losses:
        return {}, 0
    return {name: np.mean([one[name] for one in losses], axis=0) for name in rows}, len(losses)


def _losses(model: "nn.Module", task: Task, rows: np.ndarray, batch_size: int) -> np.ndarray:
    numbers = task.retain.new_tensor(rows)
    return pass_over(model, task, numbers, batch_size)["loss"].cpu().double().numpy()
