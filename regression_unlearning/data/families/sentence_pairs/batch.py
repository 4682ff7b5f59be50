"""Mini-batches of sentence pairs: a gather of tokens, then a gather of word vectors."""

from regression_unlearning.settings.section import Section


class Reading(Section):
    """How mini-batches are made: there is nothing to choose."""


class Inputs:
    """Sentence pairs on a device.

    Parameters
    ----------
    arrays : dict of Tensor
        ``tokens`` (rows, 2, 10) and ``vectors`` (numbers, dimension).
    reading : Reading
        Nothing to choose.
    device : str or device
        Where the arrays go.
    """

    augments, replayable = False, True

    def __init__(self, arrays: dict, reading: Reading | None = None, device="cpu"):
        self.tokens = arrays["tokens"].to(device).long()
        self.vectors = arrays["vectors"].to(device)
        self.device = self.vectors.device

    @property
    def width(self) -> int:
        """Numbers in a word vector."""
        return self.vectors.shape[1]

    def batch(self, rows, *, training: bool = False):
        """Word vectors of some rows.

        Parameters
        ----------
        rows : Tensor of int64 (n,)
            Row numbers.
        training : bool
            Not used.

        Returns
        -------
        Tensor of float32 (n, 2, 10, dimension)
        """
        tokens = self.tokens[rows]
        return self.vectors.index_select(0, tokens.flatten()).view(*tokens.shape, -1)
