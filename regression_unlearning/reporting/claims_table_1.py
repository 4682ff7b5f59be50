"""Claims on Table 1 (AgeDB, IMDB-Wiki): Section 6.4, "AgeDB and IMDBWiki"."""

from itertools import product

from regression_unlearning.evaluation.inputs import GOLD
from regression_unlearning.reporting.claim import (
    ANAMNESIS,
    ATTACK,
    DISTANCE,
    FORGET,
    GOAL,
    METHODS,
    RETAIN,
    Claim,
    alike,
    apart,
    closest,
    highest,
    like_retrained,
    lowest,
    nearer,
)
from regression_unlearning.reporting.layout import NOTHING

YOUNG, OLD = ("agedb", "age_0_30"), ("agedb", "age_60_100")
ALL = tuple(product(("agedb", "imdb_wiki"), ("age_0_30", "age_60_100")))
TEXT = "Section 6.4, AgeDB and IMDBWiki; Table 1"
PROPOSED = ("gaussian_amnesiac", "blindspot")

CLAIMS = (
    Claim(
        "retain_error_similar",
        "The three methods perform alike on the retain set.",
        TEXT,
        alike(RETAIN, METHODS),
        ALL,
    ),
    Claim(
        "forget_error_finetune",
        "On the forget set FineTune does worse than the proposed methods: its error is farther "
        "from the retrained model's.",
        TEXT,
        highest(FORGET, "finetune", aim=GOAL),
        ALL,
    ),
    Claim(
        "forget_error_finetune_far",
        "FineTune's error on the forget set is far away from the retrained model's.",
        TEXT,
        apart(FORGET, "finetune", GOLD),
        ALL,
    ),
    Claim(
        "forget_error_proposed_close",
        "After forgetting the ages 60 to 100 of AgeDB, the errors of Gaussian Amnesiac and "
        "Blindspot on the forget set are very close to the retrained model's.",
        TEXT,
        like_retrained(FORGET, *PROPOSED),
        (OLD,),
    ),
    Claim(
        "finetune_keeps_performance",
        "After forgetting the ages 60 to 100 of AgeDB, FineTune has most of its first performance "
        "on the forget set: its error is nearer to the original's than to the retrained model's.",
        TEXT,
        nearer(FORGET, "finetune", NOTHING, GOLD),
        (OLD,),
    ),
    Claim(
        "attack_lowest",
        "Blindspot always has the lowest attack value.",
        TEXT,
        lowest(ATTACK, "blindspot"),
        ALL,
    ),
    Claim(
        "attack_highest",
        "FineTune has the highest attack value.",
        TEXT,
        highest(ATTACK, "finetune"),
        ALL,
    ),
    Claim(
        "wasserstein_finetune",
        "FineTune's Wasserstein distance from the retrained model is the largest of all methods.",
        TEXT,
        highest(DISTANCE, "finetune"),
        ALL,
    ),
    Claim(
        "wasserstein_gaussian_amnesiac",
        "Barring the ages 0 to 30 of AgeDB, Gaussian Amnesiac's Wasserstein distance is smaller "
        "than Blindspot's.",
        TEXT,
        lowest(DISTANCE, "gaussian_amnesiac", PROPOSED),
        tuple(place for place in ALL if place != YOUNG),
    ),
    Claim(
        "anamnesis_similar",
        "In relearning Blindspot is quite similar to the retrained model: its index is near 1.",
        TEXT,
        like_retrained(ANAMNESIS, "blindspot", aim=GOAL),
        ALL,
    ),
    Claim(
        "anamnesis_closest",
        "After forgetting the ages 0 to 30 of AgeDB, Blindspot's Anamnesis Index is closest to 1.",
        TEXT,
        closest(ANAMNESIS, "blindspot"),
        (YOUNG,),
    ),
)
