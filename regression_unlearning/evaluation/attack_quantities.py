"""Quantities of the membership attacks, with their words in tables."""

from regression_unlearning.evaluation.measure import Quantity

MAIN, BASELINE, MATCHED = "attack", "attack_baseline", "attack_matched"
OUTPUTS = "attack_outputs"
RELEASED, RELEASED_RETAIN = "attack_released", "attack_released_retain"
#: Attacks by key: name, the attack in words, and an addition to its meaning.
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


def _quantities(key: str, name: str, attacker: str, remainder: str) -> tuple[Quantity, ...]:
    return (
        Quantity(
            f"{key}_label_rate",
            f"{name}: called members",
            f"share of the forget rows that {attacker} calls members, mean over draws of its "
            f"rows{remainder}",
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
    *(quantity for key in ATTACKS if key != MAIN for quantity in _quantities(key, *ATTACKS[key])),
)
