"""What a method hands back, looked at before anything is made of it."""

import json
import zlib
from collections.abc import Iterator

import torch
from torch import Tensor, nn

from regression_unlearning.errors import UserError
from regression_unlearning.models.weights import misfit, weights_of
from regression_unlearning.training.task import Task


def not_finite(model: nn.Module) -> str | None:
    """Return the name of the first weight with a non-finite value."""
    values = model.state_dict().items()
    return next((name for name, value in values if not value.isfinite().all()), None)


def checksums(task: Task) -> dict[str, int]:
    """CRC-32 of what several runs share: the data's arrays, and the helpers' weights."""

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
    """Check the model that a method returned, and that it changed nothing else.

    Parameters
    ----------
    method : str
        Its name.
    made : object
        What it handed back: the original's network, every weight finite.
    original : Module
        What it was given a copy of.
    task : Task
        What it worked on.
    before : dict
        Its `checksums` before that.

    Raises
    ------
    UserError
        In one line that names the method.
    """
    said = f"method {method!r}"
    if not isinstance(made, nn.Module):
        kind = "nothing" if made is None else type(made).__name__
        raise UserError(f"{said}: unlearn handed back {kind}; it must return the network.")
    if wrong := misfit(weights_of(made), weights_of(original)):
        raise UserError(f"{said}: unlearn handed back another network: {wrong}.")
    if name := not_finite(made):
        raise UserError(
            f"{said}: the weight {name!r} that it handed back holds values that are not finite; a "
            "lower learning rate may help."
        )
    after = checksums(task)
    if changed := [name for name in before | after if before.get(name) != after.get(name)]:
        raise UserError(
            f"{said}: it changed the task's {changed[0]}, which other runs read too; let it work "
            "on a copy."
        )
    try:
        json.dumps(task.facts, allow_nan=False)
    except (TypeError, ValueError) as error:
        raise UserError(f"{said}: task.facts must hold JSON values alone: {error}.") from None
    return made
