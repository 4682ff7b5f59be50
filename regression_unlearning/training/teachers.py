"""Teachers: outputs of another model, read once where inputs never change, else batch by batch."""

from collections.abc import Callable
from typing import Any

from torch import Tensor, nn

from regression_unlearning.models.modules.activations import evaluating
from regression_unlearning.training.task import Task

#: From a batch's inputs and row numbers to the teacher's outputs (rows, outputs).
Teacher = Callable[[Any, Tensor], Tensor]


def teacher(task: Task, model: nn.Module, rows: Tensor) -> Teacher:
    """Return a function that gives a teacher's outputs for rows, in evaluation mode.

    Parameters
    ----------
    task : Task
        Data.
    model : Module
        The teacher; it is never changed.
    rows : Tensor of int64 (n,)
        All rows that the function will be called with.

    Returns
    -------
    callable
        From inputs and row numbers (m,) to outputs (m, outputs).
    """
    if task.data.augments:

        def read(inputs: Any, _rows: Tensor) -> Tensor:
            with evaluating(model):
                return model(inputs)

        return read
    with task.working():
        outputs = task.outputs(model, rows)
    table = outputs.new_zeros(len(task.data.target), outputs.shape[1])
    table[rows] = outputs
    return lambda _inputs, requested: table[requested]


def ignorant(task: Task, rows: Tensor, place: str = "centred") -> Teacher:
    """An untrained network as a teacher.

    An untrained classifier knows nothing: its classes are about equally likely. An untrained
    regression network predicts about 0, which may lie at the end of the target's range or outside
    it: a confident wrong answer. ``centred`` shifts its outputs by one number, so that their mean
    over the retain rows is the retain set's mean target; ``raw`` does not.

    Parameters
    ----------
    task : Task
        Data; the network's weights come from its seed.
    rows : Tensor of int64 (n,)
        All rows that the function will be called with.
    place : {"centred", "raw"}
        Whether the outputs are shifted.

    Returns
    -------
    callable
        See `teacher`.
    """
    model = task.new_model("bad teacher")
    raw_teacher = teacher(task, model, rows)
    if place == "raw":
        return raw_teacher
    with task.working():
        known = task.data.target[task.retain]
        shift = task.kind.centring(task.outputs(model, task.retain), known)
    return lambda inputs, requested: raw_teacher(inputs, requested) + shift
