"""The choice behind `precision: auto`: timed once for a dataset, kept in a file, then read.

A timed choice comes out otherwise on another machine or day. So the first training of a dataset
makes it, and every later job reads it, wherever it runs: models of one table are of one precision.
"""

import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from statistics import median
from typing import Any, TypeVar

import torch
from torch import nn

from regression_unlearning import provenance
from regression_unlearning.errors import UserError
from regression_unlearning.settings.jobs import NetworkJob, TrainingJob
from regression_unlearning.settings.precision import AUTO, BFLOAT, FLOAT, replaced, unrecorded
from regression_unlearning.settings.training import Fit
from regression_unlearning.training.captured import FIRST
from regression_unlearning.training.precision_record import keep, kept_to, read
from regression_unlearning.training.runs import Run
from regression_unlearning.training.session import Session
from regression_unlearning.training.task import Task

#: bfloat16 is taken where its step takes at most this share of float32's time.
ENOUGH = 0.9
#: Each precision is timed `ROUNDS` times, in turn: `STEPS` steps after `WARM` that do not count.
ROUNDS, WARM, STEPS = 3, FIRST + 1, 5
#: What a network or an optimiser without bfloat16 raises.
CANNOT = (RuntimeError, TypeError, UserError)

Job = TypeVar("Job", bound=NetworkJob)


def settled(session: Session, job: Job) -> Job:
    """A job's settings with the dataset's choice in place of every ``precision: auto``.

    Parameters
    ----------
    session, job : Session, NetworkJob
        Data and device; settings with the record's place, without which auto is float32.

    Raises
    ------
    UserError
        When the record is damaged, or cannot be written.
    """
    values = job.plain()
    if replaced(values, FLOAT) == values:
        return job
    if job.chosen_precision is None:
        return type(job).model_validate(replaced(values, unrecorded(AUTO)))
    path = Path(job.chosen_precision.record)
    if not path.exists():
        choice = kept_to(job.chosen_precision.models)
        if choice is None and isinstance(job, TrainingJob):
            nothing = Run(Path("none"), {"names": ["precision"], "seed": 0})  # it makes no file
            choice = timed(session.task(nothing), job.training)
        keep(path, choice or {"precision": FLOAT, "why": "no training has timed a choice"})
    return type(job).model_validate(replaced(values, read(path)["precision"]))


def timed(task: Task, fit: Fit, clock: Callable[[], float] = time.perf_counter) -> dict[str, Any]:
    """Time steps of a training in both precisions, on networks of their own, and choose.

    No model, no file and none of torch's global random numbers is changed.

    Parameters
    ----------
    task, fit : Task, Fit
        Rows, loss and network; batch size and optimiser. The network is not compiled for this.
    clock : callable
        Gives seconds.
    """
    whole = len(task.retain) // fit.batch_size * fit.batch_size  # batches of one length
    rows = task.retain[:whole] if whole else task.retain
    task = task.having(state_folder=None, retain=rows)
    names = ("learning_rate", "batch_size", "clip", "optimizer", "momentum", "weight_decay")
    same = {name: getattr(fit, name) for name in names}
    plan = Fit(epochs=WARM + STEPS, **same)
    seconds: dict[str, list[float]] = {FLOAT: [], BFLOAT: []}
    failed = ""
    with torch.random.fork_rng([task.retain.device] if task.retain.is_cuda else []):
        for _ in range(ROUNDS):
            for word, found in seconds.items():
                try:
                    chosen = plan.model_copy(update={"precision": word})
                    found.append(_seconds_per_step(task, chosen, clock))
                except CANNOT as error:
                    if word == FLOAT:
                        raise
                    failed = f"bfloat16 fails here: {str(error).partition(chr(10))[0]}"
            if failed:
                break
    return {
        **decided(seconds, failed),
        "timed": {**same, "rows": len(task.retain), "rounds": ROUNDS, "steps": STEPS},
        "network": task.network.plain(),
        "machine": provenance.machine(),
    }


def decided(seconds: Mapping[str, Sequence[float]], failed: str = "") -> dict[str, Any]:
    """The choice that some timings lead to, by their medians.

    Parameters
    ----------
    seconds : mapping of str to sequence of float
        Seconds per step of each precision.
    failed : str
        Why bfloat16 could not be timed, if so.
    """
    if failed:
        return {"precision": FLOAT, "why": failed}
    steps = {word: median(found) for word, found in seconds.items()}
    share = steps[BFLOAT] / steps[FLOAT]
    return {
        "precision": BFLOAT if share <= ENOUGH else FLOAT,
        "why": f"a step in bfloat16 took {share:.0%} of the time of one in float32",
        "seconds_per_step": {word: float(f"{value:.4g}") for word, value in steps.items()},
    }


def _seconds_per_step(task: Task, fit: Fit, clock: Callable[[], float]) -> float:
    """Seconds of a step of the training loop, without the first ones."""
    at: list[float] = []

    def after_step(_: nn.Module, steps: int) -> bool:
        if steps in (WARM, WARM + STEPS):
            if task.retain.is_cuda:
                torch.cuda.synchronize()
            at.append(clock())
        return len(at) == 2

    task.fit(task.new_model(), fit, phase="precision", after_step=after_step)
    return (at[1] - at[0]) / STEPS
