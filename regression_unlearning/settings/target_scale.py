"""In what unit networks learn a dataset's targets."""

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator

from regression_unlearning.errors import UserError, unknown
from regression_unlearning.settings.section import Positive, Section, validated_within

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
