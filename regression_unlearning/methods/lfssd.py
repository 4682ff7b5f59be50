"""LFSSD: selective synaptic dampening that asks for no labels.

Source: Foster et al., "Loss-free machine unlearning" (2024).
"""

from regression_unlearning.methods import ssd
from regression_unlearning.settings.search import Log


class Settings(ssd.Settings):
    """As for SSD."""


#: The ratio that alpha is held against is at most that of all training rows to forget rows.
SEARCH = {"alpha": Log(0.5, 20), "lambda": Log(0.01, 1)}


def unlearn(model, task, settings: Settings):
    """Dampen by the importance to the squared length of the output in place of the loss."""
    from regression_unlearning.training.gradients import output_norm

    ssd.dampen(model, task, settings, output_norm)
    return model
