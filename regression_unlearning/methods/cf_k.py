"""CF-k: fine-tune the last k layers on the retain set; their knowledge of the forget set fades.

Source: Goel et al., "Towards adversarial evaluations for inexact machine unlearning" (2022).
"""

from regression_unlearning.settings.search import FIT, Whole
from regression_unlearning.settings.section import Layers
from regression_unlearning.settings.training import Fit


class Settings(Fit):
    """Fine-tuning, and how many of the named layers are trained, counted from the output."""

    k: Layers = 2
    """Named layers that are trained, counted from the output."""


SEARCH = {**FIT, "k": Whole(1, 4)}


def unlearn(model, task, settings: Settings):
    """Fine-tune on the retain set with every layer but the last k frozen."""
    from regression_unlearning.models.modules.freezing import only_last

    with only_last(model, settings.k):
        task.fit(model, settings, phase="cf_k")
    return model
