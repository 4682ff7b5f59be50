"""FineTune: go on training, on the retain set alone (paper, Section 6.2)."""

from regression_unlearning.settings.search import FIT
from regression_unlearning.settings.training import Fit


class Settings(Fit):
    """Epochs, learning rate and batch size of the fine-tuning."""


SEARCH = FIT


def unlearn(model, task, settings: Settings):
    """Fine-tune on the retain set; the forget set, no longer trained on, is gradually forgotten."""
    task.fit(model, settings, phase="finetune")
    return model
