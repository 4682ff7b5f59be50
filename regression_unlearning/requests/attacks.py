"""Attacks on one model alone: whether forgotten rows can be told from never-seen ones.

Each attack gives every row a score that is large where the row looks like a training row. A
forgotten row is compared with the never-seen rows whose labels are nearest to its own, so that a
label is no trace: the AUC is the mean share of them whose score is lower. Near 0.5 the attack tells
nothing; above, forgotten rows look like training rows; below, they look worse than rows that no
model has seen, which gives them away as well.
"""

import math
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, NamedTuple

from regression_unlearning.evaluation.attacks import decisions
from regression_unlearning.evaluation.draws import FEWEST
from regression_unlearning.evaluation.observations import Observation
from regression_unlearning.requests.power import interval

if TYPE_CHECKING:
    import numpy as np

#: Never-seen rows that a forgotten row is held against: a tenth of them, but so many at least.
NEAREST = 20
#: Rows a class that the attack on the embedding is fitted to, at most.
ROWS = 500
LOSS, EMBEDDING, REFERENCE = "loss", "embedding", "reference"
#: What each attack looks at.
ATTACKS = {
    LOSS: "the loss of each row",
    EMBEDDING: "loss, gradients and activations of the last layer (a support vector classifier)",
    REFERENCE: "the loss of each row below its mean loss under models that never saw it",
}


class Attack(NamedTuple):
    """What one attack finds on one model.

    Attributes
    ----------
    auc, low, high : float
        With its interval.
    members, others : float
        Forgotten rows, and never-seen ones: as many as would say the same if each counted alike.
    """

    auc: float
    low: float
    high: float
    members: float
    others: float


def attack(
    observation: Observation, z: float, references: "Mapping[str, np.ndarray] | None" = None
) -> dict[str, Attack]:
    """Run every attack that has enough rows.

    Parameters
    ----------
    observation : Observation
        The model; its part ``forget`` holds the rows of the request alone.
    z : float
        Width of the intervals, in standard errors.
    references : mapping of float array, optional
        Mean losses of the rows of ``forget`` and of never-seen ones under models that saw neither:
        a row that is hard for all is no stranger for being so (Watson et al., 2022, 'On the
        importance of difficulty calibration in membership inference attacks', ICLR, eq. 4).

    Returns
    -------
    dict of Attack
        By the names of `ATTACKS`; those that the rows do not suffice for are left out.
    """
    results = {LOSS: _by_loss(observation), EMBEDDING: _by_embedding(observation)}
    if references:
        results[REFERENCE] = _by_loss(observation, references)
    return {
        name: Attack(auc, *interval(auc, members, others, z), members, others)
        for name, (auc, members, others) in results.items()
        if others
    }


def kind(observation: Observation) -> "np.ndarray":
    """Which never-seen rows are of the forgotten rows' kind: bool array (rows of that part,).

    Those that the request's selector would choose; all, where it would choose too few.
    """
    import numpy as np

    like = observation.of(observation.never_seen, "like_forget")
    return like if like.sum() >= NEAREST else np.ones_like(like)


def matched(
    members: "np.ndarray", others: "np.ndarray", labels: "np.ndarray", other_labels: "np.ndarray"
) -> tuple[float, float]:
    """Mean share of the others nearest in label whose score is lower, ties counting half.

    Parameters
    ----------
    members, others : array (n,), array (m,)
        Scores.
    labels, other_labels : array (n,), array (m,)
        Their labels.

    Returns
    -------
    auc : float
    effective : float
        Others as many as would say the same if each were used alike (Kish, 1965).
    """
    import numpy as np
    from sklearn.neighbors import NearestNeighbors

    number = min(len(others), max(NEAREST, math.ceil(len(others) / 10)))
    search = NearestNeighbors(n_neighbors=number).fit(other_labels[:, None])
    nearest = search.kneighbors(labels[:, None], return_distance=False)
    against = others[nearest]
    lower = (against < members[:, None]) + 0.5 * (against == members[:, None])
    used = np.bincount(nearest.ravel()).astype(np.float64)
    return float(lower.mean()), float(used.sum() ** 2 / (used**2).sum())


def _by_loss(
    observation: Observation, references: "Mapping[str, np.ndarray] | None" = None
) -> tuple[float, float, float]:
    part, like = observation.never_seen, kind(observation)
    labels = observation.of("forget", "target"), observation.of(part, "target")[like]
    own = {name: -observation.of(name, "loss") for name in ("forget", part)}
    if references:
        own = {name: references[name] + one for name, one in own.items()}
    scores = own["forget"], own[part][like]
    auc, effective = matched(*scores, *labels)
    return auc, len(labels[0]), effective


def _by_embedding(observation: Observation) -> tuple[float, float, float]:
    """Fit the classifier to rows to keep and some never-seen rows; apply it to the others."""
    import numpy as np

    part = observation.never_seen
    retain, _ = observation.features("retain")
    forget, forget_index = observation.features("forget")
    others, index = observation.features(part)
    labels = observation.of("forget", "target")[forget_index], observation.of(part, "target")[index]
    folds = []
    for fitted, asked in _folds(kind(observation)[index]):
        number = min(ROWS, len(retain), len(fitted))
        if number < FEWEST or len(asked) < FEWEST:
            continue
        rows = np.random.default_rng(0).permutation(len(retain))[:number]
        classes = np.concatenate([retain[rows], others[fitted[:number]]])
        first, second = decisions(classes, [forget, others[asked]], 1.0, standardise=True)
        folds.append(matched(first, second, labels[0], labels[1][asked]))
    if not folds:
        return 0.5, 0, 0
    aucs, effective = zip(*folds, strict=True)
    return float(np.mean(aucs)), len(forget), sum(effective)


def _folds(like: "np.ndarray") -> Iterator[tuple["np.ndarray", "np.ndarray"]]:
    """Never-seen rows to fit to and to apply to: unlike and like ones; else each half in turn."""
    import numpy as np

    order = np.random.default_rng(0).permutation(len(like))
    if not like.all():
        yield order[~like[order]], order[like[order]]
        return
    halves = np.array_split(order, 2)
    yield halves[0], halves[1]
    yield halves[1], halves[0]
