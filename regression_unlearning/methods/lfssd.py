"""LFSSD: selective synaptic dampening that asks for no labels.

Source: Foster et al., "Loss-free machine unlearning" (2024). The importance of a weight is the mean
over rows of the absolute value of its gradient of the output's squared length: in the loss's place
stands the output, and in the square's place the absolute value.
"""

from functools import partial

from regression_unlearning.methods import ssd
from regression_unlearning.settings.search import Log


class Settings(ssd.Settings):
    """As for SSD."""


#: The ratio that alpha is held against is at most that of all training rows to forget rows.
SEARCH = {"alpha": Log(0.5, 20), "lambda": Log(0.01, 1)}


def unlearn(model, task, settings: Settings):
    """Dampen by the mean of absolute per-row gradients of the output's squared length."""
    from regression_unlearning.training.gradients import mean_sizes, output_norm

    ssd.dampen(model, task, settings, partial(mean_sizes, value=output_norm))
    return model
