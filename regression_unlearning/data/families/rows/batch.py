"""Mini-batches of a table's rows: two gathers."""

from regression_unlearning.settings.section import Section


class Reading(Section):
    """How mini-batches are made: there is nothing to choose."""


class Inputs:
    """A table's rows on a device: a batch is two gathers.

    Parameters
    ----------
    arrays : dict of Tensor
        See `prepare`.
    reading : Reading
        Nothing to choose.
    device : str or device
        Where the arrays go.

    Attributes
    ----------
    width : int
        Columns of numbers.
    sizes : list of int
        Categories of each categorical column, the unknown one too.
    """

    augments, replayable = False, True

    def __init__(self, arrays: dict, reading: Reading | None = None, device="cpu"):
        self._numeric = arrays["numeric"].to(device)
        self._categorical = arrays["categorical"].to(device)
        self.device = self._numeric.device
        self.width, self.sizes = self._numeric.shape[1], arrays["sizes"].tolist()

    def batch(self, rows, *, training: bool = False) -> dict:
        """Numbers and categories of some rows.

        Parameters
        ----------
        rows : Tensor of int64 (n,)
            Row numbers.
        training : bool
            Not used.

        Returns
        -------
        dict of Tensor
            ``numeric`` float32 (n, width), ``categorical`` int64 (n, len(sizes)).
        """
        if self.sizes:
            categories = self._categorical.index_select(0, rows).long()
        else:
            categories = rows.new_empty(len(rows), 0)
        return {"numeric": self._numeric.index_select(0, rows), "categorical": categories}
