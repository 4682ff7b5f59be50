"""LFSSD: selective synaptic dampening that asks for no labels.

Source: Foster et al., "Loss-free machine unlearning" (2024).
"""

from regression_unlearning.methods import ssd


class Settings(ssd.Settings):
    """As for SSD."""


def unlearn(model, task, settings: Settings):
    """Dampen by the importance to the squared length of the output in place of the loss."""
    from regression_unlearning.training.gradients import output_norm

    ssd.dampen(model, task, settings, output_norm)
    return model
