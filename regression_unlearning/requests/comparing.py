"""Compare two models on a forget set: errors, attacks, and how far their outputs are apart."""

from pathlib import Path
from typing import Any

import numpy as np

from regression_unlearning.data.dataset import load_dataset, made_ready
from regression_unlearning.data.forget_sets import select
from regression_unlearning.data.prepared import read_rows
from regression_unlearning.errors import UserError, unknown
from regression_unlearning.evaluation.observations import Observation
from regression_unlearning.requests.audit import ROWS, judge
from regression_unlearning.requests.ledger import FOLDER, MODEL
from regression_unlearning.requests.request import Thresholds
from regression_unlearning.settings.document import Settings
from regression_unlearning.training import checkpoints
from regression_unlearning.training.device import set_up
from regression_unlearning.training.observe import observe
from regression_unlearning.training.task import Task


def compare(
    settings: Settings,
    first: str,
    second: str,
    dataset: str,
    forget_set: str,
    *,
    device: str = "auto",
    threads: int = 1,
    gpus: int = 0,
    project: str | Path = ".",
) -> dict[str, Any]:
    """Compare two models of a dataset's network.

    Parameters
    ----------
    settings : Settings
        See `load_settings`.
    first, second : str
        Files of models, or ids of requests that passed.
    dataset, forget_set : str
        Keys of params.yaml. Rows that requests named count as well.
    device, threads, gpus, project
        See `forget`.

    Returns
    -------
    dict
        ``models``; ``errors`` and ``attacks`` as in an audit, ``before`` of the first model and
        ``after`` of the second; each of ``errors`` has ``apart`` too, the mean difference of what
        both put out, without sign.

    Raises
    ------
    UserError
        For an unknown name, or a file that is no such model.
    """
    project = Path(project)
    if dataset not in settings.datasets:
        raise unknown("dataset", dataset, settings.datasets)
    chosen = settings.datasets[dataset]
    if forget_set not in chosen.forget_sets:
        raise unknown("forget set", forget_set, chosen.forget_sets, f"datasets.{dataset}")
    models = [_file(project, one) for one in (first, second)]
    rows, parts = read_rows(made_ready(settings, dataset, project / "data")), None
    for one in (*reversed(chosen.earlier(forget_set)), forget_set):
        parts = select(rows, chosen.forget_sets[one], one, parts)
    assert parts is not None
    used = set_up(device, threads, max(gpus, chosen.resources.gpu or 0))
    data = load_dataset(settings, dataset, project / "data", used)
    task = Task.of(chosen, data, parts, 0)
    observations = [
        Observation(observe(checkpoints.load_model(task, path), task, parts, chosen.observation))
        for path in models
    ]
    judged = judge(observations[0], observations[1], None, Thresholds())
    errors: list[dict[str, Any]] = []
    for row, (part, like) in zip(judged.errors, ROWS.values(), strict=True):
        ours, others = (model.comparable(part, like_forget=like) for model in observations)
        apart = float(np.abs(ours - others).mean()) if len(ours) else np.nan
        errors.append({key: row[key] for key in ("rows", "number", "before", "after")})
        errors[-1]["apart"] = apart if np.isfinite(apart) else None
    return {
        "models": [str(path) for path in models],
        "unit": chosen.unit,
        "errors": errors,
        "attacks": [
            {key: value for key, value in one.items() if key not in ("limits", "passed")}
            for one in judged.attacks
        ],
    }


def _file(project: Path, name: str) -> Path:
    """The file of a model, given by its path or by a request's id."""
    for path in (Path(name), project / FOLDER / name / MODEL):
        if path.is_file():
            return path
    raise UserError(f"{name} is neither a model's file nor the id of a request that passed.")
