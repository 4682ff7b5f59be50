"""Step back: one step up the forget set's gradient, then fine-tuning on the retain set.

No paper's method: the shortest example of a plug-in that works outside the loop and in it.
"""

from regression_unlearning.settings.search import FIT, Log
from regression_unlearning.settings.section import Positive
from regression_unlearning.settings.training import Fit


class Settings(Fit):
    """Fine-tuning, and the length of the step as a share of the weights' own length."""

    step: Positive = 0.05


SEARCH = {**FIT, "step": Log(0.01, 0.5)}


def unlearn(model, task, settings: Settings):
    """Step up the forget rows' mean loss, then fine-tune on the retain rows."""
    import torch

    weights = list(model.parameters())
    rows = task.forget
    with task.working():
        loss = task.per_row(model(task.data.batch(rows)), task.data.target[rows]).mean()
        gradients = torch.autograd.grad(loss, weights)
        length = torch.stack([gradient.norm() for gradient in gradients]).norm()
        own = torch.stack([weight.detach().norm() for weight in weights]).norm()
        with torch.no_grad():
            for weight, gradient in zip(weights, gradients, strict=True):
                weight += settings.step * own / length * gradient
        task.facts["forget_loss_before"] = loss.item()
    task.fit(model, settings, phase="finetune")
    return model
