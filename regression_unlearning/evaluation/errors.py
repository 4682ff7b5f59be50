"""Errors on the retain and the forget part, of train and of test (paper, Section 5)."""

from typing import TYPE_CHECKING

from regression_unlearning.evaluation.inputs import Inputs
from regression_unlearning.evaluation.measure import Quantity
from regression_unlearning.evaluation.values import Value
from regression_unlearning.settings.section import Section

if TYPE_CHECKING:
    import numpy as np

NEEDS = ("observations",)

QUANTITIES = (
    Quantity(
        "error_retain_test",
        "Retain error, test",
        "error on test rows outside the forget set",
        goal="retrained",
        symbol="err_D_t^r ↓",
        unit="error",
        least=0,
    ),
    Quantity(
        "error_forget_train",
        "Forget error, train",
        "error on the training rows to forget",
        goal="retrained",
        symbol="err_D_t^f ↑",
        unit="error",
        least=0,
    ),
    Quantity(
        "error_retain_train",
        "Retain error, train",
        "error on the training rows to keep",
        goal="retrained",
        unit="error",
        least=0,
    ),
    Quantity(
        "error_forget_test",
        "Forget error, test",
        "error on test rows that the forget set would have held",
        goal="retrained",
        unit="error",
        least=0,
    ),
)
#: quantity -> (part, whether the rows are like the forget set's)
PARTS = {
    "error_retain_test": ("test", False),
    "error_forget_train": ("forget", None),
    "error_retain_train": ("retain", None),
    "error_forget_test": ("test", True),
}


class Settings(Section):
    """No settings: the loss decides the error's form."""


def error(losses: "np.ndarray", loss: str) -> float:
    """Error of a part: the root of the mean of squared errors, the plain mean of other losses.

    Of classes the rows are 0 and 1, and it is the error rate: see `Observation.errors`.

    The paper's Table 2 prints the root for text, its Tables 1 and 3 the mean for images and load.
    """
    import numpy as np

    mean = np.mean(losses, dtype=np.float64)
    return float(np.sqrt(mean) if loss == "mse" else mean)


def measure(inputs: Inputs, settings: Settings) -> list[Value]:
    """Four errors for each seed."""
    rows = []
    for seed, seen in inputs.observations.items():
        for quantity, (part, like_forget) in PARTS.items():
            losses = seen.errors(part, like_forget=like_forget)
            value = error(losses, seen.loss) if len(losses) else None
            kind = "like" if like_forget else "unlike"
            note = "" if len(losses) else f"no {part} row is {kind} the forget set"
            rows.append(inputs.value(quantity, seed, value, note=note))
    return rows
