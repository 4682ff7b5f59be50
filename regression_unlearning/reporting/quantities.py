"""What is measured, in words: titles, meanings, and which value the retrained model would have."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Quantity:
    """One measured quantity.

    Parameters
    ----------
    title : str
        Short name, for the row of a table.
    meaning : str
        One line for the legend.
    goal : str
        What the value should come near to: ``"retrained"``, a number, or nothing.
    symbol : str
        The paper's symbol and arrow, if it has one.
    compares : bool
        Whether it compares a model with the retrained one, so that the retrained model itself (and
        the original, for the relearning effort) may have no value.
    """

    title: str
    meaning: str
    goal: str = ""
    symbol: str = ""
    compares: bool = False


_ATTACK = "attack on loss, gradients and activations; trained on retain rows against test rows"
_EMBEDDINGS = "forget rows from never-seen rows of their kind by the last layer's activations"
_MATCHED = "its retain and test rows drawn to have the same labels"

QUANTITIES = {
    "error_retain_test": Quantity(
        "Retain error, test",
        "error on test rows outside the forget set",
        "retrained",
        "err_D_t^r ↓",
    ),
    "error_forget_train": Quantity(
        "Forget error, train", "error on the training rows to forget", "retrained", "err_D_t^f ↑"
    ),
    "attack_label_rate": Quantity(
        "Attack: called members",
        f"share of the forget rows that a membership attack calls members ({_ATTACK})",
        "retrained",
        "att_prob ↓",
    ),
    "wasserstein_train": Quantity(
        "Wasserstein distance, train",
        "distance between the predictions of this and of the retrained model on the forget rows",
        "0",
        "w_dist ↓",
        compares=True,
    ),
    "anamnesis": Quantity(
        "Anamnesis index",
        "mini-batches until the forget rows are learnt again, over those the retrained model needs",
        "1",
        "AIN ↑",
        compares=True,
    ),
    "error_retain_train": Quantity(
        "Retain error, train", "error on the training rows to keep", "retrained"
    ),
    "error_forget_test": Quantity(
        "Forget error, test", "error on test rows that the forget set would have held", "retrained"
    ),
    "attack_probability": Quantity(
        "Attack: probability", "the same attack's mean calibrated probability", "retrained"
    ),
    "attack_auc": Quantity(
        "Attack: own AUC",
        "how well that attack tells held-out retain rows from test rows; near 0.5 it tells nothing",
    ),
    "attack_released_label_rate": Quantity(
        "Released attack: called members",
        "the same share, by the attack of the paper's released code (the loss alone)",
        "retrained",
    ),
    "attack_released_auc": Quantity(
        "Released attack: own AUC", "the AUC of the released code's attack on held-out rows"
    ),
    "attack_matched_label_rate": Quantity(
        "Matched attack: called members",
        f"the same share, by an attack with {_MATCHED}",
        "retrained",
    ),
    "attack_matched_auc": Quantity(
        "Matched attack: own AUC", "the AUC of the label-matched attack on held-out rows"
    ),
    "wasserstein_test": Quantity(
        "Wasserstein distance, test",
        "the same distance on test rows that the forget set would have held",
        "0",
        compares=True,
    ),
    "representation_linear": Quantity(
        "Embedding attack, linear: AUC",
        f"how well a linear probe tells {_EMBEDDINGS}; 0.5 tells nothing",
        "retrained",
    ),
    "representation_linear_excess": Quantity(
        "Embedding attack, linear: excess",
        f"AUC of a linear probe that tells {_EMBEDDINGS}, minus its AUC on the retrained model",
        "0",
        compares=True,
    ),
    "representation_network": Quantity(
        "Embedding attack, network: AUC",
        f"how well a small network tells {_EMBEDDINGS}",
        "retrained",
    ),
    "representation_network_excess": Quantity(
        "Embedding attack, network: excess",
        f"AUC of a small network that tells {_EMBEDDINGS}, minus its AUC on the retrained model",
        "0",
        compares=True,
    ),
    "tow": Quantity(
        "Tug of war",
        "product over forget, retain and test rows of 1 minus the gap between this and the "
        "retrained model's error, in units of the error of predicting the mean",
        "1",
        compares=True,
    ),
}

#: The paper's five measures, in the order of its tables.
PAPER = (
    "error_retain_test",
    "error_forget_train",
    "attack_label_rate",
    "wasserstein_train",
    "anamnesis",
)

#: Measured costs: they vary from run to run, so they have a table of their own.
COSTS = {
    "seconds": Quantity("Seconds", "seconds of the method's work, helper models included"),
    "seconds_over_retraining": Quantity(
        "Share of retraining",
        "the method's seconds, helper models included, over those of retraining from scratch",
    ),
    "peak_memory_mib": Quantity("Peak memory, MiB", "highest memory in use during that step"),
}


def quantity(key: str) -> Quantity:
    """The words for a quantity; one that this file does not know goes by its key."""
    return QUANTITIES.get(key) or COSTS.get(key) or Quantity(key, "a measure added to this project")
