"""EU-k: train the last k layers from scratch on the retain set; the layers below stay.

Source: Goel et al., "Towards adversarial evaluations for inexact machine unlearning" (2022).
"""

from regression_unlearning.settings.search import FIT, Log, Whole
from regression_unlearning.settings.section import Layers
from regression_unlearning.settings.training import Fit


class Settings(Fit):
    """Training, and how many of the named layers start anew, counted from the output."""

    k: Layers = 2
    """Named layers that start anew, counted from the output."""


SEARCH = {**FIT, "learning_rate": Log(1e-3, 3e-2), "k": Whole(1, 4)}


def unlearn(model, task, settings: Settings):
    """Give the last k layers fresh weights and train them alone on the retain set."""
    import torch

    from regression_unlearning.models.modules.freezing import only_last

    fresh = task.new_model("fresh layers").state_dict()
    with only_last(model, settings.k) as moving:
        owners = {name.rpartition(".")[0] for name in moving}
        with torch.no_grad():
            for name, value in model.state_dict().items():
                if name in moving or name.rpartition(".")[0] in owners:
                    value.copy_(fresh[name])
        task.fit(model, settings, phase="eu_k")
    return model
