"""What the paper says of Table 1 (AgeDB, IMDB-Wiki) and of Figure 6; one claim of ours first."""

from itertools import product

from regression_unlearning.reporting.claims import METHODS, Claim, keeps, least, most, separates

YOUNG = ("agedb", "age_0_30")
ALL = tuple(product(("agedb", "imdb_wiki"), ("age_0_30", "age_60_100")))
TEXT = "Section 6.4, AgeDB and IMDBWiki"

PROPOSED = {name: METHODS[name] for name in ("gaussian_amnesiac", "blindspot")}
AMNESIAC = {"gaussian_amnesiac": "Gaussian Amnesiac", "reg_amnesiac": "Reg Amnesiac"}

CLAIMS = (
    separates(ALL),
    keeps(ALL, f"Table 1; {TEXT}, says similar"),
    Claim(
        "forget_error_finetune",
        "FineTune's error on the forget set is the farthest from the retrained model's.",
        f"{TEXT}; the example is AgeDB, 60-100",
        ALL,
        most("error_forget_train", "finetune", "retrained"),
    ),
    Claim(
        "attack_lowest",
        "Blindspot always has the lowest attack value.",
        TEXT,
        ALL,
        least("attack_label_rate", "blindspot"),
    ),
    Claim(
        "attack_highest",
        "FineTune has the highest attack value.",
        TEXT,
        ALL,
        most("attack_label_rate", "finetune"),
    ),
    Claim(
        "wasserstein_finetune",
        "FineTune's predictions have the largest Wasserstein distance from the retrained model's.",
        TEXT,
        ALL,
        most("wasserstein_train", "finetune"),
    ),
    Claim(
        "wasserstein_gaussian_amnesiac",
        "Barring the ages 0 to 30 of AgeDB, Gaussian Amnesiac's Wasserstein distance is smaller "
        "than Blindspot's.",
        TEXT,
        tuple(place for place in ALL if place != YOUNG),
        least("wasserstein_train", "gaussian_amnesiac", among=PROPOSED),
    ),
    Claim(
        "anamnesis_closest_to_1",
        "Blindspot's Anamnesis Index is closest to 1 on every forget set.",
        f"Table 1; {TEXT}, names AgeDB, 0-30",
        ALL,
        least("anamnesis", "blindspot", 1.0),
    ),
    Claim(
        "gaussian_over_reg_attack",
        "After forgetting the ages 0 to 30 of AgeDB, Gaussian Amnesiac's attack value is lower "
        "than Reg Amnesiac's.",
        "Section 6.5, Figure 6",
        (YOUNG,),
        least("attack_label_rate", "gaussian_amnesiac", among=AMNESIAC),
    ),
    Claim(
        "gaussian_over_reg_wasserstein",
        "After forgetting the ages 0 to 30 of AgeDB, Gaussian Amnesiac's predictions are nearer to "
        "the retrained model's than Reg Amnesiac's.",
        "Section 6.5, Figure 6",
        (YOUNG,),
        least("wasserstein_train", "gaussian_amnesiac", among=AMNESIAC),
    ),
)
