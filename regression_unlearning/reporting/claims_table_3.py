"""Claims on Table 3 (UCI Electricity): Section 6.4, "Electricity Load".

Methods are the paper's, at the paper's learning rates. Sentences about the data themselves (that
the bands are quartiles, that results are mixed because of outliers) cannot be tested by measures
of models and are left out.
"""

from regression_unlearning.evaluation.inputs import GOLD
from regression_unlearning.reporting.claim import (
    ATTACK,
    DISTANCE,
    FORGET,
    GOAL,
    RETAIN,
    Claim,
    above,
    beyond,
    closest,
    highest,
    lowest,
    none_is_best,
)

LOW, HIGH = ("electricity", "load_low"), ("electricity", "load_high")
BOTH = (LOW, HIGH)
TEXT = "Section 6.4, Electricity Load; Table 3"
OTHERS = ("finetune", "gaussian_amnesiac")

CLAIMS = (
    Claim(
        "attack_lowest",
        "Blindspot has the lowest attack value on both forget sets.",
        TEXT,
        lowest(ATTACK, "blindspot"),
        BOTH,
    ),
    Claim(
        "retain_error_blindspot",
        "After forgetting loads up to -0.85, Blindspot's loss on the retain set is closest to the "
        "retrained model's.",
        TEXT,
        closest(RETAIN, "blindspot"),
        (LOW,),
    ),
    Claim(
        "forget_error_blindspot",
        "After forgetting loads up to -0.85, Blindspot's loss on the forget set is closest to the "
        "retrained model's.",
        TEXT,
        closest(FORGET, "blindspot"),
        (LOW,),
    ),
    Claim(
        "forget_error_others_higher",
        "After forgetting loads up to -0.85, the loss on the forget set is higher in FineTune and "
        "Gaussian Amnesiac than in Blindspot.",
        TEXT,
        above(FORGET, OTHERS, "blindspot"),
        (LOW,),
    ),
    Claim(
        "forget_error_others_above_retrained",
        "After forgetting loads up to -0.85, the loss of FineTune and Gaussian Amnesiac on the "
        "forget set is even higher than the retrained model's.",
        TEXT,
        above(FORGET, OTHERS, GOLD),
        (LOW,),
    ),
    Claim(
        "wasserstein_blindspot_lowest",
        "Blindspot has the lowest Wasserstein distance on loads up to -0.85.",
        TEXT,
        lowest(DISTANCE, "blindspot"),
        (LOW,),
    ),
    Claim(
        "none_is_best",
        "After forgetting loads of 0.85 and more, no method gives the best result in all measures.",
        TEXT,
        none_is_best({RETAIN: GOAL, FORGET: GOAL, ATTACK: "", DISTANCE: ""}),
        (HIGH,),
    ),
    Claim(
        "retain_error_finetune",
        "After forgetting loads of 0.85 and more, FineTune's loss on the retain set is nearest to "
        "the retrained model's.",
        TEXT,
        closest(RETAIN, "finetune"),
        (HIGH,),
    ),
    Claim(
        "forget_error_gaussian_amnesiac",
        "After forgetting loads of 0.85 and more, Gaussian Amnesiac's loss on the forget set is "
        "nearest to the retrained model's.",
        TEXT,
        closest(FORGET, "gaussian_amnesiac"),
        (HIGH,),
    ),
    Claim(
        "wasserstein_blindspot_highest",
        "Blindspot has the highest Wasserstein distance on loads of 0.85 and more.",
        TEXT,
        highest(DISTANCE, "blindspot"),
        (HIGH,),
    ),
    Claim(
        "retrained_does_not_relearn",
        "Even after long training, retrained models do not reach the performance at which the "
        "Anamnesis Index counts.",
        TEXT,
        beyond("relearning_steps", GOLD),
        BOTH,
    ),
)
