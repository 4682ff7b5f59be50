"""What networks learn of a dataset's targets: the loss, and in what unit."""

from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator

from regression_unlearning.errors import UserError, unknown
from regression_unlearning.settings.section import Positive, Section, validated_within

Loss = Literal["mse", "l1", "quantile", "cross_entropy"]
#: The loss of targets that are classes; the others are of numbers.
CLASSES = "cross_entropy"
#: What stands for a unit that nobody has named.
UNNAMED = "the target's unit"
NAMED = ("none", "standardise")


class FixedScale(Section):
    """Networks learn (target - `shift`) / `divide`."""

    shift: float = 0.0
    """What is taken from each target, in its unit."""
    divide: Positive = 1.0
    """What the rest is divided by, in the target's unit."""


def _told_apart(value: Any) -> Any:
    if isinstance(value, Mapping):
        return validated_within(FixedScale, value)
    if isinstance(value, str) and value not in NAMED:
        raise unknown("scale", value, NAMED)
    if not isinstance(value, str | FixedScale):
        raise UserError("must be none, standardise, or {shift: NUMBER, divide: NUMBER}")
    return value


TargetScale = Annotated[Literal["none", "standardise"] | FixedScale, BeforeValidator(_told_apart)]


def misfits(
    loss: Loss, quantiles: Sequence[float], classes: int | None, scale: TargetScale, goal: str
) -> list[str]:
    """What of a dataset's settings does not go with its loss: a line each, its key first.

    `goal` is that of its relearning.
    """
    problems = []
    if quantiles and loss != "quantile":
        problems.append(f".quantiles: the loss is {loss}; they go with loss: quantile.")
    elif loss == "quantile" and (
        len(quantiles) % 2 == 0 or list(quantiles) != sorted(set(quantiles))
    ):
        problems.append(
            ".quantiles: the quantile loss needs an odd number of rising quantiles, such as "
            "[0.1, 0.5, 0.9]; the middle one is the point forecast."
        )
    if classes is not None and loss != CLASSES:
        problems.append(f".classes: the loss is {loss}; they go with loss: {CLASSES}.")
    if goal == "accuracy" and loss != CLASSES:
        problems.append(
            f".relearning.goal: accuracy is of classes, and the loss is {loss}; take loss."
        )
    if loss == CLASSES and scale != "none":
        problems.append(f".target_scale: with loss: {CLASSES} it is none; a class has no scale.")
    return problems
