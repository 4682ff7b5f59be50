"""The median absolute error on the forget rows: a few rows far off do not move it."""

from regression_unlearning.evaluation.inputs import Inputs
from regression_unlearning.evaluation.measure import Quantity
from regression_unlearning.evaluation.values import Value
from regression_unlearning.settings.section import Section

NEEDS = ("observations",)
QUANTITIES = (
    Quantity(
        "median_error",
        "Median error, forget rows",
        "median absolute error on the forgotten rows",
        goal="retrained",
    ),
)


class Settings(Section):
    """No settings."""


def measure(inputs: Inputs, settings: Settings) -> list[Value]:
    """One value a seed."""
    import numpy as np

    errors = []
    for seed, observation in inputs.observations.items():
        apart = observation.of("forget", "prediction").astype(float) - observation.of(
            "forget", "target"
        )
        errors.append(inputs.value("median_error", seed, float(np.median(np.abs(apart)))))
    return errors
