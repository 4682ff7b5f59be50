"""Claims in the abstract of SURE ("SURE: targeted unlearning", submitted to ICLR 2025).

Its experiments are on classification (`OF_CLASSES`); `CLAIMS` tests the same on regression. The
trade-off between unlearning and utility is measured by the tug of war (see `evaluation.tow`), one
number for both, and for classes also by the fronts of all methods over their settings (`OF_FRONT`).
"""

from dataclasses import replace

from regression_unlearning.reporting.claim import (
    GOAL,
    Check,
    Claim,
    both,
    like_retrained,
    lowest,
    widest,
)
from regression_unlearning.reporting.front import VOLUME

DATA = "data for classification"
UNNAMED = "the data for classification, which the abstract does not name"


def _unread(prefix: str) -> Check:
    """Both probes of an embedding attack do no better than on the retrained model."""
    return both(
        *(
            like_retrained(f"{prefix}_{probe}_excess", "sure", aim=GOAL)
            for probe in ("linear", "network")
        )
    )


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
        _unread("representation"),
        data=DATA,
    ),
)
OF_CLASSES = (
    *(replace(claim, data=UNNAMED) for claim in CLAIMS),
    Claim(
        "sure_earlier",
        "SURE is robust against attacks that read an earlier layer's embeddings.",
        "SURE, abstract",
        _unread("representation_earlier"),
        data=UNNAMED,
    ),
    Claim(
        "sure_adaptive",
        "SURE is robust against an attacker of embeddings who knows it, and learns from other "
        "models that it made.",
        "SURE, abstract",
        _unread("representation_adaptive"),
        data=UNNAMED,
    ),
)
OF_FRONT = (
    Claim(
        "sure_front",
        "SURE has a better trade-off than every other technique, each over its settings, between "
        "closeness to the retrained model, robustness against the embedding attack and accuracy: "
        "its front leaves more of their unit cube behind.",
        "SURE, abstract",
        widest(VOLUME.key, "sure"),
        data=UNNAMED,
    ),
)
