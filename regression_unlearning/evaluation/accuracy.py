"""Accuracy and cross-entropy of classes, on the same parts as `errors`."""

from typing import TYPE_CHECKING

from regression_unlearning.evaluation.errors import PARTS
from regression_unlearning.evaluation.inputs import Inputs
from regression_unlearning.evaluation.measure import Quantity
from regression_unlearning.evaluation.values import Value
from regression_unlearning.settings.section import Section

if TYPE_CHECKING:
    import numpy as np

NEEDS = ("observations",)
TARGETS = "classes"
#: Part of `errors` to its title and its rows in words.
NAMES = {
    "retain_test": ("Retain {}, test", "test rows outside the forget set"),
    "forget_train": ("Forget {}, train", "the training rows to forget"),
    "retain_train": ("Retain {}, train", "the training rows to keep"),
    "forget_test": ("Forget {}, test", "test rows that the forget set would have held"),
}
QUANTITIES = tuple(
    Quantity(
        f"{key}_{part}",
        title.format(name),
        f"{meaning} {rows}",
        goal="retrained",
        unit="share" if key == "accuracy" else "",
        least=0,
        most=1 if key == "accuracy" else None,
    )
    for key, name, meaning in (
        ("accuracy", "accuracy", "share of rows that get their own class, of"),
        ("cross_entropy", "cross-entropy", "mean of minus the log-probability of the class, over"),
    )
    for part, (title, rows) in NAMES.items()
)


class Settings(Section):
    """No settings."""


def measure(inputs: Inputs, settings: Settings) -> list[Value]:
    """Four accuracies and four cross-entropies for each seed."""
    rows = []
    for seed, observation in inputs.observations.items():
        for part in NAMES:
            name, like = PARTS[f"error_{part}"]
            right = 1 - observation.errors(name, like_forget=like)
            losses = observation.of(name, "loss", like_forget=like)
            note = (
                ""
                if len(losses)
                else f"no {name} row is {'like' if like else 'unlike'} the forget set"
            )
            for key, numbers in (("accuracy", right), ("cross_entropy", losses)):
                rows.append(inputs.value(f"{key}_{part}", seed, _mean(numbers), note=note))
    return rows


def _mean(numbers: "np.ndarray") -> float | None:
    return float(numbers.mean(dtype="float64")) if len(numbers) else None
