"""What the paper's supplement says of Table 4: how much Blindspot's lambda matters."""

from regression_unlearning.reporting.claims import Claim, least, near

PLACE = (("agedb", "age_0_30"),)
WHERE = "Table 4; supplement"
#: Blindspot's own lambda is 50: the same models as in Table 1.
FIFTY = "blindspot"
OTHERS = {"blindspot_lambda_100": "λ = 100", "blindspot_lambda_250": "λ = 250"}
ALL = {"blindspot_lambda_0": "λ = 0", FIFTY: "λ = 50", **OTHERS}

#: How similar is very similar: the paper gives no number. Its own largest gap is 2 % for an error
#: and 12 % for a Wasserstein distance.
ERROR_NEAR, DISTANCE_NEAR = 0.05, 0.15

CLAIMS = (
    Claim(
        "lambda_0_is_worse",
        "With λ = 0 the error on the forget set is smaller than with any other value.",
        f"{WHERE}: except when λ is 0",
        PLACE,
        least("error_forget_train", "blindspot_lambda_0", among=ALL),
    ),
    Claim(
        "lambda_errors_similar",
        "With λ = 100 and 250 the error on the forget set is within 5 % of that with 50.",
        f"{WHERE}: says very similar",
        PLACE,
        near("error_forget_train", FIFTY, ERROR_NEAR, among=OTHERS),
    ),
    Claim(
        "lambda_distances_similar",
        "With λ = 100 and 250 the Wasserstein distance is within 15 % of that with 50.",
        f"{WHERE}: says very similar",
        PLACE,
        near("wasserstein_train", FIFTY, DISTANCE_NEAR, among=OTHERS),
    ),
    Claim(
        "lambda_50_wasserstein",
        "λ = 50 has the smallest Wasserstein distance.",
        WHERE,
        PLACE,
        least("wasserstein_train", FIFTY, among=ALL),
    ),
    Claim(
        "lambda_50_attack",
        "λ = 50 has the lowest attack value.",
        WHERE,
        PLACE,
        least("attack_label_rate", FIFTY, among=ALL),
    ),
)
