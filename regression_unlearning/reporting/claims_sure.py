"""What the abstract of SURE says ("SURE: targeted unlearning", submitted to ICLR 2025).

Its experiments are classification; here the same is asked of regression. The trade-off between
unlearning and utility is the tug of war (see `evaluation.tow`): one number for both.
"""

from regression_unlearning.reporting.claim import GOAL, Claim, both, like_retrained, lowest

DATA = "data for classification"

CLAIMS = (
    Claim(
        "sure_trade_off",
        "SURE has a better trade-off between unlearning quality and utility than the other "
        "techniques: its tug of war is closest to 1.",
        "SURE, abstract",
        lowest("tow", "sure", None, GOAL),
        data=DATA,
    ),
    Claim(
        "sure_embeddings",
        "SURE is robust against attacks that read embeddings: they find the forgotten rows no "
        "better than in the retrained model.",
        "SURE, abstract",
        both(
            like_retrained("representation_linear_excess", "sure", aim=GOAL),
            like_retrained("representation_network_excess", "sure", aim=GOAL),
        ),
        data=DATA,
    ),
)
