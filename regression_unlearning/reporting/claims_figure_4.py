"""Claims on Figure 4 (STS-B): Section 6.4, "STS-B SemEval 2017"."""

from regression_unlearning.reporting.claim import DENSITY, METHODS, Claim, alike, highest
from regression_unlearning.reporting.claims_table_2 import BAND, RANDOM, YEAR

TEXT = "Section 6.4, STS-B; Figure 4"

CLAIMS = (
    Claim(
        "density_blindspot_highest",
        "Barring the random samples, Blindspot's differences from the retrained model have the "
        "highest density around 0.",
        TEXT,
        highest(DENSITY, "blindspot"),
        (BAND, YEAR),
    ),
    Claim(
        "density_random_similar",
        "After forgetting random samples all models have similar density curves: the same density "
        "around 0.",
        TEXT,
        alike(DENSITY, METHODS),
        (RANDOM,),
    ),
)
