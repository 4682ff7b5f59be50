"""Claims of Section 6.2 on the baseline, for Tables 1 to 3.

Sections 6.1 and 6.3 describe data and settings: no sentence there is about a result.
"""

from regression_unlearning.reporting.claim import FORGET, Claim, above
from regression_unlearning.reporting.layout import NOTHING

CLAIMS = (
    Claim(
        "finetune_forgets",
        "Training on the retain set alone unlearns: FineTune's error on the forget set is above "
        "the original model's.",
        "Section 6.2",
        above(FORGET, ["finetune"], NOTHING),
    ),
)
