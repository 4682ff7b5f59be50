"""The embedding attack: telling forget rows from never-seen rows of their kind.

A classifier reads the penultimate activations, standardised, and learns to tell forget rows of
the training set from never-seen rows that the forget set's own choice would take (for random rows
and for ids: from never-seen rows at large). Equal numbers of both, cross-validated; its AUC on the
held-out folds is 0.5 where it can tell nothing. Two classifiers:

``representation_linear``   logistic regression, a linear probe.
``representation_network``  one hidden layer.

Each AUC is given as it is and, as ``..._excess``, minus the AUC on the retrained model of the same
seed, which never saw either class: what remains is due to unlearning, not to a difference between
the two classes. The rows are the same for both models. For the retrained models the excess is the
absolute difference between two seeds: the floor. Where the retrained models' own AUC is far above
0.5, the classes differ in something else than membership, such as the hour, and there is no
excess.
"""

from collections.abc import Iterable, Mapping, Sequence
from itertools import combinations
from statistics import fmean
from typing import TYPE_CHECKING, Annotated

from pydantic import Field

from regression_unlearning.evaluation.draws import rows_a_class
from regression_unlearning.evaluation.inputs import Inputs
from regression_unlearning.evaluation.measure import Quantity
from regression_unlearning.evaluation.observations import Observation
from regression_unlearning.evaluation.values import Value
from regression_unlearning.settings.section import MOST, Count, Positive, Section, Seed, Share

if TYPE_CHECKING:
    import numpy as np

NEEDS = ("observations", "gold_values")
#: The classifiers in words.
PROBES = {"linear": "a linear probe", "network": "a small network"}


def quantities(prefix: str, title: str, features: str) -> tuple[Quantity, ...]:
    """The quantities of an embedding attack: for each probe its AUC, and the excess over gold's.

    Parameters
    ----------
    prefix, title : str
        Begin each quantity's key and its title.
    features : str
        What the probes read, in words.
    """
    result, tail = [], "; 0.5 tells nothing"
    for probe, classifier in PROBES.items():
        by = f"tells forget rows from never-seen rows of their kind by {features}"
        result += [
            Quantity(
                f"{prefix}_{probe}",
                f"{title}, {probe}: AUC",
                f"how well {classifier} {by}{tail}",
                goal="retrained",
                least=0,
                most=1,
            ),
            Quantity(
                f"{prefix}_{probe}_excess",
                f"{title}, {probe}: excess",
                f"AUC of {classifier} that {by}, minus its AUC on the retrained model",
                goal="0",
                compares=True,
                least=-1,
                most=1,
            ),
        ]
        tail = ""
    return tuple(result)


QUANTITIES = quantities("representation", "Embedding attack", "the last layer's activations")


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


def attack(
    observation: Observation, settings: Settings, read: str = "activation"
) -> tuple[dict[str, float], str]:
    """Attack one model.

    Returns
    -------
    aucs : dict of str to float
        AUC of each probe; empty where there are too few rows.
    note : str
    """
    features, labels, note = examples(observation, settings, read)
    return (cross_validated(features, labels, settings, [features]) if len(labels) else {}), note


def measure(inputs: Inputs, settings: Settings) -> list[Value]:
    """AUC of both probes for each seed, and their excess over the retrained model's."""
    ours = {
        seed: attack(observation, settings) for seed, observation in inputs.observations.items()
    }
    return values_of(inputs, ours, settings, "representation")


def values_of(
    inputs: Inputs,
    ours: Mapping[int, tuple[dict[str, float], str]],
    settings: Settings,
    prefix: str,
) -> list[Value]:
    """An attack's AUCs as values of its `quantities`.

    Parameters
    ----------
    inputs : Inputs
        Names of the model, and the gold models' values.
    ours : mapping
        Seed to the result of `attack`.
    settings : Settings
        Its `gold_most` is the limit of a valid excess.
    prefix : str
        See `quantities`.
    """
    rows = []
    for probe in PROBES:
        name = f"{prefix}_{probe}"
        auc = {seed: by_probe.get(probe) for seed, (by_probe, _) in ours.items()}
        notes = {seed: note for seed, (_, note) in ours.items()}
        rows += [inputs.value(name, seed, value, note=notes[seed]) for seed, value in auc.items()]
        compared: list[tuple[int, int | None, float | None]]
        if inputs.is_gold:
            gold = auc
            compared = [(seed, other, gold[other]) for seed, other in combinations(sorted(gold), 2)]
        else:
            gold = {seed: values[name] for seed, values in inputs.gold_values.items()}
            compared = [(seed, None, gold[seed]) for seed in auc]
        invalid = elsewhere(gold.values(), settings.gold_most)
        for seed, other, theirs in compared:
            excess, note = _apart(auc[seed], theirs), notes[seed]
            if excess is not None and invalid:
                excess, note = None, invalid
            elif excess is not None and inputs.is_gold:
                excess, note = abs(excess), "between two retrained models"
            rows.append(inputs.value(f"{name}_excess", seed, excess, other_seed=other, note=note))
    return rows


def elsewhere(gold: Iterable[float | None], most: float) -> str:
    """Note that the retrained models' mean AUC is above `most`; empty if it is not."""
    known = [auc for auc in gold if auc is not None]
    if not known or (mean := fmean(known)) <= most:
        return ""
    return (
        f"the probe reaches AUC {mean:.2f} on the retrained model: it measures something else "
        "than forgetting"
    )


def _apart(ours: float | None, other: float | None) -> float | None:
    return None if ours is None or other is None else ours - other
