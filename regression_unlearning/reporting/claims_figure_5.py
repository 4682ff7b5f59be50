"""Claims on Figure 5 (UCI Electricity): Section 6.4, "Electricity Load"."""

from regression_unlearning.reporting.claim import DENSITY, Claim, highest
from regression_unlearning.reporting.claims_table_3 import BOTH

CLAIMS = (
    Claim(
        "density_blindspot_highest",
        "Blindspot's differences from the retrained model have the highest density around 0.",
        "Section 6.4, Electricity Load; Figure 5",
        highest(DENSITY, "blindspot"),
        BOTH,
    ),
)
