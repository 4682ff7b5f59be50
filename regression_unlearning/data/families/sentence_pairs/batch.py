"""Mini-batches of sentence pairs: a gather of tokens, a gather of word vectors."""

from regression_unlearning.settings.section import Section


class Reading(Section):
    """How mini-batches are made: nothing is to be chosen."""


class Inputs:
    """Sentence pairs on a device: a batch is one gather.

    Parameters
    ----------
    arrays : dict of Tensor
        ``tokens`` (rows, 2, 10) and ``vectors`` (numbers, dimension).
    reading : Reading
        Nothing to choose.
    device : str or device
        Where the arrays go.
    """

    augments = False

    def __init__(self, arrays: dict, reading: Reading | None = None, device="cpu"):
        self.tokens = arrays["tokens"].to(device).long()
        self.vectors = arrays["vectors"].to(device)
        self.device = self.vectors.device

    @property
    def width(self) -> int:
        """Numbers in a word vector."""
        return self.vectors.shape[1]

    def batch(self, rows, *, training: bool = False):
        """Word vectors of some rows: Tensor (len(rows), 2, 10, dimension)."""
        tokens = self.tokens[rows]
        return self.vectors.index_select(0, tokens.flatten()).view(*tokens.shape, -1)
