"""A membership attack: a support vector classifier, fitted to several draws of rows."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

from regression_unlearning.evaluation.draws import Draw
from regression_unlearning.evaluation.kernels import gamma_auto, gamma_scale, rbf

if TYPE_CHECKING:
    import numpy as np

#: Rows classified at a time, which bounds the memory used for large forget sets.
BLOCK = 4096


class AttackResult(NamedTuple):
    """The result of an attack, averaged over its draws.

    Attributes
    ----------
    label_rate : float or None
        Share of the rows in question that are called members, mean over the draws.
    spread : float or None
        Standard deviation of that share over the draws.
    probability : float or None
        Calibrated probability of membership, mean over the rows in question and the draws; None
        where it was not computed.
    auc : float or None
        AUC on the members and others held out, mean over the draws.
    """

    label_rate: float | None = None
    spread: float | None = None
    probability: float | None = None
    auc: float | None = None


#: The result of an attack that could not be made.
NOTHING = AttackResult()


def attack(
    members: "np.ndarray",
    others: "np.ndarray",
    asked: "np.ndarray",
    draws: Sequence[Draw],
    *,
    regularisation: float,
    standardise: bool = True,
    calibrate: bool = False,
) -> AttackResult:
    """Fit the classifier on each draw; classify its held-out rows and the rows in question.

    Parameters
    ----------
    members, others, asked : float64 array (n, features), array (m, features), array (k, features)
        Features of the two classes, and of the rows in question.
    draws : sequence of Draw
        At least two, all of the same size.
    regularisation : float
        C of the support vector machine.
    standardise : bool
        Whether features are standardised by the rows fitted to, and gamma is 1 / (features x
        variance); else they are taken as they are, and gamma is 1 / features.
    calibrate : bool
        Whether the probability is computed.

    Returns
    -------
    AttackResult
        Means over the draws.
    """
    import numpy as np

    held_out, rates, probabilities = [], [], []
    for draw in draws:
        fitted, held_out_rows = (
            np.concatenate([members[first], others[second]]) for first, second in draw
        )
        values = decisions(fitted, [held_out_rows, asked], regularisation, standardise)
        held_out.append(values[0])
        rates.append((values[1] > 0).mean())
        if calibrate:
            probabilities.append(calibrated(*values).mean())
    return AttackResult(
        float(np.mean(rates)),
        float(np.std(rates, ddof=1)),
        float(np.mean(probabilities)) if calibrate else None,
        float(auc(np.stack(held_out)).mean()),
    )


def decisions(
    fitted: "np.ndarray", asked: Sequence["np.ndarray"], regularisation: float, standardise: bool
) -> list["np.ndarray"]:
    """Decision values of several groups of rows; a row above 0 is called a member.

    Parameters
    ----------
    fitted : float64 array (2 n, features)
        Rows that the classifier is fitted to: members, then as many others.
    asked : sequence of float64 array (k, features)
        Groups of rows to classify.
    regularisation, standardise
        See `attack`.

    Returns
    -------
    list of float64 array (k,)
        One for each group.
    """
    import numpy as np
    from sklearn.preprocessing import StandardScaler
    from sklearn.svm import SVC
    from sklearn.utils import gen_batches

    if standardise:
        scaler = StandardScaler().fit(fitted)
        fitted, asked = scaler.transform(fitted), [scaler.transform(rows) for rows in asked]
    gamma = gamma_scale(fitted) if standardise else gamma_auto(fitted)
    machine = SVC(C=regularisation, kernel="precomputed")
    machine.fit(rbf(fitted, fitted, gamma), np.repeat([1, 0], len(fitted) // 2))
    support, weight = fitted[machine.support_], machine.dual_coef_[0]
    return [
        np.concatenate(
            [rbf(rows[part], support, gamma) @ weight for part in gen_batches(len(rows), BLOCK)]
        )
        + machine.intercept_
        for rows in asked
    ]


def calibrated(held_out: "np.ndarray", asked: "np.ndarray") -> "np.ndarray":
    """Membership probabilities, calibrated by Platt's sigmoid on the held-out rows.

    Parameters
    ----------
    held_out : float64 array (2 n,)
        Decision values of held-out rows: members, then as many others.
    asked : float64 array (k,)
        Decision values of the rows in question.

    Returns
    -------
    float64 array (k,)
    """
    import numpy as np
    from sklearn.linear_model import LogisticRegression

    labels = np.repeat([1, 0], len(held_out) // 2)
    return LogisticRegression().fit(held_out[:, None], labels).predict_proba(asked[:, None])[:, 1]


def auc(held_out: "np.ndarray") -> "np.ndarray":
    """AUC of each draw, from the members' rank sum (Mann and Whitney); ties count half.

    Parameters
    ----------
    held_out : float64 array (draws, 2 n)
        Decision values of held-out rows: members, then as many others.

    Returns
    -------
    float64 array (draws,)
    """
    from scipy.stats import rankdata

    number = held_out.shape[1] // 2
    ranks = rankdata(held_out, axis=1)[:, :number].sum(1)
    return (ranks - number * (number + 1) / 2) / number**2
