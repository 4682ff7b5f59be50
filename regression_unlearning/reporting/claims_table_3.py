"""What the paper says of Table 3 (UCI Electricity), and one claim of ours that the others rest on.

Methods are the paper's, at the paper's learning rates.
"""

from regression_unlearning.reporting.claims import Claim, least, separates

LOW, HIGH = ("electricity", "load_low"), ("electricity", "load_high")
BOTH = (LOW, HIGH)
TEXT = "Section 6.4, Electricity Load"

CLAIMS = (
    separates(BOTH),
    Claim(
        "attack_lowest",
        "Blindspot has the lowest attack value on both forget sets.",
        TEXT,
        BOTH,
        least("attack_label_rate", "blindspot"),
    ),
    Claim(
        "retain_error_blindspot",
        "After forgetting loads up to -0.85, Blindspot's loss on the retain part of the test set "
        "is closest to the retrained model's.",
        TEXT,
        (LOW,),
        least("error_retain_test", "blindspot", "retrained"),
    ),
    Claim(
        "forget_error_blindspot",
        "After forgetting loads up to -0.85, Blindspot's loss on the forget set is closest to the "
        "retrained model's.",
        TEXT,
        (LOW,),
        least("error_forget_train", "blindspot", "retrained"),
    ),
    Claim(
        "wasserstein_blindspot",
        "After forgetting loads up to -0.85, Blindspot's forecasts have the smallest Wasserstein "
        "distance from the retrained model's.",
        TEXT,
        (LOW,),
        least("wasserstein_train", "blindspot"),
    ),
    Claim(
        "retain_error_finetune",
        "After forgetting loads of 0.85 and more, FineTune's loss on the retain part of the test "
        "set is closest to the retrained model's.",
        TEXT,
        (HIGH,),
        least("error_retain_test", "finetune", "retrained"),
    ),
    Claim(
        "forget_error_gaussian_amnesiac",
        "After forgetting loads of 0.85 and more, Gaussian Amnesiac's loss on the forget set is "
        "closest to the retrained model's.",
        TEXT,
        (HIGH,),
        least("error_forget_train", "gaussian_amnesiac", "retrained"),
    ),
    Claim(
        "wasserstein_finetune",
        "After forgetting loads of 0.85 and more, FineTune's forecasts have the smallest "
        "Wasserstein distance.",
        "Table 3",
        (HIGH,),
        least("wasserstein_train", "finetune"),
    ),
)
