"""Mini-batches of a table's rows: one gather."""

from regression_unlearning.settings.section import Section


class Reading(Section):
    """How mini-batches are made: nothing is to be chosen."""


class Inputs:
    """Rows of numbers on a device.

    Parameters
    ----------
    arrays : dict of Tensor
        ``values`` (rows, columns).
    reading : Reading
        Nothing to choose.
    device : str or device
        Where the array goes.
    """

    augments = False

    def __init__(self, arrays: dict, reading: Reading | None = None, device="cpu"):
        self.values = arrays["values"].to(device)
        self.device = self.values.device

    @property
    def width(self) -> int:
        """Numbers in a row."""
        return self.values.shape[1]

    def batch(self, rows, *, training: bool = False):
        """Numbers of some rows: Tensor (len(rows), columns)."""
        return self.values[rows]
