"""Membership inference attacks on the forget set (paper, Section 5).

A support vector classifier with an RBF kernel learns to tell training rows (class 1) from rows that
no model trained on (class 0), equal numbers of each; it is then asked about the forget rows:

``attack``           the paper's text: loss, penultimate gradients and activations, standardised;
                     retain rows against never-seen rows.
``attack_baseline``  the same on the same rows, from the label alone.
``attack_matched``   as ``attack``, but the never-seen rows are unlike the forget set, and both
                     classes have the same distribution of labels: the label alone tells nothing.
``attack_outputs``   for classes only: loss, confidence and entropy; no gradients or activations.
``attack_released``  the released code's: |prediction - target| alone (for classes, 1 minus the
                     true class's probability), not standardised, with any loss; C = 3,
                     gamma = 1 / features. Class 1 is drawn from all of train, forget rows
                     included, as the released notebook on AgeDB does.
``attack_released_retain``  the same, but class 1 is drawn from the retain rows.

The paper's values on STS-B, scores 0-2 (original 0.67, retrained 0.002) are near
``attack_released`` for the original, and near ``attack_released_retain`` for the retrained model.

For the same model, the share of forget rows called members varies by 0.1 to 0.4 with the rows
drawn: each attack is repeated on several draws and averaged. Draws depend on the training seed
alone, so that all methods are attacked on the same rows.
"""

from functools import partial
from typing import TYPE_CHECKING, Annotated, NamedTuple

from pydantic import Field

from regression_unlearning.evaluation import attack_quantities
from regression_unlearning.evaluation.attack_quantities import (
    BASELINE,
    MAIN,
    MATCHED,
    OUTPUTS,
    RELEASED,
    RELEASED_RETAIN,
)
from regression_unlearning.evaluation.attacks import NOTHING, attack
from regression_unlearning.evaluation.draws import (
    FEWEST,
    divide,
    few,
    matched_pairs,
    pairs,
    rows_a_class,
)
from regression_unlearning.evaluation.inputs import Inputs
from regression_unlearning.evaluation.observations import Observation
from regression_unlearning.evaluation.values import Value
from regression_unlearning.settings.section import MOST, Positive, Section, Seed

if TYPE_CHECKING:
    from collections.abc import Callable

    import numpy as np

NEEDS = ("observations",)
QUANTITIES = attack_quantities.QUANTITIES
RELEASED_C = 3.0


class Settings(Section):
    """Number and size of the draws, share held out, seed, and C of the classifier.

    The kernel's cost grows with the square of the rows: ten draws of 500 rows cost what one draw of
    1,400 rows with a cross-validation in three folds does.
    """

    draws: Annotated[int, Field(ge=2, le=MOST)] = 10
    """Number of draws of rows over which each attack is averaged."""
    rows: Annotated[int, Field(ge=FEWEST, le=MOST)] = 500
    """Most rows of each class in one draw."""
    held_out: Annotated[float, Field(gt=0, lt=1)] = 0.3
    """Share of the smaller class, at least, that a draw leaves out for the attack's own AUC."""
    seed: Seed = 0
    """Seed of the draws."""
    regularisation: Positive = 1.0
    """C of the support vector machine; the released code's is 3."""


def residuals(observation: Observation, part: str) -> "np.ndarray":
    """The released attack's only feature: each row's residual.

    Parameters
    ----------
    observation : Observation
        An observed model.
    part : str
        Part of the dataset, such as ``"forget"``.

    Returns
    -------
    float64 array (n, 1)
        See `Observation.residuals`.
    """
    return observation.residuals(part)[:, None]


class Case(NamedTuple):
    """Input of one attack.

    Attributes
    ----------
    members, others, forget : float64 array (n, k), array (m, k), array (f, k)
        Features of the two classes and of the forget rows.
    pair : callable, optional
        Makes pairs of rows of the two classes from a random generator; without it they are paired
        at random.
    released : bool
        Whether the classifier has the released code's settings.
    """

    members: "np.ndarray"
    others: "np.ndarray"
    forget: "np.ndarray"
    pair: "Callable[[np.random.Generator], np.ndarray] | None" = None
    released: bool = False


def cases(observation: Observation) -> dict[str, Case]:
    """The input of each attack on one model, by the attack's key.

    Parameters
    ----------
    observation : Observation
        The model, observed on retain, forget and never-seen rows.
    """
    import numpy as np

    parts = ("retain", observation.never_seen, "forget")
    features = [observation.features(part) for part in parts]
    labels = [
        observation.of(part, "target")[index]
        for part, (_, index) in zip(parts, features, strict=True)
    ]
    column = [
        observation.label(part)[index] for part, (_, index) in zip(parts, features, strict=True)
    ]
    unlike, unlike_index = observation.features(observation.never_seen, like_forget=False)
    matched = partial(
        matched_pairs, labels[0], observation.of(observation.never_seen, "target")[unlike_index]
    )
    retain, others, forget = (residuals(observation, part) for part in parts)
    outputs = [observation.outputs(part) for part in parts]
    of_classes = (
        {OUTPUTS: Case(outputs[0], outputs[1], outputs[2])} if observation.of_classes else {}
    )
    return {
        MAIN: Case(features[0][0], features[1][0], features[2][0]),
        BASELINE: Case(column[0], column[1], column[2]),
        MATCHED: Case(features[0][0], unlike, features[2][0], matched),
        **of_classes,
        RELEASED: Case(np.vstack([retain, forget]), others, forget, released=True),
        RELEASED_RETAIN: Case(retain, others, forget, released=True),
    }


def measure_one(
    inputs: Inputs, observation: Observation, seed: int, settings: Settings
) -> list[Value]:
    """All attacks on one model.

    Parameters
    ----------
    inputs : Inputs
        Names of dataset, forget set and method for the values.
    observation : Observation
        The model.
    seed : int
        Its training seed; the draws depend on it and on the settings' seed.
    settings : Settings
        Number and size of the draws.

    Returns
    -------
    list of Value
        Share called members, spread and AUC of each attack, and the probability of the main one;
        absent, with a note, where there are too few rows.
    """
    import numpy as np

    rows = []
    for key, case in cases(observation).items():
        pair = case.pair or partial(pairs, len(case.members), len(case.others))
        generators = np.random.default_rng((settings.seed, seed)).spawn(settings.draws)
        paired = [pair(generator) for generator in generators]
        draws = [divide(rows_paired, settings.rows, settings.held_out) for rows_paired in paired]
        if draws[0].enough:
            result = attack(
                *case[:3],
                draws,
                regularisation=RELEASED_C if case.released else settings.regularisation,
                standardise=not case.released,
                calibrate=key == MAIN,
            )
            note = f"{settings.draws} draws of {rows_a_class(draws[0].fitted.shape[1])}"
        else:
            result = NOTHING
            note = (
                f"{rows_a_class(paired[0].shape[1])}, too few for an attack: it is fitted to "
                f"{FEWEST} at least, and {FEWEST} are held out"
            )
        parts = ("label_rate", "spread", "auc", *(("probability",) if key == MAIN else ()))
        for part in parts:
            value, value_note = getattr(result, part), note
            if value is not None and part != "auc" and len(case.forget) < FEWEST:
                value, value_note = None, few(len(case.forget), "forget row", "a share")
            rows.append(inputs.value(f"{key}_{part}", seed, value, note=value_note))
    return rows


def measure(inputs: Inputs, settings: Settings) -> list[Value]:
    """All attacks for each seed."""
    return [
        value
        for seed, observation in inputs.observations.items()
        for value in measure_one(inputs, observation, seed, settings)
    ]
