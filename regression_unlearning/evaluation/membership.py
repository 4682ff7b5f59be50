"""Membership inference attacks on the forget set (paper, Section 5).

A support vector classifier with an RBF kernel learns to tell training rows (class 1) from rows that
no model trained on (class 0), equal numbers of each; it is then asked about the forget rows:

``attack``           the paper's text: loss, penultimate gradients and activations, standardised;
                     retain rows against never-seen rows.
``attack_baseline``  the same on the same rows, but all that it is given is the label.
``attack_matched``   as ``attack``, but the never-seen rows are unlike the forget set, and both
                     classes have the same distribution of labels: what is left is not the label.
``attack_outputs``   of classes alone: loss, confidence and entropy, without gradients, activations.
``attack_released``  the released code's: |prediction - target| alone (of classes 1 minus the
                     true one's probability), as it is and whatever the dataset's loss; C = 3,
                     gamma = 1 / features. Class 1 is drawn from all of train, forget rows
                     included, as the released notebook on AgeDB does.
``attack_released_retain``  the same, but class 1 is drawn from the retain rows.

The paper's values on STS-B, scores 0-2 (original 0.67, retrained 0.002) are near the former reading
of the released code for the original, and near the latter for the retrained model.

The share of forget rows called members moves by 0.1 to 0.4 with the rows drawn, for one and the
same model: each attack is repeated on several draws and averaged. Draws depend on the training
seed alone, so that all methods are attacked on the same rows.
"""

from functools import partial
from typing import TYPE_CHECKING, Annotated, NamedTuple

from pydantic import Field

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
from regression_unlearning.evaluation.measure import Quantity
from regression_unlearning.evaluation.observations import Observation
from regression_unlearning.evaluation.values import Value
from regression_unlearning.settings.section import MOST, Positive, Section, Seed

if TYPE_CHECKING:
    from collections.abc import Callable

    import numpy as np

NEEDS = ("observations",)
MAIN, BASELINE, MATCHED = "attack", "attack_baseline", "attack_matched"
OUTPUTS = "attack_outputs"
RELEASED, RELEASED_RETAIN = "attack_released", "attack_released_retain"
RELEASED_C = 3.0
#: Attacks by key: name, who calls a forget row a member, what else is to be said.
ATTACKS = {
    MAIN: (
        "Attack",
        "a membership attack (a support vector classifier on loss, gradients and activations, "
        "fitted to retain rows against never-seen rows)",
        "",
    ),
    BASELINE: (
        "Label-only baseline",
        "the same attack, given nothing but each row's label,",
        ". Where an attack's share and AUC are the baseline's, it has told labels and not members",
    ),
    MATCHED: (
        "Matched attack",
        "the attack, fitted to retain rows and never-seen rows of the same labels,",
        "",
    ),
    OUTPUTS: (
        "Attack on outputs",
        "the attack, given loss, confidence and entropy alone,",
        "",
    ),
    RELEASED: (
        "Released attack, all of train",
        "the attack of the paper's released code (on the absolute error alone), fitted to rows "
        "of all of train against never-seen rows,",
        ". That code leaves the rows to its caller: neither this reading nor the one with retain "
        "rows gives all of the paper's values",
    ),
    RELEASED_RETAIN: (
        "Released attack, retain rows",
        "the attack of the paper's released code, fitted to retain rows against never-seen rows,",
        "",
    ),
}


def _quantities(key: str, name: str, who: str, more: str) -> tuple[Quantity, ...]:
    return (
        Quantity(
            f"{key}_label_rate",
            f"{name}: called members",
            f"share of the forget rows that {who} calls members, mean over draws of its rows{more}",
            goal="" if key == BASELINE else "retrained",
            symbol="att_prob ↓" if key == MAIN else "",
            unit="share",
            least=0,
            most=1,
        ),
        Quantity(
            f"{key}_spread",
            f"{name}: spread",
            f"standard deviation over those draws of the share called members ({name})",
            least=0,
            most=1,
        ),
        Quantity(
            f"{key}_auc",
            f"{name}: own AUC",
            f"how well the attack tells its two classes apart on rows held out ({name}), mean over "
            "those draws; near 0.5 it tells nothing",
            least=0,
            most=1,
        ),
    )


PROBABILITY = Quantity(
    "attack_probability",
    "Attack: probability",
    "mean calibrated probability that a forget row is a member (Attack)",
    goal="retrained",
    unit="share",
    least=0,
    most=1,
)
QUANTITIES = (
    *_quantities(MAIN, *ATTACKS[MAIN]),
    PROBABILITY,
    *(one for key in ATTACKS if key != MAIN for one in _quantities(key, *ATTACKS[key])),
)


class Settings(Section):
    """How often rows are drawn and how many, what a draw leaves out, their seed, C of the SVC.

    The kernel's cost grows with the square of the rows: ten draws of 500 rows cost what one draw of
    1,400 rows with a cross-validation in three folds does.
    """

    draws: Annotated[int, Field(ge=2, le=MOST)] = 10
    """Over which each attack is averaged."""
    rows: Annotated[int, Field(ge=FEWEST, le=MOST)] = 500
    """Of a class in one draw, at most."""
    held_out: Annotated[float, Field(gt=0, lt=1)] = 0.3
    """Share of the smaller class, at least, that a draw leaves out for the attack's own AUC."""
    seed: Seed = 0
    """Of the draws."""
    regularisation: Positive = 1.0
    """C of the support vector machine; the released code's is 3."""


def residuals(seen: Observation, part: str) -> "np.ndarray":
    """Of the rows of a part, as the released attack's feature: (n, 1)."""
    return seen.residuals(part)[:, None]


class Case(NamedTuple):
    """One attack: features of its two classes and of the forget rows (n, k), and how it is made.

    ``pair`` makes pairs of rows of the two classes; without it they are paired at random.
    """

    members: "np.ndarray"
    others: "np.ndarray"
    forget: "np.ndarray"
    pair: "Callable[[np.random.Generator], np.ndarray] | None" = None
    released: bool = False


def cases(seen: Observation) -> dict[str, Case]:
    """The attacks on one model by key."""
    import numpy as np

    parts = ("retain", seen.never_seen, "forget")
    found = [seen.features(part) for part in parts]
    labels = [seen.of(part, "target")[index] for part, (_, index) in zip(parts, found, strict=True)]
    column = [seen.label(part)[index] for part, (_, index) in zip(parts, found, strict=True)]
    unlike, unlike_index = seen.features(seen.never_seen, like_forget=False)
    matched = partial(matched_pairs, labels[0], seen.of(seen.never_seen, "target")[unlike_index])
    retain, others, forget = (residuals(seen, part) for part in parts)
    said = [seen.outputs(part) for part in parts]
    of_classes = {OUTPUTS: Case(said[0], said[1], said[2])} if seen.of_classes else {}
    return {
        MAIN: Case(found[0][0], found[1][0], found[2][0]),
        BASELINE: Case(column[0], column[1], column[2]),
        MATCHED: Case(found[0][0], unlike, found[2][0], matched),
        **of_classes,
        RELEASED: Case(np.vstack([retain, forget]), others, forget, released=True),
        RELEASED_RETAIN: Case(retain, others, forget, released=True),
    }


def measure_one(inputs: Inputs, seen: Observation, seed: int, settings: Settings) -> list[Value]:
    """All attacks on one model."""
    import numpy as np

    rows = []
    for key, case in cases(seen).items():
        pair = case.pair or partial(pairs, len(case.members), len(case.others))
        random = np.random.default_rng((settings.seed, seed)).spawn(settings.draws)
        paired = [pair(one) for one in random]
        draws = [divide(one, settings.rows, settings.held_out) for one in paired]
        if draws[0].enough:
            found = attack(
                *case[:3],
                draws,
                regularisation=RELEASED_C if case.released else settings.regularisation,
                standardise=not case.released,
                calibrate=key == MAIN,
            )
            note = f"{settings.draws} draws of {rows_a_class(draws[0].fitted.shape[1])}"
        else:
            found = NOTHING
            note = (
                f"{rows_a_class(paired[0].shape[1])}, too few for an attack: it is fitted to "
                f"{FEWEST} at least, and {FEWEST} are held out"
            )
        parts = ("label_rate", "spread", "auc", *(("probability",) if key == MAIN else ()))
        for part in parts:
            value, said = getattr(found, part), note
            if value is not None and part != "auc" and len(case.forget) < FEWEST:
                value, said = None, few(len(case.forget), "forget row", "a share")
            rows.append(inputs.value(f"{key}_{part}", seed, value, note=said))
    return rows


def measure(inputs: Inputs, settings: Settings) -> list[Value]:
    """All attacks for each seed."""
    return [
        value
        for seed, seen in inputs.observations.items()
        for value in measure_one(inputs, seen, seed, settings)
    ]
