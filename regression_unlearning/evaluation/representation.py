"""The embedding attack: telling forget rows from never-seen rows of their kind.

A classifier reads the penultimate activations, standardised, and learns to tell forget rows of
the training set from never-seen rows that the forget set's own choice would take (for random rows
and for ids: from never-seen rows at large). Equal numbers of both, cross-validated; its AUC on the
folds held out is 0.5 where it can tell nothing. Two classifiers:

``representation_linear``   logistic regression, a linear probe.
``representation_network``  one hidden layer.

Each is shown as it is and, as ``..._excess``, minus the AUC on the retrained model of the same
seed, which never saw either side: what remains is due to unlearning, not to a difference between
the two samples. The rows compared are the same for both models. For the retrained model itself the
excess is the difference between two seeds, sign dropped: the noise floor. Where the retrained
models' own AUC is far above 0.5 the probe tells the samples apart by something else, such as the
time of their hours, and there is no excess.
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
#: What tells the two sides apart, in words.
PROBES = {"linear": "a linear probe", "network": "a small network"}


def quantities(prefix: str, title: str, read: str) -> tuple[Quantity, ...]:
    """The quantities of an embedding attack: of each probe its AUC, and the excess over gold's."""
    found, tail = [], "; 0.5 tells nothing"
    for probe, who in PROBES.items():
        by = f"tells forget rows from never-seen rows of their kind by {read}"
        found += [
            Quantity(
                f"{prefix}_{probe}",
                f"{title}, {probe}: AUC",
                f"how well {who} {by}{tail}",
                goal="retrained",
                least=0,
                most=1,
            ),
            Quantity(
                f"{prefix}_{probe}_excess",
                f"{title}, {probe}: excess",
                f"AUC of {who} that {by}, minus its AUC on the retrained model",
                goal="0",
                compares=True,
                least=-1,
                most=1,
            ),
        ]
        tail = ""
    return tuple(found)


QUANTITIES = quantities("representation", "Embedding attack", "the last layer's activations")


class Settings(Section):
    """Rows a class at most, folds, the seed of drawing, folds and network, and the two classifiers.

    ``regularisation`` is C of the logistic regression; ``hidden``, ``decay`` (its L2 penalty) and
    ``iterations`` are the network's. The penalties are strong enough for classes of a few
    hundred rows.
    """

    rows: Count = 2000
    """At most, of a class."""
    folds: Annotated[int, Field(ge=2, le=MOST)] = 5
    """Of the cross-validation."""
    seed: Seed = 0
    """Of draws, folds and network."""
    regularisation: Positive = 1.0
    hidden: Count = 32
    decay: Positive = 1.0
    iterations: Count = 200
    gold_most: Share = 0.8
    """Above this AUC of the retrained models, as a mean over seeds, there is no excess."""


def never_seen(seen: Observation, read: str = "activation") -> "np.ndarray":
    """Activations of never-seen rows like the forget rows; of all where none is like them."""
    part = seen.never_seen
    like = seen.of(part, "like_forget")
    activation = seen.of(part, read)
    return activation[like[seen.of(part, "activation_index")]] if like.any() else activation


def probes(settings: Settings) -> dict:
    """The two classifiers, untrained."""
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
    seen: Observation, settings: Settings, read: str = "activation"
) -> "tuple[np.ndarray, np.ndarray, str]":
    """Select the activations that the probes learn from.

    The rows are drawn by the settings' seed from equally long lists, so that two models observed
    on the same rows are attacked on the same rows.

    Returns
    -------
    features : float64 array (2 n, d)
        Activations of forget rows, then of never-seen rows.
    labels : int array (2 n,)
        1 for forget rows, 0 for the others; both empty where there are too few rows.
    note : str
        How many folds and rows a class there were.
    """
    import numpy as np

    sides = [seen.of("forget", read), never_seen(seen, read)]
    number = min(settings.rows, *map(len, sides))
    if number < 2 * settings.folds:
        note = f"{rows_a_class(number)}, too few for {settings.folds} folds"
        return np.empty((0, 0)), np.empty(0, int), note
    generator = np.random.default_rng(settings.seed)
    drawn = [side[np.sort(generator.permutation(len(side))[:number])] for side in sides]
    note = f"{settings.folds} folds, {rows_a_class(number)}"
    return np.vstack(drawn).astype(np.float64), np.repeat([1, 0], number), note


def asked(
    features: "np.ndarray",
    labels: "np.ndarray",
    settings: Settings,
    learnt_from: "Sequence[np.ndarray]",
) -> dict[str, float]:
    """Train the probes fold by fold and ask them about the rows held out: AUC of each.

    Parameters
    ----------
    features, labels : array (2 n, d), array (2 n,)
        See `examples`.
    learnt_from : sequence of array (2 n, d)
        The same rows as the probes see them in training: of this model, or of other models.
    """
    import warnings

    import numpy as np
    from sklearn.exceptions import ConvergenceWarning
    from sklearn.metrics import roc_auc_score
    from sklearn.model_selection import StratifiedKFold

    folds = StratifiedKFold(settings.folds, shuffle=True, random_state=settings.seed)
    told = {name: np.empty(len(labels)) for name in PROBES}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)  # `iterations` is meant as a bound
        for fitted, held_out in folds.split(features, labels):
            seen = np.vstack([one[fitted] for one in learnt_from])
            known = np.tile(labels[fitted], len(learnt_from))
            for name, probe in probes(settings).items():
                probe.fit(seen, known)
                told[name][held_out] = probe.predict_proba(features[held_out])[:, 1]
    return {name: float(roc_auc_score(labels, one)) for name, one in told.items()}


def attack(
    seen: Observation, settings: Settings, read: str = "activation"
) -> tuple[dict[str, float], str]:
    """AUC of each probe on one model, none where there are too few rows; and a note."""
    features, labels, note = examples(seen, settings, read)
    return (asked(features, labels, settings, [features]) if len(labels) else {}), note


def measure(inputs: Inputs, settings: Settings) -> list[Value]:
    """AUC of both probes for each seed, and their excess over the retrained model's."""
    ours = {seed: attack(seen, settings) for seed, seen in inputs.observations.items()}
    return values_of(inputs, ours, settings, "representation")


def values_of(
    inputs: Inputs,
    ours: Mapping[int, tuple[dict[str, float], str]],
    settings: Settings,
    prefix: str,
) -> list[Value]:
    """What an attack found by seed, as values of its `quantities`."""
    rows = []
    for probe in PROBES:
        name = f"{prefix}_{probe}"
        auc = {seed: found.get(probe) for seed, (found, _) in ours.items()}
        notes = {seed: note for seed, (_, note) in ours.items()}
        rows += [inputs.value(name, seed, value, note=notes[seed]) for seed, value in auc.items()]
        compared: list[tuple[int, int | None, float | None]]
        if inputs.is_gold:
            gold = auc
            compared = [(one, other, gold[other]) for one, other in combinations(sorted(gold), 2)]
        else:
            gold = {seed: found[name] for seed, found in inputs.gold_values.items()}
            compared = [(seed, None, gold[seed]) for seed in auc]
        told = elsewhere(gold.values(), settings.gold_most)
        for seed, other, theirs in compared:
            apart, note = _apart(auc[seed], theirs), notes[seed]
            if apart is not None and told:
                apart, note = None, told
            elif apart is not None and inputs.is_gold:
                apart, note = abs(apart), "between two retrained models"
            rows.append(inputs.value(f"{name}_excess", seed, apart, other_seed=other, note=note))
    return rows


def elsewhere(gold: Iterable[float | None], most: float) -> str:
    """Say that the retrained models' mean AUC is above `most`; else nothing."""
    known = [auc for auc in gold if auc is not None]
    if not known or (mean := fmean(known)) <= most:
        return ""
    return (
        f"the probe reaches AUC {mean:.2f} on the retrained model: it measures something else "
        "than forgetting"
    )


def _apart(ours: float | None, other: float | None) -> float | None:
    return None if ours is None or other is None else ours - other
