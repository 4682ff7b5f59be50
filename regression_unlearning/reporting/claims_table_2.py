"""Claims on Table 2 (STS-B): Section 6.4, "STS-B SemEval 2017"."""

from regression_unlearning.evaluation.inputs import GOLD
from regression_unlearning.reporting.claim import (
    ANAMNESIS,
    ATTACK,
    DISTANCE,
    FORGET,
    Claim,
    apart,
    closest,
    lowest,
)
from regression_unlearning.reporting.layout import NOTHING

BAND, RANDOM, YEAR = (("stsb", name) for name in ("score_0_2", "random_1000", "year_2015"))
ALL = (BAND, RANDOM, YEAR)
TEXT = "Section 6.4, STS-B; Table 2"

CLAIMS = (
    Claim(
        "forget_error_impact",
        "Forgetting the scores 0 to 2 has a significant impact on the error on the forget set: the "
        "retrained model's differs from the original's.",
        TEXT,
        apart(FORGET, GOLD, NOTHING),
        (BAND,),
    ),
    Claim(
        "forget_error_closest",
        "After forgetting the scores 0 to 2, Blindspot's error on the forget set is closest to the "
        "retrained model's.",
        TEXT,
        closest(FORGET, "blindspot"),
        (BAND,),
    ),
    Claim(
        "attack_lowest",
        "Blindspot has the lowest attack value on every forget set.",
        TEXT,
        lowest(ATTACK, "blindspot"),
        ALL,
    ),
    Claim(
        "wasserstein_blindspot",
        "Barring the samples of 2015, Blindspot has the lowest Wasserstein distance from the "
        "retrained model on the forget set.",
        TEXT,
        lowest(DISTANCE, "blindspot"),
        (BAND, RANDOM),
    ),
    Claim(
        "anamnesis_closest",
        "Blindspot's Anamnesis Index is significantly better than the other methods': closest to "
        "1.",
        TEXT,
        closest(ANAMNESIS, "blindspot"),
        ALL,
    ),
)
