"""Checks of what a method returns, before it is used."""

import json
import zlib
from collections.abc import Iterator

import torch
from torch import Tensor, nn

from regression_unlearning.errors import UserError
from regression_unlearning.models.weights import misfit, weights_of
from regression_unlearning.training.task import Task


def not_finite(model: nn.Module) -> str | None:
    """Name of a model's first weight with a value that is not finite; None where all are finite."""
    values = model.state_dict().items()
    return next((name for name, value in values if not value.isfinite().all()), None)


def checksums(task: Task) -> dict[str, int]:
    """CRC-32 of what several runs share: the data's tensors, and the helpers' weights, by name."""

    def tensors() -> Iterator[tuple[str, Tensor]]:
        data = task.data
        shared = {"target": data.target, "own_target": data.own_target, "split": data.split}
        for name, value in {**vars(task.data.inputs), **shared}.items():
            if isinstance(value, Tensor):
                yield f"data's {name}", value
        for helper, model in task.helpers.items():
            for name, value in model.state_dict().items():
                yield f"helper's {helper} {name}", value

    return {
        name: zlib.crc32(value.detach().cpu().contiguous().flatten().view(torch.uint8).numpy())
        for name, value in tensors()
    }


def check(
    method: str, made: object, original: nn.Module, task: Task, before: dict[str, int]
) -> nn.Module:
    """Check the model that a method returned, and that the method changed nothing else.

    Parameters
    ----------
    method : str
        The method's name.
    made : object
        What it returned; it must be the original's network with every weight finite.
    original : Module
        The model that it was given a copy of.
    task : Task
        The task that it worked on.
    before : dict
        `checksums` of the task before the method ran.

    Returns
    -------
    Module
        `made`.

    Raises
    ------
    UserError
        In one line that names the method.
    """
    label = f"method {method!r}"
    if not isinstance(made, nn.Module):
        kind = "nothing" if made is None else type(made).__name__
        raise UserError(f"{label}: unlearn handed back {kind}; it must return the network.")
    if wrong := misfit(weights_of(made), weights_of(original)):
        raise UserError(f"{label}: unlearn handed back another network: {wrong}.")
    if name := not_finite(made):
        raise UserError(
            f"{label}: the weight {name!r} that it handed back holds values that are not finite; a "
            "lower learning rate may help."
        )
    after = checksums(task)
    if changed := [name for name in before | after if before.get(name) != after.get(name)]:
        raise UserError(
            f"{label}: it changed the task's {changed[0]}, which other runs read too; let it work "
            "on a copy."
        )
    try:
        json.dumps(task.facts, allow_nan=False)
    except (TypeError, ValueError) as error:
        raise UserError(f"{label}: task.facts must hold JSON values alone: {error}.") from None
    return made
