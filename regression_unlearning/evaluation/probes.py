"""The classifiers of the embedding attacks, and the rows that they learn from."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated

from pydantic import Field

from regression_unlearning.evaluation.draws import rows_a_class
from regression_unlearning.evaluation.observations import Observation
from regression_unlearning.settings.section import MOST, Count, Positive, Section, Seed, Share

if TYPE_CHECKING:
    import numpy as np

#: The classifiers in words.
PROBES = {"linear": "a linear probe", "network": "a small network"}


class Settings(Section):
    """Rows, folds, seed, and the options of the two classifiers.

    ``regularisation`` is C of the logistic regression; ``hidden``, ``decay`` (the L2 penalty) and
    ``iterations`` are the network's. The penalties are strong enough for classes of a few
    hundred rows.
    """

    rows: Count = 2000
    """Most rows of each class."""
    folds: Annotated[int, Field(ge=2, le=MOST)] = 5
    """Folds of the cross-validation."""
    seed: Seed = 0
    """Seed of draws, folds and network."""
    regularisation: Positive = 1.0
    hidden: Count = 32
    decay: Positive = 1.0
    iterations: Count = 200
    gold_most: Share = 0.8
    """There is no excess where the retrained models' AUC, averaged over seeds, is above this."""


def never_seen(observation: Observation, read: str = "activation") -> "np.ndarray":
    """Activations of never-seen rows like the forget rows, or of all if none is like them.

    Parameters
    ----------
    observation : Observation
        The model.
    read : {"activation", "earlier"}
        The layer.

    Returns
    -------
    float32 array (n, d)
    """
    part = observation.never_seen
    like = observation.of(part, "like_forget")
    activation = observation.of(part, read)
    return activation[like[observation.of(part, "activation_index")]] if like.any() else activation


def probes(settings: Settings) -> dict:
    """The two classifiers by name, untrained."""
    from sklearn.linear_model import LogisticRegression
    from sklearn.neural_network import MLPClassifier
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    linear = LogisticRegression(C=settings.regularisation, max_iter=1000)
    network = MLPClassifier(
        (settings.hidden,),
        alpha=settings.decay,
        solver="lbfgs",
        max_iter=settings.iterations,
        random_state=settings.seed,
    )
    return {
        name: make_pipeline(StandardScaler(), classifier)
        for name, classifier in zip(PROBES, (linear, network), strict=True)
    }


def examples(
    observation: Observation, settings: Settings, read: str = "activation"
) -> "tuple[np.ndarray, np.ndarray, str]":
    """Select the activations that the probes learn from.

    The rows are drawn by the settings' seed from equally long lists, so that two models observed
    on the same rows are attacked on the same rows.

    Parameters
    ----------
    observation : Observation
        The model.
    settings : Settings
        Rows, folds and seed.
    read : {"activation", "earlier"}
        The layer.

    Returns
    -------
    features : float64 array (2 n, d)
        Activations of forget rows, then of never-seen rows.
    labels : int array (2 n,)
        1 for forget rows, 0 for the others; both arrays are empty where there are too few rows.
    note : str
        Number of folds and of rows a class.
    """
    import numpy as np

    sides = [observation.of("forget", read), never_seen(observation, read)]
    number = min(settings.rows, *map(len, sides))
    if number < 2 * settings.folds:
        note = f"{rows_a_class(number)}, too few for {settings.folds} folds"
        return np.empty((0, 0)), np.empty(0, int), note
    generator = np.random.default_rng(settings.seed)
    drawn = [side[np.sort(generator.permutation(len(side))[:number])] for side in sides]
    note = f"{settings.folds} folds, {rows_a_class(number)}"
    return np.vstack(drawn).astype(np.float64), np.repeat([1, 0], number), note


def cross_validated(
    features: "np.ndarray",
    labels: "np.ndarray",
    settings: Settings,
    learnt_from: "Sequence[np.ndarray]",
) -> dict[str, float]:
    """AUC of each probe on held-out rows: the probes are trained fold by fold.

    Parameters
    ----------
    features, labels : array (2 n, d), array (2 n,)
        See `examples`.
    settings : Settings
        Folds, seed and the classifiers' options.
    learnt_from : sequence of array (2 n, d)
        The same rows' features in training, of this model or of other models.

    Returns
    -------
    dict of str to float
    """
    import warnings

    import numpy as np
    from sklearn.exceptions import ConvergenceWarning
    from sklearn.metrics import roc_auc_score
    from sklearn.model_selection import StratifiedKFold

    folds = StratifiedKFold(settings.folds, shuffle=True, random_state=settings.seed)
    probabilities = {name: np.empty(len(labels)) for name in PROBES}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)  # `iterations` is meant as a bound
        for fitted, held_out in folds.split(features, labels):
            training = np.vstack([rows[fitted] for rows in learnt_from])
            known = np.tile(labels[fitted], len(learnt_from))
            for name, probe in probes(settings).items():
                probe.fit(training, known)
                probabilities[name][held_out] = probe.predict_proba(features[held_out])[:, 1]
    return {name: float(roc_auc_score(labels, values)) for name, values in probabilities.items()}
