"""Claims of Supplement B on Table 4: the influence of Blindspot's lambda (AgeDB).

Blindspot's own lambda is 50: the same models as in Table 1.
"""

from regression_unlearning.reporting.claim import (
    ANAMNESIS,
    ATTACK,
    DISTANCE,
    FORGET,
    GOAL,
    RETAIN,
    Claim,
    alike,
    both,
    highest,
    lowest,
)
from regression_unlearning.reporting.claims_table_1 import YOUNG

PLACE = (YOUNG,)
TEXT = "Supplement B; Table 4"
ZERO, FIFTY = "blindspot_lambda_0", "blindspot"
NONZERO = (FIFTY, "blindspot_lambda_100", "blindspot_lambda_250")
EACH = (ZERO, *NONZERO)

CLAIMS = (
    Claim(
        "lambda_0_is_worse",
        "λ = 0 stands apart: its Wasserstein distance and attack value are the greatest, its "
        "Anamnesis Index is the farthest from 1.",
        TEXT,
        both(
            highest(DISTANCE, ZERO, EACH),
            highest(ATTACK, ZERO, EACH),
            highest(ANAMNESIS, ZERO, EACH, GOAL),
        ),
        PLACE,
    ),
    Claim(
        "lambda_others_similar",
        "With all other values of λ the results are very similar.",
        TEXT,
        both(
            *(alike(quantity, NONZERO) for quantity in (RETAIN, FORGET, ATTACK, DISTANCE)),
            alike(ANAMNESIS, NONZERO, GOAL),
        ),
        PLACE,
    ),
    Claim(
        "lambda_50_wasserstein",
        "λ = 50 has the smallest Wasserstein distance.",
        TEXT,
        lowest(DISTANCE, FIFTY, EACH),
        PLACE,
    ),
    Claim(
        "lambda_50_attack",
        "λ = 50 has the lowest attack value.",
        TEXT,
        lowest(ATTACK, FIFTY, EACH),
        PLACE,
    ),
)
