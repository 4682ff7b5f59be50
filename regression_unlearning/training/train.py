"""Train a model from scratch: the original, the gold model, the blindspot helper."""

from torch import nn

from regression_unlearning.settings.training import Fit, Plateau, Training
from regression_unlearning.training.task import Task


def train(task: Task, settings: Fit) -> nn.Module:
    """Train a fresh network on the task's retain set.

    The original model is trained by a task whose retain set is the whole training set; the gold
    model by one without the forget set; the blindspot helper like the gold model, for a few epochs
    (paper, Algorithm 1). A plateau schedule watches the loss on the task's validation rows, or the
    training loss where there are none.

    Parameters
    ----------
    task : Task
        Rows, loss, network and seed.
    settings : Fit
        Epochs, learning rate, batch size, schedule, precision.

    Returns
    -------
    Module
        In evaluation mode.
    """
    model = task.new_model()
    watch = isinstance(settings.schedule, Plateau) and len(task.validation) > 0
    compiled = isinstance(settings, Training) and settings.compile
    monitor = (lambda model: task.mean_loss(model, task.validation)) if watch else None
    task.fit(model, settings, monitor=monitor, phase="training", compiled=compiled)
    return model.eval()
