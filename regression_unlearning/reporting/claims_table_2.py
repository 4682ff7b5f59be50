"""What the paper says of Table 2 (STS-B), and one claim of ours that the others rest on."""

from regression_unlearning.reporting.claims import Claim, keeps, least, separates

BAND, RANDOM, YEAR = (("stsb", name) for name in ("score_0_2", "random_1000", "year_2015"))
ALL = (BAND, RANDOM, YEAR)
TEXT = "Section 6.4, STS-B"


CLAIMS = (
    separates(ALL),
    keeps(ALL, "Table 2; Section 6.4 says similar"),
    Claim(
        "forget_error_closest",
        "After forgetting the scores 0 to 2, Blindspot's error on the forget set is closest to the "
        "retrained model's.",
        TEXT,
        (BAND,),
        least("error_forget_train", "blindspot", "retrained"),
    ),
    Claim(
        "attack_lowest",
        "Blindspot has the lowest attack value on every forget set.",
        TEXT,
        ALL,
        least("attack_label_rate", "blindspot"),
    ),
    Claim(
        "wasserstein_blindspot",
        "Blindspot's predictions have the smallest Wasserstein distance from the retrained "
        "model's on the scores 0 to 2 and on the random samples.",
        TEXT,
        (BAND, RANDOM),
        least("wasserstein_train", "blindspot"),
    ),
    Claim(
        "wasserstein_gaussian_amnesiac",
        "On the samples of 2015, Gaussian Amnesiac's predictions have the smallest Wasserstein "
        "distance.",
        "Table 2; Section 6.4 names the exception",
        (YEAR,),
        least("wasserstein_train", "gaussian_amnesiac"),
    ),
    Claim(
        "anamnesis_closest_to_1",
        "Blindspot's Anamnesis Index is closest to 1 on every forget set.",
        "Table 2; Section 6.4 says significantly better",
        ALL,
        least("anamnesis", "blindspot", 1.0),
    ),
)
