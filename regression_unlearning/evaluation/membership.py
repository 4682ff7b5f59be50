"""Membership inference attack on the forget set (paper, Section 5).

A support vector classifier with an RBF kernel learns to tell training rows (class 1) from test rows
(class 0), equal numbers of each; it is then asked about the forget rows. Three versions:

``attack``           the paper's text: loss, penultimate gradients and activations, standardised;
                     retain rows against test rows.
``attack_matched``   the same, but test rows are unlike the forget set and both classes have the
                     same distribution of labels: what is left is not the label.
``attack_released``  the released code: the loss alone, as it is, C = 3, gamma = 1 / features;
                     class 1 from all of train.

Each reports the share of forget rows called members (``label_rate``), and its own AUC on held-out
retain and test rows (``auc``): near 0.5 it cannot tell members at all. The kernel's cost grows with
the square of the rows, so they are capped.
"""

from typing import TYPE_CHECKING, Annotated, Any

from pydantic import Field

from regression_unlearning.evaluation.inputs import Inputs
from regression_unlearning.evaluation.kernels import rbf_auto, rbf_scale
from regression_unlearning.evaluation.measure import Quantity
from regression_unlearning.evaluation.observations import Observation
from regression_unlearning.evaluation.values import Value
from regression_unlearning.settings.section import Count, Positive, Section, Seed

if TYPE_CHECKING:
    import numpy as np

NEEDS = ("observations",)
BINS = 10
_ATTACK = "attack on loss, gradients and activations; trained on retain rows against test rows"
QUANTITIES = (
    Quantity(
        "attack_label_rate",
        "Attack: called members",
        f"share of the forget rows that a membership attack calls members ({_ATTACK})",
        goal="retrained",
        symbol="att_prob ↓",
        unit="share",
    ),
    Quantity(
        "attack_probability",
        "Attack: probability",
        "the same attack's mean calibrated probability",
        goal="retrained",
        unit="share",
    ),
    Quantity(
        "attack_auc",
        "Attack: own AUC",
        "how well that attack tells held-out retain rows from test rows; near 0.5 it tells nothing",
    ),
    Quantity(
        "attack_released_label_rate",
        "Released attack: called members",
        "the same share, by the attack of the paper's released code (the loss alone)",
        goal="retrained",
        unit="share",
    ),
    Quantity(
        "attack_released_auc",
        "Released attack: own AUC",
        "the AUC of the released code's attack on held-out rows",
    ),
    Quantity(
        "attack_matched_label_rate",
        "Matched attack: called members",
        "the same share, by an attack with its retain and test rows drawn to have the same labels",
        goal="retrained",
        unit="share",
    ),
    Quantity(
        "attack_matched_auc",
        "Matched attack: own AUC",
        "the AUC of the label-matched attack on held-out rows",
    ),
)


class Settings(Section):
    """Rows a class at most, cross-validation's folds, the drawing's seed, C of the paper's SVC."""

    rows: Count = 2000
    """At most, of a class."""
    folds: Annotated[int, Field(ge=2)] = 3
    """Of the cross-validation."""
    seed: Seed = 0
    """Of the draws."""
    regularisation: Positive = 1.0
    """C of the support vector machine."""


def balanced(
    members: "np.ndarray", others: "np.ndarray", rows: int, generator: "np.random.Generator"
) -> tuple["np.ndarray", "np.ndarray"]:
    """Draw equal numbers of both classes, at most `rows` of each, without replacement."""
    number = min(len(members), len(others), rows)
    first = members[generator.permutation(len(members))[:number]]
    return first, others[generator.permutation(len(others))[:number]]


def match_labels(
    members: "np.ndarray", others: "np.ndarray", generator: "np.random.Generator"
) -> tuple["np.ndarray", "np.ndarray"]:
    """Choose rows of two classes so that both hold equally many in each of ten label bins.

    Parameters
    ----------
    members, others : array (n,), array (m,)
        The labels.

    Returns
    -------
    tuple of int arrays
        Indices into each, of equal length.
    """
    import numpy as np

    edges = np.unique(np.quantile(np.concatenate([members, others]), np.linspace(0, 1, BINS + 1)))
    chosen: tuple[list[np.ndarray], list[np.ndarray]] = ([], [])
    sides = [np.digitize(labels, edges[1:-1]) for labels in (members, others)]
    for label_bin in range(len(edges)):
        inside = [np.flatnonzero(side == label_bin) for side in sides]
        number = min(map(len, inside))
        for kept, rows in zip(chosen, inside, strict=True):
            kept.append(generator.permutation(rows)[:number])
    return np.concatenate(chosen[0]), np.concatenate(chosen[1])


def attack(
    members: "np.ndarray",
    others: "np.ndarray",
    targets: "np.ndarray",
    *,
    folds: int,
    regularisation: float,
    standardise: bool = True,
) -> tuple[float, float, float]:
    """Train the classifier and ask it about some rows.

    Parameters
    ----------
    members, others, targets : array (n, features)
        Training rows, held-out rows, and the rows asked about.
    folds : int
        Folds for the AUC and for the calibration of probabilities (Platt's sigmoid on decision
        values out of fold).
    standardise : bool
        Whether features are standardised, anew for what each fold trains on.

    Returns
    -------
    label_rate : float
        Share of `targets` called members.
    probability : float
        Mean calibrated probability of membership.
    auc : float
        Out-of-fold AUC on members against others.
    """
    import numpy as np
    from sklearn.linear_model import LogisticRegression
    from sklearn.metrics import roc_auc_score
    from sklearn.model_selection import StratifiedKFold, cross_val_predict
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler
    from sklearn.svm import SVC

    rbf = rbf_scale if standardise else rbf_auto
    classifier = SVC(C=regularisation, kernel=rbf, cache_size=500)
    model = make_pipeline(StandardScaler(), classifier) if standardise else classifier
    features = np.vstack([members, others])
    labels = np.repeat([1, 0], [len(members), len(others)])
    split = StratifiedKFold(folds, shuffle=True, random_state=0)
    held_out = cross_val_predict(model, features, labels, cv=split, method="decision_function")
    sigmoid = LogisticRegression().fit(held_out[:, None], labels)
    decision = model.fit(features, labels).decision_function(targets)
    probability = sigmoid.predict_proba(decision[:, None])[:, 1]
    auc = roc_auc_score(labels, held_out)
    return float((decision > 0).mean()), float(probability.mean()), float(auc)


def measure_one(inputs: Inputs, seen: Observation, seed: int, settings: Settings) -> list[Value]:
    """The three attacks on one model."""
    import numpy as np

    def generator() -> np.random.Generator:
        return np.random.default_rng((settings.seed, seed))

    enough = 2 * settings.folds
    retain, retain_index = seen.features("retain")
    test, _ = seen.features("test")
    forget, _ = seen.features("forget")
    plain: dict[str, Any] = {"folds": settings.folds, "regularisation": settings.regularisation}
    drawn = {"attack": balanced(retain, test, settings.rows, generator())}

    unlike, _ = seen.features("test", like_forget=False)
    test_target = seen.of("test", "target")[seen.arrays["test/activation_index"]]
    test_like = seen.arrays["test/like_forget"][seen.arrays["test/activation_index"]]
    first, second = match_labels(
        seen.of("retain", "target")[retain_index], test_target[~test_like], generator()
    )
    drawn["attack_matched"] = balanced(retain[first], unlike[second], settings.rows, generator())

    losses = {
        part: seen.of(part, "loss")[:, None].astype(float) for part in ("retain", "forget", "test")
    }
    train = np.vstack([losses["retain"], losses["forget"]])
    drawn["attack_released"] = balanced(train, losses["test"], settings.rows, generator())

    rows = []
    for name, (members, others) in drawn.items():
        released = name == "attack_released"
        if len(others) < enough:
            note = f"{len(others)} rows a class are too few for {settings.folds} folds"
            absent = (
                ("label_rate", "auc", "probability") if name == "attack" else ("label_rate", "auc")
            )
            rows += [inputs.value(f"{name}_{part}", seed, None, note=note) for part in absent]
            continue
        options = plain
        if released:
            options = {**plain, "regularisation": 3.0, "standardise": False}
        rate, probability, auc = attack(
            members, others, losses["forget"] if released else forget, **options
        )
        note = f"{len(others)} rows a class"
        rows.append(inputs.value(f"{name}_label_rate", seed, rate, note=note))
        rows.append(inputs.value(f"{name}_auc", seed, auc))
        if name == "attack":
            rows.append(inputs.value("attack_probability", seed, probability))
    return rows


def measure(inputs: Inputs, settings: Settings) -> list[Value]:
    """The three attacks for each seed."""
    return [
        value
        for seed, seen in inputs.observations.items()
        for value in measure_one(inputs, seen, seed, settings)
    ]
