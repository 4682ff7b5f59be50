"""Run one unlearning method on a trained model."""

from typing import Any

from torch import nn

from regression_unlearning import registry
from regression_unlearning.errors import UserError
from regression_unlearning.models.copying import copied
from regression_unlearning.settings.section import validated
from regression_unlearning.training.task import Task


def unlearn(original: nn.Module, task: Task, method: str, **options: Any) -> nn.Module:
    """Make a model that should behave as if the forget set had never been seen.

    Parameters
    ----------
    original : Module
        The trained model; it is copied, never changed.
    task : Task
        Retain and forget set, loss, seed, helpers.
    method : str
        Name of a method: a file of ``regression_unlearning/methods`` or a plug-in.
    **options
        The method's settings, checked by the method.

    Returns
    -------
    Module
        In evaluation mode.

    Raises
    ------
    UserError
        For an unknown method, a wrong option, or a helper that the task does not hold.
    """
    module = registry.load("method", method)
    settings = validated(module.Settings, options, method)
    for name in getattr(module, "HELPERS", ()):
        if name not in task.helpers:
            raise UserError(
                f"{method} needs the helper {name!r}, which the task does not hold. Train it, with "
                "a seed that no other model has: `helper = train(task.having(seed=1), "
                f"chosen.{name})`, `chosen` being the dataset's settings; then give "
                f'`task.having(helpers={{"{name}": helper}})`.'
            )
    return module.unlearn(copied(original), task, settings).eval()
