"""What stands in a table for a dataset that cannot be had: no number, and why."""

from regression_unlearning.evaluation.inputs import Inputs, row
from regression_unlearning.settings.section import Section

NEEDS = ()

#: What the paper's tables show of each model.
QUANTITIES = (
    "error_retain_test",
    "error_forget_train",
    "attack_label_rate",
    "wasserstein_train",
    "anamnesis",
)


class Settings(Section):
    """Why there is nothing to measure."""

    reason: str


def measure(inputs: Inputs, settings: Settings) -> list[dict]:
    """A row without a value for each quantity."""
    return [row(quantity, 0, None, note=settings.reason) for quantity in QUANTITIES]
