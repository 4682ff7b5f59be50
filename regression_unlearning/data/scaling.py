"""Scale targets for networks, and put networks' outputs back into the targets' own unit."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from regression_unlearning.errors import UserError
from regression_unlearning.settings.target_scale import FixedScale, TargetScale

if TYPE_CHECKING:
    from torch import Tensor


@dataclass(frozen=True)
class Scale:
    """Networks learn (target - shift) / divide; both numbers are in the target's unit."""

    shift: float = 0.0
    divide: float = 1.0

    def applied(self, target: "Tensor") -> "Tensor":
        """Scale targets as networks learn them; the arithmetic is in float64.

        Parameters
        ----------
        target : Tensor
            In the target's own unit, of any shape.

        Returns
        -------
        Tensor
            Of the same shape and type, without a unit.
        """
        if self == SAME:
            return target
        return ((target.double() - self.shift) / self.divide).to(target.dtype)

    def undone(self, output: "Tensor") -> "Tensor":
        """Put outputs of networks into the target's unit; the arithmetic is in float64.

        Parameters
        ----------
        output : Tensor
            Of any shape, on the scale of `applied`.

        Returns
        -------
        Tensor
            Of the same shape and type, in the target's unit.
        """
        if self == SAME:
            return output
        return (output.double() * self.divide + self.shift).to(output.dtype)


#: Networks learn the target itself.
SAME = Scale()


def scale_of(chosen: TargetScale, target: np.ndarray, training: np.ndarray) -> Scale:
    """The numbers behind a dataset's ``target_scale``.

    Parameters
    ----------
    chosen : TargetScale
        The setting.
    target : array (rows,)
        Targets in their own unit.
    training : bool array (rows,)
        Whether a row is of the training set: ``standardise`` takes the mean and the standard
        deviation of those, whatever will be forgotten, so that all models share one scale.

    Returns
    -------
    Scale
        Shift and divisor, both in the target's unit.

    Raises
    ------
    UserError
        Where the training targets are all the same, or a scaled one is no float32.
    """
    if isinstance(chosen, FixedScale):
        found = Scale(chosen.shift, chosen.divide)
    elif chosen == "none":
        return SAME
    else:
        known = target[training].astype(np.float64)
        if known.min() == known.max():
            raise UserError(
                f"target_scale: all training rows have the target {known[0]:g}, which leaves "
                "nothing to learn and no deviation to divide by."
            )
        found = Scale(float(known.mean()), float(known.std()))
    with np.errstate(over="ignore"):
        scaled = ((target.astype(np.float64) - found.shift) / found.divide).astype(np.float32)
    if not np.isfinite(scaled).all():
        raise UserError(
            f"target_scale: (target - {found.shift:g}) / {found.divide:g} is beyond float32."
        )
    return found
