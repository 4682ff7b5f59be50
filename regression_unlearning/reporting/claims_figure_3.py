"""Claims on Figures 2 (AgeDB) and 3 (IMDB-Wiki): Section 6.4, "AgeDB and IMDBWiki".

The text names Figure 3 alone. Figure 2 is the same figure of the other dataset, and "all the cases"
refers to both.
"""

from regression_unlearning.reporting.claim import (
    METHODS,
    RELATIVE_DENSITY,
    Claim,
    highest,
    lowest,
)
from regression_unlearning.reporting.claims_table_1 import ALL
from regression_unlearning.reporting.layout import NOTHING

TEXT = "Section 6.4, AgeDB and IMDBWiki; Figures 2 and 3"

CLAIMS = (
    Claim(
        "density_original_lowest",
        "Of relative differences from the retrained model, the fully trained model's have the "
        "lowest density around 0.",
        TEXT,
        lowest(RELATIVE_DENSITY, NOTHING, (NOTHING, *METHODS)),
        ALL,
    ),
    Claim(
        "rows_original_farthest",
        "Row by row, the fully trained model's predictions are the least similar to the retrained "
        "model's.",
        TEXT,
        highest("row_distance_train", NOTHING, (NOTHING, *METHODS)),
        ALL,
    ),
    Claim(
        "density_gaussian_amnesiac_highest",
        "Gaussian Amnesiac's have the highest density around 0 in all the cases.",
        TEXT,
        highest(RELATIVE_DENSITY, "gaussian_amnesiac"),
        ALL,
    ),
)
