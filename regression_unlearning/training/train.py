"""Train a model from scratch: the original, the gold model, the blindspot helper."""

from torch import nn

from regression_unlearning.settings.training import Fit, Training
from regression_unlearning.training.task import Task


def train(task: Task, settings: Fit) -> nn.Module:
    """Train a fresh network on the task's retain set.

    The original model is trained by a task whose retain set is the whole training set; the gold
    model by one without the forget set; the blindspot helper like the gold model, for a few epochs
    (paper, Algorithm 1).

    Parameters
    ----------
    task : Task
        Rows, loss, network and seed.
    settings : Fit
        Epochs, learning rate, batch size, schedule, precision, which epoch's weights are kept.

    Returns
    -------
    Module
        In evaluation mode.

    Raises
    ------
    UserError
        See `fit`.
    """
    model = task.new_model()
    compiled = isinstance(settings, Training) and settings.compile
    task.fit(model, settings, phase="training", compiled=compiled)
    return model.eval()
