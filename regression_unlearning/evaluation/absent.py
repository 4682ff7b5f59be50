"""What stands in a table for a dataset that cannot be had: no number, and why."""

from regression_unlearning.evaluation.inputs import Inputs
from regression_unlearning.evaluation.measure import PAPER, Quantity
from regression_unlearning.evaluation.values import Value
from regression_unlearning.settings.section import Section

NEEDS: tuple[str, ...] = ()
#: It has none of its own: the measures that it stands for describe them.
QUANTITIES: tuple[Quantity, ...] = ()


class Settings(Section):
    """Why there is nothing to measure."""

    reason: str


def measure(inputs: Inputs, settings: Settings) -> list[Value]:
    """A row without a value for each quantity of the paper's tables."""
    return [inputs.value(quantity, 0, None, note=settings.reason) for quantity in PAPER]
