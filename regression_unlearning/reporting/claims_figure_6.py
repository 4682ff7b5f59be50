"""Claims on Figure 6, and on Gaussian against Reg Amnesiac: Section 6.5 (AgeDB)."""

from regression_unlearning.reporting.claim import (
    ATTACK,
    DISTANCE,
    METHODS,
    RELATIVE_DENSITY,
    Claim,
    highest,
    lowest,
)
from regression_unlearning.reporting.claims_table_1 import YOUNG

TEXT = "Section 6.5"
FIGURE = "Section 6.5; Figure 6"
OURS, UNIFORM = "gaussian_amnesiac", "reg_amnesiac"

CLAIMS = (
    Claim(
        "gaussian_over_reg_rows",
        "Row by row, Gaussian Amnesiac's predictions are closer to the retrained model's than Reg "
        "Amnesiac's.",
        FIGURE,
        lowest("row_distance_train", OURS, (OURS, UNIFORM)),
        (YOUNG,),
    ),
    Claim(
        "gaussian_density_highest",
        "Gaussian Amnesiac's differences have the highest density around 0 among all the methods.",
        FIGURE,
        highest(RELATIVE_DENSITY, OURS, (*METHODS, UNIFORM)),
        (YOUNG,),
    ),
    Claim(
        "gaussian_over_reg_attack",
        "Gaussian Amnesiac's attack value is lower than Reg Amnesiac's.",
        TEXT,
        lowest(ATTACK, OURS, (OURS, UNIFORM)),
        (YOUNG,),
    ),
    Claim(
        "gaussian_over_reg_wasserstein",
        "Gaussian Amnesiac's Wasserstein distance is smaller than Reg Amnesiac's.",
        TEXT,
        lowest(DISTANCE, OURS, (OURS, UNIFORM)),
        (YOUNG,),
    ),
)
