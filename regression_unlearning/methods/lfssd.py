"""LFSSD: selective synaptic dampening without labels.

Source: Foster et al., "Loss-free machine unlearning" (2024). The importance of a weight is the mean
over rows of the absolute value of its gradient of the output's squared length: the output takes
the place of the loss, and the absolute value that of the square.
"""

from functools import partial

from regression_unlearning.methods import ssd
from regression_unlearning.settings.search import Log


class Settings(ssd.Settings):
    """The same as for SSD."""


#: The ratio that alpha is compared with is at most training rows over forget rows.
SEARCH = {"alpha": Log(0.5, 20), "lambda": Log(0.01, 1)}


def unlearn(model, task, settings: Settings):
    """Dampen by the mean of absolute per-row gradients of the output's squared length."""
    from regression_unlearning.training.gradients import mean_sizes, output_norm

    ssd.dampen(model, task, settings, partial(mean_sizes, value=output_norm))
    return model
