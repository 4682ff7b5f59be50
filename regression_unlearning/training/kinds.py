"""The kind of a dataset's target, number or class, and what training and methods need of it.

A method never looks at the loss. It asks ``task.kind``, which has for both kinds:

============== ===================================== ===========================================
               `Numbers` (mse, l1, quantile)         `Classes` (cross_entropy)
============== ===================================== ===========================================
`outputs`      1, or the number of quantiles         the number of classes C
`per_row`      the dataset's loss                    cross-entropy
`point`        the middle output                     the likeliest class
`errors`       the loss                              1 where the likeliest class is wrong, else 0
`apart`        mean squared difference of outputs    KL(taught || output) at a temperature
`apart_most`   variance of known targets             none: infinite
`loss_most`    that of the mean of known targets     none: infinite
`ignorant`     the mean of known targets             all logits 0: every class equally likely
`centring`     from a network's mean to that mean    0: a fresh network knows nothing already
`relabelled`   Gaussian, or uniform on the range     uniform on the wrong classes
`curved`       L'' per output times a change         (diag(p) - p p') times a change
`scored`       the loss                              each class's loss, times sqrt(p)
`seen`         prediction                            prediction and logits
`spread`       the point forecasts                   mean probabilities, as `between` compares them
`between`      Wasserstein distance of two           total variation of two
`deviation`    of known targets                      1
============== ===================================== ===========================================

Targets are float32 (rows,); classes are whole numbers 0 ... C - 1. A method that is defined for
numbers alone gives the reason in ``numbers_only`` (see `methods.method`): a dataset of classes that
names it is refused before any job.
"""

from collections.abc import Callable, Sequence

from torch import Tensor

from regression_unlearning.errors import UserError
from regression_unlearning.settings.target_scale import CLASSES
from regression_unlearning.training.classes import Classes
from regression_unlearning.training.numbers import Numbers

#: From outputs and targets to one value per row.
PerRow = Callable[[Tensor, Tensor], Tensor]
Kind = Numbers | Classes


def kind_of(loss: str, quantiles: Sequence[float], classes: int | None, target: Tensor) -> Kind:
    """Return the kind of a dataset's target.

    Parameters
    ----------
    loss, quantiles, classes
        The dataset's settings; without `classes` their number is the largest target plus 1.
    target : Tensor (rows,)
        All targets.

    Returns
    -------
    Numbers or Classes
        By the loss.

    Raises
    ------
    UserError
        When the loss is cross-entropy, and targets are not 0, 1, ... C - 1.
    """
    if loss != CLASSES:
        return Numbers(loss, tuple(quantiles))
    wrong = (target != target.round()) | (target < 0)
    if classes is not None:
        wrong |= target >= classes
    if wrong.any():
        row = int(wrong.nonzero()[0, 0])
        raise UserError(
            f"loss: {loss} takes classes as targets, whole numbers from 0 to "
            f"{'C - 1' if classes is None else classes - 1}; row {row} of rows.csv has "
            f"{target[row].item():g}. Number the classes so, or take another loss."
        )
    count = int(target.max().item()) + 1 if classes is None else classes
    if count < 2:
        raise UserError(f"loss: {loss} needs two classes at least; all targets are 0.")
    return Classes(count)
