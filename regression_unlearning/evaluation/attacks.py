"""A membership attack: a support vector classifier, fitted to draw after draw of rows."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

from regression_unlearning.evaluation.draws import Draw
from regression_unlearning.evaluation.kernels import gamma_auto, gamma_scale, rbf

if TYPE_CHECKING:
    import numpy as np

#: Rows asked about at a time: what bounds the memory of large forget sets.
BLOCK = 4096


class Found(NamedTuple):
    """The results of an attack on every draw.

    Attributes
    ----------
    label_rate : float or None
        Share of the rows asked about that are called members, mean over the draws.
    spread : float or None
        Standard deviation of that share over the draws.
    probability : float or None
        Calibrated probability of membership, mean over the rows asked about and the draws; None
        where it was not asked for.
    auc : float or None
        AUC on the members and others held out, mean over the draws.
    """

    label_rate: float | None = None
    spread: float | None = None
    probability: float | None = None
    auc: float | None = None


#: Of an attack that could not be made.
NOTHING = Found()


def attack(
    members: "np.ndarray",
    others: "np.ndarray",
    asked: "np.ndarray",
    draws: Sequence[Draw],
    *,
    regularisation: float,
    standardise: bool = True,
    calibrate: bool = False,
) -> Found:
    """Fit the classifier on each draw; classify its held-out rows and further rows.

    Parameters
    ----------
    members, others, asked : float64 array (n, features), array (m, features), array (k, features)
        The two classes, and the rows asked about.
    draws : sequence of Draw
        Equally large ones, two at least.
    regularisation : float
        C of the support vector machine.
    standardise : bool
        Whether features are standardised by the rows fitted to, and gamma is 1 / (features x
        variance); else they are taken as they are, and gamma is 1 / features.
    calibrate : bool
        Whether the probability is asked for.
    """
    import numpy as np

    held_out, rates, probabilities = [], [], []
    for draw in draws:
        fitted, kept = (np.concatenate([members[first], others[second]]) for first, second in draw)
        told = decisions(fitted, [kept, asked], regularisation, standardise)
        held_out.append(told[0])
        rates.append((told[1] > 0).mean())
        if calibrate:
            probabilities.append(calibrated(*told).mean())
    return Found(
        float(np.mean(rates)),
        float(np.std(rates, ddof=1)),
        float(np.mean(probabilities)) if calibrate else None,
        float(auc(np.stack(held_out)).mean()),
    )


def decisions(
    fitted: "np.ndarray", asked: Sequence["np.ndarray"], regularisation: float, standardise: bool
) -> list["np.ndarray"]:
    """Decision values of several groups of rows; above 0 is a member.

    Parameters
    ----------
    fitted : float64 array (2 n, features)
        Members, then as many others.
    asked : sequence of float64 array (k, features)
        Each group of rows.
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
    """Membership probabilities, calibrated by Platt's sigmoid on the held-out rows."""
    import numpy as np
    from sklearn.linear_model import LogisticRegression

    labels = np.repeat([1, 0], len(held_out) // 2)
    return LogisticRegression().fit(held_out[:, None], labels).predict_proba(asked[:, None])[:, 1]


def auc(held_out: "np.ndarray") -> "np.ndarray":
    """AUC of each draw (draws,), from decision values (draws, 2 n): members, then others.

    From the members' rank sum (Mann and Whitney), ties counting half.
    """
    from scipy.stats import rankdata

    number = held_out.shape[1] // 2
    ranks = rankdata(held_out, axis=1)[:, :number].sum(1)
    return (ranks - number * (number + 1) / 2) / number**2
