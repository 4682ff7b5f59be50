"""Seconds of one whole cell of a table: two trainings, one method, observing, measuring."""

import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import numpy as np
import torch

from regression_unlearning.data.prepared import Prepared
from regression_unlearning.evaluation.measuring import Work, take
from regression_unlearning.files import write_npz
from regression_unlearning.reporting.speeds import Row, measured
from regression_unlearning.settings.document import Settings
from regression_unlearning.training.observe import observe
from regression_unlearning.training.task import Task
from regression_unlearning.training.train import train
from regression_unlearning.training.unlearn import unlearn

MEASURES = ("errors", "membership", "wasserstein", "row_distance")


def divided(rows: int) -> dict[str, np.ndarray]:
    """Row numbers of each part: see the description of ``rows`` in `reporting.speeds`."""
    cuts = np.split(np.arange(rows), [int(0.7 * rows), int(0.85 * rows)])
    parts = {}
    for split, own in zip(("", "validation_", "test_"), cuts, strict=True):
        forget = own % 10 == 0
        parts |= {f"{split}retain": own[~forget], f"{split}forget": own[forget]}
    return parts


def measure(
    settings: Settings,
    dataset: str,
    made: Callable[[int, str], Prepared],
    rows: int,
    epochs: int,
    device: str,
) -> list[Row]:
    """Make one cell of a dataset's table, with the dataset's own network and settings.

    Parameters
    ----------
    settings, dataset : Settings, str
        Those of params.yaml, and a key of its datasets.
    made : callable
        ``made(rows, device)`` gives the data.
    rows, epochs : int
        How many, and of original and retrained model.
    device : str
        Where networks run.
    """
    chosen = settings.datasets[dataset]
    title = f"{chosen.title}'s settings"
    seconds: dict[str, float] = {}

    @contextmanager
    def stage(name: str) -> Iterator[None]:
        begun = time.perf_counter()
        yield
        if device != "cpu":
            torch.cuda.synchronize()
        seconds[name] = time.perf_counter() - begun

    parts = divided(rows)
    split = torch.zeros(rows, dtype=torch.uint8)
    split[int(0.7 * rows) :] = 1
    split[int(0.85 * rows) :] = 2
    data = replace(made(rows, device), split=split.to(device))
    task = Task.of(chosen, data, parts, seed=0)
    training = chosen.training.model_copy(update={"epochs": epochs})
    with tempfile.TemporaryDirectory() as folder:
        with stage("original"):
            original = train(task.nothing_forgotten(), training)
        with stage("retrained"):
            retrained = train(task.having(), training)
        with stage("helper"):
            helper = train(task.having(seed=1), chosen.blindspot)
        ready = task.having(helpers={"blindspot": helper})
        with stage("blindspot"):
            unlearned = unlearn(original, ready, "blindspot", **chosen.method("blindspot").options)
        models = {"retrained": retrained, "original": original, "blindspot": unlearned}
        paths = {name: Path(folder) / f"{name}.npz" for name in models}
        with stage("observing"):
            for name, model in models.items():
                write_npz(paths[name], observe(model, task, parts, chosen.observation))
        with stage("measures"):
            files = {name: {"observations": {0: path}} for name, path in paths.items()}
            asked = {name: settings.measures[name] for name in MEASURES}
            take(Work(dataset, "made", files, asked))
    whole = sum(seconds.values())
    trained = seconds["original"] + seconds["retrained"]
    reckoned = whole + trained * (chosen.training.epochs / epochs - 1)
    counted = {"rows": rows, "epochs": epochs, **seconds, "whole": whole, "reckoned": reckoned}
    return [measured("cell", title, name, value) for name, value in counted.items()]
