"""Errors on the retain and the forget part, of train and of test (paper, Section 5)."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from regression_unlearning.evaluation.inputs import ORIGINAL, Inputs
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
NO_BETTER = "the original predicts validation rows no better than the training median does"
HARDLY = "the original predicts validation rows less than 5 % better than the training median does"


class Settings(Section):
    """No settings: the error's form follows from the loss."""


def error(losses: "np.ndarray", loss: str) -> float:
    """Error of a part: the root of the mean of squared errors, or the mean of other losses.

    The paper's Table 2 prints the root for text, its Tables 1 and 3 the mean for images and load.

    Parameters
    ----------
    losses : array (n,)
        Loss of each row; for classes 1 for a wrong class and 0 for the right one, which gives the
        error rate: see `Observation.errors`.
    loss : str
        Name of the loss; ``"mse"`` is squared.

    Returns
    -------
    float
        In the dataset's unit of error.
    """
    import numpy as np

    mean = np.mean(losses, dtype=np.float64)
    return float(np.sqrt(mean) if loss == "mse" else mean)


def constant_error(
    known: "np.ndarray",
    target: "np.ndarray",
    loss: str,
    quantiles: "Sequence[float] | np.ndarray" = (),
    middle: str = "mean",
) -> float:
    """Error of predicting one constant for every row; see `error`.

    Parameters
    ----------
    known, target : array (n,), array (m,)
        Targets that the constant is computed from, and targets that it predicts.
    loss : str
        The dataset's loss. Under the quantile loss the prediction is one constant for each of
        `quantiles`.
    quantiles : array (q,), optional
        Those of the quantile loss, between 0 and 1.
    middle : {"mean", "median"}
        The constant under the other losses.
    """
    import numpy as np

    known, target = known.astype(np.float64), target.astype(np.float64)
    if loss == "quantile":
        shares = np.asarray(quantiles)
        difference = target[:, None] - np.quantile(known, shares, method="inverted_cdf")
        return error(np.maximum(shares * difference, (shares - 1) * difference).sum(1), loss)
    difference = target - (known.mean() if middle == "mean" else np.median(known))
    return error(difference**2 if loss == "mse" else np.abs(difference), loss)


def against_median(
    losses: "np.ndarray",
    known: "np.ndarray",
    target: "np.ndarray",
    loss: str,
    quantiles: "Sequence[float] | np.ndarray" = (),
) -> tuple[float, float, str]:
    """Compare a model with predicting the training median (or quantiles, under that loss).

    Parameters
    ----------
    losses, target : array (m,)
        The model's losses on some rows, and their targets.
    known : array (n,)
        The training targets.
    loss, quantiles
        See `constant_error`.

    Returns
    -------
    error, median_error : float
        Errors of the model and of the median.
    warning : str
        `NO_BETTER` or `HARDLY`, where the model has learnt nothing, or little, by that measure;
        else empty.
    """
    ours = error(losses, loss)
    theirs = constant_error(known, target, loss, quantiles, "median")
    return ours, theirs, NO_BETTER if not ours < theirs else HARDLY if ours > 0.95 * theirs else ""


def measure(inputs: Inputs, settings: Settings) -> list[Value]:
    """Four errors for each seed; a note warns of an original no better than the median."""
    import numpy as np

    rows = []
    for seed, observation in inputs.observations.items():
        warning = ""
        if inputs.method == ORIGINAL:
            known = np.concatenate(
                [observation.of(part, "target") for part in ("retain", "forget")]
            )
            losses, target = (observation.of("validation", name) for name in ("loss", "target"))
            loss_and_quantiles = observation.loss, observation.arrays.get("quantiles", ())
            warning = against_median(losses, known, target, *loss_and_quantiles)[2]
        for quantity, (part, like_forget) in PARTS.items():
            losses = observation.errors(part, like_forget=like_forget)
            value = error(losses, observation.loss) if len(losses) else None
            kind = "like" if like_forget else "unlike"
            note = warning if len(losses) else f"no {part} row is {kind} the forget set"
            rows.append(inputs.value(quantity, seed, value, note=note))
    return rows
